-- One refresh serves all tenants. A second one at the same time has nothing to add and says so.
CREATE OR REPLACE FUNCTION maintenance.refresh_view(view_name text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    begun CONSTANT timestamptz := clock_timestamp();
    key CONSTANT integer := ('x' || substr(encode(sha256(convert_to(
        'matview_refresh:' || $1 || ':GLOBAL', 'UTF8')), 'hex'), 1, 8))::bit(32)::integer;
BEGIN
    IF $1 IS NULL OR $1 NOT IN (
        'mv_allocation_summary', 'mv_channel_performance',
        'mv_daily_revenue_summary', 'mv_realtime_revenue', 'mv_reconciliation_status'
    ) THEN
        RAISE EXCEPTION 'unknown view %', $1 USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT pg_try_advisory_xact_lock(key) THEN
        RETURN 'skipped_already_running';
    END IF;
    EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY public.%I', $1);
    INSERT INTO public.matview_refreshes (view_name, started_at, succeeded_at, duration_ms, outcome)
    VALUES ($1, begun, clock_timestamp(), extract(epoch FROM clock_timestamp() - begun) * 1000, 'success')
    ON CONFLICT (view_name) DO UPDATE SET started_at = excluded.started_at,
        succeeded_at = excluded.succeeded_at, duration_ms = excluded.duration_ms, outcome = excluded.outcome;
    RETURN 'success';
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.refresh_view OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.refresh_view FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.refresh_view TO app_worker;
