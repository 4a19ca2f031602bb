-- The other sides of a sale: the orders that a payment is evidence of, and the payments of an order, by the names that links
-- and entries tell.
CREATE OR REPLACE FUNCTION sale_partners(tenant uuid, processor text, original text)
RETURNS TABLE (partner_processor text, partner_original text)
LANGUAGE sql STABLE AS $$
    SELECT k.order_processor, k.order_name
    FROM public.sale_links k
    WHERE k.tenant_id = $1 AND k.payment_processor = $2 AND k.payment_id IN (
        SELECT $3
        UNION ALL
        SELECT n.name
        FROM public.revenue_ledger l CROSS JOIN LATERAL (VALUES (l.payment_reference), (l.order_id)) AS n (name)
        WHERE l.tenant_id = $1 AND l.processor = $2 AND l.original_transaction_id = $3 AND n.name IS NOT NULL)
    UNION
    SELECT k.payment_processor, p.original_transaction_id
    FROM public.sale_links k CROSS JOIN LATERAL (
        SELECT l.original_transaction_id FROM public.revenue_ledger l
        WHERE l.tenant_id = $1 AND l.processor = k.payment_processor AND l.original_transaction_id = k.payment_id
        UNION
        SELECT l.original_transaction_id FROM public.revenue_ledger l
        WHERE l.tenant_id = $1 AND l.processor = k.payment_processor AND l.payment_reference = k.payment_id
            AND l.entry_kind = 'captured' AND l.ordinal = 1
        UNION
        SELECT l.original_transaction_id FROM public.revenue_ledger l
        WHERE l.tenant_id = $1 AND l.processor = k.payment_processor AND l.order_id = k.payment_id
    ) p
    WHERE k.tenant_id = $1 AND k.order_processor = $2 AND k.order_name = $3
$$;

-- With the rights of its caller, whose tenant alone it sees.
REVOKE ALL ON FUNCTION sale_partners FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sale_partners TO app_rw, app_ro, app_maintenance;
