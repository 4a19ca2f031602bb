"""A dead event says which order or payment it is about, and by which readers it was last read."""

from __future__ import annotations

from impl.db.revision import run

revision = "1030_dead_event_objects"
down_revision = "1029_sales"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- NULL where the body does not say, or nobody can read it. A newer reader retries what an older one rejected; touches
        -- have no reader.
        ALTER TABLE dead_events
            ADD COLUMN object_number TEXT,
            ADD COLUMN amount_cents BIGINT,
            ADD COLUMN currency CHAR(3),
            ADD COLUMN reader_version INTEGER,
            ADD CONSTRAINT ck_dead_events__amount CHECK (num_nulls(amount_cents, currency) IN (0, 2)),
            ADD CONSTRAINT ck_dead_events__currency CHECK (currency ~ '^[A-Z]{3}$');
        CREATE INDEX ix_dead_events__reader_version ON dead_events (reader_version)
            WHERE remediation_status = 'pending' AND next_retry_at IS NULL AND payload_sealed IS NOT NULL;
        GRANT UPDATE (reader_version) ON dead_events TO app_replay;
    """)


def downgrade() -> None:
    run("""
        -- The index goes with its column.
        ALTER TABLE dead_events
            DROP COLUMN reader_version,
            DROP COLUMN currency,
            DROP COLUMN amount_cents,
            DROP COLUMN object_number;
    """)
