"""Record what a delivery says, once, in one transaction: each fact as an event with its entry, and the delivery itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import direct
from impl.db.transaction import tenant_transaction
from impl.ingestion import channels
from impl.ingestion.deliveries import concurrency, rows
from impl.ingestion.deliveries.batches import Batches
from impl.ingestion.deliveries.delivery import Delivery, Ignored, NotRevenue, Outcome, Recorded
from impl.ingestion.deliveries.races import LostRaceError, constraint, persist
from impl.ingestion.deliveries.rows import Known
from impl.ingestion.journeys import Link
from impl.kernel.facts import Report
from impl.ledger import Terms
from impl.ledger.posting import ContradictsRecorded

_LOOKS: Final = 8
_ONE_ENTRY_OF_A_NOTIFICATION: Final = "uq_revenue_ledger__processor_event"
_RECORD: Final = "SELECT * FROM record_facts($1)"
_RECORD_ALONE: Final = "SELECT * FROM record_facts($1, waits => true)"
_IGNORE: Final = text(
    # A delivery that adds no event is itself worth keeping, and all that is kept.
    """
    INSERT INTO webhook_deliveries (
        id, tenant_id, processor, topic, processor_event_id, idempotency_key, received_at, size_bytes, signature_scheme,
        secret_label, secret_version, account, outcome, correlation_id, schema_notes)
    VALUES (
        :delivery_id, :tenant_id, :processor, :topic, :processor_event_id, :idempotency_key, :received_at, :size_bytes,
        :signature_scheme, :secret_label, :secret_version, :account, :outcome, :correlation_id, :schema_notes)
    """
).bindparams(bindparam("schema_notes", type_=JSONB(none_as_null=True)))

Answer = Mapping[str, Any]
"""A row of `record_facts`: `event_id` and `is_new` when the delivery is recorded, else `history`, which is recorded instead."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A delivery as the row that would record it, under the assumptions that the row names."""

    row: Mapping[str, Any]
    text: bytes
    """The row as JSON: what cannot be written down concerns its own delivery only."""

    @property
    def locks(self) -> Sequence[int]:
        """Keys of its payment, one for each name, sorted."""
        keys: Sequence[int] = self.row["lock_keys"]
        return keys

    @property
    def key(self) -> Hashable:
        """Names its facts, however often they are delivered."""
        return self.row["tenant_id"], self.row["processor"], *(fact["idempotency_key"] for fact in self.row["facts"])


Facts = Batches[Prepared, Answer]
"""Facts on their way into the database, each delivery with what the database answers to it."""
Send = Callable[[Prepared], Awaitable[Answer]]


def facts(engine: AsyncEngine) -> Facts:
    """Where deliveries of this event loop hand in their facts, to be recorded with those that wait at the same moment."""
    return Batches(partial(_send_batch, engine), partial(_send_alone, engine))


async def _send_batch(engine: AsyncEngine, batch: Sequence[Prepared]) -> Sequence[Answer | None]:
    document = b"[" + b",".join(prepared.text for prepared in batch) + b"]"
    # Nothing waits for a payment's lock in here: one payment that another process works on would hold up the whole batch, and two
    # batches could wait for each other. A delivery whose lock is taken has no answer, and is sent again alone.
    async with concurrency.connection_budget(engine):
        answers = {row["delivery_id"]: row for row in await direct.fetch(engine, _RECORD, document.decode())}
    return [answers.get(prepared.row["delivery_id"]) for prepared in batch]


async def _send_alone(engine: AsyncEngine, prepared: Prepared) -> Answer:
    # Its locks are taken in sorted order, so waiting for them cannot end in a deadlock.
    async with concurrency.share_of(prepared.row["tenant_id"]), concurrency.connection_budget(engine):
        answer: Answer = await direct.fetch_row(engine, _RECORD_ALONE, f"[{prepared.text.decode()}]")
    return answer


async def record(send: Send, delivery: Delivery, report: Report, terms: Terms, link: Link | None = None) -> Recorded:
    """Record every fact of the delivery with its ledger entry, all of them or none; or recognise it as a duplicate.

    One round trip when nothing is recorded about the transaction yet, which is almost always, or the facts themselves are.
    `terms` say what facts amount to and how payments count, and `link` is the journey that all its facts belong to. Raises
    `ledger.CurrencyMismatch` and `ledger.ContradictsRecorded` when a fact contradicts what is recorded; nothing is written then.
    """
    names = [channels.resolve(fact.hints) for fact in report.facts]

    def prepare(assumed: Known) -> Prepared:
        row = rows.received_delivery(delivery, report, names, link, assumed, terms)
        return Prepared(row, to_json(row))

    try:
        return await persist(lambda: _attempt(send, prepare, delivery, report), decisive=[_ONE_ENTRY_OF_A_NOTIFICATION])
    except IntegrityError as error:
        # No race, for it repeats: a notification with this id has posted such an entry before, and says something else now.
        if constraint(error) != _ONE_ENTRY_OF_A_NOTIFICATION:
            raise
        raise ContradictsRecorded("a notification with this id was recorded before and said something else") from error


async def record_if_it_changes(send: Send, delivery: Delivery, report: Report, terms: Terms) -> Recorded | None:
    """The same for facts of our own, which are worth an event only where they change what is recorded; None where they do not."""
    channel = [channels.resolve(fact.hints) for fact in report.facts]
    assumed = rows.NOTHING
    for _ in range(_LOOKS):
        # A history that cannot be the right one, so that the right one is the answer.
        row = rows.received_delivery(delivery, report, channel, None, Known(names=assumed.names), terms)
        answer = await send(Prepared(row, to_json(row)))
        if answer["event_id"] is not None:
            return None
        former, assumed = assumed, rows.known(answer["history"])
        if former.names == assumed.names:
            break
    row = rows.received_delivery(delivery, report, channel, None, assumed, terms)
    is_change = any("entry_kind" in fact for fact in row["facts"])
    return await record(send, delivery, report, terms) if is_change else None


async def _attempt(send: Send, prepare: Callable[[Known], Prepared], delivery: Delivery, report: Report) -> Recorded:
    prepared = prepare(rows.NOTHING)
    answer = await send(prepared)
    if answer["event_id"] is not None:
        return _recorded(prepared, delivery, report, answer)
    # Those that follow something go one after the other: each of them changes what the others have to know.
    async with concurrency.lock(prepared.locks[0]):
        for _ in range(_LOOKS):
            # Each look may find further names of the payment, and facts under those.
            prepared = prepare(rows.known(answer["history"]))
            answer = await send(prepared)
            if answer["event_id"] is not None:
                return _recorded(prepared, delivery, report, answer)
    raise LostRaceError("more was recorded about the transaction each time")


def _recorded(prepared: Prepared, delivery: Delivery, report: Report, answer: Answer) -> Recorded:
    """The channel is that of the event that the answer names, when this delivery made it."""
    by_event = {fact["event_id"]: fact["channel_code"] for fact in prepared.row["facts"]}
    return Recorded(
        tenant_id=delivery.tenant_id,
        idempotency_key=report.idempotency_key,
        schema_notes=delivery.schema_notes,
        is_new=answer["is_new"],
        event_id=answer["event_id"],
        channel=by_event.get(answer["event_id"]),
    )


async def ignore(engine: AsyncEngine, delivery: Delivery, meaning: NotRevenue) -> Ignored:
    """Note a delivery that was understood and says nothing about revenue."""
    key = meaning.idempotency_key
    row = rows.delivery_columns(delivery, key) | {"outcome": Outcome.IGNORED.value, "topic": meaning.topic}
    async with concurrency.connection_budget(engine), tenant_transaction(engine, delivery.tenant_id) as connection:
        await connection.execute(_IGNORE, row | {"processor_event_id": meaning.processor_event_id})
    return Ignored(
        tenant_id=delivery.tenant_id,
        idempotency_key=key,
        schema_notes=delivery.schema_notes,
        reason=meaning.reason,
    )
