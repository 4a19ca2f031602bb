-- A transmission is believed for four days, so after five its body need not be known any more.
CREATE OR REPLACE FUNCTION maintenance.gc_transmissions(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM public.webhook_transmissions WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM public.webhook_transmissions t
        WHERE t.first_received_at < now() - interval '5 days'
        ORDER BY t.first_received_at LIMIT least($1, 10000)
    ));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.gc_transmissions OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.gc_transmissions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.gc_transmissions TO app_worker;
