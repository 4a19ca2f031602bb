"""A decoded delivery, for the reader of its processor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from impl.kernel.facts import DEFAULT_ACCOUNT, GivenAmount, KnownRepair


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The body of a delivery with its topic and id and nothing of HTTP, so that a kept delivery can be read again later."""

    payload: Mapping[str, Any] = field(repr=False)
    """The decoded body without anything personal."""
    topic: str | None
    """The processor's own name of what happened: `orders/paid`."""
    id: str | None
    """The processor's id of the notification, where it gives one."""
    account: str = DEFAULT_ACCOUNT
    """Whose books: the shop or the processor's account, as the secret that verified the delivery says."""
    received_at: datetime
    """When it arrived: the time of facts for which the processor names none."""
    given: GivenAmount | None = None
    """The amount that a manager has given for the one that is in another currency than its sale."""
    repairs: tuple[KnownRepair, ...] = ()
    """Earlier repairs of the sale, where its facts cannot be read without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """An object of a processor as it was at some time."""

    name: str
    """Unique in its account; what is delivered later under the same name says all that was said before."""
    at: datetime
    """The processor's clock, by which versions are newer or older."""


_WORD: Final = re.compile(r"[\w./:-]{1,100}", re.ASCII)
_ID: Final = re.compile(r"[\w.:/#+=|~-]{1,255}", re.ASCII)


def word(value: object) -> str | None:
    """`value` when it can be a word of a vocabulary, such as a topic: no text of a person's, and no address."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return text if isinstance(text, str) and _WORD.fullmatch(text) else None


def plain_id(value: object) -> str | None:
    """`value` when it is an id without spaces and not the address of a person: what shops let people type may be anything."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return text if isinstance(text, str) and _ID.fullmatch(text) else None


def short_text(value: object) -> str | None:
    """`value` when it is a text that can be kept as a name: 1 to 255 printable ASCII characters; else None."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    is_name = isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and value.isprintable()
    return str(value) if is_name else None
