"""JSON values as JSON Schema sees them: `1` equals `1.0`, `true` is not `1`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

Json: TypeAlias = Any
Key: TypeAlias = Any
"""Hashable stand-in for a JSON value; two values are equal in JSON Schema exactly when their keys are equal."""

KINDS = ("string", "number", "boolean", "null", "object", "array")


_KIND_OF: dict[type, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", dict: "object", list: "array",
}  # fmt: skip


def kind_of(value: Json) -> str:
    """JSON type of `value`, with integers as `number`."""
    return _KIND_OF[value.__class__]


def is_integer(value: Json) -> bool:
    """Whether JSON Schema calls `value` an integer: `1.0` is one, `true` is none."""
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def key(value: Json) -> Key:
    """Equality key of `value`."""
    kind = _KIND_OF[value.__class__]
    if kind == "object":
        return (kind, frozenset((name, key(child)) for name, child in value.items()))
    if kind == "array":
        return (kind, tuple(key(child) for child in value))
    return (kind, value)


def exact(number: float) -> Fraction:
    """`number` as its shortest decimal says, so that 0.1 is one tenth."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def plain(number: Fraction) -> int | float:
    """JSON number for an exact one."""
    return number.numerator if number.denominator == 1 else number.numerator / number.denominator


def text_of(value: Json) -> str | None:
    """How a scalar travels in a URL, header or form field; None for null, arrays and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return None


def parsed(text: str) -> list[Json]:
    """Scalars other than a string that `text` may stand for on the receiving side."""
    if text in {"true", "false"}:
        return [text == "true"]
    try:
        number = float(text)
    except ValueError:
        return []
    if number != number or number in {float("inf"), float("-inf")} or text.strip() != text or "_" in text:  # noqa: PLR0124 - NaN
        return []
    return [int(number) if number.is_integer() and abs(number) < 1e15 else number]
