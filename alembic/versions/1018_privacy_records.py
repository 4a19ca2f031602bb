"""What privacy work leaves behind."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1018_privacy_records"
down_revision = "1017_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Keys that should not be there, found by the nightly scan.
        CREATE TABLE pii_audit_findings (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            table_name TEXT NOT NULL,
            column_name TEXT NOT NULL,
            record_id UUID NOT NULL,
            detected_key TEXT NOT NULL,
            sample_hash BYTEA NOT NULL,
            detected_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_pii_audit_findings PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_pii_audit_findings__place
                UNIQUE (tenant_id, table_name, column_name, record_id, detected_key),
            CONSTRAINT fk_pii_audit_findings__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE pii_audit_findings IS 'Keys that should not be there, found by the nightly scan';

        -- Redactions and erasures that were done; append-only.
        CREATE TABLE privacy_audit (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            object_kind TEXT NOT NULL,
            rows_affected BIGINT NOT NULL,
            before_instant TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_privacy_audit PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_privacy_audit__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_privacy_audit__tenant_id_created_at ON privacy_audit (tenant_id, created_at);
        COMMENT ON TABLE privacy_audit IS 'Redactions and erasures that were done; append-only';
    """)
    protect("pii_audit_findings")
    grant("pii_audit_findings", api="S", worker="S")
    protect("privacy_audit")
    grant("privacy_audit", api="SI", worker="SI")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE privacy_audit;
        DROP TABLE pii_audit_findings;
    """)
