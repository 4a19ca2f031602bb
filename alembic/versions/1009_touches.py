"""Touches: visits, clicks and impressions."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1009_touches"
down_revision = "1008_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Visits, clicks and impressions with their channel; insert-only.
        CREATE TABLE touches (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            touch_id VARCHAR(200) NOT NULL,
            session_id UUID,
            journey_hash BYTEA,
            journey_key_version INTEGER,
            occurred_at TIMESTAMPTZ NOT NULL,
            kind TEXT NOT NULL,
            channel_code TEXT NOT NULL,
            utm_source TEXT,
            utm_medium TEXT,
            campaign_id TEXT,
            referrer_host TEXT,
            redacted_at TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_touches PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_touches__tenant_id_touch_id UNIQUE (tenant_id, touch_id),
            CONSTRAINT ck_touches__session_id CHECK (session_id IS NOT NULL OR redacted_at IS NOT NULL),
            CONSTRAINT fk_touches__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_touches__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        CREATE INDEX ix_touches__occurred_at ON touches (occurred_at);
        CREATE INDEX ix_touches__tenant_id_journey_hash_occurred_at
            ON touches (tenant_id, journey_hash, occurred_at);
        CREATE INDEX ix_touches__tenant_id_session_id_occurred_at ON touches (tenant_id, session_id, occurred_at);
        COMMENT ON TABLE touches IS 'Visits, clicks and impressions with their channel; insert-only';
    """)
    protect("touches")
    grant("touches", api="SI", worker="S")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE touches;
    """)
