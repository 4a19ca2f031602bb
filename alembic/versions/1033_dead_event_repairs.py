"""Dead events are repaired with an amount, retried many at a time, resolved by a good delivery, and all of it is on record."""

from __future__ import annotations

from impl.db.revision import grant, grant_columns, protect, run

revision = "1033_dead_event_repairs"
down_revision = "1032_credits"
branch_labels = None
depends_on = None

REPAIR = "repair_cents, repair_currency, repaired_by, repaired_at"
PROGRESS = (
    "status, retried, resolved, after_at, after_id, started_at, finished_at, updated_at"  # nothing a person asked for
)


def upgrade() -> None:
    _extend_dead_events()
    _extend_events()
    _create_retries()
    _create_audit()
    run("""
        -- Which shops are connected decides what a replayed payment waits for; the worker sees accounts, never a secret.
        GRANT SELECT (tenant_id, processor, account, valid_until) ON tenant_webhook_secrets TO app_worker;
    """)


def _extend_dead_events() -> None:
    run("""
        -- The object that a delivery is about and when it looked so: a later delivery of it that can be read resolves this one.
        -- A refused key names the recorded fact that was taken back; such a dead event has no content of its own.
        ALTER TABLE dead_events
            ADD COLUMN object_name TEXT,
            ADD COLUMN object_at TIMESTAMPTZ,
            ADD COLUMN refused_key TEXT,
            ADD COLUMN repair_cents BIGINT,
            ADD COLUMN repair_currency CHAR(3),
            ADD COLUMN repaired_by UUID,
            ADD COLUMN repaired_at TIMESTAMPTZ,
            ADD COLUMN resolved_delivery_id UUID,
            ADD CONSTRAINT ck_dead_events__object CHECK (num_nulls(object_name, object_at) IN (0, 2)),
            ADD CONSTRAINT ck_dead_events__repair_cents CHECK (repair_cents BETWEEN 1 AND 1000000000000000),
            ADD CONSTRAINT ck_dead_events__repair_currency CHECK (repair_currency ~ '^[A-Z]{3}$'),
            ADD CONSTRAINT ck_dead_events__repair
                CHECK (num_nulls(repair_cents, repair_currency, repaired_by, repaired_at) IN (0, 4));
        UPDATE dead_events SET refused_key = split_part(idempotency_key, ':', 1) WHERE idempotency_key LIKE '%:mismatch';

        -- Small, since most tenants have none: every receipt asks it whether there is anything to resolve.
        CREATE INDEX ix_dead_events__open ON dead_events (tenant_id, source, object_name)
            WHERE remediation_status <> 'resolved';
        GRANT UPDATE (repair_cents, repair_currency, repaired_by, repaired_at) ON dead_events TO app_replay;
        GRANT UPDATE (resolved_delivery_id) ON dead_events TO app_rw, app_replay;

        -- What the delivery is about, for the dead events that it resolves.
        ALTER TYPE received_delivery ADD ATTRIBUTE object_name text, ADD ATTRIBUTE object_at timestamptz;
    """)
    grant_columns("dead_events", "U", REPAIR, "app_rw")


def _extend_events() -> None:
    run("""
        -- What the processor told, where a manager has said the amount in the currency of the sale.
        ALTER TABLE attribution_events
            ADD COLUMN told_cents BIGINT,
            ADD COLUMN told_currency CHAR(3),
            ADD COLUMN repaired_dead_event_id UUID,
            ADD CONSTRAINT ck_attribution_events__told
                CHECK (num_nulls(told_cents, told_currency, repaired_dead_event_id) IN (0, 3) AND told_cents >= 0);
        ALTER TYPE received_fact ADD ATTRIBUTE repair jsonb;

        -- The origin of an entry whose amount a manager has said.
        ALTER TABLE revenue_ledger
            DROP CONSTRAINT ck_revenue_ledger__verification_source,
            ADD CONSTRAINT ck_revenue_ledger__verification_source
                CHECK (verification_source IN (processor || '_webhook', processor || '_import', processor || '_repair'));
    """)


def _create_retries() -> None:
    run("""
        -- Requests to retry many dead events, and how far each has come.
        CREATE TABLE dead_event_retries (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            status TEXT NOT NULL DEFAULT 'queued',
            only_status TEXT NOT NULL,
            only_source TEXT,
            only_error_code TEXT,
            is_forced BOOLEAN NOT NULL,
            selected INTEGER NOT NULL,
            has_more BOOLEAN NOT NULL,
            retried INTEGER NOT NULL DEFAULT 0,
            resolved INTEGER NOT NULL DEFAULT 0,
            needs_force INTEGER NOT NULL,
            without_content INTEGER NOT NULL,
            until_at TIMESTAMPTZ NOT NULL,
            after_at TIMESTAMPTZ,
            after_id UUID,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            started_at TIMESTAMPTZ,
            finished_at TIMESTAMPTZ,
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_dead_event_retries PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_dead_event_retries__status CHECK (status IN ('queued', 'in_progress', 'finished')),
            CONSTRAINT ck_dead_event_retries__only_status CHECK (only_status IN ('pending', 'abandoned')),
            CONSTRAINT ck_dead_event_retries__selected CHECK (selected BETWEEN 0 AND 10000),
            CONSTRAINT ck_dead_event_retries__counts CHECK (resolved BETWEEN 0 AND retried AND retried <= selected),
            CONSTRAINT ck_dead_event_retries__finished_at CHECK ((status = 'finished') = (finished_at IS NOT NULL)),
            CONSTRAINT ck_dead_event_retries__after CHECK (num_nulls(after_at, after_id) IN (0, 2)),
            CONSTRAINT fk_dead_event_retries__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_dead_event_retries__tenant_id_created_at ON dead_event_retries (tenant_id, created_at);
        COMMENT ON TABLE dead_event_retries IS 'Requests to retry many dead events, and how far each has come';
    """)
    protect("dead_event_retries")
    grant("dead_event_retries", api="SI", worker="S")
    grant_columns("dead_event_retries", "U", PROGRESS, "app_worker")


def _create_audit() -> None:
    run("""
        -- What people did about dead events; append-only. An amount is what a manager said, beside what the processor told.
        CREATE TABLE dead_event_audit (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            action TEXT NOT NULL,
            dead_event_id UUID,
            retry_id UUID,
            is_forced BOOLEAN,
            amount_cents BIGINT,
            currency CHAR(3),
            told_cents BIGINT,
            told_currency CHAR(3),
            correlation_id UUID,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_dead_event_audit PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_dead_event_audit__action CHECK (action IN ('retried', 'repaired', 'retried_many', 'abandoned')),
            CONSTRAINT ck_dead_event_audit__subject CHECK (num_nulls(dead_event_id, retry_id) = 1),
            CONSTRAINT ck_dead_event_audit__amount
                CHECK (num_nulls(amount_cents, currency) IN (0, 2) AND (action = 'repaired') = (amount_cents IS NOT NULL)),
            CONSTRAINT fk_dead_event_audit__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_dead_event_audit__tenant_id_created_at ON dead_event_audit (tenant_id, created_at);
        COMMENT ON TABLE dead_event_audit IS 'What people did about dead events; append-only';
    """)
    protect("dead_event_audit")
    grant("dead_event_audit", api="SI")


def downgrade() -> None:
    run("""
        -- What was repaired stays counted; that it was repaired is lost.
        ALTER TABLE revenue_ledger DISABLE TRIGGER USER;
        UPDATE revenue_ledger SET verification_source = processor || '_webhook'
        WHERE verification_source = processor || '_repair';
        ALTER TABLE revenue_ledger ENABLE TRIGGER USER;
        ALTER TABLE revenue_ledger
            DROP CONSTRAINT ck_revenue_ledger__verification_source,
            ADD CONSTRAINT ck_revenue_ledger__verification_source
                CHECK (verification_source IN (processor || '_webhook', processor || '_import'));
        REVOKE SELECT (tenant_id, processor, account, valid_until) ON tenant_webhook_secrets FROM app_worker;
        DROP TABLE dead_event_audit;
        DROP TABLE dead_event_retries;
        ALTER TYPE received_fact DROP ATTRIBUTE repair;
        ALTER TYPE received_delivery DROP ATTRIBUTE object_at, DROP ATTRIBUTE object_name;
        ALTER TABLE attribution_events
            DROP COLUMN repaired_dead_event_id,
            DROP COLUMN told_currency,
            DROP COLUMN told_cents;
        -- Its index goes with the columns.
        ALTER TABLE dead_events
            DROP COLUMN resolved_delivery_id,
            DROP COLUMN repaired_at,
            DROP COLUMN repaired_by,
            DROP COLUMN repair_currency,
            DROP COLUMN repair_cents,
            DROP COLUMN refused_key,
            DROP COLUMN object_at,
            DROP COLUMN object_name;
    """)
