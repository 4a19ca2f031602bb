-- Reports of dashboards are for mending, not for keeping.
CREATE OR REPLACE FUNCTION retention.delete_error_reports(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.error_reports d
        WHERE d.created_at < now() - interval '30 days'
        ORDER BY d.created_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        DELETE FROM public.error_reports
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'delete_error_reports', 'error_reports', count(*),
            now() - interval '30 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.delete_error_reports OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.delete_error_reports FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.delete_error_reports TO app_worker;
