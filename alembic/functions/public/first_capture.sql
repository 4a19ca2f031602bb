-- The first capture of one side that counts: not lowered, and not moved to the order of its sale.
CREATE OR REPLACE FUNCTION first_capture(tenant uuid, processor text, original text)
RETURNS TABLE (event_id uuid, occurred_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT c.event_id, c.occurred_at
    FROM public.revenue_ledger c
    WHERE c.tenant_id = $1 AND c.processor = $2 AND c.original_transaction_id = $3 AND c.entry_kind = 'captured'
        AND c.effect_cents > 0 AND NOT EXISTS (
            SELECT FROM public.revenue_ledger m
            WHERE m.tenant_id = $1 AND m.entry_kind = 'moved' AND m.reverses = c.id)
    ORDER BY c.ordinal
    LIMIT 1
$$;

-- With the rights of its caller, whose tenant alone it sees.
REVOKE ALL ON FUNCTION first_capture FROM PUBLIC;
GRANT EXECUTE ON FUNCTION first_capture TO app_rw, app_ro, app_maintenance;
