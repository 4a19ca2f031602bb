"""The channels that revenue can be credited to, and how they come and go."""

from __future__ import annotations

from impl.db.revision import grant, run

revision = "1006_channels"
down_revision = "1005_rate_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Channels that revenue can be credited to.
        CREATE TABLE channel_taxonomy (
            code TEXT NOT NULL,
            family TEXT NOT NULL,
            is_paid BOOLEAN NOT NULL,
            display_name TEXT NOT NULL,
            api_name TEXT NOT NULL,
            is_active BOOLEAN NOT NULL,
            state TEXT NOT NULL,
            CONSTRAINT pk_channel_taxonomy PRIMARY KEY (code),
            CONSTRAINT ck_channel_taxonomy__family
                CHECK (family IN ('paid_social', 'paid_search', 'direct', 'organic', 'referral', 'email')),
            CONSTRAINT ck_channel_taxonomy__state CHECK (state IN ('draft', 'active', 'deprecated', 'archived')),
            CONSTRAINT ck_channel_taxonomy__is_active CHECK (is_active = (state = 'active'))
        );
        COMMENT ON TABLE channel_taxonomy IS 'Channels that revenue can be credited to';

        -- Steps in the life of channels, written by trigger.
        CREATE TABLE channel_state_transitions (
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            channel_code TEXT NOT NULL,
            from_state TEXT NOT NULL,
            to_state TEXT NOT NULL,
            changed_by TEXT NOT NULL DEFAULT SESSION_USER,
            changed_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            reason TEXT,
            metadata JSONB NOT NULL DEFAULT '{}'::jsonb,
            CONSTRAINT pk_channel_state_transitions PRIMARY KEY (id),
            CONSTRAINT fk_channel_state_transitions__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        CREATE INDEX ix_channel_state_transitions__channel_code_changed_at
            ON channel_state_transitions (channel_code, changed_at);
        COMMENT ON TABLE channel_state_transitions IS 'Steps in the life of channels, written by trigger';
    """)
    grant("channel_taxonomy", api="S", worker="S")
    grant("channel_state_transitions", api="S", worker="S")
    run("""
        -- Only the trigger writes the log, with the rights of its owner.
        GRANT INSERT ON channel_state_transitions TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE channel_state_transitions;
        DROP TABLE channel_taxonomy;
    """)
