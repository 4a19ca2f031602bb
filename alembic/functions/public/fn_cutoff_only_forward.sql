-- Two processes may set a cutoff out of order; the later instant wins whatever the order.
CREATE OR REPLACE FUNCTION fn_cutoff_only_forward() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.tokens_invalid_before := greatest(NEW.tokens_invalid_before, OLD.tokens_invalid_before);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER trg_cutoff_only_forward BEFORE UPDATE ON auth_user_token_cutoffs
    FOR EACH ROW EXECUTE FUNCTION fn_cutoff_only_forward();
