"""A delivery with its facts as the JSON that the database function `record_facts` reads: pure, by column."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from impl import ledger
from impl.db import locks
from impl.ingestion.deliveries.delivery import Delivery, correlation_id
from impl.ingestion.journeys import Link
from impl.kernel.events import CanonicalEvent, EntryKind, EventType, Report
from impl.ledger import History, HistoryEntry, Posting


@dataclass(frozen=True, slots=True)
class Known:
    """The records about the transaction of a delivery, as far as its facts depend on it."""

    entries: Sequence[HistoryEntry] = ()
    event_keys: Collection[str] = ()
    """Idempotency keys of the facts that have their event."""
    won_disputes: Collection[str] = ()
    """Transaction ids of its disputes that were won."""


NOTHING: Final = Known()


def known(history: str) -> Known:
    """The history that `record_facts` answers when something else is recorded than was assumed."""
    values = json.loads(history)
    return Known([_entry(entry) for entry in values["entries"]], values["event_keys"], values["won_disputes"])


def _entry(values: list[Any]) -> HistoryEntry:
    id_, kind, transaction_id, original, amount, effect, currency, reverses = values
    reverses_id = uuid.UUID(reverses) if reverses else None
    return HistoryEntry(
        uuid.UUID(id_), EntryKind(kind), transaction_id, original, amount, effect, currency, reverses_id
    )


def payment_lock(delivery: Delivery, fact: CanonicalEvent) -> int:
    """Key of the payment: everything that one payment's entries are posted by waits for the others."""
    name = fact.payment_reference or fact.original_transaction_id
    return locks.posting(delivery.tenant_id, fact.processor, name)


def delivery_columns(delivery: Delivery, key: uuid.UUID) -> dict[str, Any]:
    """The columns of a delivery, whatever it says."""
    return {
        "delivery_id": delivery.id,
        "tenant_id": delivery.tenant_id,
        "processor": delivery.processor,
        "idempotency_key": str(key),
        "received_at": delivery.received_at,
        "size_bytes": delivery.size_bytes,
        "signature_scheme": delivery.signature_scheme,
        "secret_version": delivery.secret_version,
        "correlation_id": correlation_id(key),
        "schema_notes": _schema_notes(delivery),
    }


def _schema_notes(delivery: Delivery) -> Sequence[dict[str, str]] | None:
    notes = [{"pointer": note["pointer"], "message": note["message"]} for note in delivery.schema_notes]
    return notes or None


def received_delivery(
    delivery: Delivery, report: Report, channels: Sequence[str], link: Link | None, assumed: Known
) -> dict[str, Any]:
    """The delivery with all its facts, each with its entry, as they are to be recorded if `assumed` holds.

    `link` is the journey that its facts belong to, when the tenant has those. Raises `ledger.CurrencyMismatch`.
    """
    facts, first = report.facts, report.facts[0]
    references = {fact.payment_reference for fact in facts if fact.payment_reference}
    return {
        **delivery_columns(delivery, report.idempotency_key),
        "topic": first.processor_event_type,
        "processor_event_id": first.processor_event_id,
        "posted_at": delivery.received_at,
        "is_replay": False,
        "lock_key": payment_lock(delivery, first),
        "transaction_names": [*{fact.original_transaction_id for fact in facts} | references],
        "payment_references": [*references],
        "known_entries": [entry.id for entry in assumed.entries],
        "facts": [
            _received_fact(fact, posting, channel, link, assumed)
            for (fact, posting), channel in zip(_posted(facts, assumed), channels, strict=True)
        ],
    }


@dataclass(frozen=True, slots=True)
class _Posted:
    entry_id: uuid.UUID
    posting: Posting


def _posted(facts: Sequence[CanonicalEvent], assumed: Known) -> Iterator[tuple[CanonicalEvent, _Posted]]:
    """Each fact with what it posts after those before it; one that is known already posts nothing."""
    entries, won_disputes = [*assumed.entries], {*assumed.won_disputes}
    for fact in facts:
        entry_id = uuid.uuid4()
        if str(fact.idempotency_key) in assumed.event_keys:
            posting = Posting(0, 0, fact.original_transaction_id)
        else:
            posting = ledger.post(fact, History(entries, fact.transaction_id in won_disputes))
        if posting.kind is not None:
            entries.append(_posted_entry(entry_id, fact, posting))
        if fact.type is EventType.DISPUTE_WON:
            won_disputes.add(fact.transaction_id)
        yield fact, _Posted(entry_id, posting)


def _posted_entry(entry_id: uuid.UUID, fact: CanonicalEvent, posting: Posting) -> HistoryEntry:
    assert posting.kind is not None
    return HistoryEntry(
        id=entry_id,
        kind=posting.kind,
        transaction_id=fact.transaction_id,
        original_transaction_id=posting.original_transaction_id,
        amount_cents=posting.revenue_cents,
        effect_cents=posting.effect_cents,
        currency=fact.money.currency,
        reverses=posting.reverses,
    )


def _received_fact(
    fact: CanonicalEvent, posted: _Posted, channel: str, link: Link | None, assumed: Known
) -> dict[str, Any]:
    """An event and, with a kind, its entry."""
    posting, key = posted.posting, str(fact.idempotency_key)
    # Only a dispute that is being opened depends on whether it was won before; asking for the others costs a look-up.
    is_opened = fact.type is EventType.PAYMENT_DISPUTED
    return {
        "event_id": uuid.uuid4(),
        "idempotency_key": key,
        "is_known": key in assumed.event_keys,
        "event_type": fact.type.value,
        "processor_event_type": fact.processor_event_type,
        "external_event_id": fact.external_event_id,
        "occurred_at": fact.occurred_at,
        "order_id": fact.order_id,
        "transaction_id": fact.transaction_id,
        "revenue_cents": posting.revenue_cents,
        "effect_cents": posting.effect_cents,
        "currency": fact.money.currency,
        "session_id": fact.hints.session_id,
        "journey_hash": link.current.hex() if link else None,
        "journey_hash_previous": link.previous.hex() if link and link.previous else None,
        "channel_code": channel,
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "campaign_id": fact.hints.utm_campaign,
        "raw_payload": _readable(fact, channel),
        "knows_won_dispute": fact.transaction_id in assumed.won_disputes if is_opened else None,
        "entry_id": posted.entry_id,
        "entry_kind": posting.kind.value if posting.kind else None,
        "processor_event_id": fact.processor_event_id,
        "original_transaction_id": posting.original_transaction_id,
        "payment_reference": fact.payment_reference,
        "reverses": posting.reverses,
    }


def _readable(fact: CanonicalEvent, channel: str) -> dict[str, Any]:
    """The readable part of the payload: allow-listed keys only, so that no personal data can come along."""
    values = {
        "event_type": fact.processor_event_type,
        "event_timestamp": fact.occurred_at.isoformat(),
        "currency": fact.money.currency,
        "processor": fact.processor,
        "external_event_id": fact.external_event_id,
        "idempotency_key": str(fact.idempotency_key),
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "campaign_id": fact.hints.utm_campaign,
        "channel": channel,
    }
    return {key: value for key, value in values.items() if value is not None}
