-- Keeps a hash of what it found and never the text; the answer is the number of new findings.
CREATE OR REPLACE FUNCTION privacy.scan_pii(since timestamptz DEFAULT now() - interval '25 hours') RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH candidate AS (
        SELECT d.tenant_id, 'attribution_events' AS table_name, 'raw_payload' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.raw_payload) AS place, d.raw_payload AS document
        FROM public.attribution_events d
        WHERE d.tenant_id IS NOT NULL AND d.received_at >= $1
        UNION ALL
        SELECT d.tenant_id, 'dead_events' AS table_name, 'raw_payload' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.raw_payload) AS place, d.raw_payload AS document
        FROM public.dead_events d
        WHERE d.tenant_id IS NOT NULL AND d.ingested_at >= $1
        UNION ALL
        SELECT d.tenant_id, 'dead_events' AS table_name, 'error_detail' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.error_detail) AS place, d.error_detail AS document
        FROM public.dead_events d
        WHERE d.tenant_id IS NOT NULL AND d.ingested_at >= $1
        UNION ALL
        SELECT d.tenant_id, 'dead_events_quarantine' AS table_name, 'error_detail' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.error_detail) AS place, d.error_detail AS document
        FROM public.dead_events_quarantine d
        WHERE d.tenant_id IS NOT NULL AND d.ingested_at >= $1
        UNION ALL
        SELECT d.tenant_id, 'revenue_ledger' AS table_name, 'metadata' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.metadata) AS place, d.metadata AS document
        FROM public.revenue_ledger d
        WHERE d.tenant_id IS NOT NULL AND d.posted_at >= $1
        UNION ALL
        SELECT d.tenant_id, 'platform_connections' AS table_name, 'connection_metadata' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.connection_metadata) AS place, d.connection_metadata AS document
        FROM public.platform_connections d
        WHERE d.tenant_id IS NOT NULL AND d.updated_at >= $1
        UNION ALL
        SELECT d.tenant_id, 'worker_failed_jobs' AS table_name, 'arguments' AS column_name, d.id AS record_id,
            public.fn_find_personal_key(d.arguments) AS place, d.arguments AS document
        FROM public.worker_failed_jobs d
        WHERE d.tenant_id IS NOT NULL AND d.failed_at >= $1
    ), found AS (
        INSERT INTO public.pii_audit_findings (
            tenant_id, table_name, column_name, record_id, detected_key, sample_hash)
        SELECT c.tenant_id, c.table_name, c.column_name, c.record_id,
            public.fn_normalise_key(regexp_replace(c.place, '^.*\.', '')),
            sha256(convert_to(c.document::text, 'UTF8'))
        FROM candidate c WHERE c.place IS NOT NULL
        ON CONFLICT (tenant_id, table_name, column_name, record_id, detected_key) DO NOTHING
        RETURNING 1
    )
    SELECT count(*)::integer FROM found
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION privacy.scan_pii OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION privacy.scan_pii FROM PUBLIC;
GRANT EXECUTE ON FUNCTION privacy.scan_pii TO app_worker;
