"""Strings, numbers and constants."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

from tools.codegen import ir
from tools.codegen.read import patterns
from tools.codegen.read.flat import Flat
from tools.openapi.problems import Problem

_TEXT_FORMATS = frozenset("email uri uri-reference hostname ipv4 ipv6".split())
_VALUE_FORMATS: dict[str, ir.ScalarKind] = {
    "uuid": "uuid",
    "date-time": "timestamp",
    "date": "date",
    "time": "time",
    "decimal": "decimal",
    "byte": "base64",
    "binary": "binary",
}
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def kind_of_json(value: Any) -> str:
    """JSON type of a value, with `integer` for numbers that have no fraction."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    return {float: "number", str: "string", list: "array"}.get(type(value), "object")


def choice(flat: Flat, types: tuple[str, ...]) -> ir.Type | None:
    """The constants that `const` and `enum` leave, or None when neither is there (or they hold more than scalars)."""
    lists = [[value] for value in flat.values("const")] + [
        value for value in flat.values("enum") if isinstance(value, list)
    ]
    if not lists:
        return None
    if any("nullable" in part.value and part.is_30 for part in flat.parts) and None in lists[0]:
        types = (*types, "null")
    kinds = {*types, "integer"} if "number" in types else set(types)
    values = [
        value
        for value in lists[0]
        if all(any(same(value, other) for other in others) for others in lists[1:])
        and (not kinds or kind_of_json(value) in kinds)
    ]
    if any(isinstance(value, list | dict | float) for value in values):
        return None
    unique: list[Any] = []
    for value in values:
        if not any(same(value, other) for other in unique):
            unique.append(value)
    return ir.Choice(tuple(unique)) if unique else ir.Nothing()


def same(one: Any, other: Any) -> bool:
    """JSON equality: `1` is `1.0`, but not `true`."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def text(flat: Flat, problems: list[Problem]) -> ir.Type:
    """A string type."""
    formats = [value for value in flat.values("format") if isinstance(value, str)]
    patterns = [value for value in flat.values("pattern") if isinstance(value, str)]
    _check_patterns(flat, problems)
    bounds: dict[str, Any] = {}
    if flat.has("minLength"):
        bounds["min_length"] = _whole(max(flat.values("minLength")))
    if flat.has("maxLength"):
        bounds["max_length"] = _whole(min(flat.values("maxLength")))
    if patterns:
        bounds["pattern"] = (
            patterns[0] if len(patterns) == 1 else "".join(f"(?=[\\s\\S]*(?:{one}))" for one in patterns)
        )
    kind: ir.ScalarKind | None = next((_VALUE_FORMATS[one] for one in formats if one in _VALUE_FORMATS), None)
    if "base64" in flat.values("contentEncoding"):
        kind = "base64"
    elif kind is None and not flat.has("contentEncoding") and any(map(_is_file, flat.values("contentMediaType"))):
        kind = "binary"
    if kind is not None:
        return ir.Scalar(kind, tuple(sorted(bounds.items())))
    known = next((one for one in formats if one in _TEXT_FORMATS), None)
    if known:
        bounds["format"] = known
    return ir.Scalar("string", tuple(sorted(bounds.items())))


def _is_file(media_type: Any) -> bool:
    """Whether content of this media type is no text: OpenAPI 3.1 describes the files of a form so."""
    return isinstance(media_type, str) and not re.match(r"text/|application/([\w.+-]+\+)?(json|xml|yaml)\b", media_type)


def _check_patterns(flat: Flat, problems: list[Problem]) -> None:
    for node in flat.children("pattern"):
        reason = patterns.refusal(node.value)
        if reason is not None:
            hint = "write it in the syntax of ECMA 262"
            problems.append(node.problem("bad-pattern", f"this pattern cannot be read: {reason}", hint))


def _whole(value: Any) -> int:
    return int(value)


def number(flat: Flat, kind: str) -> ir.Type:
    """An integer or a number with bounds, in both dialects of exclusive bounds."""
    bounds: dict[str, Any] = {}
    for part in flat.parts:
        schema = part.value if isinstance(part.value, dict) else {}
        # Only OpenAPI 3.0 has the boolean form; in 3.1 it says nothing, of which linking warns.
        _lower(bounds, schema.get("minimum"), is_open=schema.get("exclusiveMinimum") is True and part.is_30)
        _upper(bounds, schema.get("maximum"), is_open=schema.get("exclusiveMaximum") is True and part.is_30)
        _lower(bounds, schema.get("exclusiveMinimum"), is_open=True)
        _upper(bounds, schema.get("exclusiveMaximum"), is_open=True)
    for one in flat.values("format"):
        if kind == "integer" and one in _RANGES:
            _lower(bounds, _RANGES[one][0], is_open=False)
            _upper(bounds, _RANGES[one][1], is_open=False)
    multiples = [value for value in flat.values("multipleOf") if value != 1 or kind == "number"]
    if multiples:
        bounds["multiple_of"] = multiples[0] if len(multiples) == 1 else _common_multiple(multiples)
    if kind == "integer" and any(isinstance(value, float) for value in bounds.values()):
        return ir.Scalar("integer", tuple(sorted(_rounded(bounds).items())))
    return ir.Scalar("integer" if kind == "integer" else "number", tuple(sorted(bounds.items())))


def _rounded(bounds: dict[str, Any]) -> dict[str, Any]:
    """Bounds of an integer as integers: above 0.5 is from 1 on."""
    rounded: dict[str, Any] = {}
    for name, value in bounds.items():
        if float(value).is_integer():
            rounded[name] = int(value)
        elif name in {"ge", "gt"}:
            rounded["ge"] = int(value // 1) + 1
        elif name in {"le", "lt"}:
            rounded["le"] = int(value // 1)
    return rounded


def _common_multiple(divisors: list[Any]) -> int | float:
    """The smallest number that all `divisors` divide, by their decimal digits."""
    fractions = [Fraction(repr(one)) for one in divisors]
    common = Fraction(
        math.lcm(*(one.numerator for one in fractions)), math.gcd(*(one.denominator for one in fractions))
    )
    return common.numerator if common.denominator == 1 else float(common)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _lower(bounds: dict[str, Any], value: Any, *, is_open: bool) -> None:
    if not _is_number(value):
        return
    current = bounds.get("gt", bounds.get("ge"))
    if current is None or value > current or (value == current and is_open):
        bounds.pop("ge", None)
        bounds.pop("gt", None)
        bounds["gt" if is_open else "ge"] = value


def _upper(bounds: dict[str, Any], value: Any, *, is_open: bool) -> None:
    if not _is_number(value):
        return
    current = bounds.get("lt", bounds.get("le"))
    if current is None or value < current or (value == current and is_open):
        bounds.pop("le", None)
        bounds.pop("lt", None)
        bounds["lt" if is_open else "le"] = value
