"""Keep a delivery that cannot become an event: a dead event, its payload sealed."""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import direct
from impl.db.sealing import KeyRing
from impl.ingestion import journeys, kept, payloads
from impl.ingestion.deliveries import concurrency, rows
from impl.ingestion.deliveries.delivery import Delivery, Rejected, Rejection
from impl.ingestion.deliveries.races import LostRaceError, persist
from impl.ingestion.rejections import FIRST_RETRY_AFTER, MAX_MESSAGE, PASSING
from impl.kernel import ids
from impl.platforms import registry, summary
from impl.platforms.notification import plain_id

_RECORD: Final = "SELECT * FROM record_rejection($1)"


async def reject(engine: AsyncEngine, ring: KeyRing, delivery: Delivery, rejection: Rejection) -> Rejected:
    """Keep the delivery with its cause. The same one is kept once, however often it is delivered."""
    row = to_json(_row(ring, delivery, rejection)).decode()

    async def attempt() -> Rejected:
        record = await direct.fetch_row(engine, _RECORD, row)
        if record is None:
            raise LostRaceError("the dead event was recorded meanwhile")
        return Rejected(
            tenant_id=delivery.tenant_id,
            idempotency_key=rejection.idempotency_key,
            schema_notes=delivery.schema_notes,
            dead_event_id=record["dead_event_id"],
            error_code=rejection.code,
            pointer=rejection.pointer,
        )

    # Around all attempts, not each: a delivery that lost a race keeps its place in the budget instead of queueing again.
    async with concurrency.connection_budget(engine):
        return await persist(attempt)


def _row(ring: KeyRing, delivery: Delivery, rejection: Rejection) -> dict[str, Any]:
    sealed, detail = None, rejection.detail
    if rejection.payload is not None:
        part = kept.of_delivery(delivery.processor, rejection.payload)
        sealed = payloads.seal(ring, delivery.tenant_id, journeys.with_link(part.payload, rejection.link))
        detail |= {"not_kept": list(part.not_kept)}
    about = summary.of(delivery.processor, rejection.payload)
    version = registry.processor(delivery.processor).object_version(rejection.topic, rejection.payload)
    # A body that broke its schema may have anybody's text where an id should be.
    version = version if version and plain_id(version.name) else None
    return {
        **rows.delivery_columns(delivery, rejection.idempotency_key),
        "dead_event_id": ids.new(),
        "topic": rejection.topic,
        "processor_event_id": rejection.processor_event_id or str(rejection.idempotency_key),
        "external_event_id": rejection.processor_event_id,
        "next_retry_at": delivery.received_at + FIRST_RETRY_AFTER if rejection.code in PASSING else None,
        "error_code": rejection.code,
        "error_message": rejection.message[:MAX_MESSAGE],
        "error_detail": detail,
        "object_number": about.object_number,
        "amount_cents": about.amount.amount_cents if about.amount else None,
        "currency": about.amount.currency if about.amount else None,
        "reader_version": summary.READER_VERSION,
        "object_name": version.name if version else None,
        "object_at": version.at if version else None,
        "raw_payload": rejection.readable,
        "payload_sealed": sealed.value.hex() if sealed else None,
        "key_id": sealed.key_id if sealed else None,
    }
