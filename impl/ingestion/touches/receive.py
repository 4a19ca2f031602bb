"""Take a batch of touches: judge them, store what is good, keep what is not."""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.server.models import events as models
from impl.db.sealing import KeyRing
from impl.db.transaction import tenant_transaction
from impl.ingestion import kept, payloads, rejections
from impl.ingestion.journeys import JourneyKeys, Journeys
from impl.ingestion.touches import batch, rules
from impl.ingestion.touches.batch import Item
from impl.ingestion.touches.rules import Known, Result, Verdict
from impl.kernel import ids, sql
from impl.kernel.callers import MachineCaller
from impl.kernel.clock import Clock
from impl.telemetry import metrics

log = structlog.get_logger()

_SQL = {name: text(statement) for name, statement in sql.load(Path(__file__).with_name("queries.sql")).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchDependencies:
    """Dependencies of the receipt of touches."""

    engine: AsyncEngine
    ring: KeyRing
    journeys: Journeys
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one touch, for the caller."""

    touch_id: str
    result: Result
    dead_event_id: uuid.UUID | None = None
    error_code: str | None = None


async def receive(
    dependencies: TouchDependencies, caller: MachineCaller, raw: bytes, correlation_id: uuid.UUID
) -> list[Outcome]:
    """An outcome for each touch of the batch `raw`, in its order. Raises `InvalidRequestError` when it is no batch."""
    items, now = batch.read(raw), dependencies.clock.now()
    # Before the transaction: keys may need a connection of their own, and whoever holds one must not wait for a second.
    keys = await _journey_keys(dependencies, caller.tenant_id, items)
    async with tenant_transaction(dependencies.engine, caller.tenant_id) as connection:
        verdicts = rules.judge(items, await look(connection, caller.tenant_id, items), now)
        rows = [_row(item, verdict, keys) for item, verdict in zip(items, verdicts, strict=True)]
        dead = [
            _dead(dependencies.ring, caller, item, verdict, keys) for item, verdict in zip(items, verdicts, strict=True)
        ]
        values = {"tenant_id": caller.tenant_id, "now": now, "correlation_id": correlation_id}
        # Each key once: a touch that is repeated in the batch has one dead event, and an upsert may not meet a row twice.
        values |= {"touches": _json(rows), "dead": _json({row["idempotency_key"]: row for row in dead if row}.values())}
        reply = (await connection.execute(_SQL["store"], values)).one()
    stored, buried = set(reply.stored), reply.dead
    outcomes = [_outcome(*one, stored, buried) for one in zip(items, verdicts, dead, strict=True)]
    _tell(outcomes)
    return outcomes


async def look(connection: AsyncConnection, tenant_id: uuid.UUID, items: Sequence[Item]) -> Known:
    """The stored rows that decide about `items`."""
    touches = [item.touch for item in items if item.touch is not None]
    values = {
        "tenant_id": tenant_id,
        "touch_ids": [touch.touch_id for touch in touches],
        "session_ids": list({touch.session_id for touch in touches}),
    }
    row = (await connection.execute(_SQL["look"], values)).one()
    sessions = {
        uuid.UUID(session): (datetime.fromisoformat(first), datetime.fromisoformat(last))
        for session, first, last in row.sessions
    }
    return Known(
        channels=set(row.channels),
        own_hosts=set(row.own_hosts),
        touch_ids=set(row.touch_ids),
        sessions=sessions,
    )


async def _journey_keys(
    dependencies: TouchDependencies, tenant_id: uuid.UUID, items: Sequence[Item]
) -> JourneyKeys | None:
    """The tenant's journey secrets, when the batch holds a journey key and journeys are on."""
    count = sum(1 for item in items if _journey_key(item) is not None)
    keys = await dependencies.journeys.keys(tenant_id) if count else None
    if count and keys is None:
        metrics.JOURNEY_KEYS_IGNORED.inc(count)
    return keys


def _journey_key(item: Item) -> str | None:
    if item.touch is not None:
        return item.touch.journey_key
    value = item.payload.get("journey_key") if isinstance(item.payload, dict) else None
    return value if isinstance(value, str) else None


def _row(item: Item, verdict: Verdict, keys: JourneyKeys | None) -> dict[str, Any] | None:
    """The touch as it is stored, if it is."""
    if verdict.result is not Result.ACCEPTED or item.touch is None:
        return None
    return to_row(item.touch, str(verdict.channel)) | _hashed(item, keys)


def to_row(touch: models.Touch, channel: str) -> dict[str, Any]:
    """`touch` as the columns of its row, without a journey."""
    return {
        "id": str(uuid.uuid4()),
        "touch_id": touch.touch_id,
        "session_id": str(touch.session_id),
        "occurred_at": touch.occurred_at.isoformat(),
        "kind": touch.kind,
        "channel_code": channel,
        "utm_source": touch.utm_source,
        "utm_medium": touch.utm_medium,
        "campaign_id": touch.campaign_id or touch.utm_campaign,
        "referrer_host": touch.referrer_host,
    }


def _hashed(item: Item, keys: JourneyKeys | None) -> dict[str, Any]:
    journey_key = _journey_key(item)
    if keys is None or journey_key is None:
        return {}
    return {"journey_hash": keys.hash(journey_key).hex(), "journey_key_version": keys.version}


def _dead(
    ring: KeyRing, caller: MachineCaller, item: Item, verdict: Verdict, keys: JourneyKeys | None
) -> dict[str, Any] | None:
    """The dead event of a touch that cannot be stored. Its content is sealed; of a journey key only the hash."""
    cause = verdict.cause
    if cause is None:
        return None
    payload = item.payload if item.touch is None else item.touch.model_dump(mode="json", exclude_none=True)
    sealed, detail, body = None, cause.detail, to_json(payload)
    if payload is not None:
        part = kept.of_touch(payload)
        touch = {k: v for k, v in part.payload.items() if k != "journey_key"} if isinstance(payload, dict) else None
        sealed = payloads.seal(ring, caller.tenant_id, {"touch": touch} | _hashed(item, keys))
        detail |= {"not_kept": list(part.not_kept)}
    key = _key(item, caller, body)
    facts = {"event_type": rejections.TOUCH, "external_event_id": item.touch_id or None, "idempotency_key": str(key)}
    return {
        "id": str(uuid.uuid4()),
        "idempotency_key": str(key),
        "error_code": cause.code,
        "error_message": cause.message[: rejections.MAX_MESSAGE],
        "error_detail": detail,
        "raw_payload": {name: value for name, value in facts.items() if value is not None},
        "payload_sealed": sealed.value.hex() if sealed else None,
        "key_id": sealed.key_id if sealed else None,
        "external_event_id": item.touch_id or None,
    }


def _key(item: Item, caller: MachineCaller, body: bytes) -> uuid.UUID:
    """The same touch dies once: known by its id, or by a keyed hash of what was sent when it has none."""
    name = item.touch_id or hmac.digest(caller.key_hash, body, "sha256").hex()
    return ids.named(f"{rejections.TOUCH}_{name}")


def _json(rows: Any) -> str:
    return json.dumps([row for row in rows if row is not None])


def _outcome(
    item: Item, verdict: Verdict, dead: Mapping[str, Any] | None, stored: set[str], buried: Mapping[str, str]
) -> Outcome:
    if verdict.cause is not None and dead is not None:
        dead_event_id = uuid.UUID(buried[dead["idempotency_key"]])
        code = verdict.cause.code
        return Outcome(touch_id=item.touch_id, result=Result.DEAD, dead_event_id=dead_event_id, error_code=code)
    # Another batch may have stored it between our look and our write.
    is_new = verdict.result is Result.ACCEPTED and item.touch_id in stored
    return Outcome(touch_id=item.touch_id, result=Result.ACCEPTED if is_new else Result.DUPLICATE)


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Count and log what became of a batch; each dead touch warns, because somebody has to look."""
    results = [outcome.result for outcome in outcomes]
    log.info("touches_received", **{result.value: results.count(result) for result in Result})
    for outcome in outcomes:
        if outcome.result is Result.DEAD:
            metrics.EVENTS_DEAD.inc()
            dead_event_id = str(outcome.dead_event_id)
            log.warning(
                "touch_dead", source=rejections.TOUCH, error_code=outcome.error_code, dead_event_id=dead_event_id
            )
