-- Login knows only the hash of what was typed; exactly one person or none answers.
CREATE OR REPLACE FUNCTION auth.lookup_user_auth_by_login_hash(login_hash text)
RETURNS TABLE (user_id uuid, password_hash text, is_active boolean, auth_provider text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.id, u.password_hash, u.is_active, u.auth_provider
    FROM public.users u WHERE u.login_identifier_hash = $1
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION auth.lookup_user_auth_by_login_hash OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION auth.lookup_user_auth_by_login_hash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.lookup_user_auth_by_login_hash TO app_user;
