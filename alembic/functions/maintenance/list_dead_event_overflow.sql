-- Tenants whose budget of dead events is used up today, for the alarm: somebody should look at what they send.
CREATE OR REPLACE FUNCTION maintenance.list_dead_event_overflow()
RETURNS TABLE (tenant_id uuid, payloads_dropped bigint, events_aggregated bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.tenant_id, u.payloads_dropped, u.events_aggregated FROM public.dead_event_usage u
    WHERE u.day = (now() AT TIME ZONE 'UTC')::date AND (u.payloads_dropped > 0 OR u.events_aggregated > 0)
    ORDER BY u.payloads_dropped + u.events_aggregated DESC LIMIT 100
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.list_dead_event_overflow OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.list_dead_event_overflow FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.list_dead_event_overflow TO app_worker;
