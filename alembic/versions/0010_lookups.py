"""Look-ups that happen before a tenant is known: by key hash and by login hash."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0010_lookups"
down_revision = "0009_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- A machine shows a key; only its exact hash leads to a tenant, so tenants cannot be listed.
        CREATE FUNCTION security.resolve_tenant_key(key_hash bytea, purpose text)
        RETURNS TABLE (tenant_id uuid, webhook_rate_per_minute integer)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT t.id, t.webhook_rate_per_minute
            FROM public.tenant_api_keys k
            JOIN public.tenants t ON t.id = k.tenant_id
            WHERE k.key_hash = $1 AND k.purpose = $2
                AND k.revoked_at IS NULL AND (k.valid_until IS NULL OR k.valid_until > now())
        $$;

        -- A receipt needs tenant and secrets in one step; an unknown key and a missing secret look alike: no row.
        CREATE FUNCTION security.resolve_tenant_webhook_secrets(key_hash bytea, provider text)
        RETURNS TABLE (
            tenant_id uuid, webhook_rate_per_minute integer,
            version integer, secret_sealed bytea, key_id text, webhook_id text
        )
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT t.id, t.webhook_rate_per_minute, s.version, s.secret_sealed, s.key_id, s.webhook_id
            FROM public.tenant_api_keys k
            JOIN public.tenants t ON t.id = k.tenant_id
            JOIN public.tenant_webhook_secrets s ON s.tenant_id = k.tenant_id AND s.provider = $2
            WHERE k.key_hash = $1
                AND k.revoked_at IS NULL AND (k.valid_until IS NULL OR k.valid_until > now())
                AND (s.valid_until IS NULL OR s.valid_until > now())
            ORDER BY s.version DESC
        $$;

        -- Login knows only the hash of what was typed; exactly one person or none answers.
        CREATE FUNCTION auth.lookup_user_auth_by_login_hash(login_hash text)
        RETURNS TABLE (user_id uuid, password_hash text, is_active boolean, auth_provider text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT u.id, u.password_hash, u.is_active, u.auth_provider
            FROM public.users u WHERE u.login_identifier_hash = $1
        $$;
    """)
    definer("security.resolve_tenant_key(bytea, text)", role="app_user")
    definer("security.resolve_tenant_webhook_secrets(bytea, text)", role="app_user")
    definer("auth.lookup_user_auth_by_login_hash(text)", role="app_user")


def downgrade() -> None:
    run("""
        -- They depend on each other in no way.
        DROP FUNCTION auth.lookup_user_auth_by_login_hash(text);
        DROP FUNCTION security.resolve_tenant_webhook_secrets(bytea, text);
        DROP FUNCTION security.resolve_tenant_key(bytea, text);
    """)
