"""The correlation id: one UUID that ties a request to its response, its log lines, its rows and its jobs."""

from __future__ import annotations

import uuid

from impl.kernel import ids

HEADER = "X-Correlation-ID"


def of_header(value: str | None) -> uuid.UUID:
    """The id a caller sent in `X-Correlation-ID`, or a new one when it sent none or no UUID.

    Whether a missing or malformed header is an error is the operation's contract; the id is needed for that answer too,
    and text that is no UUID is never echoed.
    """
    return ids.parse(value) or uuid.uuid4()


def of_delivery(idempotency_key: str) -> uuid.UUID:
    """The id of a webhook delivery, derived from its idempotency key, so that a resend carries the same one."""
    return ids.of_text(idempotency_key)
