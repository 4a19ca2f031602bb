"""Credits of a day added up by channel, kept in step with every statement that changes credits, so that reports add up days."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1038_day_totals"
down_revision = "1037_retention_of_retries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Whether the event of a credit counts as a sale; said when the credit is computed.
        ALTER TABLE attribution_allocations ADD COLUMN is_conversion BOOLEAN NOT NULL DEFAULT false;
        UPDATE attribution_allocations AS a
        SET is_conversion = true
        FROM revenue_ledger AS l
        WHERE l.tenant_id = a.tenant_id AND l.event_id = a.event_id AND l.entry_kind = 'captured' AND l.effect_cents > 0
            AND (l.ordinal = 1 OR NOT EXISTS (
                SELECT FROM revenue_ledger AS c
                WHERE c.tenant_id = l.tenant_id AND c.processor = l.processor
                    AND c.original_transaction_id = l.original_transaction_id AND c.entry_kind = 'captured'
                    AND c.effect_cents > 0 AND c.ordinal < l.ordinal
                    AND NOT EXISTS (
                        SELECT FROM revenue_ledger AS m
                        WHERE m.tenant_id = c.tenant_id AND m.entry_kind = 'moved' AND m.reverses = c.id
                    )
            ));

        -- Credits of a day (UTC) by model, version, channel and currency.
        CREATE TABLE attribution_day_totals (
            tenant_id UUID NOT NULL,
            model_type TEXT NOT NULL,
            model_version TEXT NOT NULL,
            day DATE NOT NULL,
            channel_code TEXT NOT NULL,
            currency CHAR(3) NOT NULL,
            credits BIGINT NOT NULL DEFAULT 0,
            revenue_cents BIGINT NOT NULL DEFAULT 0,
            conversions BIGINT NOT NULL DEFAULT 0,
            attributed_conversions NUMERIC NOT NULL DEFAULT 0,
            confident_cents NUMERIC NOT NULL DEFAULT 0,
            conversion_cents BIGINT NOT NULL DEFAULT 0,
            CONSTRAINT pk_attribution_day_totals
                PRIMARY KEY (tenant_id, model_type, model_version, day, channel_code, currency),
            CONSTRAINT fk_attribution_day_totals__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE attribution_day_totals IS 'Credits of a day by channel, kept in step with the credits by a trigger';
        INSERT INTO attribution_day_totals
        SELECT
            a.tenant_id, a.model_type, a.model_version, (a.window_start AT TIME ZONE 'UTC')::date, a.channel_code, a.currency,
            count(*), sum(a.allocated_revenue_cents), count(*) FILTER (WHERE a.is_conversion),
            coalesce(sum(a.allocation_ratio) FILTER (WHERE a.is_conversion), 0),
            coalesce(sum(a.confidence_score * abs(a.allocated_revenue_cents)) FILTER (WHERE a.is_conversion), 0),
            coalesce(sum(abs(a.allocated_revenue_cents)) FILTER (WHERE a.is_conversion), 0)
        FROM attribution_allocations AS a
        GROUP BY 1, 2, 3, 4, 5, 6;
    """)
    protect("attribution_day_totals")
    grant("attribution_day_totals", api="S", worker="SIUD")
    run("""
        -- Retention deletes credits, and with them what they add up to.
        GRANT SELECT, INSERT, UPDATE, DELETE ON attribution_day_totals TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The totals go with what keeps them.
        DROP TRIGGER IF EXISTS trg_add_day_totals_insert ON attribution_allocations;
        DROP TRIGGER IF EXISTS trg_add_day_totals_update ON attribution_allocations;
        DROP TRIGGER IF EXISTS trg_add_day_totals_delete ON attribution_allocations;
        DROP TABLE attribution_day_totals;
        ALTER TABLE attribution_allocations DROP COLUMN is_conversion;
    """)
