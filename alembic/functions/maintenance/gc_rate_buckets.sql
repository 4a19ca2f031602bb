-- Windows are minutes; ten of them cover every clock.
CREATE OR REPLACE FUNCTION maintenance.gc_rate_buckets(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.rate_limit_buckets WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.rate_limit_buckets d
        WHERE d.window_start < now() - interval '10 minutes'
        ORDER BY d.window_start LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_rate_buckets OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_rate_buckets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_rate_buckets TO app_worker;
