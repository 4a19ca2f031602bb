-- The same for cutoffs, which invalidate all tokens of a person at once.
CREATE OR REPLACE FUNCTION fn_notify_cutoff_moved() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('skeldir_tokens_invalid_before_updated', json_build_object('tenant_id', NEW.tenant_id,
        'user_id', NEW.user_id, 'tokens_invalid_before', NEW.tokens_invalid_before)::text);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER trg_notify_cutoff_moved AFTER INSERT OR UPDATE ON auth_user_token_cutoffs
    FOR EACH ROW EXECUTE FUNCTION fn_notify_cutoff_moved();
