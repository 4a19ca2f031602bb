-- The only writer of corrections: an operator says which channel an event itself belongs to. The answer is the former channel,
-- NULL when the tenant has no such event.
CREATE OR REPLACE FUNCTION ops.correct_channel(
    tenant_id uuid, event_id uuid, channel_code text, reason text, corrected_by uuid DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    event public.attribution_events;
    former text;
BEGIN
    SELECT e.* INTO event FROM public.attribution_events e WHERE e.tenant_id = $1 AND e.id = $2;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.channel_taxonomy t WHERE t.code = $3 AND t.is_active AND t.family <> 'baseline'
    ) THEN
        RAISE EXCEPTION '% is no active channel', $3 USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT k.to_channel INTO former FROM public.channel_assignment_corrections k
    WHERE k.tenant_id = $1 AND k.entity_type = 'event' AND k.entity_id = $2
    ORDER BY k.created_at DESC, k.id DESC LIMIT 1;
    former := coalesce(former, event.channel_code);
    INSERT INTO public.channel_assignment_corrections (
        tenant_id, entity_type, entity_id, from_channel, to_channel, corrected_by, reason, created_at)
    VALUES (
        $1, 'event', $2, former, $3, coalesce($5, '00000000-0000-0000-0000-000000000000'::uuid), $4, clock_timestamp());
    INSERT INTO public.attribution_changes (tenant_id, days)
    VALUES ($1, ARRAY[(event.occurred_at AT TIME ZONE 'UTC')::date]);
    RETURN former;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.correct_channel OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.correct_channel FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.correct_channel TO app_ops;
