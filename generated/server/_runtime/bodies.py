"""Request bodies from bytes: JSON validated in one pass over the bytes, other media types by their own reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from . import styles, wire
from .issues import from_validation
from .messages import message_of
from .problems import Issue, UnsupportedMediaTypeError
from .requests import RawRequest

BodyT = TypeVar("BodyT")
BodyT_co = TypeVar("BodyT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why bytes are not what a contract asks for."""

    issues: tuple[Issue, ...]
    is_json: bool = True
    """False when the bytes are no JSON at all."""


class Reader(Protocol[BodyT_co]):
    """Reads a body of one media type."""

    def decode(self, raw: bytes) -> BodyT_co | Invalid:
        """The body, or what is wrong with it."""
        ...


class JsonBody(Generic[BodyT]):
    """JSON in UTF-8, by the rules of JSON Schema: `528.0` is an integer, `"528"` is not."""

    __slots__ = ("_adapter", "_type")

    def __init__(self, type_: type[BodyT] | Any) -> None:
        self._type = type_
        self._adapter: TypeAdapter[BodyT] | None = None

    def prepare(self) -> None:
        """Build the validator now, so that the first request need not."""
        self._adapter = self._adapter or TypeAdapter(self._type)

    def decode(self, raw: bytes) -> BodyT | Invalid:
        """The body, or everything that is wrong with it."""
        self.prepare()
        assert self._adapter is not None
        try:
            return self._adapter.validate_json(raw, strict=True)
        except ValidationError as error:
            return _invalid(raw, error)


def _invalid(raw: bytes, error: ValidationError) -> Invalid:
    details = error.errors(include_url=False, include_input=False)
    # A part of a document may be text that is JSON itself, and wrong; only without a place the whole body is no JSON.
    broken = next((one for one in details if one["type"] == "json_invalid" and not one["loc"]), None)
    if broken is not None:
        return _not_json(message_of(broken))
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return _not_json("This is not JSON in UTF-8")
    is_json = all(one["type"] != "json_invalid" for one in details)
    return Invalid(tuple(from_validation(error, "/body", document)), is_json=is_json)


def _not_json(message: str) -> Invalid:
    return Invalid((Issue("/body", "body", message, "json_invalid"),), is_json=False)


class TextBody(Generic[BodyT]):
    """Text in UTF-8, of the type that the contract gives it."""

    __slots__ = ("_shape", "_validator")

    def __init__(self, type_: type[BodyT] | Any, shape: str = "string") -> None:
        self._validator = None if type_ is str else wire.validator(type_)
        self._shape = shape

    def decode(self, raw: bytes) -> BodyT | Invalid:
        """The text, or what it stands for."""
        try:
            text: Any = raw.decode("utf-8")
        except UnicodeDecodeError:
            return Invalid((Issue("/body", "body", "The body is not valid UTF-8", "not_utf8"),), is_json=False)
        if self._validator is None:
            body: BodyT = text
            return body
        try:
            body = self._validator.validate_python(styles.convert(text, self._shape), strict=True)
        except ValidationError as error:
            return Invalid(tuple(from_validation(error, "/body", text)), is_json=False)
        return body


class BytesBody:
    """Bytes as they are."""

    __slots__ = ()

    def decode(self, raw: bytes) -> bytes | Invalid:
        """The bytes."""
        return raw


class Bodies:
    """The media types that an operation accepts."""

    __slots__ = ("is_required", "readers")

    def __init__(self, readers: Mapping[str, Reader[Any]], *, is_required: bool) -> None:
        self.readers = dict(readers)
        self.is_required = is_required

    def prepare(self) -> None:
        """Build every validator."""
        for reader in self.readers.values():
            if isinstance(reader, JsonBody):
                reader.prepare()

    def reader(self, request: RawRequest) -> Reader[Any] | None:
        """How to read the body of `request`; None when there is none.

        Raises `UnsupportedMediaTypeError` when the media type is not declared.
        """
        declared = request.headers.raw(b"content-type")
        if declared is None and not request.body:
            return None
        exact = self.readers.get("application/json") if declared == b"application/json" else None
        return exact or self._match(request)

    def _match(self, request: RawRequest) -> Reader[Any]:
        media_type = request.media_type
        general = f"{media_type.partition('/')[0]}/*"
        reader = self.readers.get(media_type) or self.readers.get(general) or self.readers.get("*/*")
        charset = request.headers.get("content-type", "").lower().partition("charset=")[2].strip('" ').partition(";")[0]
        if reader is None or (charset not in {"", "utf-8", "utf8", "us-ascii"} and not isinstance(reader, BytesBody)):
            raise UnsupportedMediaTypeError
        return reader

    def decode(self, request: RawRequest) -> tuple[Any, tuple[Issue, ...]]:
        """The body (None when it is optional and missing) and what is wrong with it."""
        reader = self.reader(request)
        if reader is None or (not request.body and not self.is_required):
            missing = Issue("/body", "body", "A request body is required", "missing")
            return None, (missing,) if self.is_required else ()
        body = reader.decode(request.body)
        return (None, body.issues) if isinstance(body, Invalid) else (body, ())

    def check(self, request: RawRequest) -> tuple[Issue, ...]:
        """Issues of the body of `request`.

        The bytes are validated, not objects parsed from them: only JSON tells an absent property from null, and validation of
        Python objects accepts None wherever a property is optional.
        """
        return self.decode(request)[1]
