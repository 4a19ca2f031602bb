-- A channel that was credited can be archived, never deleted; skipping a step would hide why it went.
CREATE OR REPLACE FUNCTION fn_log_channel_state_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'active'), ('active', 'deprecated'), ('deprecated', 'archived'), ('active', 'archived')
    ) THEN
        RAISE EXCEPTION 'channel % cannot go from % to %', NEW.code, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO public.channel_state_transitions (channel_code, from_state, to_state, reason)
    VALUES (NEW.code, OLD.state, NEW.state, nullif(current_setting('app.change_reason', true), ''));
    RETURN NULL;
END $$;

-- It writes what nobody may write directly, with the rights of its owner.
ALTER FUNCTION fn_log_channel_state_change OWNER TO app_maintenance;
CREATE OR REPLACE TRIGGER trg_log_channel_state_change AFTER UPDATE OF state ON channel_taxonomy
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION fn_log_channel_state_change();
