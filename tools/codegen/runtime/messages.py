"""Sentences about wrong values in the words of the contract; pydantic's would name Python's types and repeat what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

_INTEGER, _NUMBER, _OBJECT = "Must be an integer", "Must be a number", "Must be an object"
_BOOLEAN = "Must be true or false"

MESSAGES: Final[Mapping[str, str]] = {
    "missing": "This property is required",
    "extra_forbidden": "Unknown property",
    "json_invalid": "This is not JSON: {error}",
    "value_error": "{error}",
    "none_required": "Must be null",
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "int_type": _INTEGER,
    "int_from_float": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": "Must be an integer of fewer digits",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": "Must be more than {gt}",
    "greater_than_equal": "Must be at least {ge}",
    "less_than": "Must be less than {lt}",
    "less_than_equal": "Must be at most {le}",
    "multiple_of": "Must be a multiple of {multiple_of}",
    "string_type": "Must be a string",
    "string_unicode": "Must be text in UTF-8",
    "string_pattern_mismatch": "Must match the pattern {pattern}",
    "literal_error": "Must be {expected}",
    "enum": "Must be {expected}",
    "list_type": "Must be an array",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "union_tag_not_found": "The property {discriminator} is required",
    "union_tag_invalid": "The property {discriminator} must be {expected_tags}",
}
"""Sentence for each error of pydantic that a value from the wire can cause, with the context of the error for its names."""

_SIZES: Final[Mapping[str, tuple[str, str, str]]] = {
    "string_too_short": ("at least", "min_length", "character"),
    "string_too_long": ("at most", "max_length", "character"),
    "too_short": ("at least", "min_length", "item"),
    "too_long": ("at most", "max_length", "item"),
}
_ANY: Final = "The value is not valid here"
_PYDANTIC: Final = frozenset(get_args(ErrorType))


def message_of(error: Mapping[str, Any]) -> str:
    """Sentence for one entry of `ValidationError.errors()` with its context."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in _SIZES:
        return _size(*_SIZES[kind], context)
    template = MESSAGES.get(kind)
    if template is None:
        # An error of our own types says itself what is wrong.
        return _ANY if kind in _PYDANTIC else str(error["msg"])
    return template.format(**{name: _plain(value) for name, value in context.items()}) if context else template


def _plain(value: Any) -> Any:
    """A bound as the contract writes it: 0 and not 0.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _size(bound: str, name: str, unit: str, context: Mapping[str, Any]) -> str:
    number = context[name]
    return f"Must have {bound} {number} {unit}{'' if number == 1 else 's'}"
