-- Who is deactivated can neither log in nor refresh, in any tenant, and is logged out at once; it can be taken back.
CREATE OR REPLACE FUNCTION ops.deactivate_user(user_id uuid, is_active boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE public.users SET is_active = $2, updated_at = now() WHERE id = $1;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM auth.end_sessions($1, '00000000-0000-0000-0000-000000000000', 'deactivated');
    PERFORM auth.record_change($1, 'operator', CASE WHEN $2 THEN 'activated' ELSE 'deactivated' END);
    RETURN true;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.deactivate_user OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.deactivate_user FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.deactivate_user TO app_ops;
