"""A dead event read once more, with today's rules: it becomes an event or a touch, or it fails again and says why."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from generated.server.models import events as models
from impl.ingestion import journeys, rejections
from impl.ingestion.dead_events import reading
from impl.ingestion.dead_events.reading import Reader, StillDead
from impl.ingestion.deliveries import record, shops, terms
from impl.ingestion.deliveries.delivery import Delivery
from impl.ingestion.deliveries.record import Answer, Prepared
from impl.ingestion.journeys import Link
from impl.ingestion.touches import receive, rules
from impl.ingestion.touches.batch import Item
from impl.ingestion.touches.rules import Result
from impl.jobs import transactions
from impl.jobs.kinds import Work
from impl.kernel.facts import Report
from impl.ledger.posting import ContradictsRecorded, CurrencyMismatch
from impl.platforms import summary

log = structlog.get_logger()

_CLAIM: Final = text(
    # What a person gave for its repair is read beside the claim, which does not touch it.
    "SELECT c.*, d.id, d.external_event_id, d.account, d.refused_key, d.repair_cents, d.repair_currency"
    " FROM ingest.claim_dead_event(:id, :is_forced, :reader) c, dead_events d WHERE d.id = :id"
)
_REPLAY: Final = text("SELECT * FROM ingest.replay_dead_event(:id, CAST(:delivery AS jsonb))")
_REPLAY_TOUCH: Final = text("SELECT ingest.replay_dead_touch(:id, CAST(:touch AS jsonb))")
_FAIL: Final = text("SELECT ingest.fail_dead_event(:id, :code, :message, :is_passing)")
_TOUCH: Final = TypeAdapter(models.Touch)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dead event that this job has taken."""

    id: uuid.UUID
    row: Any


async def replay(reader: Reader, work: Work) -> None:
    """Replay the dead event of the job."""
    is_forced = work.arguments.get("is_forced") is True
    await replay_one(reader, work, uuid.UUID(str(work.arguments["dead_event_id"])), is_forced=is_forced)


async def replay_one(reader: Reader, work: Work, dead_event_id: uuid.UUID, *, is_forced: bool) -> bool:
    """Whether the dead event is resolved now. Taken by somebody else, or resolved meanwhile: there is nothing to do."""
    # Claimed in a transaction of its own, so that the attempt is counted even if this worker dies during the replay, and no other
    # worker starts it meanwhile.
    async with transactions.of_tenant(work) as connection:
        values = {"id": dead_event_id, "is_forced": is_forced, "reader": summary.READER_VERSION}
        row = (await connection.execute(_CLAIM, values)).one_or_none()
    if row is None:
        log.info("dead_event_not_taken", dead_event_id=str(dead_event_id))
        return False
    try:
        resolved = await _resolve(reader, work, Claimed(dead_event_id, row))
    except StillDead as error:
        await _fail(work, dead_event_id, error)
        return False
    log.info("dead_event_resolved", dead_event_id=str(dead_event_id), event_id=str(resolved))
    return True


async def _resolve(reader: Reader, work: Work, claimed: Claimed) -> uuid.UUID:
    """Id of the event or touch it became. Raises `StillDead`."""
    try:
        if claimed.row.refused_key is not None:
            return await _refused(reader, work, claimed)
        content = reading.content(reader.ring, work.tenant_id, claimed.row)
        if claimed.row.source == rejections.TOUCH:
            return await _touch(work, claimed, content)
        link = journeys.take_link(content) if isinstance(content, dict) else None
        async with transactions.of_tenant(work) as connection:
            report = await reading.report(connection, reader.processors, work.tenant_id, claimed.row, content)
        return await _events(reader, work, claimed, report, link)
    except IntegrityError as error:
        state = getattr(error.orig, "sqlstate", None)
        code = {"23505": "duplicate_key", "23503": "fk_constraint"}.get(str(state), "schema_validation")
        raise StillDead(code, "the database refuses what it became; see the log of this job") from error


async def _refused(reader: Reader, work: Work, claimed: Claimed) -> uuid.UUID:
    async with transactions.of_tenant(work) as connection:
        report = await reading.refused_report(connection, work.tenant_id, claimed.row)
    return await _events(reader, work, claimed, report, None)


async def _events(reader: Reader, work: Work, claimed: Claimed, report: Report, link: Link | None) -> uuid.UUID:
    """Write every fact with its entry, all or none, and resolve the dead event; id of the first event."""
    delivery = Delivery(
        id=claimed.row.delivery_id or uuid.uuid4(),
        tenant_id=work.tenant_id,
        processor=claimed.row.source,
        received_at=claimed.row.ingested_at,
        size_bytes=0,
        signature_scheme="replay",
        secret_version=0,
    )

    async def send(prepared: Prepared) -> Answer:
        values = {"id": claimed.id, "delivery": prepared.text.decode()}
        async with transactions.of_tenant(work) as connection:
            return dict((await connection.execute(_REPLAY, values)).mappings().one())

    try:
        async with transactions.of_tenant(work) as connection:
            known = await terms.of_tenant(connection, work.tenant_id, reader.processors)
            if shops.concerns(report):
                report = shops.connect(report, await shops.of_tenant(connection))
        return (await record.record(send, delivery, report, known, link)).event_id
    except (CurrencyMismatch, ContradictsRecorded) as error:
        raise StillDead(error.code, str(error)) from error


async def _touch(work: Work, claimed: Claimed, content: Any) -> uuid.UUID:
    """Judged by the time at which it came in: waiting for its repair does not make it too old."""
    try:
        touch = _TOUCH.validate_json(json.dumps(content.get("touch")), strict=True)
    except ValidationError as error:
        raise StillDead("schema_validation", f"{error.error_count()} of its fields break the contract") from None
    item = Item(index=0, touch_id=touch.touch_id, touch=touch)
    async with transactions.of_tenant(work) as connection:
        known = await receive.look(connection, work.tenant_id, [item])
        (verdict,) = rules.judge([item], known, claimed.row.ingested_at)
        if verdict.result is Result.DEAD and verdict.cause is not None:
            raise StillDead(verdict.cause.code, verdict.cause.message)
        row = receive.to_row(touch, verdict.channel or rules.channel(touch, known.own_hosts))
        row |= {name: content[name] for name in ("journey_hash", "journey_key_version") if name in content}
        return await _store_touch(connection, claimed, row)


async def _store_touch(connection: AsyncConnection, claimed: Claimed, row: Mapping[str, Any]) -> uuid.UUID:
    event_id = await connection.scalar(_REPLAY_TOUCH, {"id": claimed.id, "touch": json.dumps(row)})
    return uuid.UUID(str(event_id))


async def _fail(work: Work, dead_event_id: uuid.UUID, error: StillDead) -> None:
    is_passing = error.code in rejections.PASSING
    values = {"id": dead_event_id, "code": error.code, "message": str(error), "is_passing": is_passing}
    async with transactions.of_tenant(work) as connection:
        status = await connection.scalar(_FAIL, values)
    log.warning(
        "dead_event_still_dead", dead_event_id=str(dead_event_id), error_code=error.code, remediation_status=status
    )
