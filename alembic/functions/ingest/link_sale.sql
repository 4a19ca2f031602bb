-- The only way of a worker to say that an order and a payment are one sale, as the books of a processor show: a fact of the
-- payment, with what moves to the order in the same transaction. Link, tenant and times are those of the two events, whatever
-- the caller says. The entries are posted now: one in the past would escape what reads the ledger by time of posting.
CREATE OR REPLACE FUNCTION ingest.link_sale(order_event_id uuid, payment_event_id uuid, delivery jsonb)
RETURNS TABLE (delivery_id uuid, is_new boolean, event_id uuid, history text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    bound uuid := nullif(current_setting('app.current_tenant_id', true), '')::uuid;
    ordered public.attribution_events;
    paid public.attribution_events;
BEGIN
    SELECT e.* INTO ordered FROM public.attribution_events e WHERE e.tenant_id = bound AND e.id = $1;
    SELECT e.* INTO paid FROM public.attribution_events e WHERE e.tenant_id = bound AND e.id = $2;
    IF ordered.id IS NULL OR paid.id IS NULL THEN
        RAISE EXCEPTION 'event % or % is not there in this tenant', $1, $2 USING ERRCODE = 'no_data_found';
    END IF;
    RETURN QUERY SELECT r.* FROM public.record_facts(
        json_build_array($3 || jsonb_build_object(
            'tenant_id', bound, 'processor', paid.processor, 'delivery_id', paid.delivery_id,
            'received_at', now(), 'posted_at', now(), 'correlation_id', paid.correlation_id, 'is_replay', true,
            'links', jsonb_build_array(jsonb_build_object(
                'order_processor', ordered.processor, 'order_site', ordered.account,
                'order_id', coalesce(ordered.order_id, ordered.transaction_id), 'order_name', ordered.transaction_id,
                'payment_processor', paid.processor, 'payment_id', paid.transaction_id, 'how', 'reconciliation')))),
        waits => true) r;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.link_sale OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.link_sale FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.link_sale TO app_worker;
