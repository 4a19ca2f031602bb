"""How channels come and go."""

from __future__ import annotations

from impl.db.revision import grant, run

revision = "0012_channel_life"
down_revision = "0011_operators"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
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

        -- A channel that was credited can be archived, never deleted; skipping a step would hide why it went.
        CREATE FUNCTION fn_log_channel_state_change() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF (OLD.state, NEW.state) NOT IN (
                ('draft', 'active'), ('active', 'deprecated'), ('deprecated', 'archived'), ('active', 'archived')
            ) THEN
                RAISE EXCEPTION 'channel % cannot go from % to %', NEW.code, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
            INSERT INTO public.channel_state_transitions (channel_code, from_state, to_state, reason)
            VALUES (NEW.code, OLD.state, NEW.state, nullif(current_setting('app.change_reason', true), ''));
            RETURN NULL;
        END $$;
        CREATE TRIGGER trg_log_channel_state_change AFTER UPDATE OF state ON channel_taxonomy
            FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
            EXECUTE FUNCTION fn_log_channel_state_change();
    """)
    grant("channel_state_transitions", api="S", worker="S")
    run("""
        -- Only the trigger writes the log, with the rights of its owner.
        ALTER FUNCTION fn_log_channel_state_change() OWNER TO app_maintenance;
        GRANT INSERT ON channel_state_transitions TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The trigger first, because it writes the log.
        DROP TRIGGER trg_log_channel_state_change ON channel_taxonomy;
        DROP FUNCTION fn_log_channel_state_change();
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE channel_state_transitions;
    """)
