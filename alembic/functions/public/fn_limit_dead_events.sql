-- The budget of a tenant and day for dead events, with the rights of whoever inserts: 5,000 payloads of 32 MiB in all, after
-- which the row is kept and the payload is not; 10,000 rows, after which one row for each source, code and hour counts the rest.
-- So one broken or hostile shop fills a bounded part of a disk that all share.
CREATE OR REPLACE FUNCTION fn_limit_dead_events() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    size CONSTANT bigint := coalesce(octet_length(NEW.payload_sealed), 0);
    used public.dead_event_usage;
    is_aggregated boolean;
    is_dropped boolean;
BEGIN
    -- A repetition of what is known uses up nothing.
    IF EXISTS (
        SELECT FROM public.dead_events d
        WHERE d.tenant_id = NEW.tenant_id AND d.source = NEW.source AND d.idempotency_key = NEW.idempotency_key
    ) THEN
        RETURN NEW;
    END IF;
    INSERT INTO public.dead_event_usage (tenant_id, day) VALUES (NEW.tenant_id, today) ON CONFLICT DO NOTHING;
    SELECT u.* INTO used FROM public.dead_event_usage u WHERE u.tenant_id = NEW.tenant_id AND u.day = today FOR UPDATE;
    is_aggregated := used.events >= 10000;
    is_dropped := size > 0 AND (is_aggregated OR used.payloads >= 5000 OR used.payload_bytes + size > 33554432);
    UPDATE public.dead_event_usage u
    SET events = u.events + (NOT is_aggregated)::integer,
        payloads = u.payloads + (size > 0 AND NOT is_dropped)::integer,
        payload_bytes = u.payload_bytes + CASE WHEN is_dropped THEN 0 ELSE size END,
        payloads_dropped = u.payloads_dropped + is_dropped::integer,
        events_aggregated = u.events_aggregated + is_aggregated::integer
    WHERE u.tenant_id = NEW.tenant_id AND u.day = today;
    IF is_dropped THEN
        NEW.payload_sealed := NULL;
        NEW.key_id := NULL;
        NEW.next_retry_at := NULL;
        NEW.error_detail := NEW.error_detail || '{"is_over_budget": true}';
    END IF;
    IF is_aggregated THEN
        NEW.idempotency_key := left(
            'aggregate:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24') || ':' || NEW.error_code, 255);
        NEW.event_type := 'various';
        NEW.error_message := 'There were too many to keep each; this one stands for all of its source, code and hour.';
        NEW.error_detail := '{"is_over_budget": true}';
        NEW.raw_payload := '{}';
        NEW.external_event_id := NULL;
        NEW.delivery_id := NULL;
        NEW.object_number := NULL;
        NEW.object_name := NULL;
        NEW.object_at := NULL;
        NEW.amount_cents := NULL;
        NEW.currency := NULL;
        NEW.reader_version := NULL;
    END IF;
    RETURN NEW;
END $$;

-- Named to run last of all triggers before a row: what others refuse uses up nothing.
CREATE OR REPLACE TRIGGER trg_zz_limit_dead_events BEFORE INSERT ON dead_events
    FOR EACH ROW EXECUTE FUNCTION fn_limit_dead_events();
