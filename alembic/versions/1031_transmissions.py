"""A transmission whose signature covers only a checksum of its body is bound to the body it came with first."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1031_transmissions"
down_revision = "1030_dead_event_objects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- The time of the first receipt is ours, so no sender decides how long a binding stays.
        CREATE TABLE webhook_transmissions (
            tenant_id UUID NOT NULL,
            processor TEXT NOT NULL,
            transmission_id TEXT NOT NULL,
            body_hash_sealed BYTEA NOT NULL,
            key_id TEXT NOT NULL,
            first_received_at TIMESTAMPTZ NOT NULL,
            CONSTRAINT pk_webhook_transmissions PRIMARY KEY (tenant_id, processor, transmission_id),
            CONSTRAINT fk_webhook_transmissions__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_webhook_transmissions__first_received_at ON webhook_transmissions (first_received_at);
        COMMENT ON TABLE webhook_transmissions IS 'Signed ids of deliveries and keyed hashes of their bodies; 5 days';
    """)
    protect("webhook_transmissions")
    grant("webhook_transmissions", api="SI")
    run("""
        -- What is older than five days is deleted by function only.
        GRANT SELECT, DELETE ON webhook_transmissions TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The bindings go with their table.
        DROP TABLE webhook_transmissions;
    """)
