"""Base classes of generated replies.

A reply is a frozen value: `body` and one argument per header that the operation decides. Status and media type belong to its
class, so a reply of the wrong status is a type error. Generated classes are final; each operation lists the ones it may return.
"""

from __future__ import annotations

from typing import ClassVar


class Reply:
    """The answer of an operation."""

    __slots__ = ()

    media_type: ClassVar[str | None] = None
    header_names: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Attribute and wire name of every header that is an argument of the class."""
    statuses: ClassVar[range] = range(0)
    """Statuses that an instance may carry where the contract leaves it open (`4XX`, `default`); else the class has `status`."""


class EmptyReply(Reply):
    """No body: 204, 304, redirects."""

    __slots__ = ()


class JsonReply(Reply):
    """A JSON body: a model, or lists, dicts and scalars made of models."""

    __slots__ = ()
    media_type: ClassVar[str | None] = "application/json"


class ProblemReply(JsonReply):
    """An error in the declared shape. Usually not built by hand: raise a `ProblemError` instead."""

    __slots__ = ()
    media_type: ClassVar[str | None] = "application/problem+json"


class TextReply(Reply):
    """A `str`, sent as UTF-8."""

    __slots__ = ()
    media_type: ClassVar[str | None] = "text/plain"


class BytesReply(Reply):
    """`bytes`, or an async iterable of chunks that is streamed."""

    __slots__ = ()
    media_type: ClassVar[str | None] = "application/octet-stream"


class EventReply(Reply):
    """Server-sent events: an async iterable of `ServerEvent`s, each sent as it comes; or bytes, whole or in pieces."""

    __slots__ = ()
    media_type: ClassVar[str | None] = "text/event-stream"
    data: ClassVar[object] = object
    """Type of what an event carries."""


def is_declared_for(reply: type[Reply], status: int) -> bool:
    """Whether instances of `reply` may carry `status`."""
    return getattr(reply, "status", None) == status or status in reply.statuses


class ReplyError(Exception):
    """Carries a reply out of deep code; the runtime sends it as if the operation had returned it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(type(reply).__name__)
        self.reply = reply
