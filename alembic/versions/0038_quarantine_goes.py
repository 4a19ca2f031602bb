"""What is noted of strangers' deliveries goes after ninety days: nobody resolves it, and it belongs to no tenant's record."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0038_quarantine_goes"
down_revision = "0037_group_commit"
branch_labels = None
depends_on = None

FUNCTION = "retention.delete_quarantine(integer)"


def upgrade() -> None:
    run("""
        -- Locking rows needs the right to update them; the table loses rows whole.
        GRANT UPDATE (tenant_id), DELETE ON dead_events_quarantine TO app_maintenance;

        -- Ninety days are enough to find out whose key it was.
        CREATE FUNCTION retention.delete_quarantine(batch integer DEFAULT 1000) RETURNS integer
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            WITH due AS (
                SELECT d.id FROM public.dead_events_quarantine d
                WHERE d.ingested_at < now() - INTERVAL '90 days'
                ORDER BY d.ingested_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
            ), done AS (
                DELETE FROM public.dead_events_quarantine q WHERE q.id IN (SELECT due.id FROM due) RETURNING q.id
            )
            SELECT count(*)::integer FROM done
        $$;
    """)
    definer(FUNCTION, role="app_worker")


def downgrade() -> None:
    run(f"""
        -- The function first, then what only it needed.
        DROP FUNCTION {FUNCTION};
        REVOKE UPDATE (tenant_id), DELETE ON dead_events_quarantine FROM app_maintenance;
    """)
