"""The cache of realtime revenue."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1012_revenue_cache"
down_revision = "1011_reconciliation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Cached realtime revenue with lease and cooldown.
        CREATE TABLE revenue_cache_entries (
            tenant_id UUID NOT NULL,
            cache_key TEXT NOT NULL,
            payload JSONB NOT NULL,
            data_as_of TIMESTAMPTZ NOT NULL,
            expires_at TIMESTAMPTZ NOT NULL,
            etag TEXT,
            error_cooldown_until TIMESTAMPTZ,
            last_error_at TIMESTAMPTZ,
            last_error_code TEXT,
            lease_owner UUID,
            lease_until TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_revenue_cache_entries PRIMARY KEY (tenant_id, cache_key),
            CONSTRAINT ck_revenue_cache_entries__lease CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
            CONSTRAINT fk_revenue_cache_entries__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_revenue_cache_entries__error_cooldown_until ON revenue_cache_entries (error_cooldown_until);
        CREATE INDEX ix_revenue_cache_entries__expires_at ON revenue_cache_entries (expires_at);
        COMMENT ON TABLE revenue_cache_entries IS 'Cached realtime revenue with lease and cooldown';
    """)
    protect("revenue_cache_entries")
    grant("revenue_cache_entries", api="SIUD", worker="S")
    run("""
        -- Named outright, so that the cache stays usable when group memberships change.
        GRANT SELECT, INSERT, UPDATE, DELETE ON revenue_cache_entries TO app_user;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE revenue_cache_entries;
    """)
