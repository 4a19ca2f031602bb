"""Networks from which people log in, so that a stranger's guesses do not lock them out there."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1024_login_networks"
down_revision = "1023_schema_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Networks people logged in from, as keyed hashes; 30 days.
        CREATE TABLE login_networks (
            tenant_id UUID NOT NULL,
            network_hash BYTEA NOT NULL,
            last_login_at TIMESTAMPTZ NOT NULL,
            CONSTRAINT pk_login_networks PRIMARY KEY (tenant_id, network_hash),
            CONSTRAINT fk_login_networks__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_login_networks__last_login_at ON login_networks (last_login_at);
        COMMENT ON TABLE login_networks IS 'Networks people logged in from, as keyed hashes; 30 days';
    """)
    protect("login_networks")
    grant("login_networks", api="SIU")
    run("""
        -- What is older than 30 days is deleted by function only.
        GRANT SELECT, DELETE ON login_networks TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- What was learnt is learnt again with the next logins.
        DROP TABLE login_networks;
    """)
