-- The shops of the current tenant that tell their orders, for what a worker reads again: names only, never a secret.
CREATE OR REPLACE FUNCTION maintenance.list_shops()
RETURNS TABLE (processor text, account text, order_prefix text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT s.processor::text, s.account, s.order_prefix
    FROM public.tenant_webhook_secrets s JOIN public.tenants t ON t.id = s.tenant_id
    WHERE s.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
        AND (s.valid_until IS NULL OR s.valid_until > now()) AND (s.mode = 'live' OR t.sandbox)
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_shops OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_shops FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_shops TO app_worker;
