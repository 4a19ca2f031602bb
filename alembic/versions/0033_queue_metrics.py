"""How many jobs wait, run and failed in each queue, for the metrics of the API."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0033_queue_metrics"
down_revision = "0032_guards_on_partitions"
branch_labels = None
depends_on = None

STATS = "queue.stats()"


def upgrade() -> None:
    run(f"""
        -- Numbers only, so that the API can tell them without seeing anybody's jobs.
        CREATE FUNCTION {STATS} RETURNS TABLE (queue text, state text, jobs bigint, max_age_seconds double precision)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT j.entrypoint, j.status::text, count(*),
                greatest(0, extract(epoch FROM now() - min(j.execute_after)))::double precision
            FROM queue.pgqueuer j GROUP BY j.entrypoint, j.status
        $$;
    """)
    definer(STATS, role="app_user")


def downgrade() -> None:
    run(f"DROP FUNCTION {STATS}")
