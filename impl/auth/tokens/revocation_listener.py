"""Keeps `RevocationCache` true: one connection that listens for what other processes take back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, final
from uuid import UUID

import structlog

from impl.auth.tokens import access_tokens
from impl.auth.tokens.revocation_cache import RevocationCache
from impl.db import outage
from impl.kernel.clock import Clock
from impl.telemetry import metrics

TOKEN_CHANNEL: Final = "skeldir_token_revoked"  # noqa: S105 (the name of a channel)
CUTOFF_CHANNEL: Final = "skeldir_tokens_invalid_before_updated"
HEARTBEAT_SECONDS: Final = 0.5
_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = (0.1, 0.5, 1.0, 2.0)

_log = structlog.get_logger()


@final
class RevocationListener:
    """Runs beside the requests of one process for as long as it lives.

    `connect` opens a connection of its own, not one of the pool, and not through a pooler that shares sessions.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Any]],
        revocations: RevocationCache,
        clock: Clock,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._connect, self._revocations, self._clock = connect, revocations, clock
        self._heartbeat_seconds = heartbeat_seconds

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is opened again."""
        failures = 0
        while True:
            started = self._clock.monotonic()
            try:
                await self._listen()
            except outage.LOOP_FAILURES as error:
                # The connection is one of our own, so the errors of the driver and of the network arrive as they are.
                _log.warning("revocation_listener_lost", reason=type(error).__name__)
            finally:
                self._revocations.lose()
            failures = 0 if self._clock.monotonic() - started > max(_RETRY_SECONDS) else failures + 1
            await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])

    async def _listen(self) -> None:
        async with asyncio.timeout(_CONNECT_SECONDS):
            connection = await self._connect()
        try:
            for channel in (TOKEN_CHANNEL, CUTOFF_CHANNEL):
                await connection.add_listener(channel, self._note)
            self._revocations.start()
            _log.info("revocation_listener_ready")
            while True:
                asked_at = self._clock.monotonic()
                await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)
                # Notifications come before the answer on the same connection: until `asked_at` none is missing.
                self._revocations.heard(asked_at)
                await asyncio.sleep(self._heartbeat_seconds)
        finally:
            connection.terminate()

    def _note(self, _connection: object, _pid: int, channel: str, message: str) -> None:
        try:
            change = json.loads(message)
            self._revocations.drop(UUID(str(change["tenant_id"])), UUID(str(change["user_id"])))
            if channel == TOKEN_CHANNEL:
                self._observe_lag(datetime.fromisoformat(str(change["expires_at"])))
        except (ValueError, KeyError, TypeError):
            # A message of an unknown form may be about anybody.
            self._revocations.start()
            _log.warning("revocation_message_unknown", channel=channel)

    def _observe_lag(self, expires_at: datetime) -> None:
        """A revocation is kept for exactly one token lifetime, so its end tells its beginning."""
        lag = (self._clock.now() - expires_at).total_seconds() + access_tokens.LIFETIME_SECONDS
        metrics.REVOCATION_LAG_SECONDS.observe(max(lag, 0.0))
