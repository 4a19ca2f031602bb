-- Two valid keys let a tenant rotate without a gap; a third would only hide a forgotten one. A URL key of one processor is
-- counted apart from those of the others, and from those that are good for all.
CREATE OR REPLACE FUNCTION fn_limit_valid_api_keys() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended(concat_ws(':', NEW.tenant_id, NEW.purpose, NEW.processor), 0));
    IF NEW.revoked_at IS NULL AND coalesce(NEW.valid_until > now(), true) AND (
        SELECT count(*) FROM public.tenant_api_keys k
        WHERE k.tenant_id = NEW.tenant_id AND k.purpose = NEW.purpose
            AND k.processor IS NOT DISTINCT FROM NEW.processor AND k.id <> NEW.id
            AND k.revoked_at IS NULL AND coalesce(k.valid_until > now(), true)
    ) >= 2 THEN
        RAISE EXCEPTION 'a tenant has at most two valid % keys; revoke one first', NEW.purpose
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER trg_limit_valid_api_keys BEFORE INSERT OR UPDATE ON tenant_api_keys
    FOR EACH ROW EXECUTE FUNCTION fn_limit_valid_api_keys();
