"""Rate limits that hold across all processes."""

from __future__ import annotations

from impl.db.revision import run

revision = "1005_rate_limits"
down_revision = "1004_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Tokens taken per bucket and minute; hashes only, no identifiers.
        CREATE TABLE rate_limit_buckets (
            bucket_hash BYTEA NOT NULL,
            window_start TIMESTAMPTZ NOT NULL,
            taken INTEGER NOT NULL,
            CONSTRAINT pk_rate_limit_buckets PRIMARY KEY (bucket_hash, window_start)
        );
        CREATE INDEX ix_rate_limit_buckets__window_start ON rate_limit_buckets (window_start);
        COMMENT ON TABLE rate_limit_buckets IS 'Tokens taken per bucket and minute; hashes only, no identifiers';
    """)
    run("""
        -- Buckets are taken from by function only.
        GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit_buckets TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE rate_limit_buckets;
    """)
