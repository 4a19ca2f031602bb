"""What channels earned per day counts sales as reports do, with shares, and confidence weighted by amounts."""

from __future__ import annotations

from impl.db.revision import TENANT, run

revision = "1036_channel_performance"
down_revision = "1035_bounds_of_dead_events"
branch_labels = None
depends_on = None

PERFORMANCE = """
    CREATE MATERIALIZED VIEW mv_channel_performance AS
    SELECT
        a.tenant_id, a.channel_code, (e.occurred_at AT TIME ZONE 'UTC')::date AS day,
        a.model_type, a.model_version, a.currency,
        count(*) FILTER (WHERE s.is_conversion) AS conversions,
        coalesce(sum(a.allocation_ratio) FILTER (WHERE s.is_conversion), 0) AS attributed_conversions,
        sum(a.allocated_revenue_cents)::bigint AS revenue_cents,
        coalesce(
            sum(a.confidence_score * abs(a.allocated_revenue_cents)) FILTER (WHERE s.is_conversion)
            / nullif(sum(abs(a.allocated_revenue_cents)) FILTER (WHERE s.is_conversion), 0), 0
        ) AS confidence_score
    FROM attribution_allocations AS a
    JOIN attribution_events AS e ON e.tenant_id = a.tenant_id AND e.id = a.event_id
    LEFT JOIN revenue_ledger AS l ON l.tenant_id = a.tenant_id AND l.event_id = a.event_id
    CROSS JOIN LATERAL (
        -- The first capture that counts: one that moved away and counts again has a later place.
        SELECT
            l.entry_kind = 'captured' AND l.effect_cents > 0
            AND (l.ordinal = 1 OR NOT EXISTS (
                SELECT FROM revenue_ledger AS c
                WHERE c.tenant_id = l.tenant_id AND c.processor = l.processor
                    AND c.original_transaction_id = l.original_transaction_id AND c.entry_kind = 'captured'
                    AND c.effect_cents > 0 AND c.ordinal < l.ordinal
                    AND NOT EXISTS (
                        SELECT FROM revenue_ledger AS m
                        WHERE m.tenant_id = c.tenant_id AND m.entry_kind = 'moved' AND m.reverses = c.id
                    )
            )) AS is_conversion
    ) AS s
    WHERE e.occurred_at >= date_trunc('day', now(), 'UTC') - INTERVAL '89 days'
    GROUP BY 1, 2, 3, 4, 5, 6
"""
FORMER = """
    CREATE MATERIALIZED VIEW mv_channel_performance AS
    SELECT
        a.tenant_id, a.channel_code, (e.occurred_at AT TIME ZONE 'UTC')::date AS day,
        a.model_type, a.model_version, a.currency,
        count(DISTINCT a.event_id) FILTER (WHERE e.effect_cents > 0) AS conversions,
        sum(a.allocated_revenue_cents)::bigint AS revenue_cents,
        avg(a.confidence_score) AS average_confidence
    FROM attribution_allocations AS a
    JOIN attribution_events AS e ON e.tenant_id = a.tenant_id AND e.id = a.event_id
    WHERE e.occurred_at >= now() - INTERVAL '90 days'
    GROUP BY 1, 2, 3, 4, 5, 6
"""


def upgrade() -> None:
    _replace(PERFORMANCE)


def downgrade() -> None:
    _replace(FORMER)


def _replace(definition: str) -> None:
    """The definition of a materialized view cannot be changed, so it goes with the filter in front of it and comes again."""
    run(f"""
        -- The view with its filter; see the revision of the views.
        DROP VIEW v_channel_performance;
        DROP MATERIALIZED VIEW mv_channel_performance;
        {definition};
        CREATE UNIQUE INDEX uq_mv_channel_performance
            ON mv_channel_performance (tenant_id, channel_code, day, model_type, model_version, currency);
        CREATE VIEW v_channel_performance WITH (security_barrier = true) AS
        SELECT mv.* FROM mv_channel_performance AS mv WHERE mv.tenant_id = {TENANT};
        REVOKE ALL ON mv_channel_performance, v_channel_performance FROM PUBLIC;
        ALTER MATERIALIZED VIEW mv_channel_performance OWNER TO app_maintenance;
        ALTER VIEW v_channel_performance OWNER TO app_maintenance;
        GRANT SELECT ON v_channel_performance TO app_rw, app_ro;
    """)
