"""Refused deliveries of known tenants are counted, so that a merchant sees what its shop loses."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1027_webhook_refusals"
down_revision = "1026_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Refused deliveries by processor, hour and reason. A flood raises counts and adds no rows.
        CREATE TABLE webhook_refusals (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            processor TEXT NOT NULL,
            hour TIMESTAMPTZ NOT NULL,
            reason TEXT NOT NULL,
            count BIGINT NOT NULL,
            last_at TIMESTAMPTZ NOT NULL,
            CONSTRAINT pk_webhook_refusals PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_webhook_refusals__tenant_id_processor_hour_reason UNIQUE (tenant_id, processor, hour, reason),
            CONSTRAINT ck_webhook_refusals__reason CHECK (reason IN ('signature', 'size', 'rate', 'unavailable')),
            CONSTRAINT ck_webhook_refusals__hour CHECK (hour = date_trunc('hour', hour, 'UTC')),
            CONSTRAINT ck_webhook_refusals__count CHECK (count >= 1),
            CONSTRAINT fk_webhook_refusals__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_webhook_refusals__processor FOREIGN KEY (processor)
                REFERENCES platforms (name) ON DELETE RESTRICT
        );
        CREATE INDEX ix_webhook_refusals__tenant_id_hour ON webhook_refusals (tenant_id, hour);
        COMMENT ON TABLE webhook_refusals IS 'Refused deliveries of known tenants by processor, hour and reason; never a body';
    """)
    protect("webhook_refusals")
    grant("webhook_refusals", api="SIU", worker="S")
    run("""
        -- Retention deletes what is older than 90 days. Locking rows needs the right to update them.
        GRANT SELECT, DELETE ON webhook_refusals TO app_maintenance;
        GRANT UPDATE (tenant_id) ON webhook_refusals TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The counts go with their table.
        DROP TABLE webhook_refusals;
    """)
