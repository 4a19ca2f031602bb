-- Payloads of events are emptied after ninety days; amounts and times stay.
CREATE OR REPLACE FUNCTION retention.redact_payloads(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.attribution_events d
        WHERE d.redacted_at IS NULL AND d.received_at < now() - interval '90 days'
        ORDER BY d.received_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        UPDATE public.attribution_events
        SET raw_payload = '{}', redacted_at = now()
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'redact_payloads', 'attribution_events', count(*),
            now() - interval '90 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.redact_payloads OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.redact_payloads FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.redact_payloads TO app_worker;
