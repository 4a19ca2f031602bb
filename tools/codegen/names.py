"""Names as types: what has been made a legal identifier cannot be confused with what an author wrote."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import NewType

ClassName = NewType("ClassName", str)
VariableName = NewType("VariableName", str)
"""Function, method, attribute or argument."""
ModuleName = NewType("ModuleName", str)
ConstantName = NewType("ConstantName", str)

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORDS = re.compile(
    rf"[{_UPPER}]+(?=[{_UPPER}][{_LOWER}])|[{_UPPER}]?[{_LOWER}]+[0-9]*|[{_UPPER}]+[0-9]*|[0-9]+|[^\W_]+"
)
_RESERVED: frozenset[str] = frozenset(
    {"self", "cls", "body", "call", "params", "status", "print", "type", "none", "true", "false"}
)

SHADOWED: frozenset[str] = frozenset(
    # Attributes of pydantic's BaseModel, and builtins that annotations in the same class body use.
    "copy dict json schema schema_json validate construct from_orm parse_file parse_obj parse_raw update_forward_refs "
    "int str float bool list bytes tuple date datetime".split()
)


def words(text: str) -> list[str]:
    """Words of any identifier style: `getRealtimeRevenueV1`, `X-Rate-Limit`, `order_id`."""
    plain = unicodedata.normalize("NFKC", text)
    return _WORDS.findall(plain)


def class_name(text: str) -> ClassName:
    """`realtime-revenue` to `RealtimeRevenue`; what is one already stays."""
    if text.isidentifier() and text[0].isupper() and "_" not in text and text.isascii():
        return ClassName(text + "_" if keyword.iskeyword(text) else text)
    name = "".join(word[0].upper() + word[1:] for word in words(text))
    if not name or not name.isidentifier():
        name = f"Model{name}"
    return ClassName(name + "_" if keyword.iskeyword(name) else name)


def variable_name(text: str) -> VariableName:
    """`X-Correlation-ID` to `x_correlation_id`; keywords get an underscore behind."""
    name = "_".join(word.lower() for word in words(text))
    if not name or not name.isidentifier():
        name = f"value_{name}" if name else "value"
    return VariableName(name + "_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name)


def method_name(operation_id: str) -> VariableName:
    """`getRealtimeRevenueV1` to `get_realtime_revenue_v1`."""
    return variable_name(operation_id)


def field_name(text: str) -> VariableName:
    """Attribute for a property: itself when it is a plain name, never one that pydantic or an annotation needs."""
    name = variable_name(text)
    if name in SHADOWED or name.startswith("model_"):
        return VariableName(f"{name}_")
    return name


def parameter_name(text: str) -> VariableName:
    """Attribute for a parameter or reply header."""
    name = variable_name(text)
    return VariableName(f"{name}_") if name in _RESERVED or name in SHADOWED else name


def header_name(text: str) -> VariableName:
    """Attribute for a header, whose case says nothing: `ETag` to `etag`, `X-Correlation-ID` to `x_correlation_id`."""
    return parameter_name(re.sub(r"[^A-Za-z0-9]+", "_", text).lower())


def constant_name(text: str) -> ConstantName:
    """`getRealtimeRevenueV1` to `GET_REALTIME_REVENUE_V1`."""
    return ConstantName(variable_name(text).rstrip("_").upper())


def module_name(text: str) -> ModuleName:
    """`webhooks/stripe` to `webhooks_stripe`."""
    return ModuleName(variable_name(text.replace("/", "_")))
