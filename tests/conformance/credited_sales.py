"""What no run brings about without a worker: a credited sale, a finished recompute, claims and confirmations, under the ids of the
examples, so that the requests of the examples find them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.attribution import recompute
from impl.attribution.pages import Lessons
from impl.attribution.recompute import Identity, Window
from impl.attribution.versions import ModelVersion
from impl.db import engine as engines
from impl.db.transaction import tenant_transaction

EVENT: Final = uuid.UUID("2b7e1516-28ae-4d2a-abf7-158809cf4f3c")
JOB: Final = uuid.UUID("6f1f1d1e-2c7a-4f0e-9a35-0d0a6b3f5c11")
FIGURE: Final = uuid.UUID("8d1f0c5e-2a4b-4c6d-9e8f-7a6b5c4d3e2f")
EVERYTHING: Final = {
    "operation": "getChannelAttribution",
    "path": "/api/attribution/channels?model=shapley&group_by=campaign&intervals=true",
}
"""A request for what is shown only when it is asked for and a model learns."""
_REPAIRED: Final = [uuid.uuid5(EVENT, name) for name in ("repaired", "repaired long ago")]
REPAIRED: Final = [
    {"operation": "getEventTrace", "path": f"/api/attribution/events/{event_id}/trace"} for event_id in _REPAIRED
]
"""A look at events whose amount somebody gave; of the second nobody knows any more who did."""

_ROWS: Final = (
    """
    INSERT INTO webhook_deliveries (tenant_id, id, processor, topic, processor_event_id, idempotency_key, size_bytes,
        signature_scheme, secret_label, secret_version, account, outcome, event_id)
    VALUES (:tenant_id, :event_id, 'stripe', 'charge.succeeded', 'evt_example', 'example', 2,
        'stripe-hmac-sha256', 'default', 1, 'default', 'accepted', :event_id)
    """,
    """
    INSERT INTO touches (tenant_id, touch_id, session_id, occurred_at, kind, channel_code, campaign_id)
    VALUES (:tenant_id, 'example-touch', :session_id, CAST(:at AS timestamptz) - INTERVAL '1 hour', 'click', 'google_search_paid', 'autumn')
    """,
    """
    INSERT INTO attribution_events (tenant_id, id, processor, idempotency_key, event_type, delivery_id, occurred_at, transaction_id,
        revenue_cents, effect_cents, currency, session_id, channel_code, raw_payload)
    VALUES (:tenant_id, :event_id, 'stripe', 'example', 'PaymentCaptured', :event_id, :at, 'ch_example', 10000, 10000, 'USD',
        :session_id, 'google_search_paid', '{}')
    """,
    """
    INSERT INTO revenue_ledger (tenant_id, id, processor, transaction_id, original_transaction_id, entry_kind, ordinal,
        processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source, verification_timestamp)
    VALUES (:tenant_id, :event_id, 'stripe', 'ch_example', 'ch_example', 'captured', 1, 'evt_example', :event_id, 10000, 10000, 'USD',
        :at, 'stripe_webhook', :at)
    """,
    """
    INSERT INTO channel_spend (tenant_id, channel_code, spend_on, currency, spend_cents, source)
    VALUES (:tenant_id, 'google_search_paid', CAST(CAST(:at AS timestamptz) AT TIME ZONE 'UTC' AS date), 'USD', 2500, 'import')
    """,
    """
    INSERT INTO attribution_events (tenant_id, id, processor, idempotency_key, event_type, occurred_at, transaction_id,
        revenue_cents, effect_cents, currency, channel_code, raw_payload)
    SELECT :tenant_id, md5(c.name)::uuid, 'stripe', c.name, 'PaymentCaptured', :at, c.name, 1000, 1000, 'USD', c.code, '{}'
    FROM (SELECT t.code, t.code AS name FROM channel_taxonomy t
          UNION ALL SELECT 'direct', 'sale ' || n FROM generate_series(1, 10) AS n) c
    """,
    """
    INSERT INTO revenue_ledger (tenant_id, id, processor, transaction_id, original_transaction_id, entry_kind, ordinal,
        processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source, verification_timestamp)
    SELECT :tenant_id, md5(c.name)::uuid, 'stripe', c.name, c.name, 'captured', 1, c.name, md5(c.name)::uuid, 1000, 1000, 'USD',
        :at, 'stripe_webhook', :at
    FROM (SELECT t.code AS name FROM channel_taxonomy t UNION ALL SELECT 'sale ' || n FROM generate_series(1, 10) AS n) c
    """,
    """
    INSERT INTO attribution_events (tenant_id, id, processor, idempotency_key, event_type, occurred_at, transaction_id,
        revenue_cents, effect_cents, currency, channel_code, raw_payload, told_cents, told_currency, repaired_dead_event_id)
    SELECT :tenant_id, r.id, 'stripe', r.id::text, 'PaymentRefunded', :at, r.id::text, 1000, -1000, 'USD', 'direct', '{}', 1200, 'EUR', r.id
    FROM unnest(CAST(:repaired_ids AS uuid[])) AS r (id)
    """,
    """
    INSERT INTO revenue_ledger (tenant_id, id, processor, transaction_id, original_transaction_id, entry_kind,
        processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source, verification_timestamp,
        reverses)
    SELECT :tenant_id, r.id, 'stripe', r.id::text, r.id::text, 'refunded', r.id::text, r.id, 1000, -1000, 'USD', :at,
        'stripe_repair', :at, :event_id
    FROM unnest(CAST(:repaired_ids AS uuid[])) AS r (id)
    """,
    """
    INSERT INTO dead_event_audit (tenant_id, dead_event_id, user_id, action, amount_cents, currency)
    VALUES (:tenant_id, (CAST(:repaired_ids AS uuid[]))[1], :session_id, 'repaired', 1000, 'USD')
    """,
    """
    INSERT INTO attribution_recompute_jobs (tenant_id, id, window_start, window_end, model_type, model_version, run_count)
    VALUES (:tenant_id, :job_id, :start, :end, 'markov', '1.0.0', 1)
    """,
)


async def make(app: AsyncEngine, worker_url: str, tenant_id: uuid.UUID) -> None:
    """The rows of one tenant, its credits computed as a worker does."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    window = Window(today - timedelta(days=5), today - timedelta(days=4))
    values = {
        "tenant_id": tenant_id,
        "event_id": EVENT,
        "job_id": JOB,
        "repaired_ids": _REPAIRED,
        "session_id": uuid.uuid5(EVENT, "session"),
        "at": window.start + timedelta(hours=12),
        "start": window.start,
        "end": window.end,
    }
    async with tenant_transaction(app, tenant_id) as connection:
        for statement in _ROWS:
            await connection.execute(text(statement), values)
    identity = Identity(tenant_id=tenant_id, window=window, version=ModelVersion(model="markov"))
    worker = engines.create(worker_url, application_name="conformance", pool_size=1)
    async with tenant_transaction(worker, tenant_id, execution_context="worker") as connection:
        await _compute(connection, identity, values)
    await worker.dispose()


async def _compute(connection: AsyncConnection, identity: Identity, values: dict[str, object]) -> None:
    scope = await recompute.begin(connection, identity, uuid.uuid4(), is_continuation=False)
    lessons = Lessons()
    await recompute.page(connection, identity, scope, None, lessons)
    await recompute.finish(connection, identity, scope, lessons)
    figure = "UPDATE attribution_allocations SET id = :figure WHERE tenant_id = :tenant_id AND event_id = :event_id"
    await connection.execute(text(figure), values | {"figure": FIGURE})
    run = (
        "INSERT INTO reconciliation_runs (tenant_id, id, state, platforms, period_start, period_end)"
        " VALUES (:tenant_id, :job_id, 'completed', '{stripe}', :start, :end)"
    )
    await connection.execute(text(run), values)
    verified = (
        "INSERT INTO ledger_verifications (tenant_id, entry_id, run_id, processor_amount_cents)"
        " VALUES (:tenant_id, :event_id, :job_id, 10000)"
    )
    await connection.execute(text(verified), values)
    claim = (
        "INSERT INTO platform_claims (tenant_id, platform, platform_account_id, channel_code, claimed_on, currency, claimed_cents,"
        " conversions, spend_cents, run_id) VALUES (:tenant_id, 'google_ads', 'example', 'google_search_paid',"
        " CAST(CAST(:at AS timestamptz) AT TIME ZONE 'UTC' AS date), 'USD', 25000, 1, 2500, :job_id)"
    )
    await connection.execute(text(claim), values)
