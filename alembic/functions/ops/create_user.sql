-- The caller hashes login and password; the database never sees either.
CREATE OR REPLACE FUNCTION ops.create_user(
    login_identifier_hash text,
    password_hash text,
    auth_provider text DEFAULT 'password',
    user_id uuid DEFAULT gen_random_uuid()
) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.users (id, login_identifier_hash, password_hash, auth_provider)
    VALUES ($4, $1, $2, $3) RETURNING id
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.create_user OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.create_user FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.create_user TO app_ops;
