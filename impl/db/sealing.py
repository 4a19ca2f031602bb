"""Sealed values: AES-256-GCM envelopes that only this service can open, and only where they belong.

Layout of a sealed value, version 1:

    0x01 | wrap nonce (12) | wrapped data key (32 + 16 tag) | value nonce (12) | ciphertext + tag (16)

Each value has its own random data key, wrapped by one key of the ring. Tenant, table and column are associated data of
both layers: a value copied to another tenant, table or column does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from impl.db.errors import SealingError

MAX_KEYS: Final = 3
_VERSION: Final = b"\x01"
_NONCE: Final = 12
_WRAPPED: Final = 32 + 16
_HEADER: Final = 1 + _NONCE + _WRAPPED + _NONCE


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. `tenant_id` is None only for values of no tenant, such as signing keys."""

    tenant_id: UUID | None
    table: str
    column: str

    def associated(self) -> bytes:
        """The place as unambiguous bytes."""
        return f"{self.tenant_id or '-'}\x1f{self.table}\x1f{self.column}".encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value and the id of the ring key that opens it: one `*_sealed` column and its `key_id`."""

    value: bytes
    key_id: str


class KeyRing:
    """At most three keys by id. The first one seals; all of them open."""

    __slots__ = ("_keys", "newest")

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not 1 <= len(keys) <= MAX_KEYS or any(len(key) != 32 for key in keys.values()):
            raise SealingError(f"a key ring holds 1 to {MAX_KEYS} keys of 32 bytes; re-seal and drop the oldest")
        self.newest = next(iter(keys))
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    def seal(self, plain: bytes, place: Place) -> Sealed:
        """`plain`, readable only through this ring and only at `place`."""
        data_key, associated = os.urandom(32), place.associated()
        wrap_nonce, nonce = os.urandom(_NONCE), os.urandom(_NONCE)
        wrapped = self._keys[self.newest].encrypt(wrap_nonce, data_key, associated)
        body = AESGCM(data_key).encrypt(nonce, plain, associated)
        return Sealed(b"".join((_VERSION, wrap_nonce, wrapped, nonce, body)), self.newest)

    def open(self, sealed: Sealed, place: Place) -> bytes:
        """The plain value. Raises `SealingError` when the key is gone, the place is another, or a bit changed."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise SealingError(f"sealed with key {sealed.key_id!r}, which is not in the ring; add that key and re-seal")
        value, associated = sealed.value, place.associated()
        if len(value) < _HEADER + 16 or value[:1] != _VERSION:
            raise SealingError(f"the sealed value of {place.table}.{place.column} is not one of ours")
        wrap_end, key_end = 1 + _NONCE, 1 + _NONCE + _WRAPPED
        try:
            data_key = key.decrypt(value[1:wrap_end], value[wrap_end:key_end], associated)
            return AESGCM(data_key).decrypt(value[key_end:_HEADER], value[_HEADER:], associated)
        except InvalidTag:
            message = f"the sealed value of {place.table}.{place.column} was changed or belongs to another place"
            raise SealingError(message) from None

    def needs_resealing(self, key_id: str) -> bool:
        """Whether a value sealed with `key_id` waits for rotation."""
        return key_id != self.newest

    def reseal(self, sealed: Sealed, place: Place) -> Sealed:
        """The same value under the newest key."""
        return sealed if sealed.key_id == self.newest else self.seal(self.open(sealed, place), place)
