"""Authentication put together for one process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth.authenticator import Authenticator, OnUnknownKey, ignore_unknown_key
from impl.auth.keys.signing_key_store import DatabaseKeyStore
from impl.auth.keys.signing_keys import SigningKeys
from impl.auth.keys.tenant_keys import TenantKeys
from impl.auth.limits import failed_attempts, leased_buckets, login_limits, tenant_rates
from impl.auth.limits.addresses import ClientAddresses, Network
from impl.auth.limits.delivery_limits import DeliveryLimits
from impl.auth.limits.failed_attempts import FailedAttempts
from impl.auth.limits.leased_buckets import LeasedBuckets
from impl.auth.limits.login_limits import LoginLimits
from impl.auth.limits.rate_classes import Limiter
from impl.auth.limits.tenant_rates import TenantRates
from impl.auth.passwords import Passwords
from impl.auth.sessions import LoginDependencies
from impl.auth.tokens import revocation_store
from impl.auth.tokens.access_tokens import TokenAudience
from impl.auth.tokens.revocation_cache import RevocationCache
from impl.auth.tokens.revocation_listener import RevocationListener
from impl.auth.tokens.verification import Verifier
from impl.db.idempotency.store import IdempotencyStore
from impl.db.sealing import KeyRing
from impl.kernel import background
from impl.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts that authentication is built from."""

    engine: AsyncEngine
    connect: Callable[[], Awaitable[Any]]
    """Opens an asyncpg connection as the same role, outside the pool, for listening."""
    ring: KeyRing
    clock: Clock
    token_audience: TokenAudience
    pepper: str = field(repr=False)
    passwords: Passwords = field(default_factory=Passwords)
    trusted_proxies: Sequence[Network] = ()
    logins_per_minute: int = login_limits.LOGINS_PER_MINUTE
    logins_per_identifier: int = login_limits.LOGINS_PER_IDENTIFIER
    failures_per_minute: int = failed_attempts.LIMIT
    lease_seconds: float = leased_buckets.LEASE_SECONDS
    on_unknown_key: OnUnknownKey = ignore_unknown_key
    """Is told of machine keys that nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Authentication of one process: plug-ins of the server, dependencies of the operations, and `running` for the lifespan."""

    authenticator: Authenticator
    limiter: Limiter
    login: LoginDependencies
    idempotency: IdempotencyStore
    tenant_keys: TenantKeys
    keys: SigningKeys
    listener: RevocationListener

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Within the block revocations arrive as they happen; before and without it each token is looked up."""
        listening = asyncio.create_task(self.listener.run())
        try:
            yield
        finally:
            await background.stop(listening)
            await self.keys.close()


def build(parts: Parts) -> Auth:
    """Everything, ready to be used."""
    engine, clock = parts.engine, parts.clock
    keys = SigningKeys(DatabaseKeyStore(engine, parts.ring, clock), clock)
    revocations = RevocationCache(partial(revocation_store.load, engine, clock), clock)
    verifier = Verifier(keys=keys, token_audience=parts.token_audience, revocations=revocations, clock=clock)
    limiter, tenant_keys = _limiter(parts), TenantKeys(engine, clock)
    return Auth(
        authenticator=Authenticator(
            verifier=verifier,
            tenant_keys=tenant_keys,
            engine=engine,
            failed=limiter.failed,
            addresses=limiter.addresses,
            on_unknown_key=parts.on_unknown_key,
        ),
        limiter=limiter,
        login=LoginDependencies(
            engine=engine,
            clock=clock,
            keys=keys,
            token_audience=parts.token_audience,
            passwords=parts.passwords,
            pepper=parts.pepper,
        ),
        idempotency=IdempotencyStore(engine=engine, ring=parts.ring, clock=clock, pepper=parts.pepper),
        tenant_keys=tenant_keys,
        keys=keys,
        listener=RevocationListener(parts.connect, revocations, clock),
    )


def _limiter(parts: Parts) -> Limiter:
    engine, clock = parts.engine, parts.clock
    limits = LeasedBuckets(leased_buckets.database(engine), clock, lease_seconds=parts.lease_seconds)
    failed = FailedAttempts(clock, limit=parts.failures_per_minute)
    addresses = ClientAddresses(parts.trusted_proxies)
    return Limiter(
        limits=limits,
        rates=TenantRates(tenant_rates.database(engine), clock),
        failed=failed,
        addresses=addresses,
        logins=LoginLimits(
            limits=limits,
            failed=failed,
            addresses=addresses,
            engine=engine,
            clock=clock,
            pepper=parts.pepper,
            per_minute=parts.logins_per_minute,
            per_identifier=parts.logins_per_identifier,
        ),
        deliveries=DeliveryLimits(limits=limits, failed=failed, addresses=addresses, clock=clock),
        refreshes_per_minute=parts.logins_per_minute,
    )
