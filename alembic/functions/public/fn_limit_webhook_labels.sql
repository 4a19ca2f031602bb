-- A delivery is checked against every valid secret of its processor, so their number is the price of a forged one.
CREATE OR REPLACE FUNCTION fn_limit_webhook_labels() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(':', NEW.tenant_id, 'label', NEW.processor), 0));
    IF coalesce(NEW.valid_until > now(), true) AND (
        SELECT count(DISTINCT s.label) FROM public.tenant_webhook_secrets s
        WHERE s.tenant_id = NEW.tenant_id AND s.processor = NEW.processor AND s.label <> NEW.label
            AND coalesce(s.valid_until > now(), true)
    ) >= 8 THEN
        RAISE EXCEPTION 'a processor has at most 8 labels of webhook secrets; delete one first'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER trg_limit_webhook_labels BEFORE INSERT OR UPDATE ON tenant_webhook_secrets
    FOR EACH ROW EXECUTE FUNCTION fn_limit_webhook_labels();
