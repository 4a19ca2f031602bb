"""Credits, the jobs that compute them, corrections, and spend."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1010_attribution"
down_revision = "1009_touches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Credits of conversions to channels, exact to the cent.
        CREATE TABLE attribution_allocations (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            event_id UUID NOT NULL,
            window_start TIMESTAMPTZ NOT NULL,
            window_end TIMESTAMPTZ NOT NULL,
            model_type TEXT NOT NULL,
            model_version TEXT NOT NULL,
            channel_code TEXT NOT NULL,
            allocated_revenue_cents BIGINT NOT NULL,
            currency CHAR(3) NOT NULL,
            allocation_ratio NUMERIC(6, 5),
            confidence_score NUMERIC(4, 3),
            touch_count INTEGER,
            credible_interval_lower_cents BIGINT,
            credible_interval_upper_cents BIGINT,
            convergence_r_hat NUMERIC(8, 5),
            effective_sample_size INTEGER,
            divergences INTEGER,
            model_metadata JSONB NOT NULL DEFAULT '{}'::jsonb,
            is_fallback BOOLEAN NOT NULL DEFAULT false,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_attribution_allocations PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_attribution_allocations__tenant_id_event_id FOREIGN KEY (tenant_id, event_id)
                REFERENCES attribution_events (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT uq_attribution_allocations__credit
                UNIQUE (tenant_id, event_id, model_type, model_version, channel_code),
            CONSTRAINT ck_attribution_allocations__window CHECK (window_end > window_start),
            CONSTRAINT ck_attribution_allocations__allocation_ratio CHECK (allocation_ratio BETWEEN 0 AND 1),
            CONSTRAINT ck_attribution_allocations__confidence_score CHECK (confidence_score BETWEEN 0 AND 1),
            CONSTRAINT ck_attribution_allocations__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT fk_attribution_allocations__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_attribution_allocations__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        CREATE INDEX ix_attribution_allocations__channel_window
            ON attribution_allocations (tenant_id, channel_code, window_start)
            INCLUDE (allocated_revenue_cents, confidence_score);
        CREATE INDEX ix_attribution_allocations__model_window
            ON attribution_allocations (tenant_id, model_type, model_version, window_start);
        COMMENT ON TABLE attribution_allocations IS 'Credits of conversions to channels, exact to the cent';

        -- One job per window, model and version, with the digest of its result.
        CREATE TABLE attribution_recompute_jobs (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            window_start TIMESTAMPTZ NOT NULL,
            window_end TIMESTAMPTZ NOT NULL,
            model_type TEXT NOT NULL,
            model_version TEXT NOT NULL,
            lookback_days INTEGER NOT NULL DEFAULT 30,
            status TEXT NOT NULL DEFAULT 'pending',
            run_count INTEGER NOT NULL DEFAULT 0,
            conversions INTEGER,
            allocations INTEGER,
            digest BYTEA,
            last_correlation_id UUID,
            started_at TIMESTAMPTZ,
            finished_at TIMESTAMPTZ,
            error_code TEXT,
            error_message TEXT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_attribution_recompute_jobs PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_attribution_recompute_jobs__identity
                UNIQUE (tenant_id, window_start, window_end, model_type, model_version),
            CONSTRAINT ck_attribution_recompute_jobs__window CHECK (window_end > window_start),
            CONSTRAINT ck_attribution_recompute_jobs__status
                CHECK (status IN ('pending', 'running', 'succeeded', 'failed')),
            CONSTRAINT ck_attribution_recompute_jobs__run_count CHECK (run_count >= 0),
            CONSTRAINT fk_attribution_recompute_jobs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE attribution_recompute_jobs IS 'One job per window, model and version, with the digest of its result';

        -- Corrections of channels; insert-only, the newest counts.
        CREATE TABLE channel_assignment_corrections (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            entity_type TEXT NOT NULL,
            entity_id UUID NOT NULL,
            from_channel TEXT NOT NULL,
            to_channel TEXT NOT NULL,
            corrected_by UUID NOT NULL,
            reason TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_channel_assignment_corrections PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_channel_assignment_corrections__entity_type
                CHECK (entity_type IN ('event', 'allocation')),
            CONSTRAINT ck_channel_assignment_corrections__reason CHECK (reason <> ''),
            CONSTRAINT fk_channel_assignment_corrections__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_channel_assignment_corrections__from_channel FOREIGN KEY (from_channel)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE,
            CONSTRAINT fk_channel_assignment_corrections__to_channel FOREIGN KEY (to_channel)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        CREATE INDEX ix_channel_assignment_corrections__entity
            ON channel_assignment_corrections (tenant_id, entity_type, entity_id, created_at);
        COMMENT ON TABLE channel_assignment_corrections IS 'Corrections of channels; insert-only, the newest counts';

        -- What channels cost per day and currency.
        CREATE TABLE channel_spend (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            channel_code TEXT NOT NULL,
            spend_on DATE NOT NULL,
            currency CHAR(3) NOT NULL,
            spend_cents BIGINT NOT NULL,
            source TEXT NOT NULL,
            as_of TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_channel_spend PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_channel_spend__day UNIQUE (tenant_id, channel_code, spend_on, currency, source),
            CONSTRAINT ck_channel_spend__source CHECK (source IN ('import', 'platform')),
            CONSTRAINT ck_channel_spend__spend_cents CHECK (spend_cents >= 0),
            CONSTRAINT ck_channel_spend__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT fk_channel_spend__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_channel_spend__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        COMMENT ON TABLE channel_spend IS 'What channels cost per day and currency';
    """)
    protect("attribution_allocations")
    grant("attribution_allocations", api="S", worker="SIUD")
    protect("attribution_recompute_jobs")
    grant("attribution_recompute_jobs", api="SIU", worker="SIU")
    protect("channel_assignment_corrections")
    grant("channel_assignment_corrections", api="SI", worker="SI")
    protect("channel_spend")
    grant("channel_spend", api="SIU", worker="SIU")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE channel_spend;
        DROP TABLE channel_assignment_corrections;
        DROP TABLE attribution_recompute_jobs;
        DROP TABLE attribution_allocations;
    """)
