"""Write a delivery and what it means, once, in one transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl import ledger
from impl.db import locks
from impl.db.sealing import KeyRing, Place
from impl.db.transaction import tenant_transaction
from impl.ingestion import channels, turns
from impl.ingestion.dead_events import FIRST_RETRY_AFTER, PASSING
from impl.ingestion.delivery import Death, Delivery, Outcome, Receipt, correlation_id
from impl.kernel import sql
from impl.kernel.errors import SkeldirError
from impl.kernel.events import CanonicalEvent, EntryKind, Report, idempotency_key
from impl.ledger import History, HistoryEntry, Posting

_SQL = {name: text(statement) for name, statement in sql.load(Path(__file__).with_name("queries.sql")).items()}
_ATTEMPTS = 5
_MAX_ISSUES = 20

ResultT = TypeVar("ResultT")


class LostRaceError(SkeldirError):
    """Another delivery of the same fact was recorded between our look and our write; look again."""


async def report(engine: AsyncEngine, delivery: Delivery, said: Report) -> Receipt:
    """Record what the delivery said: each fact with its ledger entry, all of them or none; or recognise it as a duplicate.

    Raises `ledger.CurrencyMismatch` when a fact contradicts its capture; nothing is written then.
    """
    async with turns.of(payment_lock(delivery, said.facts[0])):
        return await _persist(lambda: _report(engine, delivery, said))


async def ignored(engine: AsyncEngine, delivery: Delivery, topic: str, provider_event_id: str) -> Receipt:
    """Note a delivery that was understood and says nothing about revenue."""
    key = idempotency_key(delivery.provider, topic, provider_event_id)
    row = _delivery_row(delivery, key) | {"topic": topic, "provider_event_id": provider_event_id}
    async with tenant_transaction(engine, delivery.tenant_id) as connection:
        await connection.execute(_SQL["record_repetition"], row | {"outcome": Outcome.IGNORED.value, "event_id": None})
    return _receipt(Outcome.IGNORED, delivery, key)


async def dead(engine: AsyncEngine, ring: KeyRing, delivery: Delivery, death: Death) -> Receipt:
    """Keep a delivery that cannot become an event, its payload sealed; the same one dies only once."""
    return await _persist(lambda: _dead(engine, ring, delivery, death))


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


async def _report(engine: AsyncEngine, delivery: Delivery, said: Report) -> Receipt:
    async with tenant_transaction(engine, delivery.tenant_id, lock=payment_lock(delivery, said.facts[0])) as connection:
        written = [await _event(connection, delivery, said, fact) for fact in said.facts]
        new = next((made for made in written if made.is_new), None)
        if new is not None:
            return _receipt(Outcome.ACCEPTED, delivery, said.idempotency_key, new.event_id, new.channel)
        known = written[0].event_id
        row = _common(delivery, said) | {"outcome": Outcome.DUPLICATE.value, "event_id": known}
        await connection.execute(_SQL["record_repetition"], row)
        return _receipt(Outcome.DUPLICATE, delivery, said.idempotency_key, known)


def payment_lock(delivery: Delivery, fact: CanonicalEvent) -> int:
    """Key of the payment: everything that one payment's entries are posted by waits for the others."""
    name = fact.payment_reference or fact.original_transaction_id
    return locks.posting(delivery.tenant_id, fact.provider, name)


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of one fact."""

    event_id: uuid.UUID
    is_new: bool
    channel: str | None = None


async def _event(connection: AsyncConnection, delivery: Delivery, said: Report, fact: CanonicalEvent) -> _Written:
    known, history = await _history(connection, delivery, fact)
    if known is not None:
        return _Written(known, is_new=False)
    posting = ledger.post(fact, history)
    channel = channels.resolve(fact.hints)
    row = _row(delivery, fact, posting, channel) | _common(delivery, said)
    written = (await connection.execute(_SQL["record"], row)).one_or_none()
    if written is None:
        raise LostRaceError("the event was recorded meanwhile")
    return _Written(written.event_id, is_new=True, channel=channel)


async def to_rows(
    connection: AsyncConnection, delivery: Delivery, fact: CanonicalEvent
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Event and entry that `fact` would record now, by column; no entry when it posts none or is recorded already.

    The caller holds the `payment_lock`. Raises `ledger.CurrencyMismatch`.
    """
    known, history = await _history(connection, delivery, fact)
    channel = channels.resolve(fact.hints)
    if known is not None:
        said_before = Posting(revenue_cents=0, effect_cents=0, original_transaction_id=fact.original_transaction_id)
        return _event_columns(_row(delivery, fact, said_before, channel)), None
    row = _row(delivery, fact, ledger.post(fact, history), channel)
    return _event_columns(row), _entry_columns(row, fact) if row["entry_kind"] else None


def _event_columns(row: dict[str, Any]) -> dict[str, Any]:
    names = (
        "idempotency_key event_type provider_event_type external_event_id occurred_at order_id transaction_id revenue_cents "
        "effect_cents currency session_id channel_code utm_source utm_medium"
    ).split()
    made = {"id": row["event_id"], "campaign_id": row["utm_campaign"], "raw_payload": json.loads(row["raw_payload"])}
    return made | {name: row[name] for name in names}


def _entry_columns(row: dict[str, Any], fact: CanonicalEvent) -> dict[str, Any]:
    names = (
        "transaction_id original_transaction_id entry_kind effect_cents currency occurred_at payment_reference order_id reverses"
    ).split()
    made = {"id": row["entry_id"], "amount_cents": row["revenue_cents"], "provider_event_id": fact.provider_event_id}
    return made | {name: row[name] for name in names}


async def _history(
    connection: AsyncConnection, delivery: Delivery, fact: CanonicalEvent
) -> tuple[uuid.UUID | None, History]:
    """Id of the event if it is known, and what the ledger holds of its transaction."""
    found = (await connection.execute(_SQL["history"], _identity(delivery, fact))).one()
    entries = [_entry(values) for values in found.entries]
    return found.event_id, History(entries, found.has_won_dispute)


def _entry(values: list[Any]) -> HistoryEntry:
    id_, kind, transaction_id, original, amount, effect, currency, reverses = values
    parsed = uuid.UUID(reverses) if reverses else None
    return HistoryEntry(uuid.UUID(id_), EntryKind(kind), transaction_id, original, amount, effect, currency, parsed)


def _identity(delivery: Delivery, fact: CanonicalEvent) -> dict[str, Any]:
    return {
        "tenant_id": delivery.tenant_id,
        "provider": fact.provider,
        "idempotency_key": str(fact.idempotency_key),
        "transaction_id": fact.transaction_id,
        "original_transaction_id": fact.original_transaction_id,
        "payment_reference": fact.payment_reference,
    }


def _common(delivery: Delivery, said: Report) -> dict[str, Any]:
    """What every delivery row says."""
    return _delivery_row(delivery, said.idempotency_key) | {
        "topic": said.facts[0].provider_event_type,
        "provider_event_id": said.facts[0].provider_event_id,
    }


def _delivery_row(delivery: Delivery, key: uuid.UUID) -> dict[str, Any]:
    return {
        "delivery_id": delivery.id,
        "tenant_id": delivery.tenant_id,
        "provider": delivery.provider,
        "delivery_key": str(key),
        "received_at": delivery.received_at,
        "size_bytes": delivery.size_bytes,
        "signature_scheme": delivery.signature_scheme,
        "secret_version": delivery.secret_version,
        "correlation_id": correlation_id(key),
    }


def _row(delivery: Delivery, fact: CanonicalEvent, posting: Posting, channel: str) -> dict[str, Any]:
    return {
        **_identity(delivery, fact),
        "event_id": uuid.uuid4(),
        "entry_id": uuid.uuid4(),
        "event_type": fact.type.value,
        "provider_event_type": fact.provider_event_type,
        "external_event_id": fact.external_event_id,
        "occurred_at": fact.occurred_at,
        "order_id": fact.order_id,
        "original_transaction_id": posting.original_transaction_id,
        "revenue_cents": posting.revenue_cents,
        "effect_cents": posting.effect_cents,
        "entry_kind": posting.kind.value if posting.kind else None,
        "reverses": posting.reverses,
        "currency": fact.money.currency,
        "verification_source": f"{fact.provider}_webhook",
        "session_id": fact.hints.session_id,
        "channel_code": channel,
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "utm_campaign": fact.hints.utm_campaign,
        "raw_payload": json.dumps(_kept(fact, channel)),
    }


def _kept(fact: CanonicalEvent, channel: str) -> dict[str, Any]:
    """The readable part of the payload: allow-listed keys only, so that no personal data can come along."""
    values = {
        "event_type": fact.provider_event_type,
        "event_timestamp": fact.occurred_at.isoformat(),
        "currency": fact.money.currency,
        "vendor": fact.provider,
        "external_event_id": fact.external_event_id,
        "idempotency_key": str(fact.idempotency_key),
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "campaign_id": fact.hints.utm_campaign,
        "channel": channel,
    }
    return {key: value for key, value in values.items() if value is not None}


def _receipt(
    outcome: Outcome,
    delivery: Delivery,
    key: uuid.UUID,
    event_id: uuid.UUID | None = None,
    channel: str | None = None,
) -> Receipt:
    return Receipt(
        outcome=outcome,
        tenant_id=delivery.tenant_id,
        correlation_id=correlation_id(key),
        idempotency_key=key,
        event_id=event_id,
        channel=channel,
    )


async def _dead(engine: AsyncEngine, ring: KeyRing, delivery: Delivery, death: Death) -> Receipt:
    async with tenant_transaction(engine, delivery.tenant_id) as connection:
        found = (await connection.execute(_SQL["record_dead"], _dead_row(ring, delivery, death))).one_or_none()
        if found is None:
            raise LostRaceError("the dead event was recorded meanwhile")
    return Receipt(
        outcome=Outcome.DEAD,
        tenant_id=delivery.tenant_id,
        correlation_id=correlation_id(death.idempotency_key),
        idempotency_key=death.idempotency_key,
        dead_event_id=found.dead_event_id,
        error_code=death.code,
    )


def _dead_row(ring: KeyRing, delivery: Delivery, death: Death) -> dict[str, Any]:
    sealed = None
    if death.payload is not None:
        place = Place(delivery.tenant_id, "dead_events", "payload_sealed")
        sealed = ring.seal(json.dumps(death.payload).encode(), place)
    return {
        **_delivery_row(delivery, death.idempotency_key),
        "dead_event_id": uuid.uuid4(),
        "topic": death.topic,
        "provider_event_id": death.provider_event_id or str(death.idempotency_key),
        "external_event_id": death.provider_event_id,
        "event_type": death.topic,
        "next_retry_at": delivery.received_at + FIRST_RETRY_AFTER if death.code in PASSING else None,
        "error_code": death.code,
        "error_type": death.code,
        "error_message": death.message[:500],
        "error_detail": json.dumps({"pointer": death.pointer, "issues": list(death.issues[:_MAX_ISSUES])}),
        "raw_payload": json.dumps(death.kept),
        "payload_sealed": sealed.value if sealed else None,
        "key_id": sealed.key_id if sealed else None,
    }
