-- Counts of refused deliveries help while a mistake can still be repaired; after that they are noise.
CREATE OR REPLACE FUNCTION retention.delete_webhook_refusals(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.webhook_refusals d
        WHERE d.hour < now() - interval '90 days'
        ORDER BY d.hour LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        DELETE FROM public.webhook_refusals
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'delete_webhook_refusals', 'webhook_refusals', count(*),
            now() - interval '90 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.delete_webhook_refusals OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.delete_webhook_refusals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.delete_webhook_refusals TO app_worker;
