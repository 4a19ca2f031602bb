"""The keys that sign access tokens: sealed rows of the database, held open in memory for at most a minute.

A new key is accepted from its first second and signs only once every process must have seen it, so a rotation refuses
nobody. Only what the key ring of the service opens is believed: a row written into the table by somebody else opens to
nothing and verifies nothing. Decision: contracts/decisions/0011-signing-keys.md.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, final

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from impl.auth.errors import KeysUnavailableError
from impl.kernel.clock import Clock

MAX_ACCEPTED: Final = 3
MAX_AGE_SECONDS: Final = 60.0
"""How old the held set may be before nothing is signed or verified with it."""
RENEW_AFTER_SECONDS: Final = 20.0
RETRY_AFTER_SECONDS: Final = 2.0
UNKNOWN_KID_PAUSE_SECONDS: Final = 5.0
SIGNS_AFTER: Final = timedelta(seconds=2 * MAX_AGE_SECONDS)
"""From the creation of a key until it signs: by then every process holds it, also one that missed a renewal."""
_RSA_BITS: Final = 2048

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, open."""

    kid: str
    private: rsa.RSAPrivateKey
    created_at: datetime

    @property
    def public(self) -> rsa.RSAPublicKey:
        """The half that verifies."""
        return self.private.public_key()

    def __repr__(self) -> str:
        return f"SigningKey({self.kid})"


def generate(now: datetime) -> SigningKey:
    """A new RSA key of 2048 bits, named by the first 16 bytes of its public half's SHA-256."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SigningKey(hashlib.sha256(public).hexdigest()[:32], private, now)


def to_bytes(key: SigningKey) -> bytes:
    """The private half as DER, to be sealed."""
    return key.private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def of_bytes(kid: str, plain: bytes, created_at: datetime) -> SigningKey:
    """The key that `to_bytes` wrote. Raises `ValueError` when `plain` is no RSA key."""
    # The seal proves that we wrote it; checking the primes again costs more than all else at a start.
    private = serialization.load_der_private_key(plain, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError(f"the signing key {kid} is no RSA key; rotate the signing keys")  # noqa: TRY004 (a value, not a call)
    return SigningKey(kid, private, created_at)


def signer_of(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """The key that signs at `now`: the newest that every process holds; at the very start, the oldest there is."""
    oldest_first = sorted(keys, key=lambda key: (key.created_at, key.kid))
    settled = [key for key in oldest_first if key.created_at + SIGNS_AFTER <= now]
    return settled[-1] if settled else next(iter(oldest_first), None)


class KeyStore(Protocol):
    """Where the keys are kept."""

    async def load(self) -> Sequence[SigningKey]:
        """The accepted keys, newest first, at most `MAX_ACCEPTED`. Raises `KeysUnavailableError`."""
        ...

    async def load_for(self, kid: str) -> Sequence[SigningKey] | None:
        """The accepted keys, loaded because of a token with the unknown `kid`; None when that is no reason now.

        In all processes together it is a reason once per pause, and when another process has found that very key.
        Raises `KeysUnavailableError`.
        """
        ...


@final
class SigningKeys:
    """The accepted keys as this process holds them."""

    def __init__(self, store: KeyStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._keys: dict[str, SigningKey] = {}
        self._loaded_at = self._tried_at = self._asked_at = float("-inf")
        self._is_failing = False
        self._loading = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def signer(self) -> SigningKey:
        """The key to sign with now. Raises `KeysUnavailableError` while the keys cannot be read."""
        await self._keep_fresh()
        key = signer_of(tuple(self._keys.values()), self._clock.now())
        if self._is_failing or key is None:
            raise KeysUnavailableError("the signing keys cannot be read; check the database and the sealing keys")
        return key

    async def verifier(self, kid: str) -> rsa.RSAPublicKey | None:
        """The public key named `kid`; None when no such key is accepted. Raises `KeysUnavailableError`."""
        await self._keep_fresh()
        if kid not in self._keys:
            await self._look_for(kid)
        key = self._keys.get(kid)
        return key.public if key is not None else None

    async def close(self) -> None:
        """Stop what runs in the background."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def _keep_fresh(self) -> None:
        """Renew in the background while the held set is young enough, wait for it when it is too old."""
        age = self._clock.monotonic() - self._loaded_at
        if age < RENEW_AFTER_SECONDS and not self._is_failing:
            return
        if age <= MAX_AGE_SECONDS:
            self._renew_beside()
            return
        if not self._is_failing or self._is_retry_due():
            await self._load(unless_newer_than=self._loaded_at)
        if self._clock.monotonic() - self._loaded_at > MAX_AGE_SECONDS:
            raise KeysUnavailableError("the signing keys cannot be read; check the database and the sealing keys")

    def _renew_beside(self) -> None:
        if self._is_retry_due() and (self._renewal is None or self._renewal.done()):
            self._renewal = asyncio.create_task(self._load(unless_newer_than=self._loaded_at))

    def _is_retry_due(self) -> bool:
        return self._clock.monotonic() - self._tried_at >= RETRY_AFTER_SECONDS

    async def _look_for(self, kid: str) -> None:
        """A kid we do not hold is forged, unless a key began to sign at once because its forerunner was retired."""
        async with self._loading:
            now = self._clock.monotonic()
            if kid in self._keys or now - self._asked_at < UNKNOWN_KID_PAUSE_SECONDS:
                return
            self._asked_at = now
            try:
                keys = await self._store.load_for(kid)
            except KeysUnavailableError as error:
                _log.warning("signing_keys_unavailable", reason=error.reason)
                return
            if keys:
                self._hold(keys, now)

    async def _load(self, *, unless_newer_than: float) -> None:
        async with self._loading:
            if self._loaded_at > unless_newer_than:
                return
            self._tried_at = self._clock.monotonic()
            try:
                keys = await self._store.load()
            except KeysUnavailableError as error:
                self._is_failing = True
                _log.warning("signing_keys_unavailable", reason=error.reason)
                return
            self._hold(keys, self._tried_at)

    def _hold(self, keys: Sequence[SigningKey], loaded_at: float) -> None:
        self._keys = {key.kid: key for key in keys[:MAX_ACCEPTED]}
        self._loaded_at, self._is_failing = loaded_at, False
