-- Stored payloads hold ten known keys with plain values and nothing else.
CREATE OR REPLACE FUNCTION fn_guard_payload_allowlist() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused text;
BEGIN
    IF jsonb_typeof(NEW.raw_payload) = 'object' THEN
        IF public.fn_is_plain_payload(NEW.raw_payload) THEN
            RETURN NEW;
        END IF;
    ELSE
        RAISE EXCEPTION '%.raw_payload is an object, not a %', TG_TABLE_NAME, jsonb_typeof(NEW.raw_payload)
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
    END IF;
    SELECT left(member.key, 100) INTO refused FROM jsonb_each(NEW.raw_payload) AS member
    WHERE NOT public.fn_is_plain_payload(jsonb_build_object(member.key, member.value)) LIMIT 1;
    RAISE EXCEPTION '%.raw_payload may not hold %; only allow-listed keys with plain values are kept',
        TG_TABLE_NAME, refused USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
END $$;

-- Named to run after the personal-data guard, whose message helps more.
CREATE OR REPLACE TRIGGER trg_restrict_payload_attribution_events BEFORE INSERT OR UPDATE ON attribution_events
    FOR EACH ROW WHEN (NOT fn_is_plain_payload(NEW.raw_payload)) EXECUTE FUNCTION fn_guard_payload_allowlist();
CREATE OR REPLACE TRIGGER trg_restrict_payload_dead_events BEFORE INSERT OR UPDATE ON dead_events
    FOR EACH ROW WHEN (NOT fn_is_plain_payload(NEW.raw_payload)) EXECUTE FUNCTION fn_guard_payload_allowlist();
