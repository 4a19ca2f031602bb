"""Runs that compare the ledger with platforms, and what they find."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1011_reconciliation"
down_revision = "1010_attribution"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Comparisons of the ledger with platforms; one unfinished per platforms.
        CREATE TABLE reconciliation_runs (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            state TEXT NOT NULL DEFAULT 'queued',
            platforms TEXT[] NOT NULL,
            full_sync BOOLEAN NOT NULL DEFAULT false,
            period_start TIMESTAMPTZ NOT NULL,
            period_end TIMESTAMPTZ NOT NULL,
            started_at TIMESTAMPTZ,
            finished_at TIMESTAMPTZ,
            error_message TEXT,
            run_metadata JSONB NOT NULL DEFAULT '{}'::jsonb,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_reconciliation_runs PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_reconciliation_runs__state
                CHECK (state IN ('queued', 'running', 'completed', 'partial', 'failed')),
            CONSTRAINT ck_reconciliation_runs__period CHECK (period_end > period_start),
            CONSTRAINT fk_reconciliation_runs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_reconciliation_runs__newest ON reconciliation_runs (tenant_id, created_at DESC, id);
        CREATE UNIQUE INDEX uq_reconciliation_runs__unfinished
            ON reconciliation_runs (tenant_id, platforms)
            WHERE state IN ('queued', 'running');
        COMMENT ON TABLE reconciliation_runs IS 'Comparisons of the ledger with platforms; one unfinished per platforms';

        -- What ad platforms report per channel and day.
        CREATE TABLE platform_claims (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            platform TEXT NOT NULL,
            platform_account_id TEXT NOT NULL,
            channel_code TEXT NOT NULL,
            claimed_on DATE NOT NULL,
            currency CHAR(3) NOT NULL,
            claimed_cents BIGINT NOT NULL,
            conversions BIGINT NOT NULL,
            spend_cents BIGINT NOT NULL,
            as_of TIMESTAMPTZ NOT NULL DEFAULT now(),
            run_id UUID NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_platform_claims PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_platform_claims__day
                UNIQUE (tenant_id, platform, platform_account_id, channel_code, claimed_on, currency),
            CONSTRAINT fk_platform_claims__tenant_id_run_id FOREIGN KEY (tenant_id, run_id)
                REFERENCES reconciliation_runs (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT ck_platform_claims__amounts
                CHECK (claimed_cents >= 0 AND conversions >= 0 AND spend_cents >= 0),
            CONSTRAINT ck_platform_claims__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT fk_platform_claims__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_platform_claims__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        COMMENT ON TABLE platform_claims IS 'What ad platforms report per channel and day';

        -- Claimed against verified revenue per period, channel and currency.
        CREATE TABLE reconciliation_results (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            run_id UUID NOT NULL,
            period_start TIMESTAMPTZ NOT NULL,
            period_end TIMESTAMPTZ NOT NULL,
            channel_code TEXT,
            currency CHAR(3) NOT NULL,
            claimed_total_cents BIGINT NOT NULL,
            verified_total_cents BIGINT NOT NULL,
            ghost_revenue_cents BIGINT NOT NULL,
            discrepancy_bps BIGINT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_reconciliation_results PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_reconciliation_results__period UNIQUE NULLS NOT DISTINCT (tenant_id, period_start,
                    period_end, channel_code, currency),
            CONSTRAINT fk_reconciliation_results__tenant_id_run_id FOREIGN KEY (tenant_id, run_id)
                REFERENCES reconciliation_runs (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT ck_reconciliation_results__amounts
                CHECK (claimed_total_cents >= 0 AND verified_total_cents >= 0 AND ghost_revenue_cents >= 0
                    AND discrepancy_bps >= 0),
            CONSTRAINT ck_reconciliation_results__period CHECK (period_end > period_start),
            CONSTRAINT ck_reconciliation_results__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT fk_reconciliation_results__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_reconciliation_results__channel_code FOREIGN KEY (channel_code)
                REFERENCES channel_taxonomy (code) ON DELETE RESTRICT ON UPDATE CASCADE
        );
        COMMENT ON TABLE reconciliation_results IS 'Claimed against verified revenue per period, channel and currency';

        -- Transactions that a run compared, with what was found.
        CREATE TABLE reconciliation_items (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            run_id UUID NOT NULL,
            processor TEXT NOT NULL,
            transaction_id TEXT NOT NULL,
            outcome TEXT NOT NULL,
            ledger_cents BIGINT,
            processor_cents BIGINT,
            currency CHAR(3) NOT NULL,
            occurred_at TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_reconciliation_items PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_reconciliation_items__transaction
                UNIQUE (tenant_id, run_id, processor, transaction_id, outcome),
            CONSTRAINT fk_reconciliation_items__tenant_id_run_id FOREIGN KEY (tenant_id, run_id)
                REFERENCES reconciliation_runs (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT ck_reconciliation_items__outcome
                CHECK (outcome IN ('matched', 'missing_in_ledger', 'missing_at_processor', 'amount_mismatch',
                    'possible_double')),
            CONSTRAINT ck_reconciliation_items__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT fk_reconciliation_items__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE reconciliation_items IS 'Transactions that a run compared, with what was found';

        -- Entries that the books of the processor confirm; insert-only.
        CREATE TABLE ledger_verifications (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            entry_id UUID NOT NULL,
            run_id UUID NOT NULL,
            verified_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            processor_amount_cents BIGINT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_ledger_verifications PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_ledger_verifications__tenant_id_entry_id UNIQUE (tenant_id, entry_id),
            CONSTRAINT fk_ledger_verifications__tenant_id_entry_id FOREIGN KEY (tenant_id, entry_id)
                REFERENCES revenue_ledger (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT fk_ledger_verifications__tenant_id_run_id FOREIGN KEY (tenant_id, run_id)
                REFERENCES reconciliation_runs (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT fk_ledger_verifications__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE ledger_verifications IS 'Entries that the books of the processor confirm; insert-only';
    """)
    protect("reconciliation_runs")
    grant("reconciliation_runs", api="SI", worker="SIU")
    protect("platform_claims")
    grant("platform_claims", api="S", worker="SIU")
    protect("reconciliation_results")
    grant("reconciliation_results", api="S", worker="SIU")
    protect("reconciliation_items")
    grant("reconciliation_items", api="S", worker="SIU")
    protect("ledger_verifications")
    grant("ledger_verifications", api="S", worker="SI")
    run("""
        -- What a transaction amounts to says whether its entries are verified, for all tenants in one view.
        GRANT SELECT ON ledger_verifications TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE ledger_verifications;
        DROP TABLE reconciliation_items;
        DROP TABLE reconciliation_results;
        DROP TABLE platform_claims;
        DROP TABLE reconciliation_runs;
    """)
