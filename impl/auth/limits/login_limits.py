"""Limits of logging in, all counted before a password is hashed.

Per person and network 10 a minute, per person 100, and 30 failures per address. A stranger who guesses uses up the first
from his own networks and the second for other strangers: where the person has logged in lately, only the first is asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final, NamedTuple, final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import RateLimit, RawRequest
from impl.auth import login_networks, passwords
from impl.auth.limits.addresses import ClientAddresses
from impl.auth.limits.failed_attempts import FailedAttempts, Kind
from impl.auth.limits.leased_buckets import LeasedBuckets
from impl.db import outage
from impl.kernel import ids
from impl.kernel.clock import Clock

LOGINS_PER_MINUTE: Final = 10
"""Per identifier and network."""
LOGINS_PER_IDENTIFIER: Final = 100
"""Per identifier, from all networks together."""


class Origin(NamedTuple):
    """Where a login comes from."""

    queue_subject: str
    """The line in which it waits for the hash."""
    network_hash: bytes
    """By which the network is remembered once the login has succeeded."""


class _Attempt(NamedTuple):
    email: str
    tenant_id: UUID | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLimits:
    """Counts logins: per person in all processes, per address in this one."""

    limits: LeasedBuckets
    failed: FailedAttempts
    addresses: ClientAddresses
    engine: AsyncEngine
    clock: Clock
    pepper: str = field(repr=False)
    per_minute: int = LOGINS_PER_MINUTE
    per_identifier: int = LOGINS_PER_IDENTIFIER

    async def take(self, request: RawRequest) -> RateLimit:
        """Count one login, as a failure of its address until `succeeded` says otherwise."""
        # Counted first and given back later: of any number of logins at once, only the limit reaches the hash.
        by_address = self.failed.note(Kind.PASSWORD, self.addresses.subscriber(request))
        attempt = _read(request.body)
        if by_address.is_refused or attempt is None:
            return by_address
        limit = await self._take_identifier(request, attempt)
        if limit.is_refused:
            # Nothing was guessed, so it says nothing about the address, which others may share.
            self.succeeded(request)
        return limit

    def succeeded(self, request: RawRequest) -> None:
        """The attempt was no failure of its address."""
        self.failed.give_back(Kind.PASSWORD, self.addresses.subscriber(request))

    def origin(self, request: RawRequest, email: str) -> Origin:
        """Where a login of `email` comes from."""
        return Origin(self.queue_subject(request), self._network_hash(request, self._login_hash(email)))

    def queue_subject(self, request: RawRequest) -> str:
        """The line in which a request waits for the hash."""
        return self.addresses.site(request)

    async def _take_identifier(self, request: RawRequest, attempt: _Attempt) -> RateLimit:
        login_hash = self._login_hash(attempt.email)
        site = self.addresses.site(request)
        near = await self.limits.take("login", f"{login_hash}\x1f{site}", self.per_minute)
        if near.is_refused:
            return near
        far = await self.limits.take("login-identifier", login_hash, self.per_identifier)
        if far.is_refused and not await self._is_known(attempt.tenant_id, self._network_hash(request, login_hash)):
            return far
        return near

    async def _is_known(self, tenant_id: UUID | None, network_hash: bytes) -> bool:
        if tenant_id is None:
            return False
        try:
            return await login_networks.is_known(self.engine, tenant_id, network_hash, now=self.clock.now())
        except outage.FAILURES:
            return False

    def _login_hash(self, email: str) -> str:
        return passwords.login_identifier_hash(self.pepper, email)

    def _network_hash(self, request: RawRequest, login_hash: str) -> bytes:
        return login_networks.hash_of(self.pepper, login_hash, self.addresses.site(request))


def _read(body: bytes) -> _Attempt | None:
    """Who wants to log in where; None when the body is no such request, which is refused later."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    email = content.get("email") if isinstance(content, dict) else None
    if not isinstance(email, str):
        return None
    tenant_id = content.get("tenant_id")
    return _Attempt(email, ids.parse(tenant_id if isinstance(tenant_id, str) else None))
