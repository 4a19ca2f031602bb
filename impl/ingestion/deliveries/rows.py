"""A delivery with its facts as the JSON that the database function `record_facts` reads: pure, by column."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from impl import ledger
from impl.db import locks
from impl.ingestion.deliveries import lookups
from impl.ingestion.deliveries.delivery import Delivery, correlation_id
from impl.ingestion.journeys import Link
from impl.kernel import ids, money
from impl.kernel.events import EntryKind
from impl.kernel.facts import FIXED, Fact, FactKind, Report, Shown
from impl.kernel.facts import Link as SaleLink
from impl.kernel.money import Currency, Money
from impl.ledger import History, HistoryEntry, KnownFact, Posting, Terms, Wait
from impl.platforms import summary


@dataclass(frozen=True, slots=True)
class Known:
    """The records about the sale of a delivery."""

    history: History = field(default_factory=History)
    event_ids: Sequence[str] = ()
    """Of every event under one of its names, those that showed nothing included."""
    link_ids: Sequence[str] = ()
    names: lookups.Lookups = field(default_factory=dict)
    """Names of both sides that its recorded facts and links tell."""


NOTHING: Final = Known()


def known(history: str) -> Known:
    """The history that `record_facts` answers when something else is recorded than was assumed."""
    values = json.loads(history)
    events, rows_of_links = [_Event(*event) for event in values["facts"]], values["links"]
    links = [_link(row) for row in rows_of_links]
    return Known(
        history=History(
            [_fact(event, event.kind) for event in events if event.kind],
            [_entry(entry) for entry in values["entries"]],
            links,
        ),
        event_ids=[event.id for event in events],
        link_ids=[row[0] for row in rows_of_links],
        names=lookups.merged(
            *(lookups.of_side(event, event.order_id) for event in events), *map(lookups.of_link, links)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """An event as the database tells it; its columns in order."""

    id: str
    key: str
    kind: str | None
    object_id: str
    cents: int
    currency: str
    shown_at: str
    occurred_at: str
    transaction_id: str
    payment_reference: str | None
    processor: str
    account: str
    order_id: str | None
    told_cents: int | None
    told_currency: str | None
    gateway: str | None
    order_reference: str | None


def _fact(event: _Event, kind: str) -> KnownFact:
    shown = Shown(
        processor=event.processor,
        account=event.account,
        kind=FactKind(kind),
        object_id=event.object_id,
        money=Money(event.cents, Currency(event.currency)),
        shown_at=datetime.fromisoformat(event.shown_at),
        occurred_at=datetime.fromisoformat(event.occurred_at),
        transaction_id=event.transaction_id,
        payment_reference=event.payment_reference,
        gateway=event.gateway,
        order_reference=event.order_reference,
    )
    told = Money(event.told_cents or 0, Currency(event.told_currency)) if event.told_currency else None
    return KnownFact(uuid.UUID(event.key), shown, told)


def _entry(values: list[Any]) -> HistoryEntry:
    id_, kind, transaction_id, original, amount, effect, currency, reverses, occurred_at, processor = values
    return HistoryEntry(
        id=uuid.UUID(id_),
        kind=EntryKind(kind),
        transaction_id=transaction_id,
        original_transaction_id=original,
        amount_cents=amount,
        effect_cents=effect,
        currency=currency,
        occurred_at=datetime.fromisoformat(occurred_at),
        processor=processor,
        reverses=uuid.UUID(reverses) if reverses else None,
    )


def _link(values: list[Any]) -> SaleLink:
    columns = ("order_processor", "order_site", "order_id", "order_name", "payment_processor", "payment_id", "how")
    return SaleLink(**dict(zip(columns, values[1:], strict=True)))


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
    delivery: Delivery, report: Report, channels: Sequence[str], link: Link | None, assumed: Known, terms: Terms
) -> dict[str, Any]:
    """The delivery with all its facts, each with its entry, as they are to be recorded if `assumed` holds.

    `link` is the journey that its facts belong to, when the tenant has those. Raises `ledger.CurrencyMismatch` and
    `ledger.ContradictsRecorded`.
    """
    facts, first = report.facts, report.facts[0]
    sides = lookups.of_facts(facts)
    if assumed.names:
        sides = lookups.merged(assumed.names, sides)
    channel_of = dict(zip((id(fact) for fact in facts), channels, strict=True))
    return {
        **delivery_columns(delivery, report.idempotency_key),
        "topic": first.processor_event_type,
        "processor_event_id": first.processor_event_id,
        "posted_at": delivery.received_at,
        "is_replay": False,
        **({"object_name": delivery.about.name, "object_at": delivery.about.at} if delivery.about else {}),
        "lock_keys": locks.postings(delivery.tenant_id, (name for _, name in sides)),
        "names": [name for _, name in sides],
        "names_of": [processor for processor, _ in sides],
        "looks": list(sides.values()),
        "known_events": assumed.event_ids,
        "known_links": assumed.link_ids,
        "links": _links(facts),
        "mismatched": _mismatches(facts, assumed.history),
        "facts": [
            _without_nothing(_received_fact(posting, channel_of[id(posting.fact)], link, delivery))
            for posting in ledger.post(facts, assumed.history, terms)
        ],
    }


def _without_nothing(row: dict[str, Any]) -> dict[str, Any]:
    """The row without its empty columns: they are NULL to the database, and cost it no parsing."""
    return {name: value for name, value in row.items() if value is not None}


def _links(facts: Iterable[Fact]) -> list[dict[str, str]] | None:
    links = dict.fromkeys(link for fact in facts if fact.links for link in fact.links)
    return [asdict(link) for link in links] or None


def _mismatches(facts: Sequence[Fact], history: History) -> list[dict[str, Any]] | None:
    return [_mismatch(fact, facts[0]) for fact in ledger.mismatched(facts, history)] if history.facts else None


def _mismatch(known: KnownFact, capture: Fact) -> dict[str, Any]:
    """The dead event for what turns out to be in another currency than its capture."""
    shown = known.shown
    amount = money.text(shown.money)
    message = f"{shown.object_id} of {amount} was taken back: {shown.transaction_id} is in {capture.money.currency}"
    return {
        "idempotency_key": f"{known.key}:mismatch",
        "refused_key": str(known.key),
        "event_type": shown.kind.value,
        "error_message": message[:500],
        "error_detail": {
            "pointer": "",
            "issues": [],
            "object_id": shown.object_id,
            "transaction_id": shown.transaction_id,
        },
        "raw_payload": {"currency": shown.money.currency, "external_event_id": shown.object_id},
        "external_event_id": shown.object_id,
        "object_number": summary.number(shown.object_id),
        "amount_cents": shown.cents,
        "currency": shown.money.currency,
    }


def _received_fact(posting: Posting, channel: str, link: Link | None, delivery: Delivery) -> dict[str, Any]:
    """An event and, with an entry kind, its entry."""
    fact, entry, about = posting.fact, posting.entry, posting.about
    return {
        "event_id": ids.new(),
        "of_processor": about.processor if about.processor != delivery.processor else None,
        "account": about.account,
        "idempotency_key": posting.key,
        "is_known": posting.is_known,
        "is_fixed": fact.kind in FIXED and not posting.is_derived,
        "event_type": posting.type.value,
        "processor_event_type": fact.processor_event_type,
        "external_event_id": fact.object_id,
        **(_NOTHING_SHOWN if posting.is_derived else _shown(fact)),
        "occurred_at": posting.occurred_at,
        "order_id": fact.order_id if about.processor == fact.processor else None,
        "transaction_id": about.transaction_id,
        "payment_reference": about.payment_reference,
        "gateway": about.gateway,
        "order_reference": about.order_reference,
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
        "counts_at": _counts_at(posting, delivery),
        **_repair(posting),
    }


def _repair(posting: Posting) -> dict[str, Any]:
    """The column of a repaired fact; the many others do without it."""
    repair = posting.fact.repair
    if repair is None or posting.is_derived:
        return {}
    values = {"told_cents": repair.told.amount_cents, "told_currency": repair.told.currency}
    return {"repair": values | {"dead_event_id": str(repair.dead_event_id)}}


def _counts_at(posting: Posting, delivery: Delivery) -> datetime | str | None:
    """When a payment counts without an order: never where its account has to be confirmed by one."""
    if posting.wait is Wait.FOR_ORDER:
        return delivery.received_at + WAITS
    return "infinity" if posting.wait is Wait.UNCONFIRMED else None


def _entry_event_id(posting: Posting) -> str:
    """A name of its own for each derived event, because one delivery may post several entries of one kind and transaction."""
    name = posting.fact.processor_event_id
    return f"{name[: _MAX_ID - 8]}:{posting.derived_number}" if posting.is_derived else name


WAITS: Final = timedelta(minutes=60)
"""How long a payment waits for the order that it names: shops send their orders later than processors their payments."""
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
        "processor": posting.about.processor,
        "external_event_id": fact.object_id,
        "idempotency_key": posting.key,
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "campaign_id": fact.hints.utm_campaign,
        "channel": channel,
    }
    return {key: value for key, value in values.items() if value is not None}
