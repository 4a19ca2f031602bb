-- The only way of a worker to events and entries: what a claimed dead event says today is recorded as a delivery of it would
-- be, and the dead event is resolved with it. Tenant, source and times are those of the dead event, whatever the caller says.
-- The entries are posted now: an entry in the past would escape what reads the ledger by time of posting.
CREATE OR REPLACE FUNCTION ingest.replay_dead_event(dead_event_id uuid, delivery jsonb)
RETURNS TABLE (delivery_id uuid, is_new boolean, event_id uuid, history text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    dead public.dead_events;
    answer record;
BEGIN
    SELECT d.* INTO dead FROM public.dead_events d
    WHERE d.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
        AND d.id = $1 AND d.remediation_status = 'in_progress' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'dead event % is not claimed in this tenant', $1 USING ERRCODE = 'no_data_found';
    END IF;
    SELECT r.* INTO STRICT answer FROM public.record_facts(
        json_build_array($2 || jsonb_build_object(
            'tenant_id', dead.tenant_id, 'processor', dead.source, 'delivery_id', dead.delivery_id,
            'received_at', dead.ingested_at, 'posted_at', now(), 'correlation_id', dead.correlation_id, 'is_replay', true)),
        waits => true) r;
    IF answer.event_id IS NOT NULL THEN
        UPDATE public.dead_events d
        SET remediation_status = 'resolved', resolved_at = now(), resolved_event_id = answer.event_id,
            next_retry_at = NULL, updated_at = now()
        WHERE d.tenant_id = dead.tenant_id AND d.id = dead.id;
    END IF;
    RETURN QUERY SELECT answer.delivery_id, answer.is_new, answer.event_id, answer.history;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.replay_dead_event OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.replay_dead_event FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.replay_dead_event TO app_worker;
