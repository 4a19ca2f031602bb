"""How a sale is found: by numbers of orders, payment methods, payments not yet confirmed; views that know moved payments."""

from __future__ import annotations

from impl.db.revision import TENANT, run

revision = "1034_sale_names"
down_revision = "1033_dead_event_repairs"
branch_labels = None
depends_on = None

DAILY = """
    CREATE MATERIALIZED VIEW mv_daily_revenue_summary AS
    SELECT
        e.tenant_id, (e.occurred_at AT TIME ZONE 'UTC')::date AS day, e.entry_kind, e.currency,
        sum(e.effect_cents)::bigint AS effect_cents,
        count(*) AS entries
    FROM revenue_ledger AS e
    WHERE e.entry_kind IN ({kinds})
    GROUP BY 1, 2, 3, 4
"""
REALTIME = """
    CREATE MATERIALIZED VIEW mv_realtime_revenue AS
    SELECT
        e.tenant_id, e.currency,
        sum(e.effect_cents)::bigint AS revenue_cents,
        coalesce(bool_and(v.entry_id IS NOT NULL) FILTER (WHERE {counts}), false) AS is_verified,
        max(e.posted_at) AS last_posted_at
    FROM revenue_ledger AS e
    LEFT JOIN ledger_verifications AS v ON v.tenant_id = e.tenant_id AND v.entry_id = {verified}
    GROUP BY 1, 2
"""


def upgrade() -> None:
    run("""
        -- Through which payment method of a shop something went, and by which name payments know an order.
        ALTER TABLE attribution_events ADD COLUMN gateway TEXT, ADD COLUMN order_reference TEXT;
        CREATE INDEX ix_attribution_events__order_reference ON attribution_events (tenant_id, processor, order_reference)
            WHERE order_reference IS NOT NULL;
        -- A payment that counts nothing yet has no entry by which the number of its order would be found.
        CREATE INDEX ix_attribution_events__uncounted_order ON attribution_events (tenant_id, processor, order_id)
            WHERE counts_at IS NOT NULL;
        ALTER TYPE received_fact ADD ATTRIBUTE gateway text, ADD ATTRIBUTE order_reference text;
        ALTER TYPE received_delivery
            DROP ATTRIBUTE are_references,
            DROP ATTRIBUTE are_numbers,
            ADD ATTRIBUTE looks integer[];

        -- The owner of the functions for workers lists shops without their secrets, and payments whose order is not known. No
        -- worker reads the table of secrets.
        REVOKE SELECT (tenant_id, processor, account, valid_until) ON tenant_webhook_secrets FROM app_worker;
        GRANT SELECT ON sale_links TO app_maintenance;
    """)
    _replace_views(
        DAILY.format(kinds="'captured', 'moved', 'refunded', 'chargeback'"),
        # A payment that has moved to its order is verified exactly when the capture it takes back is.
        REALTIME.format(
            counts="e.effect_cents <> 0", verified="CASE e.entry_kind WHEN 'moved' THEN e.reverses ELSE e.id END"
        ),
    )


def downgrade() -> None:
    _replace_views(
        DAILY.format(kinds="'captured', 'refunded', 'chargeback'"),
        REALTIME.format(counts="e.entry_kind <> 'authorized'", verified="e.id"),
    )
    run("""
        -- Orders that are known by their number only are found no longer.
        REVOKE SELECT ON sale_links FROM app_maintenance;
        GRANT SELECT (tenant_id, processor, account, valid_until) ON tenant_webhook_secrets TO app_worker;
        ALTER TYPE received_delivery
            DROP ATTRIBUTE looks,
            ADD ATTRIBUTE are_references boolean[],
            ADD ATTRIBUTE are_numbers boolean[];
        ALTER TYPE received_fact DROP ATTRIBUTE order_reference, DROP ATTRIBUTE gateway;
        DROP INDEX ix_attribution_events__uncounted_order;
        DROP INDEX ix_attribution_events__order_reference;
        ALTER TABLE attribution_events DROP COLUMN order_reference, DROP COLUMN gateway;
    """)


def _replace_views(daily: str, realtime: str) -> None:
    """The definition of a materialized view cannot be changed, so it goes with the filter in front of it and comes again."""
    extra = ", extract(epoch FROM now() - mv.last_posted_at)::bigint AS freshness_seconds"
    for name, definition, key, columns in (
        ("daily_revenue_summary", daily, "tenant_id, day, entry_kind, currency", ""),
        ("realtime_revenue", realtime, "tenant_id, currency", extra),
    ):
        run(f"""
            -- The view with its filter; see the revision of the views.
            DROP VIEW v_{name};
            DROP MATERIALIZED VIEW mv_{name};
            {definition};
            CREATE UNIQUE INDEX uq_mv_{name} ON mv_{name} ({key});
            CREATE VIEW v_{name} WITH (security_barrier = true) AS
            SELECT mv.*{columns} FROM mv_{name} AS mv WHERE mv.tenant_id = {TENANT};
            REVOKE ALL ON mv_{name}, v_{name} FROM PUBLIC;
            ALTER MATERIALIZED VIEW mv_{name} OWNER TO app_maintenance;
            ALTER VIEW v_{name} OWNER TO app_maintenance;
            GRANT SELECT ON v_{name} TO app_rw, app_ro;
        """)
