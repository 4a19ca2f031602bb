-- Consents are kept a day longer than they live, for audit.
CREATE OR REPLACE FUNCTION maintenance.gc_handshakes(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.oauth_handshake_sessions WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.oauth_handshake_sessions d
        WHERE d.gc_after < now()
        ORDER BY d.gc_after LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_handshakes OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_handshakes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_handshakes TO app_worker;
