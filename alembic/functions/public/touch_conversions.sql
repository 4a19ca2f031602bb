-- The conversions whose journey a touch of this hash and session may belong to: those that carry its hash, those without any that
-- carry its session, and orders that know neither but whose payment does.
CREATE OR REPLACE FUNCTION touch_conversions(tenant uuid, hash bytea, session uuid)
RETURNS TABLE (event_id uuid, occurred_at timestamptz)
LANGUAGE sql STABLE AS $$
    WITH candidate AS (
        SELECT e.id, e.processor, e.transaction_id, e.payment_reference
        FROM public.attribution_events e WHERE e.tenant_id = $1 AND e.journey_hash = $2
        UNION ALL
        SELECT e.id, e.processor, e.transaction_id, e.payment_reference
        FROM public.attribution_events e WHERE e.tenant_id = $1 AND e.journey_hash_previous = $2
        UNION ALL
        SELECT e.id, e.processor, e.transaction_id, e.payment_reference
        FROM public.attribution_events e WHERE e.tenant_id = $1 AND e.session_id = $3 AND e.journey_hash IS NULL
    )
    SELECT c.event_id, c.occurred_at
    FROM candidate k
    JOIN public.revenue_ledger l ON l.tenant_id = $1 AND l.event_id = k.id AND l.entry_kind = 'captured'
    CROSS JOIN LATERAL public.first_capture($1, l.processor, l.original_transaction_id) c
    WHERE c.event_id = k.id
    UNION ALL
    SELECT c.event_id, c.occurred_at
    FROM candidate k
    JOIN public.sale_links s ON s.tenant_id = $1 AND s.payment_processor = k.processor
        AND s.payment_id IN (k.transaction_id, k.payment_reference)
    CROSS JOIN LATERAL public.first_capture($1, s.order_processor, s.order_name) c
    JOIN public.attribution_events e ON e.tenant_id = $1 AND e.id = c.event_id
    WHERE num_nonnulls(e.session_id, e.journey_hash, e.utm_source, e.utm_medium, e.campaign_id) = 0
$$;

-- With the rights of its caller, whose tenant alone it sees.
REVOKE ALL ON FUNCTION touch_conversions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION touch_conversions TO app_rw, app_ro, app_maintenance;
