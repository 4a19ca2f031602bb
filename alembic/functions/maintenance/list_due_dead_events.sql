-- Due: what waits for its instant, what a newer reader has not tried, what was taken and never finished, what was handed over
-- and never taken.
CREATE OR REPLACE FUNCTION maintenance.list_due_dead_events(batch integer DEFAULT 100, reader integer DEFAULT 0)
RETURNS TABLE (tenant_id uuid, dead_event_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.tenant_id, d.id FROM public.dead_events d
    WHERE (d.remediation_status = 'pending' AND d.next_retry_at <= now() AND d.retry_count < 3)
        OR (d.remediation_status = 'pending' AND d.next_retry_at IS NULL AND d.payload_sealed IS NOT NULL
            AND d.reader_version < $2)
        OR (d.remediation_status = 'in_progress'
            AND greatest(d.last_retry_at, d.next_retry_at) < now() - interval '5 minutes')
    ORDER BY d.next_retry_at NULLS LAST, d.id LIMIT least($1, 1000)
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_due_dead_events OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_due_dead_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_due_dead_events TO app_worker;
