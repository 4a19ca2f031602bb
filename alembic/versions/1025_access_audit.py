"""Changes of people, passwords, memberships and roles, recorded in each tenant they touch."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1025_access_audit"
down_revision = "1024_login_networks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Changes of members, their roles and passwords; append-only.
        CREATE TABLE access_audit (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            role_code TEXT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_access_audit PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_access_audit__action CHECK (action IN (
                'member_added', 'member_removed', 'role_changed', 'password_changed', 'password_reset',
                'deactivated', 'activated', 'sessions_ended'
            )),
            CONSTRAINT fk_access_audit__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_access_audit__tenant_id_created_at ON access_audit (tenant_id, created_at);
        COMMENT ON TABLE access_audit IS 'Changes of members, their roles and passwords; append-only';
    """)
    protect("access_audit")
    grant("access_audit", api="SI")
    run("""
        -- The functions of operators change people, end their sessions and record it.
        GRANT UPDATE ON users TO app_maintenance;
        GRANT SELECT, INSERT ON access_audit TO app_maintenance;
        GRANT SELECT, UPDATE ON auth_refresh_tokens TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The record goes with its table.
        DROP TABLE access_audit;
    """)
