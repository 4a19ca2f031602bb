-- How far a request to retry many dead events has come is of no use any more when their content is gone.
CREATE OR REPLACE FUNCTION retention.delete_dead_event_retries(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.dead_event_retries d
        WHERE d.updated_at < now() - interval '90 days'
        ORDER BY d.updated_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        DELETE FROM public.dead_event_retries
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'delete_dead_event_retries', 'dead_event_retries', count(*),
            now() - interval '90 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.delete_dead_event_retries OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.delete_dead_event_retries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.delete_dead_event_retries TO app_worker;
