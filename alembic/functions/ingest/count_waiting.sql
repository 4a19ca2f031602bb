-- The only way of a worker to count a payment that waited for the order it names: what it shows is recorded as a delivery of it
-- would be, under its own tenant, processor and times, whatever the caller says. The entry is posted now: an entry in the past
-- would escape what reads the ledger by time of posting.
CREATE OR REPLACE FUNCTION ingest.count_waiting(waiting_event_id uuid, delivery jsonb)
RETURNS TABLE (delivery_id uuid, is_new boolean, event_id uuid, history text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    waiting public.attribution_events;
BEGIN
    SELECT e.* INTO waiting FROM public.attribution_events e
    WHERE e.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid AND e.id = $1
        AND e.counts_at <= now();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event % waits for no order in this tenant', $1 USING ERRCODE = 'no_data_found';
    END IF;
    RETURN QUERY SELECT r.* FROM public.record_facts(
        json_build_array($2 || jsonb_build_object(
            'tenant_id', waiting.tenant_id, 'processor', waiting.processor, 'delivery_id', waiting.delivery_id,
            'received_at', waiting.received_at, 'posted_at', now(), 'correlation_id', waiting.correlation_id,
            'is_replay', true)),
        waits => true) r;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.count_waiting OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.count_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.count_waiting TO app_worker;
