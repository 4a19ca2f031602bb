"""Calls of language models, their budgets and their caches."""

from __future__ import annotations

from impl.db.revision import grant, protect, protect_personal, run

revision = "1014_llm"
down_revision = "1013_platforms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Calls of language models, from reservation to settlement.
        CREATE TABLE llm_api_calls (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            endpoint TEXT NOT NULL,
            request_id TEXT NOT NULL,
            provider TEXT,
            model TEXT,
            input_tokens INTEGER NOT NULL DEFAULT 0,
            output_tokens INTEGER NOT NULL DEFAULT 0,
            cost_micros BIGINT NOT NULL DEFAULT 0,
            latency_ms INTEGER,
            was_cached BOOLEAN NOT NULL DEFAULT false,
            status TEXT NOT NULL DEFAULT 'pending',
            block_reason TEXT,
            failure_reason TEXT,
            breaker_state TEXT,
            provider_attempted BOOLEAN NOT NULL DEFAULT false,
            reserved_micros BIGINT NOT NULL DEFAULT 0,
            settled_micros BIGINT NOT NULL DEFAULT 0,
            cache_key TEXT,
            prompt_fingerprint TEXT NOT NULL,
            complexity_score NUMERIC(4, 3),
            complexity_bucket SMALLINT,
            chosen_tier TEXT,
            chosen_model TEXT,
            policy_id TEXT,
            policy_version TEXT,
            routing_reason TEXT,
            lease_until TIMESTAMPTZ,
            investigation_id UUID,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_api_calls PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_api_calls__tenant_id_request_id_endpoint UNIQUE (tenant_id, request_id, endpoint),
            CONSTRAINT ck_llm_api_calls__status
                CHECK (status IN ('pending', 'success', 'blocked', 'failed', 'idempotent_replay')),
            CONSTRAINT ck_llm_api_calls__chosen_tier CHECK (chosen_tier IN ('cheap', 'standard', 'premium')),
            CONSTRAINT ck_llm_api_calls__complexity_score CHECK (complexity_score BETWEEN 0 AND 1),
            CONSTRAINT ck_llm_api_calls__complexity_bucket CHECK (complexity_bucket BETWEEN 1 AND 10),
            CONSTRAINT ck_llm_api_calls__micros
                CHECK (cost_micros >= 0 AND reserved_micros >= 0 AND settled_micros >= 0),
            CONSTRAINT fk_llm_api_calls__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_llm_api_calls__tenant_id_created_at ON llm_api_calls (tenant_id, created_at);
        COMMENT ON TABLE llm_api_calls IS 'Calls of language models, from reservation to settlement';

        -- Decisions on language model calls; append-only.
        CREATE TABLE llm_call_audit (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            request_id TEXT NOT NULL,
            correlation_id UUID,
            requested_model TEXT NOT NULL,
            resolved_model TEXT,
            requested_estimate_micros BIGINT NOT NULL,
            resolved_estimate_micros BIGINT,
            cap_cents INTEGER NOT NULL,
            scope TEXT NOT NULL,
            decision TEXT NOT NULL,
            reason TEXT NOT NULL,
            input_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            prompt_fingerprint TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_call_audit PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_llm_call_audit__decision CHECK (decision IN ('ALLOW', 'BLOCK', 'FALLBACK')),
            CONSTRAINT fk_llm_call_audit__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_llm_call_audit__tenant_id_created_at ON llm_call_audit (tenant_id, created_at);
        CREATE INDEX ix_llm_call_audit__tenant_id_decision_created_at
            ON llm_call_audit (tenant_id, decision, created_at);
        CREATE INDEX ix_llm_call_audit__tenant_id_request_id ON llm_call_audit (tenant_id, request_id);
        CREATE INDEX ix_llm_call_audit__tenant_id_user_id_created_at
            ON llm_call_audit (tenant_id, user_id, created_at);
        COMMENT ON TABLE llm_call_audit IS 'Decisions on language model calls; append-only';

        -- Cost of calls per person and month.
        CREATE TABLE llm_monthly_costs (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            month DATE NOT NULL,
            total_cost_micros BIGINT NOT NULL DEFAULT 0,
            total_calls INTEGER NOT NULL DEFAULT 0,
            model_breakdown JSONB NOT NULL DEFAULT '{}'::jsonb,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_monthly_costs PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_monthly_costs__tenant_id_user_id_month UNIQUE (tenant_id, user_id, month),
            CONSTRAINT fk_llm_monthly_costs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE llm_monthly_costs IS 'Cost of calls per person and month';

        -- Budget of calls per person and month.
        CREATE TABLE llm_monthly_budget_state (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            month DATE NOT NULL,
            cap_cents INTEGER NOT NULL,
            spent_micros BIGINT NOT NULL DEFAULT 0,
            reserved_micros BIGINT NOT NULL DEFAULT 0,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_monthly_budget_state PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_monthly_budget_state__tenant_id_user_id_month UNIQUE (tenant_id, user_id, month),
            CONSTRAINT ck_llm_monthly_budget_state__amounts
                CHECK (cap_cents >= 0 AND spent_micros >= 0 AND reserved_micros >= 0),
            CONSTRAINT fk_llm_monthly_budget_state__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE llm_monthly_budget_state IS 'Budget of calls per person and month';

        -- Money set aside for calls, settled or released once.
        CREATE TABLE llm_budget_reservations (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            endpoint TEXT NOT NULL,
            request_id TEXT NOT NULL,
            scope TEXT NOT NULL,
            scope_key TEXT NOT NULL,
            reserved_micros BIGINT NOT NULL DEFAULT 0,
            settled_micros BIGINT NOT NULL DEFAULT 0,
            state TEXT NOT NULL DEFAULT 'reserved',
            expires_at TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_budget_reservations PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_budget_reservations__request UNIQUE (tenant_id, user_id, endpoint, request_id, scope),
            CONSTRAINT ck_llm_budget_reservations__state
                CHECK (state IN ('reserved', 'settled', 'released', 'blocked')),
            CONSTRAINT ck_llm_budget_reservations__micros CHECK (reserved_micros >= 0 AND settled_micros >= 0),
            CONSTRAINT fk_llm_budget_reservations__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_llm_budget_reservations__state_expires_at ON llm_budget_reservations (state, expires_at);
        COMMENT ON TABLE llm_budget_reservations IS 'Money set aside for calls, settled or released once';

        -- Spend of a tenant per minute, for its rolling window.
        CREATE TABLE llm_tenant_spend (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            bucket_start TIMESTAMPTZ NOT NULL,
            settled_micros BIGINT NOT NULL DEFAULT 0,
            reserved_micros BIGINT NOT NULL DEFAULT 0,
            calls INTEGER NOT NULL DEFAULT 0,
            blocked INTEGER NOT NULL DEFAULT 0,
            fallbacks INTEGER NOT NULL DEFAULT 0,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_tenant_spend PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_tenant_spend__tenant_id_bucket_start UNIQUE (tenant_id, bucket_start),
            CONSTRAINT ck_llm_tenant_spend__micros CHECK (settled_micros >= 0 AND reserved_micros >= 0),
            CONSTRAINT fk_llm_tenant_spend__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE llm_tenant_spend IS 'Spend of a tenant per minute, for its rolling window';

        -- Answers of models kept until they expire.
        CREATE TABLE llm_response_cache (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            endpoint TEXT NOT NULL,
            cache_key TEXT NOT NULL,
            watermark TEXT,
            provider TEXT NOT NULL,
            model TEXT NOT NULL,
            policy_version TEXT NOT NULL,
            response_text TEXT NOT NULL,
            tokens INTEGER NOT NULL,
            cost_micros BIGINT NOT NULL DEFAULT 0,
            hit_count INTEGER NOT NULL DEFAULT 0,
            expires_at TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_response_cache PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_response_cache__tenant_id_user_id_endpoint_cache_key
                UNIQUE (tenant_id, user_id, endpoint, cache_key),
            CONSTRAINT fk_llm_response_cache__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_llm_response_cache__expires_at ON llm_response_cache (expires_at);
        COMMENT ON TABLE llm_response_cache IS 'Answers of models kept until they expire';

        -- Whether calls are let through after failures.
        CREATE TABLE llm_breaker_state (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            breaker_key TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'closed',
            failure_count INTEGER NOT NULL DEFAULT 0,
            opened_at TIMESTAMPTZ,
            last_trip_at TIMESTAMPTZ,
            probe_lease_until TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_breaker_state PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_breaker_state__tenant_id_user_id_breaker_key UNIQUE (tenant_id, user_id, breaker_key),
            CONSTRAINT ck_llm_breaker_state__state CHECK (state IN ('closed', 'open', 'half_open')),
            CONSTRAINT fk_llm_breaker_state__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE llm_breaker_state IS 'Whether calls are let through after failures';

        -- Whether calls are off for the rest of an hour.
        CREATE TABLE llm_hourly_shutoff_state (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            hour_start TIMESTAMPTZ NOT NULL,
            is_shutoff BOOLEAN NOT NULL DEFAULT false,
            reason TEXT,
            threshold_cents INTEGER NOT NULL,
            total_cost_micros BIGINT NOT NULL DEFAULT 0,
            total_calls INTEGER NOT NULL DEFAULT 0,
            disabled_until TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_hourly_shutoff_state PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_llm_hourly_shutoff_state__tenant_id_user_id_hour_start
                UNIQUE (tenant_id, user_id, hour_start),
            CONSTRAINT fk_llm_hourly_shutoff_state__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE llm_hourly_shutoff_state IS 'Whether calls are off for the rest of an hour';

        -- Answers that failed their check, as digests.
        CREATE TABLE llm_validation_failures (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            endpoint TEXT NOT NULL,
            validation_error TEXT NOT NULL,
            facts_digest BYTEA NOT NULL,
            text_digest BYTEA NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_llm_validation_failures PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_llm_validation_failures__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_llm_validation_failures__tenant_id_created_at
            ON llm_validation_failures (tenant_id, created_at);
        COMMENT ON TABLE llm_validation_failures IS 'Answers that failed their check, as digests';
    """)
    protect_personal("llm_api_calls")
    grant("llm_api_calls", api="SIU", worker="SIU")
    protect_personal("llm_call_audit")
    grant("llm_call_audit", api="SI", worker="SI")
    protect_personal("llm_monthly_costs")
    grant("llm_monthly_costs", api="SIU", worker="SIU")
    protect_personal("llm_monthly_budget_state")
    grant("llm_monthly_budget_state", api="SIU", worker="SIU")
    protect_personal("llm_budget_reservations")
    grant("llm_budget_reservations", api="SIU", worker="SIU")
    protect("llm_tenant_spend")
    grant("llm_tenant_spend", api="SIU", worker="SIU")
    protect_personal("llm_response_cache")
    grant("llm_response_cache", api="SIU", worker="SIU")
    protect_personal("llm_breaker_state")
    grant("llm_breaker_state", api="SIU", worker="SIU")
    protect_personal("llm_hourly_shutoff_state")
    grant("llm_hourly_shutoff_state", api="SIU", worker="SIU")
    protect("llm_validation_failures")
    grant("llm_validation_failures", api="SIU", worker="SIU")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE llm_validation_failures;
        DROP TABLE llm_hourly_shutoff_state;
        DROP TABLE llm_breaker_state;
        DROP TABLE llm_response_cache;
        DROP TABLE llm_tenant_spend;
        DROP TABLE llm_budget_reservations;
        DROP TABLE llm_monthly_budget_state;
        DROP TABLE llm_monthly_costs;
        DROP TABLE llm_call_audit;
        DROP TABLE llm_api_calls;
    """)
