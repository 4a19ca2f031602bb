-- A failed job helps while its cause can still be found.
CREATE OR REPLACE FUNCTION maintenance.gc_failed_jobs(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.worker_failed_jobs WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.worker_failed_jobs d
        WHERE d.failed_at < now() - interval '90 days'
        ORDER BY d.failed_at LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_failed_jobs OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_failed_jobs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_failed_jobs TO app_worker;
