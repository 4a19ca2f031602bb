-- An overwritten key makes the hashes it made unlinkable for ever.
CREATE OR REPLACE FUNCTION retention.destroy_journey_secrets(batch integer DEFAULT 1000) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.tenant_id, d.id FROM public.tenant_journey_secrets d
        WHERE d.destroyed_at IS NULL AND d.valid_until < now() - interval '90 days'
        ORDER BY d.valid_until LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
    ), done AS (
        UPDATE public.tenant_journey_secrets
        SET secret_sealed = '', destroyed_at = now()
        WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
    ), recorded AS (
        INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
        SELECT done.tenant_id, session_user, 'destroy_journey_secrets', 'tenant_journey_secrets', count(*),
            now() - interval '90 days'
        FROM done GROUP BY done.tenant_id
    )
    SELECT count(*)::integer FROM done
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION retention.destroy_journey_secrets OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION retention.destroy_journey_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention.destroy_journey_secrets TO app_worker;
