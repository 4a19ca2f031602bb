-- The caller hashes the password; the database never sees it. Whoever knew the old one is logged out everywhere.
CREATE OR REPLACE FUNCTION ops.reset_password(user_id uuid, password_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE public.users SET password_hash = $2, updated_at = now() WHERE id = $1 AND auth_provider = 'password';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM auth.end_sessions($1, '00000000-0000-0000-0000-000000000000', 'password');
    PERFORM auth.record_change($1, 'operator', 'password_reset');
    RETURN true;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.reset_password OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.reset_password FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.reset_password TO app_ops;
