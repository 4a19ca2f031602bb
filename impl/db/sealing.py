"""Sealed values: AES-256-GCM envelopes that can be opened only with this service's keys and only in their own place.

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
    """Location of a sealed value. `tenant_id` is None only for values of no tenant, such as signing keys."""

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
    """At most three keys by id. The first one encrypts; all of them decrypt."""

    __slots__ = ("_keys", "newest")

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not 1 <= len(keys) <= MAX_KEYS or any(len(key) != 32 for key in keys.values()):
            raise SealingError(
                f"a key ring holds 1 to {MAX_KEYS} keys of 32 bytes; run `skeldir keys reseal` and remove the oldest"
            )
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
        """The plain value. Raises `SealingError` if the key is missing, the place differs, or a bit has changed."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise SealingError(
                f"sealed with key {sealed.key_id!r}, which is not in the ring; add it and run `skeldir keys reseal`"
            )
        value, associated = sealed.value, place.associated()
        if len(value) < _HEADER + 16 or value[:1] != _VERSION:
            raise SealingError(f"the sealed value of {place.table}.{place.column} has an unknown format")
        wrap_end, key_end = 1 + _NONCE, 1 + _NONCE + _WRAPPED
        try:
            data_key = key.decrypt(value[1:wrap_end], value[wrap_end:key_end], associated)
            return AESGCM(data_key).decrypt(value[key_end:_HEADER], value[_HEADER:], associated)
        except InvalidTag:
            # GCM cannot tell a changed byte from other associated data, so the message names both.
            message = f"the sealed value of {place.table}.{place.column} was altered or belongs to another place"
            raise SealingError(message) from None

    def reseal(self, sealed: Sealed, place: Place) -> Sealed:
        """The same value under the newest key."""
        return sealed if sealed.key_id == self.newest else self.seal(self.open(sealed, place), place)
