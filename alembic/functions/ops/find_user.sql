-- An operator knows a login; one exact hash leads to one person, and nobody can be listed.
CREATE OR REPLACE FUNCTION ops.find_user(login_identifier_hash text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.id FROM public.users u WHERE u.login_identifier_hash = $1
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.find_user OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.find_user FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.find_user TO app_ops;
