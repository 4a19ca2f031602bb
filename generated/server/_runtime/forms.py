"""Form bodies: the fields of a form as the object that the contract describes."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from . import styles
from .bodies import Invalid
from .issues import from_validation
from .problems import Issue

BodyT = TypeVar("BodyT")

_UNREADABLE = Invalid((Issue("/body", "body", "The form cannot be parsed", "form_invalid"),), is_json=False)
_NAME = re.compile(r'(?i)(?:^|;)\s*name=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')
_FILE = re.compile(r"(?i)(?:^|;)\s*filename\*?=")


class _Form(Generic[BodyT]):
    __slots__ = ("_adapter", "_shape")

    def __init__(self, type_: type[BodyT] | Any, shape: Any) -> None:
        self._adapter: TypeAdapter[BodyT] = TypeAdapter(type_)
        self._shape = shape if isinstance(shape, dict) else {"*": "string"}

    def _validate(self, fields: Any) -> BodyT | Invalid:
        value = styles.convert(fields, self._shape)
        try:
            return self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            return Invalid(tuple(from_validation(error, "/body", value)), is_json=False)


class FormBody(_Form[BodyT]):
    """`application/x-www-form-urlencoded`."""

    __slots__ = ()

    def decode(self, raw: bytes) -> BodyT | Invalid:
        """The form as an object; fields that the contract does not list are left out."""
        try:
            fields = styles.read_query("", self._shape, "form", styles.query_pairs(raw), is_exploded=True)
        except ValueError:
            return _UNREADABLE
        return self._validate({} if fields is styles.ABSENT else fields)


class MultipartBody(_Form[BodyT]):
    """`multipart/form-data`. Parts with a file name are bytes, the others text."""

    __slots__ = ()

    def decode(self, raw: bytes) -> BodyT | Invalid:
        """The parts as an object."""
        boundary = raw.partition(b"\r\n")[0]
        if not boundary.startswith(b"--") or len(boundary) > 72:
            return _UNREADABLE
        fields: dict[str, Any] = {}
        for part in (b"\r\n" + raw).split(b"\r\n" + boundary)[1:]:
            if part.startswith(b"--"):
                return self._validate(fields)
            head, separator, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            disposition = next(
                (line for line in head.split(b"\r\n") if line.lower().startswith(b"content-disposition:")), b""
            )
            try:
                self._put(fields, disposition.decode("utf-8"), content)
            except ValueError:
                return _UNREADABLE
            if not separator:
                return _UNREADABLE
        return _UNREADABLE

    def _put(self, fields: dict[str, Any], disposition: str, content: bytes) -> None:
        match = _NAME.search(disposition)
        if match is None:
            raise ValueError(disposition)
        name = match[1] if match[1] is not None else match[2]
        value: Any = content if _FILE.search(disposition) else content.decode("utf-8")
        if isinstance(self._shape.get(name), list):
            fields.setdefault(name, []).append(value)
        elif name in fields:
            raise ValueError(name)
        else:
            fields[name] = value
