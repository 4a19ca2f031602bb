CREATE OR REPLACE FUNCTION ingest.replay_dead_event(
    dead_event_id uuid, event jsonb, entry jsonb DEFAULT NULL, is_last boolean DEFAULT true)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    dead public.dead_events;
    fact public.attribution_events;
    line public.revenue_ledger;
    event_id uuid;
    key text;
BEGIN
    SELECT d.* INTO dead FROM public.dead_events d
    WHERE d.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
        AND d.id = $1 AND d.remediation_status = 'in_progress' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'dead event % is not claimed in this tenant', $1 USING ERRCODE = 'no_data_found';
    END IF;
    fact := jsonb_populate_record(NULL::public.attribution_events, $2);
    key := coalesce(fact.idempotency_key, dead.idempotency_key);
    INSERT INTO public.attribution_events (
        tenant_id, id, provider, idempotency_key, event_type, provider_event_type, external_event_id,
        delivery_id, occurred_at, received_at, order_id, transaction_id, revenue_cents, effect_cents, currency,
        session_id, journey_hash, journey_hash_previous, channel_code, utm_source, utm_medium, campaign_id,
        raw_payload, correlation_id)
    VALUES (
        dead.tenant_id, coalesce(fact.id, gen_random_uuid()), dead.source, key,
        fact.event_type, fact.provider_event_type, fact.external_event_id, dead.delivery_id, fact.occurred_at,
        dead.ingested_at, fact.order_id, fact.transaction_id, fact.revenue_cents, fact.effect_cents,
        fact.currency, fact.session_id, fact.journey_hash, fact.journey_hash_previous, fact.channel_code,
        fact.utm_source, fact.utm_medium, fact.campaign_id, coalesce(fact.raw_payload, '{}'),
        dead.correlation_id)
    ON CONFLICT (tenant_id, provider, idempotency_key) DO NOTHING
    RETURNING id INTO event_id;
    IF event_id IS NULL THEN
        SELECT e.id INTO STRICT event_id FROM public.attribution_events e
        WHERE e.tenant_id = dead.tenant_id AND e.provider = dead.source
            AND e.idempotency_key = key;
    ELSIF $3 IS NOT NULL THEN
        line := jsonb_populate_record(NULL::public.revenue_ledger, $3);
        INSERT INTO public.revenue_ledger (
            tenant_id, id, provider, transaction_id, original_transaction_id, entry_kind, provider_event_id,
            event_id, amount_cents, effect_cents, currency, occurred_at, verification_source,
            verification_timestamp, payment_reference, order_id, reverses, metadata)
        VALUES (
            dead.tenant_id, coalesce(line.id, gen_random_uuid()), dead.source, line.transaction_id,
            line.original_transaction_id, line.entry_kind, line.provider_event_id, event_id, line.amount_cents,
            line.effect_cents, line.currency, line.occurred_at, dead.source || '_webhook',
            coalesce(line.verification_timestamp, dead.ingested_at), line.payment_reference, line.order_id,
            line.reverses, coalesce(line.metadata, '{}'));
    END IF;
    IF $4 THEN
        UPDATE public.dead_events d
        SET remediation_status = 'resolved', resolved_at = now(), resolved_event_id = event_id,
            next_retry_at = NULL, updated_at = now()
        WHERE d.tenant_id = dead.tenant_id AND d.id = dead.id;
    END IF;
    RETURN event_id;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ingest.replay_dead_event OWNER TO app_replay;
REVOKE ALL ON FUNCTION ingest.replay_dead_event FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.replay_dead_event TO app_worker;
