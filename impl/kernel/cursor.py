"""Pagination cursors: an opaque text with the last row of a page and a checksum of the list it belongs to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from impl.kernel.errors import SkeldirError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORMAT: Final = struct.Struct(">q16s8s")
_MICROSECOND: Final = timedelta(microseconds=1)


class CursorError(SkeldirError):
    """The cursor is damaged or belongs to another list."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page. Lists are ordered by time, newest first, and then by id."""

    at: datetime
    id: uuid.UUID


def encode(position: Position, scope: str) -> str:
    """`position` as base64url. `scope` names the list: its tenant, operation and filters."""
    microseconds = (position.at - _EPOCH) // _MICROSECOND
    packed = _FORMAT.pack(microseconds, position.id.bytes, _mark(microseconds, position.id, scope))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, scope: str) -> Position:
    """The position in `text`. Raises `CursorError` when it was not made by `encode` for the same `scope`."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        microseconds, id_, mark = _FORMAT.unpack(packed)
        at = _EPOCH + microseconds * _MICROSECOND
    except (binascii.Error, struct.error, ValueError, OverflowError):
        raise CursorError("the cursor is damaged; request the first page again") from None
    if mark != _mark(microseconds, uuid.UUID(bytes=id_), scope):
        raise CursorError("the cursor belongs to another list; request the first page again")
    return Position(at, uuid.UUID(bytes=id_))


def _mark(microseconds: int, id_: uuid.UUID, scope: str) -> bytes:
    """Checksum that ties a position to its list."""
    # No key is needed: a forged cursor only lists rows that the caller may list anyway.
    return hashlib.sha256(f"{scope}\x1f{microseconds}\x1f{id_}".encode()).digest()[:8]
