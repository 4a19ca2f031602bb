"""Erasure of a tenant's personal surfaces, and the nightly search for personal data that slipped through."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0026_privacy"
down_revision = "0025_retention"
branch_labels = None
depends_on = None

ERASE = "privacy.erase_tenant_surfaces(uuid, integer)"
SCAN = "privacy.scan_pii(timestamptz)"
# Durable JSON by table, column, and the instant by which a row is new.
SCANNED = (
    ("attribution_events", "raw_payload", "received_at"),
    ("dead_events", "raw_payload", "ingested_at"),
    ("dead_events", "error_detail", "ingested_at"),
    ("dead_events_quarantine", "error_detail", "ingested_at"),
    ("revenue_ledger", "metadata", "posted_at"),
    ("platform_connections", "connection_metadata", "updated_at"),
    ("worker_failed_jobs", "arguments", "failed_at"),
)
FINDINGS = """
                SELECT d.tenant_id, '{table}' AS table_name, '{column}' AS column_name, d.id AS record_id,
                    public.fn_find_personal_key(d.{column}) AS place, d.{column} AS document
                FROM public.{table} d WHERE d.tenant_id IS NOT NULL AND d.{since} >= $1"""
# What erasure does to each kind of data. Large ones go in batches; amounts, times and channels stay.
BATCHED = (
    (
        "attribution_events",
        "UPDATE public.attribution_events SET raw_payload = '{}', session_id = NULL, journey_hash = NULL,"
        " journey_hash_previous = NULL, redacted_at = now()",
        "d.raw_payload <> '{}' OR d.session_id IS NOT NULL OR d.journey_hash IS NOT NULL",
    ),
    (
        "touches",
        "UPDATE public.touches SET session_id = NULL, journey_hash = NULL, journey_key_version = NULL, redacted_at = now()",
        "d.redacted_at IS NULL",
    ),
    (
        "dead_events",
        "UPDATE public.dead_events SET raw_payload = '{}', error_detail = '{}', payload_sealed = NULL, key_id = NULL,"
        " redacted_at = now()",
        "d.raw_payload <> '{}' OR d.error_detail <> '{}' OR d.payload_sealed IS NOT NULL",
    ),
    (
        "dead_events_quarantine",
        "UPDATE public.dead_events_quarantine SET error_detail = '{}', payload_sealed = NULL, key_id = NULL",
        "d.error_detail <> '{}' OR d.payload_sealed IS NOT NULL",
    ),
    (
        "platform_credentials",
        "UPDATE public.platform_credentials SET access_token_sealed = '', refresh_token_sealed = NULL,"
        " lifecycle_status = 'revoked', revoked_at = now(), next_refresh_due_at = NULL, updated_at = now()",
        "d.access_token_sealed <> '' OR d.refresh_token_sealed IS NOT NULL",
    ),
    (
        "investigations",
        "UPDATE public.investigations SET query = '', result = NULL, updated_at = now()",
        "d.query <> '' OR d.result IS NOT NULL",
    ),
    (
        "investigation_tool_calls",
        "UPDATE public.investigation_tool_calls SET input_params = '{}', output = NULL",
        "d.input_params <> '{}' OR d.output IS NOT NULL",
    ),
    (
        "investigation_jobs",
        "UPDATE public.investigation_jobs SET result = NULL, updated_at = now()",
        "d.result IS NOT NULL",
    ),
    (
        "budget_optimization_jobs",
        "UPDATE public.budget_optimization_jobs SET request = '{}', recommendations = NULL, synthesis = NULL,"
        " updated_at = now()",
        "d.request <> '{}' OR d.recommendations IS NOT NULL OR d.synthesis IS NOT NULL",
    ),
    ("llm_response_cache", "DELETE FROM public.llm_response_cache", "true"),
    ("explanation_cache", "DELETE FROM public.explanation_cache", "true"),
    ("oauth_handshake_sessions", "DELETE FROM public.oauth_handshake_sessions", "true"),
    ("api_idempotency_keys", "DELETE FROM public.api_idempotency_keys", "true"),
    ("error_reports", "DELETE FROM public.error_reports", "true"),
)
ERASE_ONE = """
            WITH due AS (
                SELECT d.ctid AS place FROM public.{table} d WHERE d.tenant_id = $1 AND ({due}) LIMIT least($2, 10000)
            ), done AS (
                {change} WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
            )
            INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
            SELECT $1, session_user, 'erase_tenant_surfaces', '{table}', count(*), now() FROM done HAVING count(*) > 0
            RETURNING rows_affected INTO step;
            erased := erased + coalesce(step, 0);
"""


def upgrade() -> None:
    steps = "".join(ERASE_ONE.format(table=table, change=change, due=due) for table, change, due in BATCHED)
    found = " UNION ALL".join(FINDINGS.format(table=t, column=c, since=s) for t, c, s in SCANNED)
    run(f"""
        -- Erasure reaches what retention does not: accounts, texts and caches of one tenant.
        GRANT UPDATE (error_detail) ON dead_events TO app_maintenance;
        GRANT SELECT, UPDATE (error_detail, payload_sealed, key_id) ON dead_events_quarantine TO app_maintenance;
        GRANT UPDATE ON platform_credentials TO app_maintenance;
        GRANT SELECT, UPDATE ON investigations, investigation_tool_calls, investigation_jobs TO app_maintenance;
        GRANT SELECT, UPDATE ON budget_optimization_jobs TO app_maintenance;
        GRANT SELECT, DELETE ON explanation_cache, revenue_cache_entries TO app_maintenance;

        -- Empties one tenant's personal surfaces; called again until it answers 0. Amounts stay.
        CREATE FUNCTION privacy.erase_tenant_surfaces(tenant_id uuid, batch integer DEFAULT 1000) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            erased bigint := 0;
            step bigint;
        BEGIN{steps}
            UPDATE public.tenants SET notification_email_sealed = NULL, key_id = NULL WHERE id = $1;
            DELETE FROM public.revenue_cache_entries c WHERE c.tenant_id = $1;
            RETURN erased;
        END $$;

        -- The scan reads what the guards watch, in case a guard was taken away.
        GRANT SELECT ON platform_connections, worker_failed_jobs TO app_maintenance;
        GRANT SELECT, INSERT ON pii_audit_findings TO app_maintenance;

        -- Keeps a hash of what it found and never the text; the answer is the number of new findings.
        CREATE FUNCTION privacy.scan_pii(since timestamptz DEFAULT now() - INTERVAL '25 hours') RETURNS integer
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            WITH candidate AS ({found}
            ), found AS (
                INSERT INTO public.pii_audit_findings (
                    tenant_id, table_name, column_name, record_id, detected_key, sample_hash)
                SELECT c.tenant_id, c.table_name, c.column_name, c.record_id,
                    public.fn_normalise_key(regexp_replace(c.place, '^.*\\.', '')),
                    sha256(convert_to(c.document::text, 'UTF8'))
                FROM candidate c WHERE c.place IS NOT NULL
                ON CONFLICT (tenant_id, table_name, column_name, record_id, detected_key) DO NOTHING
                RETURNING 1
            )
            SELECT count(*)::integer FROM found
        $$;
    """)
    definer(ERASE, role="app_worker")
    definer(SCAN, role="app_worker")


def downgrade() -> None:
    run(f"""
        -- The functions first, then what only they needed.
        DROP FUNCTION {SCAN};
        DROP FUNCTION {ERASE};
        REVOKE SELECT, INSERT ON pii_audit_findings FROM app_maintenance;
        REVOKE SELECT ON platform_connections, worker_failed_jobs FROM app_maintenance;
        REVOKE SELECT, DELETE ON explanation_cache, revenue_cache_entries FROM app_maintenance;
        REVOKE SELECT, UPDATE ON budget_optimization_jobs FROM app_maintenance;
        REVOKE SELECT, UPDATE ON investigations, investigation_tool_calls, investigation_jobs FROM app_maintenance;
        REVOKE UPDATE ON platform_credentials FROM app_maintenance;
        REVOKE SELECT, UPDATE (error_detail, payload_sealed, key_id) ON dead_events_quarantine FROM app_maintenance;
        REVOKE UPDATE (error_detail) ON dead_events FROM app_maintenance;
    """)
