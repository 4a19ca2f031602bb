-- A person changes only the own password, the one the transaction is bound to; all their sessions end, in every tenant.
CREATE OR REPLACE FUNCTION auth.change_own_password(password_hash text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    person uuid := nullif(current_setting('app.current_user_id', true), '')::uuid;
BEGIN
    UPDATE public.users SET password_hash = $1, updated_at = now()
    WHERE id = person AND is_active AND auth_provider = 'password';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the transaction is bound to nobody who has a password' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM auth.end_sessions(person, person, 'password');
    PERFORM auth.record_change(person, person::text, 'password_changed');
    RETURN now();
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION auth.change_own_password OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION auth.change_own_password FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.change_own_password TO app_user;
