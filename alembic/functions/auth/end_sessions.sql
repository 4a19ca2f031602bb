-- Every session of a person ends at once, in every tenant: a stolen password opens all of them.
CREATE OR REPLACE FUNCTION auth.end_sessions(user_id uuid, ended_by uuid, reason text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.auth_user_token_cutoffs AS c (tenant_id, user_id, tokens_invalid_before, updated_by_user_id)
    SELECT m.tenant_id, $1, now(), $2 FROM public.tenant_memberships m WHERE m.user_id = $1
    ON CONFLICT (tenant_id, user_id) DO UPDATE
        SET tokens_invalid_before = now(), updated_by_user_id = $2, updated_at = now();
    UPDATE public.auth_refresh_tokens t SET revoked_at = now(), revoke_reason = $3
    WHERE t.user_id = $1 AND t.revoked_at IS NULL
        AND t.tenant_id IN (SELECT m.tenant_id FROM public.tenant_memberships m WHERE m.user_id = $1);
$$;

-- A part of the functions that change a person; it runs with their rights, and nobody else may call it.
ALTER FUNCTION auth.end_sessions OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION auth.end_sessions FROM PUBLIC;
