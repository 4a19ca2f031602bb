"""Touches: visits, clicks and impressions."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "0013_touches"
down_revision = "0012_channel_life"
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

        -- A touch is a fact like an event: maintenance empties what links a person and drops it in time.
        CREATE FUNCTION fn_touches_prevent_mutation() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            emptied CONSTANT text[] := ARRAY['session_id', 'journey_hash', 'journey_key_version', 'redacted_at'];
        BEGIN
            IF current_user = 'app_maintenance' THEN
                IF TG_OP = 'DELETE' THEN
                    RETURN OLD;
                ELSIF TG_OP = 'UPDATE' AND NEW.redacted_at IS NOT NULL
                    AND NEW.session_id IS NULL AND NEW.journey_hash IS NULL
                    AND to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied
                THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'touches are immutable: % refused', TG_OP
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END $$;
        CREATE TRIGGER trg_touches_prevent_mutation BEFORE UPDATE OR DELETE ON touches
            FOR EACH ROW EXECUTE FUNCTION fn_touches_prevent_mutation();
        CREATE TRIGGER trg_touches_prevent_truncate BEFORE TRUNCATE ON touches
            FOR EACH STATEMENT EXECUTE FUNCTION fn_touches_prevent_mutation();

        -- Only receipts write touches.
        CREATE TRIGGER trg_block_worker_touches BEFORE INSERT OR UPDATE OR DELETE ON touches
            FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
    """)
    protect("touches")
    grant("touches", api="SI", worker="S")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE touches;
        DROP FUNCTION fn_touches_prevent_mutation();
    """)
