"""Field types with the meaning of JSON Schema, whether a value comes as JSON or from Python.

Each accepts what the schema accepts and nothing more: `528.0` is an integer, `"528"` is not; a date-time has its offset; a UUID
has its dashes. Instances of the Python type pass as they are.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, LiteralString, Never, TypeAlias, get_args
from uuid import UUID

from pydantic_core import PydanticCustomError, PydanticKnownError, SchemaValidator
from pydantic_core import core_schema as cs

from . import wire
from .numbers import is_multiple
from .patterns import FORMATS, compiled

_EXACT = 2**53
"""Integers below this are the same numbers as floats."""


class _Refusal:
    """Refuses every value."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        return cs.no_info_before_validator_function(_refuse, cs.any_schema())


def _refuse(_value: Any) -> Any:
    raise PydanticCustomError("nothing", "No value is valid here")


Nothing: TypeAlias = Annotated[Never, _Refusal()]
"""What a schema accepts that accepts nothing, such as `false` or an empty `enum`. A property of it can only be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """`integer`: any JSON number without a fraction, within bounds."""

    ge: int | None = None
    le: int | None = None
    gt: int | None = None
    lt: int | None = None
    multiple_of: int | None = None

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        bounded = cs.int_schema(
            strict=True, ge=self.ge, le=self.le, gt=self.gt, lt=self.lt, multiple_of=self.multiple_of
        )
        whole = cs.no_info_after_validator_function(_whole, cs.float_schema(strict=True, allow_inf_nan=False))
        # Bounds come last: an integer that they refuse must not be tried again as a float, which would round it.
        read = cs.chain_schema([cs.union_schema([cs.int_schema(strict=True), whole], mode="left_to_right"), bounded])
        return cs.json_or_python_schema(read, read, serialization=cs.simple_ser_schema("int"))


def _whole(value: float) -> int:
    if not value.is_integer():
        raise PydanticKnownError("int_type")
    return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """`number`: any JSON number, within bounds. NaN and infinities are not JSON."""

    ge: float | None = None
    le: float | None = None
    gt: float | None = None
    lt: float | None = None
    multiple_of: float | None = None

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        plain: cs.CoreSchema = cs.float_schema(
            strict=True, allow_inf_nan=False, ge=self.ge, le=self.le, gt=self.gt, lt=self.lt
        )
        if self.multiple_of is None and all(abs(one or 0) < _EXACT for one in (self.ge, self.le, self.gt, self.lt)):
            return plain
        # As a float a large integer is another number, which may keep a rule that the one that was sent breaks.
        number = cs.union_schema([cs.int_schema(strict=True), cs.float_schema(strict=True, allow_inf_nan=False)])
        read = cs.no_info_after_validator_function(self._check, number)
        return cs.json_or_python_schema(read, read, serialization=cs.simple_ser_schema("float"))

    def _check(self, value: float) -> float:
        if self.ge is not None and value < self.ge:
            raise PydanticKnownError("greater_than_equal", {"ge": self.ge})
        if self.gt is not None and value <= self.gt:
            raise PydanticKnownError("greater_than", {"gt": self.gt})
        if self.le is not None and value > self.le:
            raise PydanticKnownError("less_than_equal", {"le": self.le})
        if self.lt is not None and value >= self.lt:
            raise PydanticKnownError("less_than", {"lt": self.lt})
        if self.multiple_of is not None and not is_multiple(value, self.multiple_of):
            raise PydanticKnownError("multiple_of", {"multiple_of": self.multiple_of})
        return float(value) if abs(value) < _EXACT else value


@dataclass(frozen=True, slots=True)
class Exact:
    """Constants among which are numbers or booleans: `1` is `1.0` and not `true`, which in Python it is."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], cs.CoreSchema]) -> cs.CoreSchema:
        kinds = {(type(value), value) for value in get_args(source)}
        expected = " or ".join(json.dumps(value) for value in get_args(source))

        def same(value: Any) -> Any:
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            if not isinstance(whole, str | int | None) or (type(whole), whole) not in kinds:
                raise PydanticKnownError("literal_error", {"expected": expected})
            return whole

        return cs.no_info_before_validator_function(same, handler(source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`string`, with bounds in Unicode characters and a pattern that may match anywhere."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    """One of the formats that `patterns.FORMATS` knows."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        read: cs.CoreSchema = cs.str_schema(strict=True, min_length=self.min_length, max_length=self.max_length)
        if self.pattern is not None:
            read = cs.no_info_after_validator_function(self._match, read)
        return read if self.format is None else cs.no_info_after_validator_function(self._check_format, read)

    def _match(self, value: str) -> str:
        assert self.pattern is not None
        if compiled(self.pattern).search(value) is None:
            raise PydanticKnownError("string_pattern_mismatch", {"pattern": self.pattern})
        return value

    def _check_format(self, value: str) -> str:
        assert self.format is not None
        if not FORMATS[self.format](value):
            raise PydanticCustomError(
                "string_format_mismatch", "Must have the format {format}", {"format": self.format}
            )
        return value


@dataclass(frozen=True, slots=True)
class Form:
    """A string of a form that stands for a Python value, such as a date."""

    type_: type
    pattern: re.Pattern[str]
    read: Callable[[str], Any]
    code: LiteralString
    text: LiteralString

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        text = cs.no_info_after_validator_function(self._read, cs.str_schema(strict=True))
        either = cs.union_schema([cs.is_instance_schema(self.type_), text], mode="left_to_right")
        return cs.json_or_python_schema(text, either, serialization=_WRITE[self.type_])

    def _read(self, value: str) -> Any:
        try:
            if self.pattern.match(value):
                return self.read(value)
        except ValueError:
            pass
        raise PydanticCustomError(self.code, self.text)


_WRITE: dict[type, cs.SerSchema] = {
    datetime: cs.simple_ser_schema("datetime"),
    date: cs.simple_ser_schema("date"),
    time: cs.simple_ser_schema("time"),
    Decimal: cs.to_string_ser_schema(),
}


read_uuid: Callable[[str], UUID] = SchemaValidator(cs.uuid_schema()).validate_python
"""UUID from its text, several times faster than the class itself. The text must have been checked."""


class _UuidForm:
    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        text = cs.chain_schema([cs.str_schema(strict=True, pattern=_UUID), cs.uuid_schema()])
        python = cs.no_info_after_validator_function(read_uuid, cs.str_schema(strict=True, pattern=_UUID))
        either = cs.union_schema([cs.is_instance_schema(UUID), python], mode="left_to_right")
        return cs.custom_error_schema(
            wire.either(text, either, python, cs.simple_ser_schema("uuid")),
            custom_error_type="invalid_uuid",
            custom_error_message="Must be a UUID",
        )


_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[zZ]|[+-][0-9]{2}:[0-9]{2})"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


class _Base64:
    """`contentEncoding: base64`: bytes in Python, text on the wire."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        text = cs.no_info_after_validator_function(self._read, cs.str_schema(strict=True))
        either = cs.union_schema([cs.is_instance_schema(bytes), text], mode="left_to_right")
        write = cs.plain_serializer_function_ser_schema(_to_base64, return_schema=cs.str_schema(), when_used="json")
        return cs.json_or_python_schema(text, either, serialization=write)

    def _read(self, value: str) -> bytes:
        try:
            return _base64(value)
        except (binascii.Error, ValueError) as error:
            raise PydanticCustomError("invalid_base64", "Must be Base64") from error


class _Binary:
    """`format: binary`: a file of a form. Text stands for its bytes in UTF-8."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> cs.CoreSchema:
        text = cs.no_info_after_validator_function(str.encode, cs.str_schema(strict=True))
        either = cs.union_schema([cs.is_instance_schema(bytes), text], mode="left_to_right")
        return wire.either(text, either, either, cs.simple_ser_schema("bytes"))


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Int: TypeAlias = Annotated[int, Integer()]
Number: TypeAlias = Annotated[float, Real()]
Uuid: TypeAlias = Annotated[UUID, _UuidForm()]
Binary: TypeAlias = Annotated[bytes, _Binary()]
Base64: TypeAlias = Annotated[bytes, _Base64()]
Timestamp: TypeAlias = Annotated[
    datetime,
    Form(
        datetime,
        re.compile(rf"{_DATE}[tT]{_TIME}\Z"),
        _instant,
        "invalid_date_time",
        "Must be a date-time with an offset (RFC 3339)",
    ),
]
Date: TypeAlias = Annotated[
    date,
    Form(date, re.compile(rf"{_DATE}\Z"), date.fromisoformat, "invalid_date", "Must be a date, YYYY-MM-DD"),
]
Time: TypeAlias = Annotated[
    time,
    Form(time, re.compile(rf"{_TIME}\Z"), time.fromisoformat, "invalid_time", "Must be a time with an offset"),
]
DecimalText: TypeAlias = Annotated[
    Decimal,
    Form(Decimal, re.compile(r"-?[0-9]+(\.[0-9]+)?\Z"), Decimal, "invalid_decimal", "Must be a decimal number"),
]
