"""Events keep what they showed, so that the money of a payment can be read from all of its facts together."""

from __future__ import annotations

from impl.db.revision import run

revision = "1026_facts"
down_revision = "1025_access_audit"
branch_labels = None
depends_on = None

FACT = """
    event_id uuid, of_processor text, account text, idempotency_key text, is_known boolean, is_fixed boolean, event_type text,
    processor_event_type text, external_event_id text, shown_kind text, shown_cents bigint, shown_at timestamptz,
    object_id text, occurred_at timestamptz, order_id text, transaction_id text, payment_reference text,
    revenue_cents bigint, effect_cents bigint, currency text, session_id uuid, journey_hash text,
    journey_hash_previous text, channel_code text, utm_source text, utm_medium text, campaign_id text, raw_payload jsonb,
    entry_id uuid, entry_kind text, ordinal integer, processor_event_id text, entry_transaction_id text,
    original_transaction_id text, reverses uuid
"""
DELIVERY = """
    tenant_id uuid, lock_keys bigint[], transaction_names text[], payment_references text[], known_events uuid[],
    delivery_id uuid, processor text, topic text, processor_event_id text, idempotency_key text, received_at timestamptz,
    posted_at timestamptz, size_bytes integer, signature_scheme text, secret_version integer, correlation_id uuid,
    is_replay boolean, facts received_fact[], schema_notes jsonb
"""
FORMER_FACT = """
    event_id uuid, idempotency_key text, is_known boolean, event_type text, processor_event_type text,
    external_event_id text, occurred_at timestamptz, order_id text, transaction_id text, revenue_cents bigint,
    effect_cents bigint, currency text, session_id uuid, journey_hash text, journey_hash_previous text,
    channel_code text, utm_source text, utm_medium text, campaign_id text, raw_payload jsonb,
    knows_won_dispute boolean,
    entry_id uuid, entry_kind text, processor_event_id text, original_transaction_id text, payment_reference text,
    reverses uuid
"""
FORMER_DELIVERY = """
    tenant_id uuid, lock_key bigint, transaction_names text[], payment_references text[], known_entries uuid[],
    delivery_id uuid, processor text, topic text, processor_event_id text, idempotency_key text,
    received_at timestamptz, posted_at timestamptz, size_bytes integer, signature_scheme text,
    secret_version integer, correlation_id uuid, is_replay boolean, facts received_fact[], schema_notes jsonb
"""


def upgrade() -> None:
    _add_columns()
    _fill_columns()
    _constrain()
    _replace_types(FACT, DELIVERY)


def _add_columns() -> None:
    run("""
        -- What a fact showed, and the names by which facts of one payment find each other.
        ALTER TABLE attribution_events
            ADD COLUMN account TEXT NOT NULL DEFAULT 'default',
            ADD COLUMN shown_kind TEXT,
            ADD COLUMN shown_cents BIGINT,
            ADD COLUMN shown_at TIMESTAMPTZ,
            ADD COLUMN object_id TEXT,
            ADD COLUMN payment_reference TEXT,
            ADD CONSTRAINT ck_attribution_events__shown CHECK (
                num_nulls(shown_kind, shown_cents, shown_at, object_id) IN (0, 4)
                AND shown_cents BETWEEN 0 AND 1000000000000000);

        -- Which capture of its payment an entry is, whose books it is in, and what the buyer paid in.
        ALTER TABLE revenue_ledger
            ADD COLUMN account TEXT NOT NULL DEFAULT 'default',
            ADD COLUMN ordinal INTEGER,
            ADD COLUMN gateway TEXT,
            ADD COLUMN presentment_cents BIGINT,
            ADD COLUMN presentment_currency CHAR(3);
    """)


def _fill_columns() -> None:
    run("""
        -- The triggers that refuse every change step aside for the one that gives old rows what new rows have.
        ALTER TABLE attribution_events DISABLE TRIGGER USER;
        ALTER TABLE revenue_ledger DISABLE TRIGGER USER;

        UPDATE revenue_ledger SET ordinal = 1 WHERE entry_kind = 'captured';

        -- What an event showed is what its entry took; a running total of refunds is the sum up to it.
        UPDATE attribution_events e
        SET shown_kind = s.shown_kind, shown_cents = s.shown_cents, shown_at = e.occurred_at, object_id = s.object_id,
            transaction_id = s.original_transaction_id, payment_reference = s.payment_reference
        FROM (
            SELECT l.tenant_id, l.event_id, l.original_transaction_id, l.payment_reference, l.transaction_id AS object_id,
                CASE l.entry_kind
                    WHEN 'authorized' THEN 'hold'
                    WHEN 'captured' THEN 'captured_total'
                    WHEN 'refunded' THEN CASE l.processor WHEN 'stripe' THEN 'refunded_total' ELSE 'refunded' END
                    ELSE CASE WHEN l.effect_cents < 0 THEN 'disputed' ELSE 'dispute_ended' END
                END AS shown_kind,
                CASE WHEN l.entry_kind = 'refunded' AND l.processor = 'stripe'
                    THEN sum(l.amount_cents) OVER (
                        PARTITION BY l.tenant_id, l.processor, l.transaction_id, l.entry_kind ORDER BY l.occurred_at, l.id)
                    ELSE l.amount_cents
                END AS shown_cents
            FROM revenue_ledger l
        ) s
        WHERE e.tenant_id = s.tenant_id AND e.id = s.event_id;

        ALTER TABLE attribution_events ENABLE TRIGGER USER;
        ALTER TABLE revenue_ledger ENABLE TRIGGER USER;
    """)


def _constrain() -> None:
    run("""
        -- A second name of a payment, which several of its facts tell. Most processors tell none.
        CREATE INDEX ix_attribution_events__tenant_id_processor_payment_reference
            ON attribution_events (tenant_id, processor, payment_reference) WHERE payment_reference IS NOT NULL;

        -- Captures in parts, totals that fall, refunds of either sign, holds that end, payments that move to their order.
        ALTER TABLE revenue_ledger
            DROP CONSTRAINT ck_revenue_ledger__entry_kind,
            DROP CONSTRAINT ck_revenue_ledger__effect_cents,
            DROP CONSTRAINT ck_revenue_ledger__verification_source,
            ADD CONSTRAINT ck_revenue_ledger__entry_kind
                CHECK (entry_kind IN ('authorized', 'captured', 'refunded', 'chargeback', 'moved', 'voided')),
            ADD CONSTRAINT ck_revenue_ledger__effect_cents
                CHECK (CASE entry_kind
                    WHEN 'authorized' THEN effect_cents = 0
                    WHEN 'voided' THEN effect_cents = 0
                    WHEN 'captured' THEN abs(effect_cents) = amount_cents
                    WHEN 'moved' THEN effect_cents = - amount_cents AND reverses IS NOT NULL
                    ELSE effect_cents = - amount_cents OR (effect_cents = amount_cents AND reverses IS NOT NULL) END),
            ADD CONSTRAINT ck_revenue_ledger__ordinal
                CHECK ((entry_kind = 'captured') = (ordinal IS NOT NULL) AND ordinal >= 1),
            ADD CONSTRAINT ck_revenue_ledger__presentment
                CHECK (num_nulls(presentment_cents, presentment_currency) IN (0, 2)),
            ADD CONSTRAINT ck_revenue_ledger__verification_source
                CHECK (verification_source IN (processor || '_webhook', processor || '_import'));
        DROP INDEX uq_revenue_ledger__payment_reference;
        DROP INDEX uq_revenue_ledger__single_kind;
        CREATE UNIQUE INDEX uq_revenue_ledger__payment_reference
            ON revenue_ledger (tenant_id, processor, payment_reference)
            WHERE entry_kind = 'captured' AND ordinal = 1;
        CREATE UNIQUE INDEX uq_revenue_ledger__single_kind
            ON revenue_ledger (tenant_id, processor, transaction_id, entry_kind)
            WHERE entry_kind IN ('authorized', 'voided');
        CREATE UNIQUE INDEX uq_revenue_ledger__ordinal
            ON revenue_ledger (tenant_id, processor, original_transaction_id, ordinal)
            WHERE entry_kind = 'captured';
        ALTER TABLE revenue_state_transitions
            DROP CONSTRAINT ck_revenue_state_transitions__from_state,
            DROP CONSTRAINT ck_revenue_state_transitions__to_state,
            ADD CONSTRAINT ck_revenue_state_transitions__from_state
                CHECK (from_state IN ('none', 'authorized', 'captured', 'refunded', 'chargeback', 'void')),
            ADD CONSTRAINT ck_revenue_state_transitions__to_state
                CHECK (to_state IN ('authorized', 'captured', 'refunded', 'chargeback', 'void'));

        -- Made anew from their files, with one more state.
        DROP VIEW IF EXISTS revenue_ledger_current;
        DROP FUNCTION IF EXISTS fn_revenue_state(bigint, bigint, bigint, numeric);
    """)


def _replace_types(fact: str, delivery: str) -> None:
    run(f"""
        -- What `record_facts` is told, as its JSON names it; every caller sends all of it.
        DROP TYPE received_delivery;
        DROP TYPE received_fact;
        CREATE TYPE received_fact AS ({fact});
        CREATE TYPE received_delivery AS ({delivery});
    """)


def downgrade() -> None:
    _replace_types(FORMER_FACT, FORMER_DELIVERY)
    run("""
        -- Fails while there are entries that the former rules refuse: they would have to be taken away by a person.
        ALTER TABLE revenue_state_transitions
            DROP CONSTRAINT ck_revenue_state_transitions__from_state,
            DROP CONSTRAINT ck_revenue_state_transitions__to_state,
            ADD CONSTRAINT ck_revenue_state_transitions__from_state
                CHECK (from_state IN ('none', 'authorized', 'captured', 'refunded', 'chargeback')),
            ADD CONSTRAINT ck_revenue_state_transitions__to_state
                CHECK (to_state IN ('authorized', 'captured', 'refunded', 'chargeback'));
        DROP INDEX uq_revenue_ledger__ordinal;
        DROP INDEX uq_revenue_ledger__single_kind;
        DROP INDEX uq_revenue_ledger__payment_reference;
        CREATE UNIQUE INDEX uq_revenue_ledger__payment_reference
            ON revenue_ledger (tenant_id, processor, payment_reference)
            WHERE entry_kind = 'captured';
        CREATE UNIQUE INDEX uq_revenue_ledger__single_kind
            ON revenue_ledger (tenant_id, processor, transaction_id, entry_kind)
            WHERE entry_kind IN ('authorized', 'captured');
        ALTER TABLE revenue_ledger
            DROP CONSTRAINT ck_revenue_ledger__presentment,
            DROP CONSTRAINT ck_revenue_ledger__ordinal,
            DROP CONSTRAINT ck_revenue_ledger__verification_source,
            DROP CONSTRAINT ck_revenue_ledger__effect_cents,
            DROP CONSTRAINT ck_revenue_ledger__entry_kind,
            ADD CONSTRAINT ck_revenue_ledger__entry_kind
                CHECK (entry_kind IN ('authorized', 'captured', 'refunded', 'chargeback')),
            ADD CONSTRAINT ck_revenue_ledger__effect_cents
                CHECK (CASE entry_kind WHEN 'authorized' THEN effect_cents = 0
                    WHEN 'captured' THEN effect_cents = amount_cents
                    WHEN 'refunded' THEN effect_cents = - amount_cents
                    ELSE effect_cents = - amount_cents OR (effect_cents = amount_cents AND reverses IS NOT NULL) END),
            ADD CONSTRAINT ck_revenue_ledger__verification_source CHECK (verification_source = processor || '_webhook'),
            DROP COLUMN presentment_currency,
            DROP COLUMN presentment_cents,
            DROP COLUMN gateway,
            DROP COLUMN ordinal,
            DROP COLUMN account;
        DROP INDEX ix_attribution_events__tenant_id_processor_payment_reference;
        ALTER TABLE attribution_events
            DROP CONSTRAINT ck_attribution_events__shown,
            DROP COLUMN payment_reference,
            DROP COLUMN object_id,
            DROP COLUMN shown_at,
            DROP COLUMN shown_cents,
            DROP COLUMN shown_kind,
            DROP COLUMN account;
    """)
