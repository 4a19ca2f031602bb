-- A machine shows a key; only its exact hash leads to a tenant, so tenants cannot be listed. A processor that is not NULL is the
-- only one whose addresses the key opens.
CREATE OR REPLACE FUNCTION security.resolve_tenant_key(key_hash bytea, purpose text)
RETURNS TABLE (tenant_id uuid, webhook_rate_per_minute integer, processor text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id, t.webhook_rate_per_minute, k.processor
    FROM public.tenant_api_keys k
    JOIN public.tenants t ON t.id = k.tenant_id
    WHERE k.key_hash = $1 AND k.purpose = $2
        AND k.revoked_at IS NULL AND (k.valid_until IS NULL OR k.valid_until > now())
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION security.resolve_tenant_key OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION security.resolve_tenant_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION security.resolve_tenant_key TO app_user;
