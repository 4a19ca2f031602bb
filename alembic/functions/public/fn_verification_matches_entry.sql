-- A processor confirms an entry only with the very same amount.
CREATE OR REPLACE FUNCTION fn_verification_matches_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.revenue_ledger e
        WHERE e.tenant_id = NEW.tenant_id AND e.id = NEW.entry_id AND e.amount_cents = NEW.processor_amount_cents
    ) THEN
        RAISE EXCEPTION 'entry % is not there with % cents, so it is not verified', NEW.entry_id,
            NEW.processor_amount_cents USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER trg_verification_matches_entry BEFORE INSERT ON ledger_verifications
    FOR EACH ROW EXECUTE FUNCTION fn_verification_matches_entry();
