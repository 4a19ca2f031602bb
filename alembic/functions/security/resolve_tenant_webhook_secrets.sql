-- A receipt needs tenant and secrets in one step; an unknown key, a key of another processor and a missing secret look alike:
-- no row. The newest secret of each label first, since that one signs almost everything.
CREATE OR REPLACE FUNCTION security.resolve_tenant_webhook_secrets(key_hash bytea, processor text)
RETURNS TABLE (
    tenant_id uuid, webhook_rate_per_minute integer, sandbox boolean,
    label text, mode text, account text, version integer, secret_sealed bytea, key_id text, webhook_id text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id, t.webhook_rate_per_minute, t.sandbox,
        s.label, s.mode, s.account, s.version, s.secret_sealed, s.key_id, s.webhook_id
    FROM public.tenant_api_keys k
    JOIN public.tenants t ON t.id = k.tenant_id
    JOIN public.tenant_webhook_secrets s ON s.tenant_id = k.tenant_id AND s.processor = $2
    WHERE k.key_hash = $1 AND (k.processor IS NULL OR k.processor = $2)
        AND k.revoked_at IS NULL AND (k.valid_until IS NULL OR k.valid_until > now())
        AND (s.valid_until IS NULL OR s.valid_until > now())
    ORDER BY (s.valid_until IS NOT NULL) ASC, s.label ASC, s.version DESC
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION security.resolve_tenant_webhook_secrets OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION security.resolve_tenant_webhook_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION security.resolve_tenant_webhook_secrets TO app_user;
