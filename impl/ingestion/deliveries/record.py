"""Write a delivery and what it means, once, in one transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl import ledger
from impl.db import direct
from impl.db.sealing import KeyRing, Place
from impl.db.transaction import tenant_transaction
from impl.ingestion import channels
from impl.ingestion.deliveries import rows, turns
from impl.ingestion.deliveries.batches import Batches
from impl.ingestion.deliveries.delivery import Delivery, Ignored, NotRevenue, Outcome, Recorded, Rejected, Rejection
from impl.ingestion.journeys import Link
from impl.ingestion.rejections import FIRST_RETRY_AFTER, MAX_MESSAGE, PASSING
from impl.kernel import sql
from impl.kernel.errors import SkeldirError
from impl.kernel.events import CanonicalEvent, EventType, Report, idempotency_key
from impl.ledger import History, Posting

_SQL = {name: text(statement) for name, statement in sql.load(Path(__file__).with_name("queries.sql")).items()}
_ATTEMPTS = 5
_LOOKS = 2
_PARAMETERS: Final = """
    tenant_id lock_key known_entries knows_won_dispute delivery_id provider topic provider_event_id delivery_key received_at
    size_bytes signature_scheme secret_version correlation_id event_id idempotency_key event_type provider_event_type
    external_event_id occurred_at order_id transaction_id revenue_cents effect_cents currency session_id journey_hash
    journey_hash_previous channel_code utm_source utm_medium utm_campaign raw_payload searched_id entry_id entry_kind
    original_transaction_id payment_reference reverses
""".split()
_DEATH: Final = """
    tenant_id delivery_id provider topic provider_event_id delivery_key received_at size_bytes signature_scheme secret_version
    correlation_id dead_event_id error_code error_type event_type error_message error_detail raw_payload payload_sealed key_id
    external_event_id next_retry_at
""".split()


def _call(function: str, parameters: Sequence[str]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(parameters) + 1))
    return f"SELECT * FROM {function}({places})"  # noqa: S608 - places of values only


_RECORD_FACT: Final = _call("record_fact", _PARAMETERS)
_RECORD_DEATH: Final = _call("record_death", _DEATH)
_RECORD_FACTS: Final = "SELECT * FROM record_facts($1)"

ResultT = TypeVar("ResultT")


class LostRaceError(SkeldirError):
    """Another delivery of the same fact was recorded between our look and our write; look again."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as the row that would record it, under the assumptions that the row names."""

    row: Mapping[str, Any]
    text: bytes
    """The row as JSON: what cannot be written down concerns its own delivery only."""

    @property
    def lock(self) -> int:
        """Key of its payment."""
        found: int = self.row["lock_key"]
        return found

    @property
    def key(self) -> str:
        """Names the fact, however often it is delivered."""
        return f"{self.row['tenant_id']} {self.row['provider']} {self.row['idempotency_key']}"


Facts = Batches[Fact, Mapping[str, Any]]
"""Facts on their way into the database, each with what the database answers to it."""


def facts(engine: AsyncEngine) -> Facts:
    """Where deliveries of this event loop hand in their facts, to be recorded with those that wait at the same moment."""
    return Batches(partial(_record_facts, engine), partial(_record_fact, engine))


async def _record_facts(engine: AsyncEngine, together: Sequence[Fact]) -> Sequence[Mapping[str, Any] | None]:
    batch = b"[" + b",".join(fact.text for fact in together) + b"]"
    async with turns.room(engine):
        found = {row["delivery_id"]: row for row in await direct.fetch(engine, _RECORD_FACTS, batch.decode())}
    answers = [found.get(fact.row["delivery_id"]) for fact in together]
    return [answer if answer and (answer["event_id"] or answer["entries"]) else None for answer in answers]


async def _record_fact(engine: AsyncEngine, fact: Fact) -> Mapping[str, Any]:
    async with turns.room(engine):
        found: Mapping[str, Any] = await direct.fetch_row(
            engine, _RECORD_FACT, *(fact.row[name] for name in _PARAMETERS)
        )
    return found


async def record(
    engine: AsyncEngine, waiting: Facts, delivery: Delivery, said: Report, link: Link | None = None
) -> Recorded:
    """Record what the delivery said: each fact with its ledger entry, all of them or none; or recognise it as a duplicate.

    `link` is the journey that all its facts belong to. Raises `ledger.CurrencyMismatch` when a fact contradicts its capture;
    nothing is written then.
    """
    if len(said.facts) == 1:
        return await _persist(lambda: _one_fact(waiting, delivery, said, link))
    async with turns.of(rows.payment_lock(delivery, said.facts[0])), turns.room(engine):
        return await _persist(lambda: _report(engine, delivery, said, link))


async def ignore(engine: AsyncEngine, delivery: Delivery, meaning: NotRevenue) -> Ignored:
    """Note a delivery that was understood and says nothing about revenue."""
    key = idempotency_key(delivery.provider, meaning.topic, meaning.provider_event_id)
    row = rows.delivery_row(delivery, key) | {"topic": meaning.topic, "provider_event_id": meaning.provider_event_id}
    async with turns.room(engine), tenant_transaction(engine, delivery.tenant_id) as connection:
        await connection.execute(_SQL["record_repetition"], row | {"outcome": Outcome.IGNORED.value, "event_id": None})
    return Ignored(tenant_id=delivery.tenant_id, idempotency_key=key)


async def reject(engine: AsyncEngine, ring: KeyRing, delivery: Delivery, rejection: Rejection) -> Rejected:
    """Keep a delivery that cannot become an event, its payload sealed; the same one dies only once."""
    async with turns.room(engine):
        return await _persist(lambda: _reject(engine, ring, delivery, rejection))


async def _persist(attempt: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """`attempt` again while it loses races: each loss means that somebody else has made progress."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except (LostRaceError, IntegrityError) as error:
            if isinstance(error, IntegrityError) and not _is_unique_violation(error):
                raise
    return await attempt()


def _is_unique_violation(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "23505"


async def _one_fact(waiting: Facts, delivery: Delivery, said: Report, link: Link | None) -> Recorded:
    """One round trip when nothing is recorded about the transaction yet, which is almost always, or the fact itself is.

    Those that follow something take turns for the second: each of them changes what the others have to know.
    """
    channel = channels.resolve(said.facts[0].hints)
    found = await waiting.put(_fact(delivery, said, History(), channel, link))
    if found["event_id"] is not None:
        return _receipt(delivery, said, found, channel)
    async with turns.of(rows.payment_lock(delivery, said.facts[0])):
        for _ in range(_LOOKS):
            known = rows.history(json.loads(found["entries"]), has_won_dispute=found["has_won_dispute"])
            found = await waiting.put(_fact(delivery, said, known, channel, link))
            if found["event_id"] is not None:
                return _receipt(delivery, said, found, channel)
    raise LostRaceError("more was recorded about the transaction each time")


def _fact(delivery: Delivery, said: Report, known: History, channel: str, link: Link | None) -> Fact:
    fact = said.facts[0]
    row = rows.fact_row(delivery, fact, ledger.post(fact, known), channel, link)
    row.update(rows.common(delivery, said))
    row["lock_key"], row["searched_id"] = rows.payment_lock(delivery, fact), fact.original_transaction_id
    row["known_entries"] = [entry.id for entry in known.entries]
    row["knows_won_dispute"] = known.has_won_dispute if fact.type is EventType.PAYMENT_DISPUTED else None
    return Fact(row, to_json(row, bytes_mode="hex"))


def _receipt(delivery: Delivery, said: Report, found: Mapping[str, Any], channel: str) -> Recorded:
    is_new, key = found["is_new"], said.idempotency_key
    return _recorded(delivery, key, found["event_id"], channel if is_new else None)


def _recorded(delivery: Delivery, key: uuid.UUID, event_id: uuid.UUID, channel: str | None) -> Recorded:
    """Every event has a channel: without one, nothing was new."""
    return Recorded(
        tenant_id=delivery.tenant_id,
        idempotency_key=key,
        is_new=channel is not None,
        event_id=event_id,
        channel=channel,
    )


async def _report(engine: AsyncEngine, delivery: Delivery, said: Report, link: Link | None) -> Recorded:
    lock = rows.payment_lock(delivery, said.facts[0])
    async with tenant_transaction(engine, delivery.tenant_id, lock=lock) as connection:
        written = [await _event(connection, delivery, said, fact, link) for fact in said.facts]
        new = next((made for made in written if made.is_new), None)
        if new is not None:
            return _recorded(delivery, said.idempotency_key, new.event_id, new.channel)
        known = written[0].event_id
        row = rows.common(delivery, said) | {"outcome": Outcome.DUPLICATE.value, "event_id": known}
        await connection.execute(_SQL["record_repetition"], row)
        return _recorded(delivery, said.idempotency_key, known, None)


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of one fact."""

    event_id: uuid.UUID
    is_new: bool
    channel: str | None = None


async def _event(
    connection: AsyncConnection, delivery: Delivery, said: Report, fact: CanonicalEvent, link: Link | None
) -> _Written:
    known, history = await _history(connection, delivery, fact)
    if known is not None:
        return _Written(known, is_new=False)
    posting = ledger.post(fact, history)
    channel = channels.resolve(fact.hints)
    row = rows.fact_row(delivery, fact, posting, channel, link) | rows.common(delivery, said)
    written = (await connection.execute(_SQL["record"], row)).one_or_none()
    if written is None:
        raise LostRaceError("the event was recorded meanwhile")
    return _Written(written.event_id, is_new=True, channel=channel)


async def to_rows(
    connection: AsyncConnection, delivery: Delivery, fact: CanonicalEvent, link: Link | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Event and entry that `fact` would record now, by column; no entry when it posts none or is recorded already.

    The caller holds the `payment_lock`. Raises `ledger.CurrencyMismatch`.
    """
    known, history = await _history(connection, delivery, fact)
    channel = channels.resolve(fact.hints)
    if known is not None:
        said_before = Posting(revenue_cents=0, effect_cents=0, original_transaction_id=fact.original_transaction_id)
        return rows.event_columns(rows.fact_row(delivery, fact, said_before, channel, link)), None
    row = rows.fact_row(delivery, fact, ledger.post(fact, history), channel, link)
    return rows.event_columns(row), rows.entry_columns(row, fact) if row["entry_kind"] else None


async def _history(
    connection: AsyncConnection, delivery: Delivery, fact: CanonicalEvent
) -> tuple[uuid.UUID | None, History]:
    """Id of the event if it is known, and what the ledger holds of its transaction."""
    found = (await connection.execute(_SQL["history"], rows.identity(delivery, fact))).one()
    return found.event_id, rows.history(found.entries, has_won_dispute=found.has_won_dispute)


async def _reject(engine: AsyncEngine, ring: KeyRing, delivery: Delivery, rejection: Rejection) -> Rejected:
    values = _dead_row(ring, delivery, rejection)
    row = await direct.fetch_row(engine, _RECORD_DEATH, *(values[name] for name in _DEATH))
    if row is None:
        raise LostRaceError("the dead event was recorded meanwhile")
    return Rejected(
        tenant_id=delivery.tenant_id,
        idempotency_key=rejection.idempotency_key,
        dead_event_id=row["dead_event_id"],
        error_code=rejection.code,
    )


def _dead_row(ring: KeyRing, delivery: Delivery, rejection: Rejection) -> dict[str, Any]:
    sealed = None
    if rejection.payload is not None:
        place = Place(delivery.tenant_id, "dead_events", "payload_sealed")
        sealed = ring.seal(json.dumps(rejection.payload).encode(), place)
    return {
        **rows.delivery_row(delivery, rejection.idempotency_key),
        "dead_event_id": uuid.uuid4(),
        "topic": rejection.topic,
        "provider_event_id": rejection.provider_event_id or str(rejection.idempotency_key),
        "external_event_id": rejection.provider_event_id,
        "event_type": rejection.topic,
        "next_retry_at": delivery.received_at + FIRST_RETRY_AFTER if rejection.code in PASSING else None,
        "error_code": rejection.code,
        "error_type": rejection.code,
        "error_message": rejection.message[:MAX_MESSAGE],
        "error_detail": json.dumps(rejection.detail),
        "raw_payload": json.dumps(rejection.kept),
        "payload_sealed": sealed.value if sealed else None,
        "key_id": sealed.key_id if sealed else None,
    }
