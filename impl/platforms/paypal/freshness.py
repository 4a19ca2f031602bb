"""How old a transmission of PayPal's may be, and that its body is no newer than itself.

PayPal signs the time of a transmission beside the CRC-32 of its body, so a captured transmission would sign made-up bodies for
ever. It repeats a delivery for three days; what it says of a body cannot be older than the body.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic_core import from_json

from impl.platforms.errors import SignatureMismatch

OLDEST: Final = timedelta(days=4)
AHEAD: Final = timedelta(minutes=5)
"""How far PayPal's clocks may be apart from ours, and from each other."""


def check(time: bytes, body: bytes, *, now: float) -> None:
    """Raises `SignatureMismatch` for a transmission that is too old or of the future, and for a body made after it."""
    sent_at = _instant(time.decode("latin-1"))
    age = None if sent_at is None else datetime.fromtimestamp(now, UTC) - sent_at
    if sent_at is None or age is None or not -AHEAD <= age <= OLDEST:
        raise SignatureMismatch("the transmission is too old, of the future, or without a time")
    created_at = _instant(_create_time(body))
    if created_at is not None and created_at - sent_at > AHEAD:
        raise SignatureMismatch("the event was made after its transmission")


def _create_time(body: bytes) -> Any:
    """`create_time` of the event; None in a body that is no such event, which is its reader's to refuse."""
    try:
        event = from_json(body, allow_inf_nan=False)
    except ValueError:
        return None
    return event.get("create_time") if isinstance(event, dict) else None


def _instant(text: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(text) if isinstance(text, str) else None
        return read.astimezone(UTC) if read is not None and read.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
