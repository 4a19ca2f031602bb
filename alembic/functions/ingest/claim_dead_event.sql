-- What an older reader rejected is taken once by a newer one. Handed over by a person: in progress, and with an instant since
-- which it waits. Taking it ends the waiting.
CREATE OR REPLACE FUNCTION ingest.claim_dead_event(
    dead_event_id uuid, force boolean DEFAULT false, reader integer DEFAULT 0
)
RETURNS TABLE (
    source text, idempotency_key text, event_type text, error_code text, payload_sealed bytea, key_id text,
    delivery_id uuid, correlation_id uuid, ingested_at timestamptz, retry_count smallint
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.dead_events d
    SET remediation_status = 'in_progress', last_retry_at = now(), next_retry_at = NULL,
        retry_count = d.retry_count + 1, updated_at = now(),
        reader_version = CASE WHEN d.reader_version < $3 THEN $3 ELSE d.reader_version END
    WHERE d.id = $1 AND d.id = (
        SELECT c.id FROM public.dead_events c
        WHERE c.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid AND c.id = $1
            AND (
                (c.remediation_status = 'pending' AND c.next_retry_at <= now() AND c.retry_count < 3)
                OR (c.remediation_status = 'in_progress' AND c.next_retry_at IS NOT NULL)
                OR (c.remediation_status = 'in_progress' AND c.last_retry_at < now() - interval '5 minutes')
                OR (c.remediation_status = 'pending' AND c.next_retry_at IS NULL AND c.payload_sealed IS NOT NULL
                    AND c.reader_version < $3)
                OR ($2 AND c.remediation_status IN ('pending', 'abandoned'))
            )
        FOR UPDATE SKIP LOCKED
    )
    RETURNING d.source, d.idempotency_key, d.event_type, d.error_code, d.payload_sealed, d.key_id,
        d.delivery_id, d.correlation_id, d.ingested_at, d.retry_count
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.claim_dead_event OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.claim_dead_event FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.claim_dead_event TO app_worker;
