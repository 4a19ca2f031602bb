-- A network from which nobody has logged in for 30 days is a stranger's again.
CREATE OR REPLACE FUNCTION maintenance.gc_login_networks(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.login_networks WHERE ctid = ANY (ARRAY(
        SELECT d.ctid FROM public.login_networks d
        WHERE d.last_login_at < now() - interval '30 days'
        ORDER BY d.last_login_at LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_login_networks OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_login_networks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_login_networks TO app_worker;
