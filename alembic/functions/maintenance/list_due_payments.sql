-- Due: payments that have waited long enough for the order they name, and whose order is not known. Each is counted once; one
-- that could not be counted for `within` has failed for good, and its failed jobs say why.
CREATE OR REPLACE FUNCTION maintenance.list_due_payments(batch integer DEFAULT 100, within interval DEFAULT interval '7 days')
RETURNS TABLE (tenant_id uuid, event_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.tenant_id, e.id FROM public.attribution_events e
    WHERE e.counts_at <= now() AND e.counts_at > now() - $2
        AND NOT EXISTS (
            SELECT FROM public.attribution_events k
            WHERE k.tenant_id = e.tenant_id AND k.processor = e.processor AND k.transaction_id = e.transaction_id
                AND k.shown_kind = 'counted')
        AND NOT EXISTS (
            -- An order that has come counts in place of its payment, or leaves it counted: nothing waits any longer.
            SELECT FROM public.sale_links l
            JOIN public.attribution_events o ON o.tenant_id = l.tenant_id AND o.processor = l.order_processor
                AND o.transaction_id = l.order_name AND o.order_reference IS NULL
            WHERE l.tenant_id = e.tenant_id AND l.payment_processor = e.processor AND l.payment_id = e.transaction_id)
    ORDER BY e.counts_at, e.id LIMIT least($1, 1000)
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_due_payments OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_due_payments FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_due_payments TO app_worker;
