"""Investigations, explanations and budget optimization."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1015_investigations"
down_revision = "1014_llm"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Questions that a model looks into with tools.
        CREATE TABLE investigations (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            query TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending',
            result JSONB,
            cost_micros BIGINT NOT NULL DEFAULT 0,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_investigations PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_investigations__status
                CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
            CONSTRAINT fk_investigations__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_investigations__tenant_id_created_at ON investigations (tenant_id, created_at);
        COMMENT ON TABLE investigations IS 'Questions that a model looks into with tools';

        -- Tool calls of investigations, at most ten each.
        CREATE TABLE investigation_tool_calls (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            investigation_id UUID NOT NULL,
            ordinal SMALLINT NOT NULL,
            tool_name TEXT NOT NULL,
            input_params JSONB NOT NULL,
            output JSONB,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_investigation_tool_calls PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_investigation_tool_calls__tenant_id_investigation_id FOREIGN KEY (tenant_id, investigation_id)
                REFERENCES investigations (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT uq_investigation_tool_calls__ordinal UNIQUE (tenant_id, investigation_id, ordinal),
            CONSTRAINT ck_investigation_tool_calls__ordinal CHECK (ordinal BETWEEN 1 AND 10),
            CONSTRAINT fk_investigation_tool_calls__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE investigation_tool_calls IS 'Tool calls of investigations, at most ten each';

        -- Hold and approval of investigations.
        CREATE TABLE investigation_jobs (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            investigation_id UUID NOT NULL,
            correlation_id UUID,
            status TEXT NOT NULL DEFAULT 'PENDING',
            min_hold_until TIMESTAMPTZ NOT NULL,
            ready_for_review_at TIMESTAMPTZ,
            approved_at TIMESTAMPTZ,
            approved_by UUID,
            completed_at TIMESTAMPTZ,
            cancel_reason TEXT,
            result JSONB,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_investigation_jobs PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_investigation_jobs__tenant_id_investigation_id FOREIGN KEY (tenant_id, investigation_id)
                REFERENCES investigations (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT ck_investigation_jobs__status
                CHECK (status IN ('PENDING', 'READY_FOR_REVIEW', 'APPROVED', 'COMPLETED', 'CANCELLED')),
            CONSTRAINT ck_investigation_jobs__completed CHECK (status <> 'COMPLETED' OR approved_at IS NOT NULL),
            CONSTRAINT ck_investigation_jobs__approved
                CHECK (status NOT IN ('APPROVED', 'COMPLETED') OR ready_for_review_at IS NOT NULL),
            CONSTRAINT ck_investigation_jobs__hold CHECK (ready_for_review_at >= min_hold_until),
            CONSTRAINT fk_investigation_jobs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_investigation_jobs__held ON investigation_jobs (min_hold_until) WHERE status = 'PENDING';
        COMMENT ON TABLE investigation_jobs IS 'Hold and approval of investigations';

        -- Explanations, valid for the facts they were made from.
        CREATE TABLE explanation_cache (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            entity_type TEXT NOT NULL,
            entity_id TEXT NOT NULL,
            facts_digest BYTEA NOT NULL,
            explanation TEXT NOT NULL,
            citations JSONB NOT NULL DEFAULT '[]'::jsonb,
            model TEXT NOT NULL,
            hit_count INTEGER NOT NULL DEFAULT 0,
            expires_at TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_explanation_cache PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_explanation_cache__tenant_id_entity_type_entity_id
                UNIQUE (tenant_id, entity_type, entity_id),
            CONSTRAINT fk_explanation_cache__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_explanation_cache__expires_at ON explanation_cache (expires_at);
        COMMENT ON TABLE explanation_cache IS 'Explanations, valid for the facts they were made from';

        -- Searches for a better split of advertising budgets.
        CREATE TABLE budget_optimization_jobs (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending',
            request JSONB NOT NULL,
            recommendations JSONB,
            synthesis TEXT,
            cost_micros BIGINT NOT NULL DEFAULT 0,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_budget_optimization_jobs PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_budget_optimization_jobs__status
                CHECK (status IN ('pending', 'running', 'completed', 'failed')),
            CONSTRAINT fk_budget_optimization_jobs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_budget_optimization_jobs__tenant_id_created_at
            ON budget_optimization_jobs (tenant_id, created_at);
        COMMENT ON TABLE budget_optimization_jobs IS 'Searches for a better split of advertising budgets';
    """)
    protect("investigations")
    grant("investigations", api="SIU", worker="SIU")
    protect("investigation_tool_calls")
    grant("investigation_tool_calls", api="SIU", worker="SIU")
    protect("investigation_jobs")
    grant("investigation_jobs", api="SIU", worker="SIU")
    protect("explanation_cache")
    grant("explanation_cache", api="SIU", worker="SIU")
    protect("budget_optimization_jobs")
    grant("budget_optimization_jobs", api="SIU", worker="SIU")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE budget_optimization_jobs;
        DROP TABLE explanation_cache;
        DROP TABLE investigation_jobs;
        DROP TABLE investigation_tool_calls;
        DROP TABLE investigations;
    """)
