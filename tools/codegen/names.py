"""Names as types: what has been made a legal identifier cannot be confused with what an author wrote."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import Final, NewType

from tools.codegen import vocabulary

ClassName = NewType("ClassName", str)
VariableName = NewType("VariableName", str)
"""Function, method, attribute or argument."""
ModuleName = NewType("ModuleName", str)
ConstantName = NewType("ConstantName", str)

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORDS = re.compile(
    rf"[{_UPPER}]+(?=[{_UPPER}][{_LOWER}])|[{_UPPER}]?[{_LOWER}]+[0-9]*|[{_UPPER}]+[0-9]*|[0-9]+|[^\W_]+"
)
_KEYWORDS: frozenset[str] = frozenset({*keyword.kwlist, "case", "match", "_"})
"""The same in every version of Python; newer ones have more words that are keywords in some places only."""

_RESERVED: Final[frozenset[str]] = frozenset("self cls body call params status print type none true false".split())
_IN_CLASSES = frozenset(name for name in vocabulary.USED if name.islower() and name != "range")
"""Names that annotations use: an attribute or a method of the same name would stand before them in its class."""

SHADOWED = vocabulary.OF_MODELS | _IN_CLASSES | {"date", "datetime"}


def words(text: str) -> list[str]:
    """Words of any identifier style: `getRealtimeRevenueV1`, `X-Rate-Limit`, `order_id`."""
    plain = unicodedata.normalize("NFKC", text)
    return _WORDS.findall(plain)


def class_name(text: str) -> ClassName:
    """`realtime-revenue` to `RealtimeRevenue`; what is one already stays."""
    if text.isidentifier() and text[0].isupper() and "_" not in text and text.isascii():
        return ClassName(text + "_" if keyword.iskeyword(text) else text)
    name = "".join(word[0].upper() + word[1:] for word in words(text))
    # A script without capitals would make the name of a class that of an attribute too.
    if not name or not name.isidentifier() or not name[0].isupper():
        name = f"Model{name}"
    return ClassName(name + "_" if keyword.iskeyword(name) else name)


def variable_name(text: str) -> VariableName:
    """`X-Correlation-ID` to `x_correlation_id`; keywords get an underscore behind."""
    name = "_".join(word.lower() for word in words(text))
    if not name or not name.isidentifier():
        name = f"value_{name}" if name else "value"
    return VariableName(name + "_" if name in _KEYWORDS else name)


def method_name(operation_id: str) -> VariableName:
    """`getRealtimeRevenueV1` to `get_realtime_revenue_v1`, never a name that signatures in the same class use."""
    name = variable_name(operation_id)
    return VariableName(f"{name}_") if name in _IN_CLASSES or _is_module(name) else name


def _is_module(name: str) -> bool:
    """Whether annotations may call a module of models so."""
    return name == "models" or name.endswith("_models")


def field_name(text: str) -> VariableName:
    """Attribute for a property: itself when it is a plain name, never one that pydantic or an annotation needs."""
    name = variable_name(text)
    if name in SHADOWED or name.startswith("model_"):
        return VariableName(f"{name}_")
    return name


def parameter_name(text: str) -> VariableName:
    """Attribute for a parameter or reply header."""
    name = variable_name(text)
    return VariableName(f"{name}_") if name in _RESERVED or name in SHADOWED or _is_module(name) else name


def header_name(text: str) -> VariableName:
    """Attribute for a header, whose case says nothing: `ETag` to `etag`, `X-Correlation-ID` to `x_correlation_id`."""
    return parameter_name(re.sub(r"[^A-Za-z0-9]+", "_", text).lower())


def constant_name(text: str) -> ConstantName:
    """`getRealtimeRevenueV1` to `GET_REALTIME_REVENUE_V1`."""
    name = variable_name(text).rstrip("_").upper()
    return ConstantName(f"{name}_" if name in vocabulary.USED else name)


def module_name(text: str) -> ModuleName:
    """`webhooks/stripe` to `webhooks_stripe`."""
    return ModuleName(variable_name(text.replace("/", "_")))
