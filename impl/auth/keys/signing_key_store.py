"""The signing keys in the database: private halves sealed, one row for what the whole fleet last loaded."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, final

from sqlalchemy import insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.auth.errors import KeysUnavailableError
from impl.auth.keys import signing_keys
from impl.auth.keys.signing_keys import SigningKey
from impl.auth.tables import JwtVerificationCache as Cache
from impl.auth.tables import SigningKey as Row
from impl.db import locks, outage
from impl.db.errors import SealingError
from impl.db.rotation import SIGNING_KEY
from impl.db.sealing import KeyRing, Sealed
from impl.kernel.clock import Clock

_PAUSE: Final = timedelta(seconds=signing_keys.UNKNOWN_KID_PAUSE_SECONDS)
_FAILURES: Final = (*outage.FAILURES, SealingError)
_STATEMENT_LIMIT: Final = text("SELECT set_config('statement_timeout', :milliseconds, true)")


@final
class DatabaseKeyStore:
    """`KeyStore` on PostgreSQL. A read that takes longer than `limit_ms` milliseconds is one that failed."""

    def __init__(self, engine: AsyncEngine, ring: KeyRing, clock: Clock, *, limit_ms: int = 1500) -> None:
        self._engine, self._ring, self._clock = engine, ring, clock
        self._limit = {"milliseconds": f"{limit_ms}ms"}

    async def load(self) -> Sequence[SigningKey]:
        """The accepted keys, newest first; the very first call of a deployment makes the first key."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(_STATEMENT_LIMIT, self._limit)
                accepted = await self._accepted(connection)
            return accepted or [await self._first()]
        except _FAILURES as error:
            raise _unavailable(error) from error

    async def load_for(self, kid: str) -> Sequence[SigningKey] | None:
        """One process of the fleet loads per pause, and the others only when that one has found `kid`; else None.

        The others wait at the row for the one that loads, so that they read what it found.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.execute(_STATEMENT_LIMIT, self._limit)
                if await _claim(connection, self._clock.now()):
                    keys = await self._accepted(connection)
                    await _publish(connection, keys)
                    return keys
                return await self._accepted(connection) if await _is_published(connection, kid) else None
        except _FAILURES as error:
            raise _unavailable(error) from error

    async def rotate(self) -> SigningKey:
        """Add a key, which signs after `signing_keys.SIGNS_AFTER`; what is beyond the accepted number is retired."""
        key = signing_keys.generate(self._clock.now())
        async with self._engine.begin() as connection:
            await locks.acquire(connection, locks.key64(locks.KEY_SET_REFRESH))
            await self._add(connection, key)
            accepted = select(Row.kid).where(Row.retired_at.is_(None)).order_by(Row.created_at.desc(), Row.kid)
            keep = accepted.limit(signing_keys.MAX_ACCEPTED)
            await connection.execute(
                update(Row).where(Row.retired_at.is_(None), Row.kid.not_in(keep)).values(retired_at=self._clock.now())
            )
        return key

    async def retire(self, kid: str) -> None:
        """Accept `kid` no longer; every process knows within `signing_keys.MAX_AGE_SECONDS`."""
        async with self._engine.begin() as connection:
            await connection.execute(update(Row).where(Row.kid == kid).values(retired_at=self._clock.now()))

    async def _first(self) -> SigningKey:
        # Made before the lock is taken, because making a key takes long: processes that start together on an empty
        # table wait for each other's insert only, and end up with one key.
        key = signing_keys.generate(self._clock.now())
        async with self._engine.begin() as connection:
            await connection.execute(_STATEMENT_LIMIT, self._limit)
            await locks.acquire(connection, locks.key64(locks.KEY_SET_REFRESH))
            keys = await self._accepted(connection)
            if keys:
                return keys[0]
            await self._add(connection, key)
        return key

    async def _accepted(self, connection: AsyncConnection) -> list[SigningKey]:
        rows = await connection.execute(
            select(Row.kid, Row.private_key_sealed, Row.key_id, Row.created_at)
            .where(or_(Row.retired_at.is_(None), Row.retired_at > self._clock.now()))
            .order_by(Row.created_at.desc(), Row.kid)
            .limit(signing_keys.MAX_ACCEPTED)
        )
        return [self._open(*row) for row in rows]

    def _open(self, kid: str, sealed: bytes, key_id: str, created_at: datetime) -> SigningKey:
        plain = self._ring.open(Sealed(sealed, key_id), SIGNING_KEY)
        return signing_keys.of_bytes(kid, plain, created_at)

    async def _add(self, connection: AsyncConnection, key: SigningKey) -> None:
        sealed = self._ring.seal(signing_keys.to_bytes(key), SIGNING_KEY)
        await connection.execute(
            insert(Row).values(
                kid=key.kid,
                private_key_sealed=sealed.value,
                key_id=sealed.key_id,
                public_jwk=public_jwk(key),
                created_at=key.created_at,
            )
        )


def public_jwk(key: SigningKey) -> dict[str, Any]:
    """The public half as a JSON Web Key (RFC 7517), for readers that hold no sealing key."""
    numbers = key.public.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key.kid,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
    }


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unavailable(error: Exception) -> KeysUnavailableError:
    reason = str(error) if isinstance(error, SealingError) else type(error).__name__
    return KeysUnavailableError(f"the signing keys cannot be read: {reason}")


async def _claim(connection: AsyncConnection, now: datetime) -> bool:
    """Whether this process is the one that loads now; nobody else is within the pause."""
    row = {"singleton_id": 1, "jwks_json": {"keys": []}, "fetched_at": now, "next_allowed_refresh_at": now + _PAUSE}
    claim = upsert(Cache).values(row | {"refresh_event_count": 1, "last_refresh_reason": "unknown_kid"})
    changes = {
        "fetched_at": now,
        "next_allowed_refresh_at": now + _PAUSE,
        "refresh_event_count": Cache.refresh_event_count + 1,
    }
    is_due = Cache.next_allowed_refresh_at <= now
    claimed = await connection.execute(
        claim.on_conflict_do_update(index_elements=[Cache.singleton_id], set_=changes, where=is_due)
    )
    return claimed.rowcount == 1


async def _publish(connection: AsyncConnection, keys: Sequence[SigningKey]) -> None:
    """Tell the other processes which keys there are. They believe only the names: keys they open themselves."""
    await connection.execute(update(Cache).values(jwks_json={"keys": [public_jwk(key) for key in keys]}))


async def _is_published(connection: AsyncConnection, kid: str) -> bool:
    key_set = await connection.scalar(select(Cache.jwks_json))
    return key_set is not None and any(key["kid"] == kid for key in key_set["keys"])
