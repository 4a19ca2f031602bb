-- How the queue does, as numbers: seconds since a worker was seen, age of the oldest job that is due.
CREATE OR REPLACE FUNCTION queue.state()
RETURNS TABLE (worker_seen_seconds double precision, oldest_due_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT extract(epoch FROM now() - max(h.seen_at)) FROM public.worker_heartbeats h),
        coalesce((SELECT extract(epoch FROM now() - min(j.execute_after)) FROM queue.pgqueuer j
            WHERE j.status = 'queued' AND j.execute_after <= now()), 0)
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION queue.state OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION queue.state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.state TO app_user;
