-- Every process keeps revocations in memory; a trigger tells them, so no path of writing can forget to.
CREATE OR REPLACE FUNCTION fn_notify_token_revoked() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('skeldir_token_revoked', json_build_object('tenant_id', NEW.tenant_id,
        'user_id', NEW.user_id, 'jti', NEW.jti, 'expires_at', NEW.expires_at)::text);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER trg_notify_token_revoked AFTER INSERT ON auth_access_token_denylist
    FOR EACH ROW EXECUTE FUNCTION fn_notify_token_revoked();
