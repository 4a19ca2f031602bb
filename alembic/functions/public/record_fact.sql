-- With the rights of its caller. The tenant is bound by the statement, for this transaction only, so that it may be
-- called alone (one round trip) or inside a transaction that is bound already. The lock is taken before anything is
-- read, and every statement after it sees what was committed while it waited. Whether a dispute was won is looked up
-- for those to whom it matters only: `knows_won_dispute` is NULL for the others.
CREATE OR REPLACE FUNCTION record_fact(
    tenant_id uuid, lock_key bigint, known_entries uuid[], knows_won_dispute boolean,
    delivery_id uuid, provider text, topic text, provider_event_id text, delivery_key text, received_at timestamptz,
    size_bytes integer, signature_scheme text, secret_version integer, correlation_id uuid,
    new_event_id uuid, idempotency_key text, event_type text, provider_event_type text, external_event_id text,
    occurred_at timestamptz, order_id text, transaction_id text, revenue_cents bigint, effect_cents bigint, currency text,
    session_id uuid, journey_hash bytea, journey_hash_previous bytea, channel_code text, utm_source text, utm_medium text,
    campaign_id text, raw_payload text, searched_id text,
    entry_id uuid, entry_kind text, original_transaction_id text, payment_reference text, reverses uuid
)
RETURNS TABLE (is_new boolean, event_id uuid, entries text, has_won_dispute boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    names text[];
    one text;
    entry_ids uuid[] := '{}';
BEGIN
    EXECUTE format('SET LOCAL app.current_tenant_id = %L', record_fact.tenant_id);
    PERFORM pg_advisory_xact_lock(record_fact.lock_key);

    SELECT e.id INTO event_id FROM public.attribution_events e
    WHERE e.tenant_id = record_fact.tenant_id AND e.provider = record_fact.provider
        AND e.idempotency_key = record_fact.idempotency_key;
    IF FOUND THEN
        INSERT INTO public.webhook_deliveries (
            tenant_id, id, provider, topic, provider_event_id, idempotency_key, received_at, size_bytes,
            signature_scheme, secret_version, outcome, event_id, correlation_id)
        VALUES ($1, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'duplicate', event_id, $14);
        is_new := false;
        RETURN NEXT;
        RETURN;
    END IF;

    -- A capture that is known under its payment reference gives the transaction its name; so does what arrived before
    -- its capture and knew no other name than that reference.
    names := ARRAY[record_fact.searched_id];
    IF record_fact.payment_reference IS NOT NULL THEN
        names := names || record_fact.payment_reference || (
            SELECT l.original_transaction_id::text FROM public.revenue_ledger l
            WHERE l.tenant_id = record_fact.tenant_id AND l.provider = record_fact.provider
                AND l.payment_reference = record_fact.payment_reference AND l.entry_kind = 'captured');
    END IF;
    -- One probe of the index for each name: with a list, the planner prefers another index while the table is new.
    FOREACH one IN ARRAY array_remove(names, NULL) LOOP
        entry_ids := entry_ids || ARRAY(
            SELECT l.id FROM public.revenue_ledger l
            WHERE l.tenant_id = record_fact.tenant_id AND l.provider = record_fact.provider
                AND l.original_transaction_id = one);
    END LOOP;
    has_won_dispute := false;
    IF knows_won_dispute IS NOT NULL THEN
        has_won_dispute := EXISTS (
            SELECT FROM public.attribution_events e
            WHERE e.tenant_id = record_fact.tenant_id AND e.provider = record_fact.provider
                AND e.transaction_id = record_fact.transaction_id AND e.event_type = 'DisputeWon');
    END IF;
    IF has_won_dispute <> knows_won_dispute OR NOT (entry_ids <@ known_entries AND known_entries <@ entry_ids) THEN
        SELECT coalesce(json_agg(
            json_build_array(
                l.id, l.entry_kind, l.transaction_id, l.original_transaction_id, l.amount_cents, l.effect_cents,
                l.currency, l.reverses)
            ORDER BY l.posted_at, l.id), '[]')
        INTO entries FROM public.revenue_ledger l
        WHERE l.tenant_id = record_fact.tenant_id AND l.id = ANY (entry_ids);
        RETURN NEXT;
        RETURN;
    END IF;

    INSERT INTO public.attribution_events (
        tenant_id, id, provider, idempotency_key, event_type, provider_event_type, external_event_id, delivery_id,
        occurred_at, received_at, order_id, transaction_id, revenue_cents, effect_cents, currency, session_id,
        journey_hash, journey_hash_previous, channel_code, utm_source, utm_medium, campaign_id, raw_payload,
        correlation_id)
    VALUES ($1, $15, $6, $16, $17, $18, $19, $5, $20, $10, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32,
        $33::jsonb, $14);
    IF entry_kind IS NOT NULL THEN
        INSERT INTO public.revenue_ledger (
            tenant_id, id, provider, transaction_id, original_transaction_id, entry_kind, provider_event_id,
            event_id, amount_cents, effect_cents, currency, occurred_at, posted_at, verification_source,
            verification_timestamp, payment_reference, order_id, reverses)
        VALUES ($1, $35, $6, $22, $37, $36, $8, $15, $23, $24, $25, $20, $10, $6 || '_webhook', $10, $38, $21, $39);
    END IF;
    INSERT INTO public.webhook_deliveries (
        tenant_id, id, provider, topic, provider_event_id, idempotency_key, received_at, size_bytes,
        signature_scheme, secret_version, outcome, event_id, correlation_id)
    VALUES ($1, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'accepted', $15, $14);
    is_new := true;
    event_id := new_event_id;
    RETURN NEXT;
END $$;

-- With the rights of its callers.
REVOKE ALL ON FUNCTION record_fact FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_fact TO app_user;
