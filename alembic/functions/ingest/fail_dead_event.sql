-- A passing cause is tried again after 60, 120 and 240 seconds and then abandoned; a lasting one waits. An amount that did not
-- help is forgotten: the audit keeps it.
CREATE OR REPLACE FUNCTION ingest.fail_dead_event(
    dead_event_id uuid, error_code text, error_message text, is_passing boolean
) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.dead_events d
    SET remediation_status = CASE WHEN $4 AND d.retry_count >= 3 THEN 'abandoned' ELSE 'pending' END,
        next_retry_at = CASE WHEN $4 AND d.retry_count < 3
            THEN now() + interval '60 seconds' * power(2, d.retry_count) END,
        repair_cents = CASE WHEN $4 THEN d.repair_cents END, repair_currency = CASE WHEN $4 THEN d.repair_currency END,
        repaired_by = CASE WHEN $4 THEN d.repaired_by END, repaired_at = CASE WHEN $4 THEN d.repaired_at END,
        error_code = $2, error_message = left($3, 500), updated_at = now()
    WHERE d.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
        AND d.id = $1 AND d.remediation_status = 'in_progress'
    RETURNING d.remediation_status
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.fail_dead_event OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.fail_dead_event FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.fail_dead_event TO app_worker;
