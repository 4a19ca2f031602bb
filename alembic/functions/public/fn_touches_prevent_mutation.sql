-- A touch is a fact like an event: maintenance empties what links a person and drops it in time.
CREATE OR REPLACE FUNCTION fn_touches_prevent_mutation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    emptied CONSTANT text[] := ARRAY['session_id', 'journey_hash', 'journey_key_version', 'redacted_at'];
BEGIN
    IF current_user = 'app_maintenance' THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        ELSIF TG_OP = 'UPDATE' AND NEW.redacted_at IS NOT NULL
            AND NEW.session_id IS NULL AND NEW.journey_hash IS NULL
            AND to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'touches are immutable: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;

CREATE OR REPLACE TRIGGER trg_touches_prevent_mutation BEFORE UPDATE OR DELETE ON touches
    FOR EACH ROW EXECUTE FUNCTION fn_touches_prevent_mutation();
CREATE OR REPLACE TRIGGER trg_touches_prevent_truncate BEFORE TRUNCATE ON touches
    FOR EACH STATEMENT EXECUTE FUNCTION fn_touches_prevent_mutation();
