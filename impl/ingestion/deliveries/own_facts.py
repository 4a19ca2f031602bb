"""Facts about a payment that no delivery tells: that it has waited long enough, its order, the role of its account."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion.deliveries.delivery import Delivery
from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind, Link, Report
from impl.kernel.money import Currency, Money

_EVENT: Final = text("SELECT * FROM attribution_events WHERE tenant_id = :tenant_id AND id = :id")


async def event(connection: AsyncConnection, tenant_id: uuid.UUID, event_id: uuid.UUID) -> Any:
    """The row of an event of the payment. Raises `NoResultFound`."""
    return (await connection.execute(_EVENT, {"tenant_id": tenant_id, "id": event_id})).one()


def counted(row: Any) -> Report:
    """The payment of the event `row` has waited long enough for its order."""
    return _report(row, FactKind.COUNTED, row.transaction_id, shown_at=row.counts_at)


def linked(row: Any, order: Any) -> Report:
    """The payment of the event `row` belongs to the order of the event `order`."""
    link = Link(
        order_processor=order.processor,
        order_site=order.account,
        order_id=order.order_id or order.transaction_id,
        order_name=order.transaction_id,
        payment_processor=row.processor,
        payment_id=row.transaction_id,
        how="reconciliation",
    )
    return _report(row, FactKind.LINKED, order.transaction_id, links=(link,))


def recounted(row: Any, role_id: uuid.UUID) -> Report:
    """The role of the payment's account was set."""
    return _report(row, FactKind.RECOUNTED, f"{role_id}:{row.transaction_id}"[:255])


def delivery(row: Any) -> Delivery:
    """In place of the delivery that would tell it."""
    return Delivery(
        id=row.delivery_id or uuid.uuid4(),
        tenant_id=row.tenant_id,
        processor=row.processor,
        received_at=row.received_at,
        size_bytes=0,
        signature_scheme="own",
        secret_version=0,
        account=row.account,
    )


def _report(
    row: Any, kind: FactKind, object_id: str, *, shown_at: datetime | None = None, links: tuple[Link, ...] = ()
) -> Report:
    """Named as the event names the payment, on the day of its capture."""
    fact = Fact(
        processor=row.processor,
        account=row.account,
        kind=kind,
        type=EventType.PAYMENT_MOVED if links else EventType.PAYMENT_CAPTURED,
        object_id=object_id,
        money=Money(0, Currency(row.currency)),
        shown_at=shown_at or datetime.now(UTC),
        occurred_at=row.occurred_at,
        transaction_id=row.transaction_id,
        payment_reference=row.payment_reference,
        processor_event_type=row.processor_event_type,
        processor_event_id=f"{row.id}:{kind.value}:{object_id}"[:255],
        order_id=row.order_id,
        hints=Hints(
            session_id=row.session_id,
            utm_source=row.utm_source,
            utm_medium=row.utm_medium,
            utm_campaign=row.campaign_id,
        ),
        links=links,
    )
    return Report(facts=(fact,), idempotency_key=fact.idempotency_key)
