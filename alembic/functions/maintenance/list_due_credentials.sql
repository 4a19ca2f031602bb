-- Tokens that are due for renewal and that nobody is renewing.
CREATE OR REPLACE FUNCTION maintenance.list_due_credentials(batch integer DEFAULT 100)
RETURNS TABLE (tenant_id uuid, credential_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.tenant_id, c.id FROM public.platform_credentials c
    WHERE c.lifecycle_status IN ('active', 'degraded') AND c.next_refresh_due_at <= now()
        AND (c.claimed_until IS NULL OR c.claimed_until < now())
    ORDER BY c.next_refresh_due_at, c.id LIMIT least($1, 100)
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_due_credentials OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_due_credentials FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_due_credentials TO app_worker;
