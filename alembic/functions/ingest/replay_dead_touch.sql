-- A touch counts once: one that was sent again meanwhile wins, and the dead event points to it.
CREATE OR REPLACE FUNCTION ingest.replay_dead_touch(dead_event_id uuid, touch jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    dead public.dead_events;
    new public.touches;
    stored_id uuid;
BEGIN
    SELECT d.* INTO dead FROM public.dead_events d
    WHERE d.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
        AND d.id = $1 AND d.source = 'touch' AND d.remediation_status = 'in_progress' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'dead touch % is not claimed in this tenant', $1 USING ERRCODE = 'no_data_found';
    END IF;
    new := jsonb_populate_record(NULL::public.touches, $2 - 'journey_hash');
    INSERT INTO public.touches (
        tenant_id, id, touch_id, session_id, journey_hash, journey_key_version, occurred_at, kind, channel_code,
        utm_source, utm_medium, campaign_id, referrer_host)
    VALUES (
        dead.tenant_id, coalesce(new.id, gen_random_uuid()), new.touch_id, new.session_id,
        decode($2 ->> 'journey_hash', 'hex'), new.journey_key_version, new.occurred_at, new.kind,
        new.channel_code, new.utm_source, new.utm_medium, new.campaign_id, new.referrer_host)
    ON CONFLICT (tenant_id, touch_id) DO NOTHING
    RETURNING id INTO stored_id;
    IF stored_id IS NOT NULL THEN
        INSERT INTO public.attribution_changes (tenant_id, touches) VALUES (dead.tenant_id, ARRAY[stored_id]);
    ELSE
        SELECT t.id INTO STRICT stored_id FROM public.touches t
        WHERE t.tenant_id = dead.tenant_id AND t.touch_id = new.touch_id;
    END IF;
    UPDATE public.dead_events d
    SET remediation_status = 'resolved', resolved_at = now(), resolved_event_id = stored_id,
        next_retry_at = NULL, updated_at = now()
    WHERE d.tenant_id = dead.tenant_id AND d.id = dead.id;
    RETURN stored_id;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.replay_dead_touch OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.replay_dead_touch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.replay_dead_touch TO app_worker;
