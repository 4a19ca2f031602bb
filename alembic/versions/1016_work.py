"""Traces of background work."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1016_work"
down_revision = "1015_investigations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Jobs that ended after their last attempt, with sanitized arguments.
        CREATE TABLE worker_failed_jobs (
            id UUID NOT NULL,
            tenant_id UUID,
            job_id TEXT NOT NULL,
            job_name TEXT NOT NULL,
            queue TEXT NOT NULL,
            worker TEXT,
            arguments JSONB NOT NULL,
            error_type TEXT NOT NULL,
            exception_class TEXT NOT NULL,
            error_message TEXT NOT NULL,
            traceback TEXT,
            retry_count INTEGER NOT NULL DEFAULT 0,
            last_retry_at TIMESTAMPTZ,
            status TEXT NOT NULL DEFAULT 'pending',
            remediation_notes TEXT,
            resolved_at TIMESTAMPTZ,
            correlation_id UUID,
            failed_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_worker_failed_jobs PRIMARY KEY (id),
            CONSTRAINT ck_worker_failed_jobs__error_type
                CHECK (error_type IN ('validation_error', 'database_error', 'application_error', 'unknown')),
            CONSTRAINT ck_worker_failed_jobs__status
                CHECK (status IN ('pending', 'in_progress', 'resolved', 'abandoned')),
            CONSTRAINT ck_worker_failed_jobs__error_message CHECK (length(error_message) <= 500),
            CONSTRAINT ck_worker_failed_jobs__traceback CHECK (length(traceback) <= 2000),
            CONSTRAINT fk_worker_failed_jobs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_worker_failed_jobs__tenant_id_failed_at ON worker_failed_jobs (tenant_id, failed_at);
        COMMENT ON TABLE worker_failed_jobs IS 'Jobs that ended after their last attempt, with sanitized arguments';

        -- Effects that happened, so that a repeated job stops.
        CREATE TABLE worker_side_effects (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            job_id TEXT NOT NULL,
            effect_key TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_worker_side_effects PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_worker_side_effects__tenant_id_effect_key UNIQUE (tenant_id, effect_key),
            CONSTRAINT fk_worker_side_effects__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE worker_side_effects IS 'Effects that happened, so that a repeated job stops';

        -- When each worker was last alive.
        CREATE TABLE worker_heartbeats (
            worker_id TEXT NOT NULL,
            seen_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_worker_heartbeats PRIMARY KEY (worker_id)
        );
        COMMENT ON TABLE worker_heartbeats IS 'When each worker was last alive';

        -- Due instants that were dispatched.
        CREATE TABLE schedule_ticks (
            schedule_name TEXT NOT NULL,
            due_at TIMESTAMPTZ NOT NULL,
            job_id TEXT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_schedule_ticks PRIMARY KEY (schedule_name, due_at)
        );
        COMMENT ON TABLE schedule_ticks IS 'Due instants that were dispatched';
    """)
    grant("worker_failed_jobs", api="S", worker="SIU")
    protect("worker_side_effects")
    grant("worker_side_effects", api="S", worker="SIU")
    grant("worker_heartbeats", api="S", worker="SIUD")
    grant("schedule_ticks", api="S", worker="SIUD")
    protect("worker_failed_jobs")
    run("""
        -- A tenantless job fails too; only workers see and write such a row.
        CREATE POLICY tenantless_worker_policy ON worker_failed_jobs
            TO app_worker USING (tenant_id IS NULL) WITH CHECK (tenant_id IS NULL);
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE schedule_ticks;
        DROP TABLE worker_heartbeats;
        DROP TABLE worker_side_effects;
        DROP TABLE worker_failed_jobs;
    """)
