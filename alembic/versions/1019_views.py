"""Five materialized views, and the views that filter them by tenant."""

from __future__ import annotations

from impl.db.revision import TENANT, run

revision = "1019_views"
down_revision = "1018_privacy_records"
branch_labels = None
depends_on = None

# Materialized view, the unique index that lets it refresh without blocking readers, and its access view.
VIEWS = (
    ("mv_allocation_summary", "tenant_id, event_id, model_type, model_version", "v_allocation_summary"),
    (
        "mv_channel_performance",
        "tenant_id, channel_code, day, model_type, model_version, currency",
        "v_channel_performance",
    ),
    ("mv_daily_revenue_summary", "tenant_id, day, entry_kind, currency", "v_daily_revenue_summary"),
    ("mv_realtime_revenue", "tenant_id, currency", "v_realtime_revenue"),
    ("mv_reconciliation_status", "tenant_id", "v_reconciliation_status"),
)
# Freshness is computed when somebody reads, because a stored one stands still between refreshes.
EXTRA = {"mv_realtime_revenue": ", extract(epoch FROM now() - mv.last_posted_at)::bigint AS freshness_seconds"}


def upgrade() -> None:
    run("""
        -- How the last refresh of each materialized view went.
        CREATE TABLE matview_refreshes (
            view_name TEXT NOT NULL,
            started_at TIMESTAMPTZ NOT NULL,
            succeeded_at TIMESTAMPTZ,
            duration_ms INTEGER,
            outcome TEXT NOT NULL,
            CONSTRAINT pk_matview_refreshes PRIMARY KEY (view_name),
            CONSTRAINT ck_matview_refreshes__outcome CHECK (outcome IN ('success', 'failed'))
        );
        COMMENT ON TABLE matview_refreshes IS 'How the last refresh of each materialized view went';

        -- Readers decide by it whether a view is stale; only the refresh writes it.
        GRANT SELECT ON matview_refreshes TO app_rw, app_ro;
        GRANT SELECT, INSERT, UPDATE ON matview_refreshes TO app_maintenance;

        -- The owner of the views reads every tenant's rows, once for all.
        GRANT SELECT ON attribution_events, attribution_allocations, reconciliation_runs TO app_maintenance;

        -- Whether the credits of an event add up, per model.
        CREATE MATERIALIZED VIEW mv_allocation_summary AS
        SELECT
            a.tenant_id, a.event_id, a.model_type, a.model_version,
            sum(a.allocated_revenue_cents)::bigint AS allocated_cents,
            e.effect_cents,
            sum(a.allocated_revenue_cents) = e.effect_cents AS is_balanced,
            (sum(a.allocated_revenue_cents) - e.effect_cents)::bigint AS drift_cents
        FROM attribution_allocations AS a
        JOIN attribution_events AS e ON e.tenant_id = a.tenant_id AND e.id = a.event_id
        GROUP BY a.tenant_id, a.event_id, a.model_type, a.model_version, e.effect_cents;

        -- What each channel earned per UTC day, over the last ninety days.
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
        GROUP BY 1, 2, 3, 4, 5, 6;

        -- What moved per UTC day and kind of entry.
        CREATE MATERIALIZED VIEW mv_daily_revenue_summary AS
        SELECT
            e.tenant_id, (e.occurred_at AT TIME ZONE 'UTC')::date AS day, e.entry_kind, e.currency,
            sum(e.effect_cents)::bigint AS effect_cents,
            count(*) AS entries
        FROM revenue_ledger AS e
        WHERE e.entry_kind IN ('captured', 'refunded', 'chargeback')
        GROUP BY 1, 2, 3, 4;

        -- Net revenue per currency; verified only if every entry in it is.
        CREATE MATERIALIZED VIEW mv_realtime_revenue AS
        SELECT
            e.tenant_id, e.currency,
            sum(e.effect_cents)::bigint AS revenue_cents,
            coalesce(bool_and(v.entry_id IS NOT NULL) FILTER (WHERE e.entry_kind <> 'authorized'), false)
                AS is_verified,
            max(e.posted_at) AS last_posted_at
        FROM revenue_ledger AS e
        LEFT JOIN ledger_verifications AS v ON v.tenant_id = e.tenant_id AND v.entry_id = e.id
        GROUP BY 1, 2;

        -- The newest run of each tenant; equal instants are told apart by id, so there is exactly one.
        CREATE MATERIALIZED VIEW mv_reconciliation_status AS
        SELECT DISTINCT ON (r.tenant_id)
            r.tenant_id, r.id AS run_id, r.state, r.platforms, r.period_start, r.period_end,
            r.started_at, r.finished_at, r.error_message, r.created_at
        FROM reconciliation_runs AS r
        ORDER BY r.tenant_id, r.created_at DESC, r.id DESC;
    """)
    for view, key, access in VIEWS:
        run(f"""
            -- Without a unique index a refresh would lock readers out.
            CREATE UNIQUE INDEX uq_{view} ON {view} ({key});

            -- Row security does not reach materialized views, so nobody reads one: only its filter is granted.
            CREATE VIEW {access} WITH (security_barrier = true) AS
            SELECT mv.*{EXTRA.get(view, "")} FROM {view} AS mv WHERE mv.tenant_id = {TENANT};
            REVOKE ALL ON {view}, {access} FROM PUBLIC;
            ALTER MATERIALIZED VIEW {view} OWNER TO app_maintenance;
            ALTER VIEW {access} OWNER TO app_maintenance;
            GRANT SELECT ON {access} TO app_rw, app_ro;
        """)


def downgrade() -> None:
    for view, _, access in reversed(VIEWS):
        run(f"""
            -- The filter before what it filters.
            DROP VIEW {access};
            DROP MATERIALIZED VIEW {view};
        """)
    run("""
        -- The views are gone, and with them the need to read for them.
        REVOKE SELECT ON attribution_events, attribution_allocations, reconciliation_runs FROM app_maintenance;
        DROP TABLE matview_refreshes;
    """)
