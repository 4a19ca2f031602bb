"""Replies kept for repeated requests, and errors that dashboards report."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1017_requests"
down_revision = "1016_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Answers kept for callers who repeat a request.
        CREATE TABLE api_idempotency_keys (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            operation_id TEXT NOT NULL,
            key UUID NOT NULL,
            request_hash BYTEA NOT NULL,
            state TEXT NOT NULL DEFAULT 'running',
            status_code SMALLINT,
            response_sealed BYTEA,
            key_id TEXT,
            expires_at TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_api_idempotency_keys PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_api_idempotency_keys__tenant_id_operation_id_key UNIQUE (tenant_id, operation_id, key),
            CONSTRAINT ck_api_idempotency_keys__state CHECK (state IN ('running', 'done')),
            CONSTRAINT ck_api_idempotency_keys__status_code CHECK (state = 'running' OR status_code IS NOT NULL),
            CONSTRAINT ck_api_idempotency_keys__response_sealed_has_key
                CHECK ((response_sealed IS NULL) = (key_id IS NULL)),
            CONSTRAINT fk_api_idempotency_keys__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_api_idempotency_keys__expires_at ON api_idempotency_keys (expires_at);
        COMMENT ON TABLE api_idempotency_keys IS 'Answers kept for callers who repeat a request';

        -- Errors reported by dashboards, kept for thirty days.
        CREATE TABLE error_reports (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID,
            error_message TEXT NOT NULL,
            stack_trace TEXT,
            url TEXT,
            browser TEXT,
            occurred_at TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_error_reports PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_error_reports__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_error_reports__tenant_id_occurred_at ON error_reports (tenant_id, occurred_at);
        COMMENT ON TABLE error_reports IS 'Errors reported by dashboards, kept for thirty days';
    """)
    protect("api_idempotency_keys")
    grant("api_idempotency_keys", api="SIU")
    protect("error_reports")
    grant("error_reports", api="SIU")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE error_reports;
        DROP TABLE api_idempotency_keys;
    """)
