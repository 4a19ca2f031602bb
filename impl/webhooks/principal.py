"""Who delivers: whoever holds a key of the tenant."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class KeyHolder(Protocol):
    """What the receipt needs to know of the caller."""

    @property
    def tenant_id(self) -> UUID:
        """The tenant whose key was shown."""
        ...
