"""What background work may see across tenants (ids only) and may delete (what has expired, in bounded steps)."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0024_maintenance"
down_revision = "0023_replay"
branch_labels = None
depends_on = None

# Deletes at most `batch` expired rows, so that one step never holds locks for long. The answer is the number deleted.
COLLECT = """
    -- {why}
    CREATE FUNCTION maintenance.{name}(batch integer DEFAULT 1000) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        deleted integer;
    BEGIN
        {guard}DELETE FROM public.{table} WHERE ctid = ANY (ARRAY(
            SELECT d.ctid FROM public.{table} d WHERE {expired} ORDER BY d.{order} LIMIT least($1, 10000)));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
    END $$;
"""
ONE_DELETER = """IF NOT pg_try_advisory_xact_lock(1205001) THEN
            RETURN 0;
        END IF;
        """
COLLECTORS = (
    {
        "name": "gc_denylist",
        "table": "auth_access_token_denylist",
        "expired": "d.expires_at < now()",
        "order": "expires_at",
        "guard": ONE_DELETER,
        "why": "A revoked token that has expired anyway needs no entry; one deleter at a time is enough.",
    },
    {
        "name": "gc_idempotency_keys",
        "table": "api_idempotency_keys",
        "expired": "d.expires_at < now()",
        "order": "expires_at",
        "guard": "",
        "why": "Answers are kept for thirty days.",
    },
    {
        "name": "gc_rate_buckets",
        "table": "rate_limit_buckets",
        "expired": "d.window_start < now() - INTERVAL '10 minutes'",
        "order": "window_start",
        "guard": "",
        "why": "Windows are minutes; ten of them cover every clock.",
    },
    {
        "name": "gc_handshakes",
        "table": "oauth_handshake_sessions",
        "expired": "d.gc_after < now()",
        "order": "gc_after",
        "guard": "",
        "why": "Consents are kept a day longer than they live, for audit.",
    },
)


def upgrade() -> None:
    run("""
        -- Schedules fan out per tenant and must know which there are; nothing but ids crosses tenants.
        CREATE FUNCTION maintenance.list_tenants() RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT t.id FROM public.tenants t ORDER BY t.id
        $$;

        -- Tokens that are due for renewal and that nobody is renewing.
        CREATE FUNCTION maintenance.list_due_credentials(batch integer DEFAULT 100)
        RETURNS TABLE (tenant_id uuid, credential_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT c.tenant_id, c.id FROM public.platform_credentials c
            WHERE c.lifecycle_status IN ('active', 'degraded') AND c.next_refresh_due_at <= now()
                AND (c.claimed_until IS NULL OR c.claimed_until < now())
            ORDER BY c.next_refresh_due_at, c.id LIMIT least($1, 100)
        $$;

        -- Dead events whose retry is due, and those whose attempt was never finished.
        CREATE FUNCTION maintenance.list_due_dead_events(batch integer DEFAULT 100)
        RETURNS TABLE (tenant_id uuid, dead_event_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT d.tenant_id, d.id FROM public.dead_events d
            WHERE (d.remediation_status = 'pending' AND d.next_retry_at <= now() AND d.retry_count < 3)
                OR (d.remediation_status = 'in_progress' AND d.last_retry_at < now() - INTERVAL '5 minutes')
            ORDER BY d.next_retry_at NULLS LAST, d.id LIMIT least($1, 1000)
        $$;

        -- The owner of these functions reads and deletes for all tenants; callers get ids and numbers.
        GRANT SELECT ON dead_events, platform_credentials, api_idempotency_keys TO app_maintenance;
        GRANT SELECT ON oauth_handshake_sessions, auth_access_token_denylist TO app_maintenance;
        GRANT DELETE ON auth_access_token_denylist, api_idempotency_keys, oauth_handshake_sessions TO app_maintenance;
    """)
    for collector in COLLECTORS:
        run(COLLECT.format(**collector))
        definer(f"maintenance.{collector['name']}(integer)", role="app_worker")
    definer("maintenance.list_tenants()", role="app_worker")
    definer("maintenance.list_due_credentials(integer)", role="app_worker")
    definer("maintenance.list_due_dead_events(integer)", role="app_worker")


def downgrade() -> None:
    for collector in COLLECTORS:
        run(f"DROP FUNCTION maintenance.{collector['name']}(integer)")
    run("""
        -- The functions first, then what only they needed.
        DROP FUNCTION maintenance.list_due_dead_events(integer);
        DROP FUNCTION maintenance.list_due_credentials(integer);
        DROP FUNCTION maintenance.list_tenants();
        REVOKE DELETE ON auth_access_token_denylist, api_idempotency_keys, oauth_handshake_sessions FROM app_maintenance;
        REVOKE SELECT ON dead_events, platform_credentials, api_idempotency_keys FROM app_maintenance;
        REVOKE SELECT ON oauth_handshake_sessions, auth_access_token_denylist FROM app_maintenance;
    """)
