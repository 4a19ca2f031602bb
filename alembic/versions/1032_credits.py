"""Credits are computed: what waits to be computed, what models have learnt from, and shares as exact as they are compared."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1032_credits"
down_revision = "1031_transmissions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Eighteen places tell any two shares of a journey apart; refunds of closed days are split by them.
        ALTER TABLE attribution_allocations ALTER COLUMN allocation_ratio TYPE NUMERIC(19, 18);

        -- Where a long job goes on, and what a model that learns was trained on.
        ALTER TABLE attribution_recompute_jobs
            ADD COLUMN continue_after_at TIMESTAMPTZ,
            ADD COLUMN continue_after_id UUID,
            ADD COLUMN training JSONB,
            ADD CONSTRAINT ck_attribution_recompute_jobs__continue_after
                CHECK ((continue_after_at IS NULL) = (continue_after_id IS NULL));

        -- Corrections are of events, and come from operators only.
        ALTER TABLE channel_assignment_corrections
            DROP CONSTRAINT ck_channel_assignment_corrections__entity_type,
            ADD CONSTRAINT ck_channel_assignment_corrections__entity_type CHECK (entity_type IN ('event'));
        REVOKE INSERT ON channel_assignment_corrections FROM app_rw, app_worker;
        GRANT SELECT, INSERT ON channel_assignment_corrections TO app_maintenance;
        GRANT SELECT ON channel_taxonomy TO app_maintenance;

        -- Whether a capture has moved to its order is asked for every capture; hardly any has.
        CREATE INDEX ix_revenue_ledger__moved ON revenue_ledger (tenant_id, reverses) WHERE entry_kind = 'moved';

        -- A late touch finds the conversions from after a rotation of the tenant's journey secret.
        CREATE INDEX ix_attribution_events__tenant_id_journey_hash_previous
            ON attribution_events (tenant_id, journey_hash_previous) WHERE journey_hash_previous IS NOT NULL;

        -- Facts and touches that credits may depend on, told in their own transaction. Rows, not jobs, and never one row for two
        -- transactions: nobody waits, and what commits late is still found.
        CREATE TABLE attribution_changes (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            days DATE[] NOT NULL DEFAULT '{}',
            touches UUID[] NOT NULL DEFAULT '{}',
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_attribution_changes PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_attribution_changes__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE attribution_changes IS 'Facts and touches that credits may depend on, until their days are marked';

        -- Days whose credits are to be computed again.
        CREATE TABLE attribution_day_marks (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            model_type TEXT NOT NULL,
            model_version TEXT NOT NULL,
            day DATE NOT NULL,
            lookback_days INTEGER NOT NULL,
            is_due BOOLEAN NOT NULL,
            marked_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_attribution_day_marks PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_attribution_day_marks__day UNIQUE (tenant_id, model_type, model_version, day),
            CONSTRAINT fk_attribution_day_marks__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE attribution_day_marks IS 'Days whose credits are to be computed again: at once when due, else by night';

        -- What models learn from: channels and counts only, no link to anybody.
        CREATE TABLE attribution_training_counts (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            lookback_days INTEGER NOT NULL,
            impression_lookback_days INTEGER NOT NULL,
            day DATE NOT NULL,
            kind TEXT NOT NULL,
            counts JSONB NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_attribution_training_counts PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_attribution_training_counts__day
                UNIQUE (tenant_id, lookback_days, impression_lookback_days, day, kind),
            CONSTRAINT ck_attribution_training_counts__kind CHECK (kind IN ('converted', 'null')),
            CONSTRAINT fk_attribution_training_counts__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE attribution_training_counts IS
            'Paths of a day, counted: converted ones by day of conversion, open ones as they stood at its end';
    """)
    protect("attribution_changes")
    grant("attribution_changes", api="SI")
    protect("attribution_day_marks")
    grant("attribution_day_marks", api="S", worker="SIUD")
    protect("attribution_training_counts")
    grant("attribution_training_counts", api="S", worker="SIUD")
    run("""
        -- Replays record what receipts record; the sweep turns changes of every tenant into marks.
        GRANT INSERT ON attribution_changes TO app_replay;
        GRANT SELECT, INSERT, UPDATE, DELETE ON attribution_changes TO app_maintenance;
        GRANT SELECT, INSERT, UPDATE ON attribution_day_marks TO app_maintenance;
        GRANT SELECT ON attribution_recompute_jobs TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Credits are computed again from events and touches whenever somebody asks.
        DROP TABLE attribution_training_counts;
        DROP TABLE attribution_day_marks;
        DROP TABLE attribution_changes;
        DROP INDEX ix_attribution_events__tenant_id_journey_hash_previous;
        DROP INDEX ix_revenue_ledger__moved;
        REVOKE SELECT, INSERT ON channel_assignment_corrections FROM app_maintenance;
        GRANT INSERT ON channel_assignment_corrections TO app_rw, app_worker;
        ALTER TABLE channel_assignment_corrections
            DROP CONSTRAINT ck_channel_assignment_corrections__entity_type,
            ADD CONSTRAINT ck_channel_assignment_corrections__entity_type CHECK (entity_type IN ('event', 'allocation'));
        ALTER TABLE attribution_recompute_jobs
            DROP CONSTRAINT ck_attribution_recompute_jobs__continue_after,
            DROP COLUMN training,
            DROP COLUMN continue_after_id,
            DROP COLUMN continue_after_at;
        ALTER TABLE attribution_allocations ALTER COLUMN allocation_ratio TYPE NUMERIC(6, 5);
    """)
