"""The stored content of a dead delivery, read with the current rules: to replay it, and to say what a replay will do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl import ledger
from impl.db.sealing import KeyRing, Sealed
from impl.ingestion import payloads
from impl.ingestion.deliveries import repaired
from impl.kernel import money
from impl.kernel.errors import SkeldirError
from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind, GivenAmount, KnownRepair, Repair, Report
from impl.kernel.money import Currency, Money
from impl.platforms import topics
from impl.platforms.errors import ForeignAmount, NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification
from impl.platforms.processor import Processor

_REFUSED: Final = text(
    "SELECT * FROM attribution_events"
    " WHERE tenant_id = :tenant_id AND processor = :processor AND idempotency_key = :refused_key"
)


class StillDead(SkeldirError):
    """The dead event cannot become an event; `code` classifies why."""

    def __init__(self, code: str, message: str, *, foreign_sale: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.foreign_sale = foreign_sale
        """Name of the sale that has an amount in another currency, as the content alone shows."""


class Row(Protocol):
    """The columns of a dead event that are needed to read it."""

    id: uuid.UUID
    source: str
    account: str
    idempotency_key: str
    event_type: str
    external_event_id: str | None
    error_code: str
    ingested_at: Any
    payload_sealed: bytes | None
    key_id: str | None
    refused_key: str | None
    repair_cents: int | None
    repair_currency: str | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Dependencies of reading stored content."""

    ring: KeyRing
    processors: Mapping[str, Processor]
    """By name."""


def given(row: Row) -> GivenAmount | None:
    """The amount that a manager gave."""
    if row.repair_cents is None or row.repair_currency is None:
        return None
    return GivenAmount(money=Money(row.repair_cents, Currency(row.repair_currency)), dead_event_id=row.id)


def content(ring: KeyRing, tenant_id: uuid.UUID, row: Row) -> Any:
    """The stored part of the body. Raises `StillDead` when nothing was stored."""
    if row.payload_sealed is None or row.key_id is None:
        raise StillDead(row.error_code, "its content was not kept; have it sent again")
    return payloads.unseal(ring, tenant_id, Sealed(row.payload_sealed, row.key_id))


async def report(
    connection: AsyncConnection, processors: Mapping[str, Processor], tenant_id: uuid.UUID, row: Row, payload: Any
) -> Report:
    """The facts of the delivery by the current rules, with the amounts that managers gave. Raises `StillDead`."""
    try:
        return _report(processors, row, payload, ())
    except StillDead as error:
        if error.foreign_sale is None:
            raise
        known = await repaired.of_sale(connection, tenant_id, row.source, row.account, error.foreign_sale)
    return _report(processors, row, payload, known)


def _report(processors: Mapping[str, Processor], row: Row, payload: Any, repairs: tuple[KnownRepair, ...]) -> Report:
    processor, amount = processors.get(row.source), given(row)
    if processor is None or not isinstance(payload, dict):
        raise StillDead("schema_validation", "there is nothing in it that could be read")
    notification = Notification(
        payload=payload,
        topic=None if row.event_type == "unknown" else row.event_type,
        id=row.external_event_id,
        account=row.account,
        received_at=row.ingested_at,
        given=amount,
        repairs=repairs,
    )
    facts = _facts(processor, notification)
    if amount is not None:
        facts = _repaired(facts, amount)
    return Report(facts=facts, idempotency_key=uuid.UUID(row.idempotency_key))


def _facts(processor: Processor, notification: Notification) -> tuple[Fact, ...]:
    try:
        return topics.read(processor, notification)
    except UnusableDelivery as error:
        sale = error.sale if isinstance(error, ForeignAmount) else None
        raise StillDead(error.code, str(error), foreign_sale=sale) from error
    except NothingToRecord as error:
        raise StillDead("unknown_provider_event", "it says nothing about revenue; give it up") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # Content that never passed the contract's schema may break any reader.
        raise StillDead("schema_validation", "it does not follow the schema of its processor") from error


def _repaired(facts: Sequence[Fact], amount: GivenAmount) -> tuple[Fact, ...]:
    """The same with the amount in place of the one in another currency, which its reader may have replaced already."""
    new = [fact for fact in facts if fact.repair and fact.repair.dead_event_id == amount.dead_event_id]
    foreign = [fact for fact in facts if not fact.repair and ledger.is_foreign(fact, amount.money.currency)]
    if len(new) + len(foreign) != 1:
        message = f"it has {len(new) + len(foreign)} amounts in another currency than {amount.money.currency}, not one"
        raise StillDead("currency_mismatch", message)
    return tuple(
        replace(fact, money=amount.money, repair=amount.instead_of(fact.money)) if fact in foreign else fact
        for fact in facts
    )


async def refused_report(connection: AsyncConnection, tenant_id: uuid.UUID, row: Row) -> Report:
    """The fact that was recorded before its capture and taken back, with the amount that a manager gave. Raises `StillDead`."""
    amount = given(row)
    if amount is None:
        raise StillDead("currency_mismatch", "it was recorded and taken back; it can only be repaired with an amount")
    values = {"tenant_id": tenant_id, "processor": row.source, "refused_key": row.refused_key}
    event = (await connection.execute(_REFUSED, values)).one()
    return Report(facts=(_refused(event, amount),), idempotency_key=row.id)


def _refused(event: Any, amount: GivenAmount) -> Fact:
    told = Money(event.shown_cents, Currency(event.currency))
    key = uuid.UUID(event.idempotency_key)
    return Fact(
        processor=event.processor,
        account=event.account,
        kind=FactKind(event.shown_kind),
        type=EventType(event.event_type),
        object_id=event.object_id,
        money=amount.money,
        shown_at=event.shown_at,
        occurred_at=event.occurred_at,
        transaction_id=event.transaction_id,
        payment_reference=event.payment_reference,
        processor_event_type=event.processor_event_type,
        # Its first entry has the id of its notification.
        processor_event_id=f"{amount.dead_event_id}:repaired",
        order_id=event.order_id,
        hints=Hints(
            session_id=event.session_id,
            utm_source=event.utm_source,
            utm_medium=event.utm_medium,
            utm_campaign=event.campaign_id,
        ),
        repair=Repair(told=told, dead_event_id=amount.dead_event_id, refused_key=key),
    )


def in_words(facts: Sequence[Fact]) -> str:
    """The facts in words: `PaymentRefunded re_1 13.10 USD on 2026-11-21`."""
    shown = [
        f"{fact.type} {fact.object_id[:60]} {money.text(fact.money)} on {fact.occurred_at:%Y-%m-%d}" for fact in facts
    ]
    return "; ".join(shown[:_SHOWN]) + (f"; and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")


_SHOWN: Final = 3
