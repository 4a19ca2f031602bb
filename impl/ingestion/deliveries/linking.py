"""Orders and payments that belong together as the books of a processor show, long after both were told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from sqlalchemy import text

from impl.ingestion.deliveries import own_facts, record, terms
from impl.ingestion.deliveries.delivery import Recorded
from impl.ingestion.deliveries.record import Answer, Prepared
from impl.jobs import transactions
from impl.jobs.kinds import Work
from impl.platforms import gateways
from impl.platforms.processor import Processor

_LINK: Final = text("SELECT * FROM ingest.link_sale(:order_event_id, :payment_event_id, CAST(:delivery AS jsonb))")


async def link(
    processors: Mapping[str, Processor], work: Work, *, order_event_id: uuid.UUID, payment_event_id: uuid.UUID
) -> Recorded:
    """Make one sale of the order and the payment that two events of the job's tenant are about, as a delivery that named both
    would have: a payment that has counted moves to its order. Linked before, it changes nothing.

    Raises `ValueError` when the one event is of no shop, or the other of no processor of payments, and `NoResultFound`.
    """
    async with transactions.of_tenant(work) as connection:
        order = await own_facts.event(connection, work.tenant_id, order_event_id)
        payment = await own_facts.event(connection, work.tenant_id, payment_event_id)
        known = await terms.of_tenant(connection, work.tenant_id, processors)
    if order.processor not in gateways.SHOPS or payment.processor in gateways.SHOPS:
        raise ValueError(f"an order of {order.processor} and a payment of {payment.processor} make no sale")

    async def send(prepared: Prepared) -> Answer:
        ids = {"order_event_id": order_event_id, "payment_event_id": payment_event_id}
        async with transactions.of_tenant(work) as connection:
            rows = await connection.execute(_LINK, ids | {"delivery": prepared.text.decode()})
            return dict(rows.mappings().one())

    return await record.record(send, own_facts.delivery(payment), own_facts.linked(payment, order), known)
