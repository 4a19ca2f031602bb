-- Numbers only, so that the API can tell them without seeing anybody's jobs.
CREATE OR REPLACE FUNCTION queue.stats()
RETURNS TABLE (queue text, state text, jobs bigint, max_age_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT j.entrypoint, j.status::text, count(*),
        greatest(0, extract(epoch FROM now() - min(j.execute_after)))::double precision
    FROM queue.pgqueuer j GROUP BY j.entrypoint, j.status
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION queue.stats OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION queue.stats FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.stats TO app_user;
