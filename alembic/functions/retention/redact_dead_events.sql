-- Payloads that nobody repaired in ninety days are emptied.
CREATE OR REPLACE FUNCTION retention.redact_dead_events(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.dead_events d
        WHERE d.redacted_at IS NULL AND d.ingested_at < now() - interval '90 days'
        ORDER BY d.ingested_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        UPDATE public.dead_events
        SET raw_payload = '{}', payload_sealed = NULL, key_id = NULL, redacted_at = now(), updated_at = now()
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'redact_dead_events', 'dead_events', count(*),
            now() - interval '90 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.redact_dead_events OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.redact_dead_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.redact_dead_events TO app_worker;
