"""The peer: what a careful engineer writes by hand with FastAPI and SQLAlchemy's ORM for the same receipt.

Same database, same tables, same login role, same row security, same signature (Stripe's library), same durable commit. It has no
rate limit, no canonical rules beyond one event type and no dead events, all of which our receipt does.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import stripe
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from tests.schema.tables.ingestion import AttributionEvent, WebhookDelivery
from tests.schema.tables.ledger import RevenueEntry
from tests.schema.tables.tenants import Tenant

engine = create_async_engine(os.environ["PEER_DATABASE_URL"], pool_size=20, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
TENANT, SECRET, KEY = os.environ["PEER_TENANT"], os.environ["PEER_SECRET"], os.environ["PEER_KEY"]
app = FastAPI()
assert Tenant.__table__ is not None  # the ORM needs every table that a foreign key names


class Charge(BaseModel):
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None = None
    metadata: dict[str, str] = {}


class EventData(BaseModel):
    object: Charge


class Event(BaseModel):
    id: str
    type: str
    created: int
    data: EventData


class Receipt(BaseModel):
    success: bool
    outcome: str
    event_id: uuid.UUID | None


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session, session.begin():
        await session.execute(text("SELECT set_config('app.current_tenant_id', :tenant, true)"), {"tenant": TENANT})
        yield session


async def verified(request: Request, stripe_signature: Annotated[str, Header()]) -> Event:
    body = await request.body()
    try:
        stripe.WebhookSignature.verify_header(body.decode(), stripe_signature, SECRET, 300)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise HTTPException(401) from error
    return Event.model_validate_json(body)


async def authorized(x_skeldir_tenant_key: Annotated[str, Header()]) -> None:
    if x_skeldir_tenant_key != KEY:
        raise HTTPException(401)


@app.post("/api/webhooks/stripe", response_model=Receipt, dependencies=[Depends(authorized)])
async def receive(
    event: Annotated[Event, Depends(verified)], database: Annotated[AsyncSession, Depends(session)]
) -> Receipt:
    tenant, charge = uuid.UUID(TENANT), event.data.object
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"stripe_charge_succeeded_{charge.id}"))
    now = datetime.now(UTC)
    common: dict[str, Any] = {"tenant_id": tenant, "processor": "stripe"}
    new_event_id = await database.scalar(
        insert(AttributionEvent)
        .values(
            **common,
            idempotency_key=key,
            event_type="PaymentCaptured",
            processor_event_type=event.type,
            external_event_id=charge.id,
            occurred_at=datetime.fromtimestamp(event.created, UTC),
            received_at=now,
            transaction_id=charge.id,
            revenue_cents=charge.amount,
            effect_cents=charge.amount,
            currency=charge.currency.upper(),
            channel_code="google_search_paid",
            raw_payload={"event_type": event.type, "currency": charge.currency.upper()},
        )
        .on_conflict_do_nothing()
        .returning(AttributionEvent.id)
    )
    if new_event_id is not None:
        entry = RevenueEntry(
            **common,
            transaction_id=charge.id,
            original_transaction_id=charge.id,
            entry_kind="captured",
            ordinal=1,
            processor_event_id=event.id,
            event_id=new_event_id,
            amount_cents=charge.amount,
            effect_cents=charge.amount,
            currency=charge.currency.upper(),
            occurred_at=datetime.fromtimestamp(event.created, UTC),
            posted_at=now,
            verification_source="stripe_webhook",
            verification_timestamp=now,
            payment_reference=charge.payment_intent,
        )
        database.add(entry)
    delivery = WebhookDelivery(
        **common,
        topic=event.type,
        processor_event_id=event.id,
        idempotency_key=key,
        received_at=now,
        size_bytes=0,
        signature_scheme="stripe_v1",
        outcome="accepted" if new_event_id else "duplicate",
        event_id=new_event_id,
    )
    database.add(delivery)
    return Receipt(success=True, outcome="accepted" if new_event_id else "duplicate", event_id=new_event_id)
