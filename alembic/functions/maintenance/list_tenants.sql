-- Schedules fan out per tenant and must know which there are; nothing but ids crosses tenants.
CREATE OR REPLACE FUNCTION maintenance.list_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id FROM public.tenants t ORDER BY t.id
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_tenants OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_tenants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_tenants TO app_worker;
