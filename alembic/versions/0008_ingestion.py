"""Deliveries, events, and the lanes for what could not become an event."""

from __future__ import annotations

from impl.db.revision import grant, grant_columns, protect, run

revision = "0008_ingestion"
down_revision = "0007_guards"
branch_labels = None
depends_on = None

REMEDIATION = (
    "retry_count, last_retry_at, next_retry_at, remediation_status, remediation_notes, "
    "resolved_at, resolved_event_id, updated_at"
)


def upgrade() -> None:
    run("""
        -- Authenticated webhook calls and what became of each.
        CREATE TABLE webhook_deliveries (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            provider TEXT NOT NULL,
            topic TEXT NOT NULL,
            provider_event_id TEXT NOT NULL,
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
            CONSTRAINT ck_webhook_deliveries__provider
                CHECK (provider IN ('stripe', 'paypal', 'shopify', 'woocommerce')),
            CONSTRAINT ck_webhook_deliveries__outcome
                CHECK (outcome IN ('accepted', 'duplicate', 'dead', 'ignored')),
            CONSTRAINT ck_webhook_deliveries__size_bytes CHECK (size_bytes >= 0),
            CONSTRAINT fk_webhook_deliveries__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_webhook_deliveries__tenant_id_provider_idempotency_key
            ON webhook_deliveries (tenant_id, provider, idempotency_key);
        CREATE INDEX ix_webhook_deliveries__tenant_id_received_at
            ON webhook_deliveries (tenant_id, received_at DESC);
        COMMENT ON TABLE webhook_deliveries IS 'Authenticated webhook calls and what became of each';

        -- Canonical events made from deliveries; insert-only.
        CREATE TABLE attribution_events (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            provider VARCHAR(32) NOT NULL,
            idempotency_key VARCHAR(255) NOT NULL,
            event_type VARCHAR(50) NOT NULL,
            provider_event_type TEXT,
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
            CONSTRAINT uq_attribution_events__tenant_id_provider_idempotency_key
                UNIQUE (tenant_id, provider, idempotency_key),
            CONSTRAINT ck_attribution_events__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT ck_attribution_events__revenue_cents CHECK (revenue_cents BETWEEN 0 AND 1000000000000000),
            CONSTRAINT ck_attribution_events__effect_cents CHECK (abs(effect_cents) IN (0, revenue_cents)),
            CONSTRAINT fk_attribution_events__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_attribution_events__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        CREATE INDEX ix_attribution_events__tenant_id_journey_hash ON attribution_events (tenant_id, journey_hash);
        CREATE INDEX ix_attribution_events__tenant_id_occurred_at_id
            ON attribution_events (tenant_id, occurred_at DESC, id);
        CREATE INDEX ix_attribution_events__tenant_id_provider_transaction_id
            ON attribution_events (tenant_id, provider, transaction_id);
        CREATE INDEX ix_attribution_events__tenant_id_session_id ON attribution_events (tenant_id, session_id);
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

        -- Layer two against personal data: what the receipt missed is refused here.
        CREATE TRIGGER trg_pii_guardrail_attribution_events BEFORE INSERT OR UPDATE ON attribution_events
            FOR EACH ROW EXECUTE FUNCTION fn_enforce_pii_guardrail();
        CREATE TRIGGER trg_pii_guardrail_dead_events BEFORE INSERT OR UPDATE ON dead_events
            FOR EACH ROW EXECUTE FUNCTION fn_enforce_pii_guardrail();
        CREATE TRIGGER trg_pii_guardrail_dead_events_quarantine BEFORE INSERT OR UPDATE ON dead_events_quarantine
            FOR EACH ROW EXECUTE FUNCTION fn_enforce_pii_guardrail();

        -- Named to run after the personal-data guard, whose message helps more.
        CREATE TRIGGER trg_restrict_payload_attribution_events BEFORE INSERT OR UPDATE ON attribution_events
            FOR EACH ROW EXECUTE FUNCTION fn_guard_payload_allowlist();
        CREATE TRIGGER trg_restrict_payload_dead_events BEFORE INSERT OR UPDATE ON dead_events
            FOR EACH ROW EXECUTE FUNCTION fn_guard_payload_allowlist();

        -- Events are facts: corrected by new rows, never by changed ones.
        CREATE TRIGGER trg_events_prevent_mutation BEFORE UPDATE OR DELETE ON attribution_events
            FOR EACH ROW EXECUTE FUNCTION fn_events_prevent_mutation();
        CREATE TRIGGER trg_events_prevent_truncate BEFORE TRUNCATE ON attribution_events
            FOR EACH STATEMENT EXECUTE FUNCTION fn_events_prevent_mutation();

        -- A delivery that became an event stays; the others may be dropped after their time by maintenance.
        CREATE TRIGGER trg_append_only_webhook_deliveries BEFORE UPDATE OR DELETE ON webhook_deliveries
            FOR EACH ROW EXECUTE FUNCTION fn_append_only('delete');
        CREATE TRIGGER trg_append_only_truncate_webhook_deliveries BEFORE TRUNCATE ON webhook_deliveries
            FOR EACH STATEMENT EXECUTE FUNCTION fn_append_only();

        -- Only receipts write here; a worker goes through the replay functions.
        CREATE TRIGGER trg_block_worker_webhook_deliveries BEFORE INSERT OR UPDATE OR DELETE ON webhook_deliveries
            FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
        CREATE TRIGGER trg_block_worker_attribution_events BEFORE INSERT OR UPDATE OR DELETE ON attribution_events
            FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
        CREATE TRIGGER trg_block_worker_dead_events BEFORE INSERT OR UPDATE OR DELETE ON dead_events
            FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
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
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE dead_events_quarantine;
        DROP TABLE dead_events;
        DROP TABLE attribution_events;
        DROP TABLE webhook_deliveries;
    """)
