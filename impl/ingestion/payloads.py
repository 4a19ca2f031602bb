"""The content of a dead event as it is stored: JSON, compressed, sealed."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from impl.db.sealing import KeyRing, Place, Sealed

_COMPRESSED: Final = b"\x78"
"""First byte of zlib's format, with which no JSON begins: content of earlier releases is not compressed."""
_MAX_BYTES: Final = 64 * 1024 * 1024
"""More than any body that is received, so nothing sealed by this service is larger."""


def seal(ring: KeyRing, tenant_id: UUID, content: Any) -> Sealed:
    """`content`, readable only for its tenant's dead events."""
    return ring.seal(zlib.compress(to_json(content)), _place(tenant_id))


def unseal(ring: KeyRing, tenant_id: UUID, sealed: Sealed) -> Any:
    """The content that `seal` sealed. Raises `SealingError` if it cannot be opened."""
    plain = ring.open(sealed, _place(tenant_id))
    if plain[:1] == _COMPRESSED:
        plain = zlib.decompressobj().decompress(plain, _MAX_BYTES)
    return json.loads(plain)


def _place(tenant_id: UUID) -> Place:
    return Place(tenant_id, "dead_events", "payload_sealed")
