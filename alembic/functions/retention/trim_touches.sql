-- Touches go after 400 days: no window that may be recomputed reaches so far back.
CREATE OR REPLACE FUNCTION retention.trim_touches(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.touches d
        WHERE d.occurred_at < now() - interval '400 days'
        ORDER BY d.occurred_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        DELETE FROM public.touches
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'trim_touches', 'touches', count(*),
            now() - interval '400 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.trim_touches OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.trim_touches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.trim_touches TO app_worker;
