-- Empties one tenant's personal surfaces; called again until it answers 0. Amounts stay.
CREATE OR REPLACE FUNCTION privacy.erase_tenant_surfaces(tenant_id uuid, batch integer DEFAULT 1000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    erased bigint := 0;
    step bigint;
BEGIN
    -- A worker erases the tenant that its transaction is bound to, whatever a mistake puts in the argument.
    IF $1 IS DISTINCT FROM nullif(current_setting('app.current_tenant_id', true), '')::uuid THEN
        RAISE EXCEPTION 'tenant % is not the current one; set app.current_tenant_id', $1 USING ERRCODE = 'insufficient_privilege';
    END IF;

    WITH due AS (
        SELECT d.ctid AS place FROM public.attribution_events d
        WHERE d.tenant_id = $1 AND (d.raw_payload <> '{}' OR d.session_id IS NOT NULL OR d.journey_hash IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.attribution_events
        SET raw_payload = '{}', session_id = NULL, journey_hash = NULL, journey_hash_previous = NULL,
            redacted_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'attribution_events', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.touches d
        WHERE d.tenant_id = $1 AND (d.redacted_at IS NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.touches
        SET session_id = NULL, journey_hash = NULL, journey_key_version = NULL, redacted_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'touches', count(*), now() FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.dead_events d
        WHERE d.tenant_id = $1 AND (d.raw_payload <> '{}' OR d.error_detail <> '{}' OR d.payload_sealed IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.dead_events
        SET raw_payload = '{}', error_detail = '{}', payload_sealed = NULL, key_id = NULL, redacted_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'dead_events', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.dead_events_quarantine d
        WHERE d.tenant_id = $1 AND (d.error_detail <> '{}' OR d.payload_sealed IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.dead_events_quarantine
        SET error_detail = '{}', payload_sealed = NULL, key_id = NULL
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'dead_events_quarantine', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.platform_credentials d
        WHERE d.tenant_id = $1 AND (d.access_token_sealed <> '' OR d.refresh_token_sealed IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.platform_credentials
        SET access_token_sealed = '', refresh_token_sealed = NULL, lifecycle_status = 'revoked', revoked_at =
            now(), next_refresh_due_at = NULL, updated_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'platform_credentials', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.investigations d
        WHERE d.tenant_id = $1 AND (d.query <> '' OR d.result IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.investigations
        SET query = '', result = NULL, updated_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'investigations', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.investigation_tool_calls d
        WHERE d.tenant_id = $1 AND (d.input_params <> '{}' OR d.output IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.investigation_tool_calls
        SET input_params = '{}', output = NULL
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'investigation_tool_calls', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.investigation_jobs d
        WHERE d.tenant_id = $1 AND (d.result IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.investigation_jobs
        SET result = NULL, updated_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'investigation_jobs', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.budget_optimization_jobs d
        WHERE d.tenant_id = $1 AND (d.request <> '{}' OR d.recommendations IS NOT NULL OR d.synthesis IS NOT NULL)
        LIMIT least($2, 10000)
    ), done AS (
        UPDATE public.budget_optimization_jobs
        SET request = '{}', recommendations = NULL, synthesis = NULL, updated_at = now()
        WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'budget_optimization_jobs', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.llm_response_cache d
        WHERE d.tenant_id = $1 AND (true)
        LIMIT least($2, 10000)
    ), done AS (
        DELETE FROM public.llm_response_cache WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'llm_response_cache', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.explanation_cache d
        WHERE d.tenant_id = $1 AND (true)
        LIMIT least($2, 10000)
    ), done AS (
        DELETE FROM public.explanation_cache WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'explanation_cache', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.oauth_handshake_sessions d
        WHERE d.tenant_id = $1 AND (true)
        LIMIT least($2, 10000)
    ), done AS (
        DELETE FROM public.oauth_handshake_sessions WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'oauth_handshake_sessions', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.api_idempotency_keys d
        WHERE d.tenant_id = $1 AND (true)
        LIMIT least($2, 10000)
    ), done AS (
        DELETE FROM public.api_idempotency_keys WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'api_idempotency_keys', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    WITH due AS (
        SELECT d.ctid AS place FROM public.error_reports d
        WHERE d.tenant_id = $1 AND (true)
        LIMIT least($2, 10000)
    ), done AS (
        DELETE FROM public.error_reports WHERE ctid IN (SELECT due.place FROM due) RETURNING 1
    )
    INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
    SELECT $1, session_user, 'erase_tenant_surfaces', 'error_reports', count(*), now()
    FROM done HAVING count(*) > 0
    RETURNING rows_affected INTO step;
    erased := erased + coalesce(step, 0);

    UPDATE public.tenants SET notification_email_sealed = NULL, key_id = NULL WHERE id = $1;
    DELETE FROM public.revenue_cache_entries c WHERE c.tenant_id = $1;
    RETURN erased;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION privacy.erase_tenant_surfaces OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION privacy.erase_tenant_surfaces FROM PUBLIC;
GRANT EXECUTE ON FUNCTION privacy.erase_tenant_surfaces TO app_worker;
