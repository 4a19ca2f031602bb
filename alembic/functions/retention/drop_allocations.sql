-- Credits go with their window, whole events at a time, because a part of a set would not add up.
CREATE OR REPLACE FUNCTION retention.drop_allocations(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT DISTINCT d.tenant_id, d.event_id, d.model_type, d.model_version
        FROM public.attribution_allocations d
        WHERE d.window_end < now() - interval '400 days' LIMIT least($1, 10000)
    ), done AS (
        DELETE FROM public.attribution_allocations
        WHERE (tenant_id, event_id, model_type, model_version) IN (SELECT * FROM due) RETURNING tenant_id
    ), jobs AS (
        DELETE FROM public.attribution_recompute_jobs
        WHERE window_end < now() - interval '400 days' RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'drop_allocations', 'attribution_allocations', count(*),
            now() - interval '400 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.drop_allocations OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.drop_allocations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.drop_allocations TO app_worker;
