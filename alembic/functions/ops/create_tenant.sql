-- The id may be chosen by the caller, who needs it to seal values for the tenant.
CREATE OR REPLACE FUNCTION ops.create_tenant(
    name text, reporting_currency text DEFAULT 'USD', tenant_id uuid DEFAULT gen_random_uuid()
) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.tenants (id, name, reporting_currency) VALUES ($3, $1, $2) RETURNING id
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.create_tenant OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.create_tenant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.create_tenant TO app_ops;
