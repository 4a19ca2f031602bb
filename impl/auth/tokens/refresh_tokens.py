"""Refresh tokens: opaque, used once, in families that fall together when one is used twice.

A token reads `{tenant_id}.{token_id}.{secret}`. The secret is random, so its SHA-256 is enough to store.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from impl.kernel import ids

LIFETIME_DAYS: Final = 30
_SECRET = re.compile(r"[A-Za-z0-9_-]{64}")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token in the hands of its bearer."""

    tenant_id: UUID
    token_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{self.tenant_id}.{self.token_id}.{self.secret}"

    def __repr__(self) -> str:
        return f"RefreshToken({self.tenant_id}, {self.token_id})"

    @property
    def secret_hash(self) -> bytes:
        """SHA-256 of the secret, which is all that the database keeps of it."""
        return hashlib.sha256(self.secret.encode()).digest()

    def is_behind(self, stored_hash: bytes | None) -> bool:
        """Whether the secret is the one behind `stored_hash`, compared in constant time; no hash takes as long."""
        return hmac.compare_digest(self.secret_hash, stored_hash or bytes(32)) and stored_hash is not None


NOBODYS: Final = RefreshToken(ids.NIL, ids.NIL, "0" * 64)
"""Stands for text that is no refresh token, so that it costs the same work as one that nobody holds."""


def new(tenant_id: UUID) -> RefreshToken:
    """A fresh token of 384 random bits for `tenant_id`."""
    return RefreshToken(tenant_id, ids.new(), secrets.token_urlsafe(48))


def parse(text: str) -> RefreshToken:
    """`text` as a refresh token; `NOBODYS` when it is none."""
    tenant, _, rest = text[:256].partition(".")
    token, _, secret = rest.partition(".")
    tenant_id, token_id = ids.parse(tenant), ids.parse(token)
    if tenant_id is None or token_id is None or not _SECRET.fullmatch(secret):
        return NOBODYS
    return RefreshToken(tenant_id, token_id, secret)
