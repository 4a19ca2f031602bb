"""Deliveries with a tenant key that nobody has, and what else concerns no tenant, noted for operators.

A processor that still uses a key which was taken back loses a shop its revenue without anybody noticing. Who sends such a
delivery is not known, and nothing about it was verified, so nothing of its body is kept: only where it arrived, how large it
was, and the hash of its key, by which an operator finds whose key it was.
"""

from __future__ import annotations

import json
from typing import Final, final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from generated.server import RawRequest
from impl.auth.keys import tenant_keys
from impl.db import outage
from impl.ingestion import rejections
from impl.kernel import ids
from impl.kernel.background import Background
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache
from impl.platforms.notices import OperatorNotice
from impl.telemetry import correlation, metrics

CODE: Final = "unknown_tenant_key"
ONCE_PER_SECONDS: Final = 3600.0
"""A key is noted once in this time at each address, by each process."""
NOTES_PER_HOUR: Final = 60
"""Strangers may make up any number of keys; a process notes no more of them."""

_WEBHOOKS: Final = "/api/webhooks/"
_INSERT: Final = text(
    """
    INSERT INTO dead_events_quarantine (id, source, error_type, error_code, error_message, error_detail, correlation_id)
    VALUES (:id, :source, :code, :code, :message, CAST(:detail AS jsonb), :correlation_id)
    """
)

_log = structlog.get_logger()


@final
class Quarantine:
    """Takes notes beside the answer, which must look and take the same for every cause of a 401."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._noted = ExpiringCache[tuple[bytes, str], bool](clock, seconds=ONCE_PER_SECONDS, capacity=NOTES_PER_HOUR)
        self._clock, self._hour, self._notes = clock, float("-inf"), 0
        self._writing = Background()

    def note(self, key: str, request: RawRequest) -> None:
        """Note a delivery whose `key` has the form of ours and is not known."""
        if not tenant_keys.FORM.fullmatch(key):
            return
        key_hash = tenant_keys.hash_of(key)
        if self._noted.get((key_hash, request.path)) or not self._is_room():
            return
        # Remembered before the row is written: repetitions that arrive meanwhile must not be noted as well.
        self._noted.put((key_hash, request.path), True)
        values = _row(key_hash, request)
        metrics.EVENTS_QUARANTINED.inc()
        _log.warning("delivery_quarantined", source=values["source"], error_code=CODE)
        self._writing.start(self._write(values))

    def note_for_operators(self, notice: OperatorNotice) -> None:
        """Keep what a processor's package has to tell, once in an hour."""
        key = (notice.message.encode(), notice.code)
        # Not counted among the notes per hour: strangers must not use up the room of what nobody else says.
        if self._noted.get(key):
            return
        self._noted.put(key, True)
        values: dict[str, object] = {
            "id": ids.new(),
            "source": notice.source,
            "code": notice.code,
            "message": notice.message[: rejections.MAX_MESSAGE],
            "detail": json.dumps(dict(notice.detail)),
            "correlation_id": correlation.current(),
        }
        self._writing.start(self._write(values))

    async def close(self, patience_seconds: float) -> int:
        """Wait until every note is written; how many had to be given up."""
        return await self._writing.close(patience_seconds)

    def _is_room(self) -> bool:
        now = self._clock.monotonic()
        if now - self._hour >= ONCE_PER_SECONDS:
            self._hour, self._notes = now, 0
        self._notes += 1
        return self._notes <= NOTES_PER_HOUR

    async def _write(self, values: dict[str, object]) -> None:
        try:
            async with self._engine.begin() as connection:
                await connection.execute(_INSERT, values)
        except outage.FAILURES as error:
            _log.warning("quarantine_unavailable", error_class=type(error).__name__)


def _declared_size(request: RawRequest) -> int:
    """Size of the body by its header: the body of a stranger is not read."""
    length = request.headers.raw(b"content-length") or b""
    return int(length) if length.isdigit() and len(length) < 16 else 0


def _row(key_hash: bytes, request: RawRequest) -> dict[str, object]:
    path = request.path
    detail = {"path": path, "size_bytes": _declared_size(request), "key_sha256": key_hash.hex()}
    return {
        "id": ids.new(),
        "source": path.removeprefix(_WEBHOOKS).split("/")[0] if path.startswith(_WEBHOOKS) else rejections.TOUCH,
        "code": CODE,
        "message": "No tenant has this key. If a key was replaced, enter the new one where the old one is still used.",
        "detail": json.dumps(detail),
        "correlation_id": correlation.current(),
    }
