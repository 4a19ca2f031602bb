"""One tenant's dead events take up a bounded part of everybody's disk, and what nobody asks for any more goes."""

from __future__ import annotations

from impl.db.revision import grant, grant_columns, protect, run

revision = "1035_bounds_of_dead_events"
down_revision = "1034_sale_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- More than one where a row stands for all of an hour that were too many to be kept one by one.
        ALTER TABLE dead_events
            ADD COLUMN occurrences INTEGER NOT NULL DEFAULT 1,
            ADD CONSTRAINT ck_dead_events__occurrences CHECK (occurrences >= 1);

        -- What a tenant's dead events of one day (UTC) have used up, and what was not kept because of that.
        CREATE TABLE dead_event_usage (
            tenant_id UUID NOT NULL,
            day DATE NOT NULL,
            events BIGINT NOT NULL DEFAULT 0,
            payloads BIGINT NOT NULL DEFAULT 0,
            payload_bytes BIGINT NOT NULL DEFAULT 0,
            payloads_dropped BIGINT NOT NULL DEFAULT 0,
            events_aggregated BIGINT NOT NULL DEFAULT 0,
            CONSTRAINT pk_dead_event_usage PRIMARY KEY (tenant_id, day),
            CONSTRAINT fk_dead_event_usage__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_dead_event_usage__day ON dead_event_usage (day);
        COMMENT ON TABLE dead_event_usage IS 'What the dead events of a tenant and day have used up; 90 days';
    """)
    protect("dead_event_usage")
    grant("dead_event_usage", api="SIU", worker="SIU")
    grant_columns("dead_events", "U", "occurrences", "app_rw")
    run("""
        -- Retention finds by time, and deletes by function only. A replay may bury what it takes back.
        GRANT SELECT, INSERT, UPDATE ON dead_event_usage TO app_replay;
        GRANT SELECT, DELETE ON dead_event_usage, auth_refresh_tokens, worker_failed_jobs TO app_maintenance;
        CREATE INDEX ix_auth_refresh_tokens__expires_at ON auth_refresh_tokens (expires_at);
        CREATE INDEX ix_worker_failed_jobs__failed_at ON worker_failed_jobs (failed_at);
    """)


def downgrade() -> None:
    run("""
        -- Aggregated rows stay, as one each.
        DROP INDEX ix_worker_failed_jobs__failed_at;
        DROP INDEX ix_auth_refresh_tokens__expires_at;
        REVOKE SELECT, DELETE ON auth_refresh_tokens, worker_failed_jobs FROM app_maintenance;
        DROP TABLE dead_event_usage;
        ALTER TABLE dead_events DROP COLUMN occurrences;
    """)
