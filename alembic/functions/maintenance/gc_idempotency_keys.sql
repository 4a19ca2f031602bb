-- Answers are kept for thirty days.
CREATE OR REPLACE FUNCTION maintenance.gc_idempotency_keys(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.api_idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.api_idempotency_keys d
        WHERE d.expires_at < now()
        ORDER BY d.expires_at LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_idempotency_keys OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_idempotency_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_idempotency_keys TO app_worker;
