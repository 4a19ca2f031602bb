"""Deliveries, events and entries as the rows that are written: pure, by column."""

from __future__ import annotations

import json
import uuid
from typing import Any

from pydantic_core import to_json

from impl.db import locks
from impl.ingestion.deliveries.delivery import Delivery, correlation_id
from impl.ingestion.journeys import Link
from impl.kernel.events import CanonicalEvent, EntryKind, Report
from impl.ledger import History, HistoryEntry, Posting


def payment_lock(delivery: Delivery, fact: CanonicalEvent) -> int:
    """Key of the payment: everything that one payment's entries are posted by waits for the others."""
    name = fact.payment_reference or fact.original_transaction_id
    return locks.posting(delivery.tenant_id, fact.provider, name)


def event_columns(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of an event, for the database's own replay."""
    names = (
        "idempotency_key event_type provider_event_type external_event_id occurred_at order_id transaction_id revenue_cents "
        "effect_cents currency session_id channel_code utm_source utm_medium"
    ).split()
    made = {"id": row["event_id"], "campaign_id": row["utm_campaign"], "raw_payload": json.loads(row["raw_payload"])}
    return made | {name: row[name] for name in names}


def entry_columns(row: dict[str, Any], fact: CanonicalEvent) -> dict[str, Any]:
    """The columns of an entry, for the database's own replay."""
    names = (
        "transaction_id original_transaction_id entry_kind effect_cents currency occurred_at payment_reference order_id reverses"
    ).split()
    made = {"id": row["entry_id"], "amount_cents": row["revenue_cents"], "provider_event_id": fact.provider_event_id}
    return made | {name: row[name] for name in names}


def history(entries: list[list[Any]], *, has_won_dispute: bool) -> History:
    """What is recorded about a transaction, from the arrays that the statements answer."""
    return History([_entry(values) for values in entries], has_won_dispute)


def _entry(values: list[Any]) -> HistoryEntry:
    id_, kind, transaction_id, original, amount, effect, currency, reverses = values
    parsed = uuid.UUID(reverses) if reverses else None
    return HistoryEntry(uuid.UUID(id_), EntryKind(kind), transaction_id, original, amount, effect, currency, parsed)


def identity(delivery: Delivery, fact: CanonicalEvent) -> dict[str, Any]:
    """What a fact and its transaction are known by."""
    return {
        "tenant_id": delivery.tenant_id,
        "provider": fact.provider,
        "idempotency_key": str(fact.idempotency_key),
        "transaction_id": fact.transaction_id,
        "original_transaction_id": fact.original_transaction_id,
        "payment_reference": fact.payment_reference,
    }


def common(delivery: Delivery, said: Report) -> dict[str, Any]:
    """What every delivery row says."""
    return delivery_row(delivery, said.idempotency_key) | {
        "topic": said.facts[0].provider_event_type,
        "provider_event_id": said.facts[0].provider_event_id,
    }


def delivery_row(delivery: Delivery, key: uuid.UUID) -> dict[str, Any]:
    """What a delivery is, whatever it says."""
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


def fact_row(
    delivery: Delivery, fact: CanonicalEvent, posting: Posting, channel: str, link: Link | None
) -> dict[str, Any]:
    """A new event and, with a kind, its entry. `link` is the journey it belongs to, when the tenant has those."""
    return {
        **identity(delivery, fact),
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
        "journey_hash": link.current if link else None,
        "journey_hash_previous": link.previous if link else None,
        "channel_code": channel,
        "utm_source": fact.hints.utm_source,
        "utm_medium": fact.hints.utm_medium,
        "utm_campaign": fact.hints.utm_campaign,
        "raw_payload": to_json(_kept(fact, channel)).decode(),
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
