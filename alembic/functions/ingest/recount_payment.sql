-- The only way of a worker to count a payment anew because the role of its account was set: a fact of the payment, recorded as
-- a delivery of it would be, under its own tenant and processor, whatever the caller says. The entries are posted now.
CREATE OR REPLACE FUNCTION ingest.recount_payment(payment_event_id uuid, delivery jsonb)
RETURNS TABLE (delivery_id uuid, is_new boolean, event_id uuid, history text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    paid public.attribution_events;
BEGIN
    SELECT e.* INTO paid FROM public.attribution_events e
    WHERE e.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid AND e.id = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event % is not there in this tenant', $1 USING ERRCODE = 'no_data_found';
    END IF;
    RETURN QUERY SELECT r.* FROM public.record_facts(
        json_build_array($2 || jsonb_build_object(
            'tenant_id', paid.tenant_id, 'processor', paid.processor, 'delivery_id', paid.delivery_id,
            'received_at', now(), 'posted_at', now(), 'correlation_id', paid.correlation_id, 'is_replay', true)),
        waits => true) r;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.recount_payment OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.recount_payment FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.recount_payment TO app_worker;
