-- Events never change; maintenance may only empty what is personal, and must say when.
CREATE OR REPLACE FUNCTION fn_events_prevent_mutation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    emptied CONSTANT text[] :=
        ARRAY['raw_payload', 'session_id', 'journey_hash', 'journey_hash_previous', 'redacted_at'];
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'app_maintenance' THEN
        IF NEW.redacted_at IS NOT NULL
            AND (NEW.raw_payload = '{}' OR NEW.raw_payload = OLD.raw_payload)
            AND (NEW.session_id IS NULL OR NEW.session_id = OLD.session_id)
            AND (NEW.journey_hash IS NULL OR NEW.journey_hash = OLD.journey_hash)
            AND (NEW.journey_hash_previous IS NULL OR NEW.journey_hash_previous = OLD.journey_hash_previous)
            AND to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'attribution_events are immutable: % refused; add an event instead', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;

-- Events are facts: corrected by new rows, never by changed ones.
CREATE OR REPLACE TRIGGER trg_events_prevent_mutation BEFORE UPDATE OR DELETE ON attribution_events
    FOR EACH ROW EXECUTE FUNCTION fn_events_prevent_mutation();
CREATE OR REPLACE TRIGGER trg_events_prevent_truncate BEFORE TRUNCATE ON attribution_events
    FOR EACH STATEMENT EXECUTE FUNCTION fn_events_prevent_mutation();
