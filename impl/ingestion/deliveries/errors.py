"""What can go wrong with a delivery that a processor should know about."""

from __future__ import annotations

from impl.kernel.errors import SkeldirError


class TopicMismatch(SkeldirError):
    """The delivery is authentic but was sent to an address that is for something else. It is kept as a dead event."""
