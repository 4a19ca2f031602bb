-- A refresh token that expired a week ago can neither be used nor tell of a theft.
CREATE OR REPLACE FUNCTION maintenance.gc_refresh_tokens(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.auth_refresh_tokens WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.auth_refresh_tokens d
        WHERE d.expires_at < now() - interval '7 days'
        ORDER BY d.expires_at LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_refresh_tokens OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_refresh_tokens FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_refresh_tokens TO app_worker;
