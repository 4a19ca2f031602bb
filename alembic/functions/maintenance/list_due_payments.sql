-- Due: payments that have waited long enough for the order they name. Each is counted once; one that could not be counted for a
-- week has failed for good, and its failed jobs say why.
CREATE OR REPLACE FUNCTION maintenance.list_due_payments(batch integer DEFAULT 100)
RETURNS TABLE (tenant_id uuid, event_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.tenant_id, e.id FROM public.attribution_events e
    WHERE e.counts_at <= now() AND e.counts_at > now() - interval '7 days'
        AND NOT EXISTS (
            SELECT FROM public.attribution_events k
            WHERE k.tenant_id = e.tenant_id AND k.processor = e.processor AND k.transaction_id = e.transaction_id
                AND k.shown_kind = 'counted')
    ORDER BY e.counts_at, e.id LIMIT least($1, 1000)
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_due_payments OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_due_payments FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_due_payments TO app_worker;
