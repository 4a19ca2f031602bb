-- Every tenant of the person sees in its audit what was done to a member.
CREATE OR REPLACE FUNCTION auth.record_change(user_id uuid, actor text, action text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.access_audit (tenant_id, user_id, actor, action)
    SELECT m.tenant_id, $1, $2, $3 FROM public.tenant_memberships m WHERE m.user_id = $1
$$;

-- A part of the functions that change a person; it runs with their rights, and nobody else may call it.
ALTER FUNCTION auth.record_change OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION auth.record_change FROM PUBLIC;
