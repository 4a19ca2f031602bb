"""A tenant with sales of the last ninety days, each after five touches of its journey, written in the database itself."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg

DAYS: Final = 89
TOUCHES: Final = 5
CHANNELS: Final = (
    "google_search_paid", "facebook_paid", "email", "organic", "direct", "referral", "tiktok_paid", "google_display_paid",
    "linkedin_paid", "facebook_brand", "unknown",
)  # fmt: skip

_NAMED: Final = """
    CREATE TEMP TABLE sale AS
    SELECT md5($1::text || n)::uuid AS id, 'ch_' || n AS name, sha256(convert_to($1::text || n, 'UTF8')) AS journey,
        date_trunc('day', now(), 'UTC') - INTERVAL '1 second' * (1 + (n::bigint * 7919) % ($3 * 86400)) AS at,
        100 + (n::bigint * 104729) % 30000 AS cents
    FROM generate_series(1, $2::int) AS n
"""
_EVENTS: Final = """
    INSERT INTO attribution_events (tenant_id, id, processor, idempotency_key, event_type, occurred_at, transaction_id, revenue_cents,
        effect_cents, currency, journey_hash, channel_code, raw_payload)
    SELECT $1::uuid, id, 'stripe', name, 'PaymentCaptured', at, name, cents, cents, 'USD', journey, 'direct', '{}' FROM sale
"""
_ENTRIES: Final = """
    INSERT INTO revenue_ledger (tenant_id, id, processor, transaction_id, original_transaction_id, entry_kind, ordinal,
        processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source, verification_timestamp)
    SELECT $1::uuid, id, 'stripe', name, name, 'captured', 1, name, id, cents, cents, 'USD', at, 'stripe_webhook', at FROM sale
"""
_TOUCHES: Final = """
    INSERT INTO touches (tenant_id, touch_id, session_id, journey_hash, occurred_at, kind, channel_code)
    SELECT $1::uuid, s.name || '-' || i, md5(s.name || i)::uuid, s.journey,
        s.at - INTERVAL '1 second' * (60 + (abs(hashtext(s.name || i)::bigint) % (25 * 86400))), 'visit',
        ($2::text[])[1 + abs(hashtext(i || s.name)::bigint) % array_length($2::text[], 1)]
    FROM sale s CROSS JOIN generate_series(1, $3::int) AS i
"""


async def fill(owner: asyncpg.Connection, sales: int) -> uuid.UUID:
    """A new tenant with so many sales; its id."""
    tenant = uuid.uuid4()
    await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Bench')", tenant)
    await owner.execute("DROP TABLE IF EXISTS sale")
    await owner.execute(_NAMED.replace("$1", f"'{tenant}'").replace("$2", str(sales)).replace("$3", str(DAYS)))
    await owner.execute(_EVENTS, tenant)
    await owner.execute(_ENTRIES, tenant)
    await owner.execute(_TOUCHES, tenant, list(CHANNELS), TOUCHES)
    await owner.execute("VACUUM ANALYZE attribution_events, revenue_ledger, touches")
    return tenant
