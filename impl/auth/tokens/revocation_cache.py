"""Which access tokens were taken back: held in memory, kept true by notifications, read from the database otherwise.

Per user and tenant this process holds the cutoff and the revoked tokens, from the first time it sees the user. Every
change drops that entry in every process. While notifications may be missing, nothing held is believed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, final
from uuid import UUID

from impl.auth.tokens.access_tokens import AccessToken
from impl.kernel.clock import Clock

MAX_SILENCE_SECONDS: Final = 2.0
"""How long the listener may be silent before what is held is no longer believed."""
_CAPACITY: Final = 50_000


@dataclass(frozen=True, slots=True)
class RevocationState:
    """The revocations of one user in one tenant."""

    invalid_before: datetime | None
    revoked: Mapping[UUID, datetime]
    """Token ids and session ids, each with the instant from which no token of it is valid anyway."""

    def covers(self, token: AccessToken) -> bool:
        """Whether `token` was taken back."""
        is_cut_off = self.invalid_before is not None and token.issued_at <= self.invalid_before
        return is_cut_off or token.jti in self.revoked or token.family_id in self.revoked


Load: TypeAlias = Callable[[UUID, UUID], Awaitable[RevocationState]]
"""Reads the revocation state of (tenant, user) from the database."""


@final
class RevocationCache:
    """Answers whether a token was taken back, without I/O for a user it has seen."""

    def __init__(self, load: Load, clock: Clock, *, capacity: int = _CAPACITY) -> None:
        self._load, self._clock, self._capacity = load, clock, capacity
        self._states: dict[tuple[UUID, UUID], RevocationState] = {}
        self._changes = 0
        self._heard_at = float("-inf")

    @property
    def is_synchronised(self) -> bool:
        """Whether no notification can be missing."""
        return self._clock.monotonic() - self._heard_at <= MAX_SILENCE_SECONDS

    async def is_revoked(self, token: AccessToken) -> bool:
        """Whether `token` was taken back. Raises what the database raises when it must be asked and does not answer."""
        key = (token.tenant_id, token.user_id)
        state = self._states.get(key) if self.is_synchronised else None
        return (state or await self._read(key)).covers(token)

    async def _read(self, key: tuple[UUID, UUID]) -> RevocationState:
        changes = self._changes
        state = await self._load(*key)
        # A change that came in meanwhile may be newer than what was read: this answer serves one request only.
        if changes == self._changes and self.is_synchronised:
            if len(self._states) >= self._capacity:
                del self._states[next(iter(self._states))]
            self._states[key] = state
        return state

    def drop(self, tenant_id: UUID, user_id: UUID) -> None:
        """Something was taken back from the user: what is held about them is out of date."""
        self._changes += 1
        self._states.pop((tenant_id, user_id), None)

    def start(self) -> None:
        """Notifications arrive from now on; what came before may have been missed."""
        self._changes += 1
        self._states.clear()
        self.heard(self._clock.monotonic())

    def heard(self, at: float) -> None:
        """At `at` (monotonic seconds) every notification sent until then had arrived."""
        self._heard_at = at

    def lose(self) -> None:
        """Notifications no longer arrive."""
        self._heard_at = float("-inf")
