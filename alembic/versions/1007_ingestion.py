"""Deliveries, events, and the lanes for what could not become an event."""

from __future__ import annotations

from impl.db.revision import grant, grant_columns, protect, run

revision = "1007_ingestion"
down_revision = "1006_channels"
branch_labels = None
depends_on = None

REMEDIATION = (
    "retry_count, last_retry_at, next_retry_at, remediation_status, remediation_notes, "
    "resolved_at, resolved_event_id, updated_at"
)


def upgrade() -> None:
    run("""
        -- Authenticated webhook calls and what became of each. The name of the processor is not checked again: only a
        -- delivery that a secret of that processor verified gets here, and a reference would cost each delivery 3 to 5 %.
        CREATE TABLE webhook_deliveries (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            processor TEXT NOT NULL,
            topic TEXT NOT NULL,
            processor_event_id TEXT NOT NULL,
            idempotency_key TEXT NOT NULL,
            received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            size_bytes INTEGER NOT NULL,
            signature_scheme TEXT NOT NULL,
            secret_version INTEGER,
            outcome TEXT NOT NULL,
            event_id UUID,
            dead_event_id UUID,
            correlation_id UUID,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_webhook_deliveries PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_webhook_deliveries__outcome
                CHECK (outcome IN ('accepted', 'duplicate', 'dead', 'ignored')),
            CONSTRAINT ck_webhook_deliveries__size_bytes CHECK (size_bytes >= 0),
            CONSTRAINT fk_webhook_deliveries__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_webhook_deliveries__tenant_id_processor_idempotency_key
            ON webhook_deliveries (tenant_id, processor, idempotency_key);
        CREATE INDEX ix_webhook_deliveries__tenant_id_received_at
            ON webhook_deliveries (tenant_id, received_at DESC);
        COMMENT ON TABLE webhook_deliveries IS 'Authenticated webhook calls and what became of each';

        -- Canonical events made from deliveries; insert-only.
        CREATE TABLE attribution_events (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            processor VARCHAR(32) NOT NULL,
            idempotency_key VARCHAR(255) NOT NULL,
            event_type VARCHAR(50) NOT NULL,
            processor_event_type TEXT,
            external_event_id TEXT,
            delivery_id UUID,
            occurred_at TIMESTAMPTZ NOT NULL,
            received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            order_id TEXT,
            transaction_id TEXT,
            revenue_cents BIGINT NOT NULL,
            effect_cents BIGINT NOT NULL,
            currency CHAR(3) NOT NULL,
            session_id UUID,
            journey_hash BYTEA,
            journey_hash_previous BYTEA,
            channel_code TEXT NOT NULL,
            utm_source TEXT,
            utm_medium TEXT,
            campaign_id TEXT,
            raw_payload JSONB NOT NULL,
            redacted_at TIMESTAMPTZ,
            correlation_id UUID,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_attribution_events PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_attribution_events__tenant_id_processor_idempotency_key
                UNIQUE (tenant_id, processor, idempotency_key),
            CONSTRAINT ck_attribution_events__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT ck_attribution_events__revenue_cents CHECK (revenue_cents BETWEEN 0 AND 1000000000000000),
            CONSTRAINT ck_attribution_events__effect_cents CHECK (abs(effect_cents) IN (0, revenue_cents)),
            CONSTRAINT fk_attribution_events__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_attribution_events__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );

        -- Most events link to nobody, and only those that do are looked for by their link.
        CREATE INDEX ix_attribution_events__tenant_id_journey_hash ON attribution_events (tenant_id, journey_hash)
            WHERE journey_hash IS NOT NULL;
        CREATE INDEX ix_attribution_events__tenant_id_session_id ON attribution_events (tenant_id, session_id)
            WHERE session_id IS NOT NULL;

        CREATE INDEX ix_attribution_events__tenant_id_occurred_at_id
            ON attribution_events (tenant_id, occurred_at DESC, id);
        CREATE INDEX ix_attribution_events__tenant_id_processor_transaction_id
            ON attribution_events (tenant_id, processor, transaction_id);

        -- Retention finds what is due without reading what was emptied long ago.
        CREATE INDEX ix_attribution_events__unredacted ON attribution_events (received_at)
            WHERE redacted_at IS NULL;
        CREATE INDEX ix_attribution_events__linkable ON attribution_events (received_at)
            WHERE session_id IS NOT NULL OR journey_hash IS NOT NULL;
        COMMENT ON TABLE attribution_events IS 'Canonical events made from deliveries; insert-only';

        -- Input that could not become an event, with its error and its sealed payload.
        CREATE TABLE dead_events (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            source TEXT NOT NULL,
            idempotency_key VARCHAR(255) NOT NULL,
            error_code TEXT NOT NULL,
            error_type TEXT NOT NULL,
            event_type TEXT NOT NULL,
            error_message TEXT NOT NULL,
            error_detail JSONB NOT NULL,
            raw_payload JSONB NOT NULL,
            payload_sealed BYTEA,
            key_id TEXT,
            external_event_id TEXT,
            delivery_id UUID,
            ingested_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            retry_count SMALLINT NOT NULL DEFAULT 0,
            last_retry_at TIMESTAMPTZ,
            next_retry_at TIMESTAMPTZ,
            remediation_status TEXT NOT NULL DEFAULT 'pending',
            remediation_notes TEXT,
            resolved_at TIMESTAMPTZ,
            resolved_event_id UUID,
            redacted_at TIMESTAMPTZ,
            correlation_id UUID,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_dead_events PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_dead_events__tenant_id_source_idempotency_key UNIQUE (tenant_id, source, idempotency_key),
            CONSTRAINT ck_dead_events__remediation_status
                CHECK (remediation_status IN ('pending', 'in_progress', 'resolved', 'abandoned')),
            CONSTRAINT ck_dead_events__resolved_at
                CHECK ((remediation_status = 'resolved') = (resolved_at IS NOT NULL)),
            CONSTRAINT ck_dead_events__retry_count CHECK (retry_count >= 0),
            CONSTRAINT ck_dead_events__payload_sealed_has_key CHECK ((payload_sealed IS NULL) = (key_id IS NULL)),
            CONSTRAINT fk_dead_events__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_dead_events__error_code ON dead_events (error_code);
        CREATE INDEX ix_dead_events__remediation_status_next_retry_at
            ON dead_events (remediation_status, next_retry_at);
        CREATE INDEX ix_dead_events__tenant_id_ingested_at ON dead_events (tenant_id, ingested_at DESC);
        COMMENT ON TABLE dead_events IS 'Input that could not become an event, with its error and its sealed payload';

        -- Input whose tenant may be unknown; the tenantless lane is for operators.
        CREATE TABLE dead_events_quarantine (
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            tenant_id UUID,
            source TEXT NOT NULL,
            error_type TEXT NOT NULL,
            error_code TEXT NOT NULL,
            error_message TEXT NOT NULL,
            error_detail JSONB NOT NULL,
            payload_sealed BYTEA,
            key_id TEXT,
            correlation_id UUID,
            ingested_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_by_role TEXT NOT NULL DEFAULT CURRENT_USER,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_dead_events_quarantine PRIMARY KEY (id),
            CONSTRAINT ck_dead_events_quarantine__payload_sealed_has_key
                CHECK ((payload_sealed IS NULL) = (key_id IS NULL)),
            CONSTRAINT fk_dead_events_quarantine__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE SET NULL
        );
        CREATE INDEX ix_dead_events_quarantine__tenant_id_ingested_at
            ON dead_events_quarantine (tenant_id, ingested_at);
        COMMENT ON TABLE dead_events_quarantine IS 'Input whose tenant may be unknown; the tenantless lane is for operators';
    """)
    protect("webhook_deliveries")
    grant("webhook_deliveries", api="SI", worker="S")
    protect("attribution_events")
    grant("attribution_events", api="SI", worker="S")
    protect("dead_events")
    grant("dead_events", api="SI", worker="S")
    grant_columns(
        "dead_events",
        "U",
        REMEDIATION,
        "app_rw",
    )
    # the lanes of dead_events_quarantine are below
    grant("dead_events_quarantine", api="SI", worker="S", ops="S")
    protect("dead_events_quarantine")
    run("""
        -- Input of an unknown tenant can be handed in by the API and seen by operators, and by nobody else.
        CREATE POLICY quarantine_tenantless_insert ON dead_events_quarantine
            FOR INSERT TO app_user WITH CHECK (tenant_id IS NULL);
        CREATE POLICY quarantine_tenantless_read ON dead_events_quarantine
            FOR SELECT TO app_ops USING (tenant_id IS NULL);

        -- What `record_facts` is told, as its JSON names it: deliveries with the facts they say, each under an assumption
        -- about what is recorded already.
        CREATE TYPE received_fact AS (
            event_id uuid, idempotency_key text, is_known boolean, event_type text, processor_event_type text,
            external_event_id text, occurred_at timestamptz, order_id text, transaction_id text, revenue_cents bigint,
            effect_cents bigint, currency text, session_id uuid, journey_hash text, journey_hash_previous text,
            channel_code text, utm_source text, utm_medium text, campaign_id text, raw_payload jsonb,
            knows_won_dispute boolean,
            entry_id uuid, entry_kind text, processor_event_id text, original_transaction_id text, payment_reference text,
            reverses uuid
        );
        CREATE TYPE received_delivery AS (
            tenant_id uuid, lock_key bigint, transaction_names text[], payment_references text[], known_entries uuid[],
            delivery_id uuid, processor text, topic text, processor_event_id text, idempotency_key text,
            received_at timestamptz, posted_at timestamptz, size_bytes integer, signature_scheme text,
            secret_version integer, correlation_id uuid, is_replay boolean, facts received_fact[]
        );
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TYPE received_delivery;
        DROP TYPE received_fact;
        DROP TABLE dead_events_quarantine;
        DROP TABLE dead_events;
        DROP TABLE attribution_events;
        DROP TABLE webhook_deliveries;
    """)
