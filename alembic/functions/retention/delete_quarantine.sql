-- Ninety days are enough to find out whose key it was.
CREATE OR REPLACE FUNCTION retention.delete_quarantine(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.id FROM public.dead_events_quarantine d
        WHERE d.ingested_at < now() - interval '90 days'
        ORDER BY d.ingested_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        DELETE FROM public.dead_events_quarantine q WHERE q.id IN (SELECT due.id FROM due) RETURNING q.id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.delete_quarantine OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.delete_quarantine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.delete_quarantine TO app_worker;
