"""Replies to bytes: one codec per reply class, built once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel, TypeAdapter

from .events import written
from .replies import BytesReply, EmptyReply, EventReply, JsonReply, Reply, TextReply

WireHeaders: TypeAlias = list[tuple[bytes, bytes]]

_UNSAFE = re.compile(r"[\x00-\x1f\x7f]|[^\x00-\xff]")


class Encoded(NamedTuple):
    """A reply ready to be sent."""

    status: int
    headers: WireHeaders
    body: bytes | AsyncIterable[bytes]


def header_text(name: str, value: Any) -> bytes:
    """Wire form of a header value. Raises `ValueError` for text that could end the header."""
    if isinstance(value, datetime):
        # These four have the date format of HTTP; every other header with a time uses RFC 3339.
        is_date = name in {"last-modified", "expires", "date", "sunset"}
        text = format_datetime(value.astimezone(UTC), usegmt=True) if is_date else value.isoformat()
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, list | tuple):
        text = ",".join(str(item) for item in value)
    else:
        text = str(value)
    if name == "etag" and not text.startswith(('"', 'W/"')):
        text = f'"{text}"'
    # A line break in a value would let whoever chose the value write further headers.
    if _UNSAFE.search(text):
        raise ValueError(f"the header {name} cannot carry control characters or text beyond Latin-1")
    return text.encode("latin-1")


class Codec:
    """Turns instances of one reply class into bytes."""

    __slots__ = ("_body", "_content_type", "_has_type", "_headers", "_status", "_statuses")

    def __init__(self, reply: type[Reply], others: Iterable[type[Reply]] = ()) -> None:
        # A status that is declared by itself, or by its range, has a body and headers of its own.
        exact = [one for one in others if one is not reply and len(one.statuses) < len(reply.statuses)]
        self._statuses = frozenset(reply.statuses) - {status for one in exact for status in _statuses_of(one)}
        self._status: int | None = None if reply.statuses else reply.__dict__["status"]
        self._headers = [
            (attribute, name.lower(), name.lower().encode("latin-1")) for attribute, name in reply.header_names
        ]
        self._body = _body_encoder(reply)
        self._has_type = "content_type" in reply.__annotations__
        content_type = reply.media_type if self._body and not self._has_type else None
        if content_type and issubclass(reply, TextReply) and "charset" not in content_type:
            content_type += "; charset=utf-8"
        self._content_type = content_type.encode("latin-1") if content_type else None

    def encode(self, reply: Any) -> Encoded:
        """`reply` as status, headers and body."""
        headers: WireHeaders = []
        if self._content_type is not None:
            headers.append((b"content-type", self._content_type))
        elif self._has_type:
            headers.append((b"content-type", _content_type(reply)))
        for attribute, name, wire_name in self._headers:
            value = getattr(reply, attribute)
            if value is not None:
                headers.append((wire_name, header_text(name, value)))
        status = self._status
        if status is None:
            status = reply.status
            if status not in self._statuses:
                raise ValueError(
                    f"the contract does not declare the status {status}, or another reply is declared for it"
                )
        return Encoded(status, headers, self._body(reply.body) if self._body else b"")


def _statuses_of(reply: type[Reply]) -> Iterable[int]:
    return reply.statuses or (reply.__dict__["status"],)


def _content_type(reply: Any) -> bytes:
    """The media type that an instance has chosen from the range of its class. Raises `ValueError` for one outside it."""
    kind = reply.media_range.partition("/")[0]
    chosen = reply.content_type
    if "*" in chosen or "/" not in chosen or (kind != "*" and chosen.partition("/")[0] != kind):
        raise ValueError(f"{chosen!r} is no media type of {reply.media_range}")
    return header_text("content-type", chosen)


def _body_encoder(reply: type[Reply]) -> Callable[[Any], Any] | None:
    if issubclass(reply, EmptyReply):
        return None
    if issubclass(reply, TextReply):
        return _encode_text
    if issubclass(reply, BytesReply):
        return _as_it_is
    hint = reply.__annotations__.get("body", Any)
    if issubclass(reply, EventReply):
        return _event_encoder(reply.data)
    if isinstance(hint, type) and issubclass(hint, BaseModel) and issubclass(reply, JsonReply):
        return _encode_model
    return TypeAdapter[Any](hint).serializer.to_json


def _event_encoder(data: Any) -> Callable[[Any], Any]:
    """Writes server-sent events one by one; bytes go out as they are."""
    to_json = TypeAdapter[Any](data).serializer.to_json

    async def stream(events: AsyncIterable[Any]) -> AsyncIterator[bytes]:
        async for event in events:
            yield event if isinstance(event, bytes) else written(event, to_json)

    return lambda body: body if isinstance(body, bytes) else stream(body)


def _encode_model(body: Any) -> bytes:
    return body.__pydantic_serializer__.to_json(body)  # type: ignore[no-any-return]  # bytes by its documentation


def _encode_text(body: str) -> bytes:
    return body.encode()


def _as_it_is(body: Any) -> Any:
    return body


def strong_etag(body: bytes) -> bytes:
    """Entity tag of exactly these bytes."""
    return b'"' + hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b'"'


def is_same_entity(if_none_match: str, etag: bytes) -> bool:
    """Whether `If-None-Match` names `etag`, by the weak comparison of RFC 9110 section 13.1.2."""
    if if_none_match.strip() == "*":
        return True
    # An entity tag may contain a comma, so the list is not split at commas.
    opaque = etag.decode("latin-1").removeprefix("W/")
    return any(tag.strip().removeprefix("W/") == opaque for tag in re.findall(r'(?:W/)?"[^"]*"', if_none_match))
