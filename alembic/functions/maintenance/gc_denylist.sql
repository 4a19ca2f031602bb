-- A revoked token that has expired anyway needs no entry; one deleter at a time is enough.
CREATE OR REPLACE FUNCTION maintenance.gc_denylist(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(1205001) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.auth_access_token_denylist WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.auth_access_token_denylist d
        WHERE d.expires_at < now()
        ORDER BY d.expires_at LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_denylist OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_denylist FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_denylist TO app_worker;
