"""Form bodies: the fields of a form as the object that the contract describes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

from pydantic import ValidationError

from . import styles, wire
from .bodies import Invalid
from .issues import from_validation
from .problems import Issue

BodyT = TypeVar("BodyT")

Encoding: TypeAlias = Mapping[str, tuple[str, bool]]
"""How a field is written where not as OpenAPI assumes: style and whether it is exploded; the style `json` is a JSON document."""

_UNREADABLE = Invalid((Issue("/body", "body", "The form cannot be parsed", "form_invalid"),), is_json=False)
_NAME = re.compile(r'(?i)(?:^|;)\s*name=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')
_FILE = re.compile(r"(?i)(?:^|;)\s*filename\*?=")


class _Form(Generic[BodyT]):
    __slots__ = ("_encoding", "_shape", "_validator")

    def __init__(self, type_: type[BodyT] | Any, shape: Any, encoding: Encoding | None = None) -> None:
        self._validator = wire.validator(type_)
        # A field that the contract does not list is read too: whether it may be there is for the schema to say.
        self._shape = {"*": "string", **shape} if isinstance(shape, dict) else {"*": "string"}
        self._encoding = encoding or {}

    def _validate(self, value: dict[str, Any]) -> BodyT | Invalid:
        try:
            body: BodyT = self._validator.validate_python(value, strict=True)
        except ValidationError as error:
            return Invalid(tuple(from_validation(error, "/body", value)), is_json=False)
        return body

    def _shape_of(self, name: str) -> Any:
        return self._shape.get(name, self._shape["*"])


class FormBody(_Form[BodyT]):
    """`application/x-www-form-urlencoded`."""

    __slots__ = ()

    def decode(self, raw: bytes) -> BodyT | Invalid:
        """The form as an object."""
        try:
            return self._validate(self._fields(styles.query_pairs(raw)))
        except ValueError:
            return _UNREADABLE

    def _fields(self, pairs: styles.Pairs) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, (style, is_exploded) in self._encoding.items():
            if style == "json":
                continue
            shape = self._shape_of(name)
            value = styles.read_query(name, shape, style, pairs, is_exploded=is_exploded)
            if value is not styles.ABSENT:
                fields[name] = styles.convert(value, shape)
            if style == "deepObject":
                pairs = [pair for pair in pairs if not pair[0].startswith(f"{name}[")]
        own = [pair for pair in pairs if pair[0] not in self._encoding or self._encoding[pair[0]][0] == "json"]
        rest = styles.read_query("", self._shape, "form", own, is_exploded=True)
        for name, value in ({} if rest is styles.ABSENT else rest).items():
            is_document = name in self._encoding and isinstance(value, str)
            fields[name] = _document(value) if is_document else styles.convert(value, self._shape_of(name))
        return fields


class MultipartBody(_Form[BodyT]):
    """`multipart/form-data`. A part is bytes where the contract has a file, JSON where it says so or has an object, else text."""

    __slots__ = ()

    def decode(self, raw: bytes) -> BodyT | Invalid:
        """The parts as an object."""
        boundary = raw.partition(b"\r\n")[0]
        if not boundary.startswith(b"--") or len(boundary) > 72:
            return _UNREADABLE
        if raw.rstrip() == boundary and boundary.endswith(b"--"):
            return self._validate({})
        fields: dict[str, Any] = {}
        for part in (b"\r\n" + raw).split(b"\r\n" + boundary)[1:]:
            if part.startswith(b"--"):
                return self._validate(fields)
            head, separator, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            try:
                self._put(fields, _headers(head), content)
            except ValueError:
                return _UNREADABLE
            if not separator:
                return _UNREADABLE
        return _UNREADABLE

    def _put(self, fields: dict[str, Any], headers: dict[str, str], content: bytes) -> None:
        disposition = headers.get("content-disposition", "")
        match = _NAME.search(disposition)
        if match is None:
            raise ValueError(disposition)
        name = match[1] if match[1] is not None else match[2]
        shape = self._shape_of(name)
        item = shape[0] if isinstance(shape, list) else shape
        value = self._value(name, item, headers, content)
        if isinstance(shape, list) and not isinstance(value, list):
            fields.setdefault(name, []).append(value)
        elif name in fields:
            raise ValueError(name)
        else:
            fields[name] = value

    def _value(self, name: str, shape: Any, headers: dict[str, str], content: bytes) -> Any:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        is_json = media_type == "application/json" or media_type.endswith("+json")
        if shape == "binary":
            return content
        if not isinstance(shape, str) or name in self._encoding or (is_json and shape != "string"):
            return _document(content)
        if shape == "any" and _FILE.search(headers["content-disposition"]):
            return content
        return styles.convert(content.decode("utf-8"), shape)


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    return {name.decode("latin-1").strip().lower(): value.decode("utf-8").strip() for name, _, value in lines}


def _document(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN is no JSON
