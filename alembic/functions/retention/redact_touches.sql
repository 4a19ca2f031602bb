-- What links a touch to a browser is emptied after 180 days.
CREATE OR REPLACE FUNCTION retention.redact_touches(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.touches d
        WHERE d.redacted_at IS NULL AND d.occurred_at < now() - interval '180 days'
        ORDER BY d.occurred_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        UPDATE public.touches
        SET session_id = NULL, journey_hash = NULL, journey_key_version = NULL, redacted_at = now()
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'redact_touches', 'touches', count(*),
            now() - interval '180 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.redact_touches OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.redact_touches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.redact_touches TO app_worker;
