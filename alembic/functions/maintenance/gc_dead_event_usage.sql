-- What was used up on a day helps as long as the dead events of that day are there.
CREATE OR REPLACE FUNCTION maintenance.gc_dead_event_usage(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.dead_event_usage WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.dead_event_usage d
        WHERE d.day < now() - interval '90 days'
        ORDER BY d.day LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_dead_event_usage OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_dead_event_usage FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_dead_event_usage TO app_worker;
