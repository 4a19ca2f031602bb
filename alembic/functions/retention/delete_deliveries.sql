-- Deliveries that became no event, and repetitions of those that did, go after thirty days.
CREATE OR REPLACE FUNCTION retention.delete_deliveries(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.webhook_deliveries d
        WHERE (d.event_id IS NULL OR d.outcome = 'duplicate') AND d.received_at < now() - interval '30 days'
        ORDER BY d.received_at LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        DELETE FROM public.webhook_deliveries
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'delete_deliveries', 'webhook_deliveries', count(*),
            now() - interval '30 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.delete_deliveries OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.delete_deliveries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.delete_deliveries TO app_worker;
