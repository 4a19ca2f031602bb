"""A delivery with its facts as the JSON that the database function `record_facts` reads: pure, by column."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from impl import ledger
from impl.db import locks
from impl.ingestion.deliveries.delivery import Delivery, correlation_id
from impl.ingestion.journeys import Link
from impl.kernel.events import EntryKind
from impl.kernel.facts import FIXED, Fact, FactKind, PositionRule, Report, Shown
from impl.kernel.money import Currency, Money
from impl.ledger import History, HistoryEntry, KnownFact, Posting


@dataclass(frozen=True, slots=True)
class Known:
    """The records about the payment of a delivery."""

    history: History = field(default_factory=History)
    event_ids: Sequence[str] = ()
    """Of every event under one of its names, those that showed nothing included."""
    names: frozenset[str] = frozenset()
    """Names of the payment that its recorded facts tell."""
    references: frozenset[str] = frozenset()


NOTHING: Final = Known()


def known(history: str) -> Known:
    """The history that `record_facts` answers when something else is recorded than was assumed."""
    values = json.loads(history)
    events = values["facts"]
    return Known(
        history=History([_fact(event) for event in events if event[2]], [_entry(entry) for entry in values["entries"]]),
        event_ids=[event[0] for event in events],
        names=frozenset(event[8] for event in events),
        references=frozenset(event[9] for event in events if event[9]),
    )


def _fact(values: list[Any]) -> KnownFact:
    _, key, kind, object_id, cents, currency, shown_at, occurred_at, transaction_id, reference = values
    shown = Shown(
        kind=FactKind(kind),
        object_id=object_id,
        money=Money(cents, Currency(currency)),
        shown_at=datetime.fromisoformat(shown_at),
        occurred_at=datetime.fromisoformat(occurred_at),
        transaction_id=transaction_id,
        payment_reference=reference,
    )
    return KnownFact(uuid.UUID(key), shown)


def _entry(values: list[Any]) -> HistoryEntry:
    id_, kind, transaction_id, original, amount, effect, currency, reverses = values
    reverses_id = uuid.UUID(reverses) if reverses else None
    return HistoryEntry(
        uuid.UUID(id_), EntryKind(kind), transaction_id, original, amount, effect, currency, reverses_id
    )


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
        "secret_label": delivery.secret_label,
        "secret_version": delivery.secret_version,
        "account": delivery.account,
        "correlation_id": correlation_id(key),
        "schema_notes": _schema_notes(delivery),
    }


def _schema_notes(delivery: Delivery) -> Sequence[dict[str, str]] | None:
    notes = [{"pointer": note["pointer"], "message": note["message"]} for note in delivery.schema_notes]
    return notes or None


def received_delivery(
    delivery: Delivery, report: Report, channels: Sequence[str], link: Link | None, assumed: Known, rule: PositionRule
) -> dict[str, Any]:
    """The delivery with all its facts, each with its entry, as they are to be recorded if `assumed` holds.

    `link` is the journey that its facts belong to, when the tenant has those. Raises `ledger.CurrencyMismatch` and
    `ledger.ContradictsRecorded`.
    """
    facts, first = report.facts, report.facts[0]
    references = assumed.references.union(fact.payment_reference for fact in facts if fact.payment_reference)
    names = assumed.names.union(references, (fact.transaction_id for fact in facts))
    channel_of = dict(zip((id(fact) for fact in facts), channels, strict=True))
    return {
        **delivery_columns(delivery, report.idempotency_key),
        "topic": first.processor_event_type,
        "processor_event_id": first.processor_event_id,
        "posted_at": delivery.received_at,
        "is_replay": False,
        # Sorted, so that two deliveries which share several names cannot wait for each other.
        "lock_keys": sorted(locks.posting(delivery.tenant_id, name) for name in names),
        "transaction_names": [*names],
        "payment_references": [*references],
        "known_events": assumed.event_ids,
        "facts": [
            _received_fact(posting, channel_of[id(posting.fact)], link)
            for posting in ledger.post(facts, assumed.history, rule)
        ],
    }


def _received_fact(posting: Posting, channel: str, link: Link | None) -> dict[str, Any]:
    """An event and, with an entry kind, its entry."""
    fact, entry = posting.fact, posting.entry
    return {
        "event_id": uuid.uuid4(),
        "account": fact.account,
        "idempotency_key": str(posting.key),
        "is_known": posting.is_known,
        "is_fixed": fact.kind in FIXED and not posting.is_derived,
        "event_type": posting.type.value,
        "processor_event_type": fact.processor_event_type,
        "external_event_id": fact.object_id,
        **(_NOTHING_SHOWN if posting.is_derived else _shown(fact)),
        "occurred_at": posting.occurred_at,
        "order_id": fact.order_id,
        "transaction_id": fact.transaction_id,
        "payment_reference": fact.payment_reference,
        "revenue_cents": posting.revenue_cents,
        "effect_cents": posting.effect_cents,
        "currency": posting.currency,
        "session_id": fact.hints.session_id,
        "journey_hash": link.current.hex() if link else None,
        "journey_hash_previous": link.previous.hex() if link and link.previous else None,
        "channel_code": channel,
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "campaign_id": fact.hints.utm_campaign,
        "raw_payload": _readable(posting, channel),
        "entry_id": entry.id if entry else None,
        "entry_kind": entry.kind.value if entry else None,
        "ordinal": entry.ordinal if entry else None,
        "processor_event_id": _entry_event_id(posting),
        "entry_transaction_id": entry.transaction_id if entry else None,
        "original_transaction_id": posting.original_transaction_id,
        "reverses": entry.reverses if entry else None,
    }


def _entry_event_id(posting: Posting) -> str:
    """A name of its own for each currency, because one delivery may take back in one what it takes in another."""
    name, code = posting.fact.processor_event_id, posting.currency
    return name if code == posting.fact.money.currency else f"{name[: _MAX_ID - 4]}:{code}"


_MAX_ID: Final = 255
_NOTHING_SHOWN: Final = {"shown_kind": None, "shown_cents": None, "shown_at": None, "object_id": None}


def _shown(fact: Fact) -> dict[str, Any]:
    return {
        "shown_kind": fact.kind.value,
        "shown_cents": fact.cents,
        "shown_at": fact.shown_at,
        "object_id": fact.object_id,
    }


def _readable(posting: Posting, channel: str) -> dict[str, Any]:
    """The readable part of the payload: allow-listed keys only, so that no personal data can come along."""
    fact = posting.fact
    values = {
        "event_type": fact.processor_event_type,
        "event_timestamp": posting.occurred_at.isoformat(),
        "currency": posting.currency,
        "processor": fact.processor,
        "external_event_id": fact.object_id,
        "idempotency_key": str(posting.key),
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "campaign_id": fact.hints.utm_campaign,
        "channel": channel,
    }
    return {key: value for key, value in values.items() if value is not None}
