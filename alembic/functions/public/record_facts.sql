-- With the rights of its caller. An answer without an event is either what is recorded about the transaction, when
-- that is not what the caller assumed, or nothing at all: then the fact has to be recorded alone, because somebody
-- else is at its payment right now. Nobody in a batch waits for that, so batches cannot lock each other out either.
-- The plans depend on no value, and making them anew for every batch would cost as much as the batch.
CREATE OR REPLACE FUNCTION record_facts(batch json)
RETURNS TABLE (delivery_id uuid, is_new boolean, event_id uuid, entries text, has_won_dispute boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    given public.received_fact[];
    looked public.received_fact[];
    bound uuid;
BEGIN
    given := ARRAY(
        SELECT f FROM json_populate_recordset(NULL::public.received_fact, batch) f
        WHERE pg_try_advisory_xact_lock(f.lock_key));
    FOR bound IN SELECT DISTINCT f.tenant_id FROM unnest(given) f LOOP
        EXECUTE format('SET LOCAL app.current_tenant_id = %L', bound);

        -- Read in a statement of its own, after the locks: it sees what was committed before they were free. The
        -- names of a transaction are those of `record_fact`.
        looked := ARRAY(
            SELECT ROW(
                f.tenant_id, f.lock_key, f.known_entries, f.knows_won_dispute, f.delivery_id, f.provider,
                f.topic, f.provider_event_id, f.delivery_key, f.received_at, f.size_bytes, f.signature_scheme,
                f.secret_version, f.correlation_id, f.event_id, f.idempotency_key, f.event_type,
                f.provider_event_type, f.external_event_id, f.occurred_at, f.order_id, f.transaction_id,
                f.revenue_cents, f.effect_cents, f.currency, f.session_id, f.journey_hash, f.journey_hash_previous,
                f.channel_code, f.utm_source, f.utm_medium, f.utm_campaign, f.raw_payload, f.searched_id, f.entry_id,
                f.entry_kind, f.original_transaction_id, f.payment_reference, f.reverses,
                (SELECT e.id FROM public.attribution_events e
                 WHERE e.tenant_id = bound AND e.provider = f.provider AND e.idempotency_key = f.idempotency_key),
                ARRAY(
                    SELECT l.id FROM public.revenue_ledger l
                    WHERE l.tenant_id = bound AND l.provider = f.provider
                        AND l.original_transaction_id = f.searched_id)
                || ARRAY(
                    SELECT l.id FROM public.revenue_ledger l
                    WHERE l.tenant_id = bound AND l.provider = f.provider
                        AND l.original_transaction_id = f.payment_reference)
                || ARRAY(
                    SELECT l.id FROM public.revenue_ledger l
                    WHERE l.tenant_id = bound AND l.provider = f.provider
                        AND l.original_transaction_id = (
                            SELECT c.original_transaction_id FROM public.revenue_ledger c
                            WHERE c.tenant_id = bound AND c.provider = f.provider
                                AND c.payment_reference = f.payment_reference AND c.entry_kind = 'captured')),
                CASE WHEN f.knows_won_dispute IS NOT NULL THEN EXISTS (
                    SELECT FROM public.attribution_events e
                    WHERE e.tenant_id = bound AND e.provider = f.provider
                        AND e.transaction_id = f.transaction_id AND e.event_type = 'DisputeWon') END
            )::public.received_fact
            FROM unnest(given) f WHERE f.tenant_id = bound);

        RETURN QUERY
        WITH fact AS MATERIALIZED (
            SELECT f.*,
                f.known_event IS NULL AND f.found_won_dispute IS NOT DISTINCT FROM f.knows_won_dispute
                    AND f.found_entries <@ f.known_entries AND f.known_entries <@ f.found_entries AS is_expected
            FROM unnest(looked) f
        ), event AS (
            INSERT INTO public.attribution_events (
                tenant_id, id, provider, idempotency_key, event_type, provider_event_type, external_event_id,
                delivery_id, occurred_at, received_at, order_id, transaction_id, revenue_cents, effect_cents,
                currency, session_id, journey_hash, journey_hash_previous, channel_code, utm_source, utm_medium,
                campaign_id, raw_payload, correlation_id)
            SELECT bound, f.event_id, f.provider, f.idempotency_key, f.event_type, f.provider_event_type,
                f.external_event_id, f.delivery_id, f.occurred_at, f.received_at, f.order_id, f.transaction_id,
                f.revenue_cents, f.effect_cents, f.currency, f.session_id, decode(f.journey_hash, 'hex'),
                decode(f.journey_hash_previous, 'hex'), f.channel_code, f.utm_source, f.utm_medium, f.utm_campaign,
                f.raw_payload::jsonb, f.correlation_id
            FROM fact f WHERE f.is_expected
            ON CONFLICT (tenant_id, provider, idempotency_key) DO NOTHING
            RETURNING id, provider, idempotency_key
        ), entry AS (
            INSERT INTO public.revenue_ledger (
                tenant_id, id, provider, transaction_id, original_transaction_id, entry_kind, provider_event_id,
                event_id, amount_cents, effect_cents, currency, occurred_at, posted_at, verification_source,
                verification_timestamp, payment_reference, order_id, reverses)
            SELECT bound, f.entry_id, f.provider, f.transaction_id, f.original_transaction_id, f.entry_kind,
                f.provider_event_id, f.event_id, f.revenue_cents, f.effect_cents, f.currency, f.occurred_at,
                f.received_at, f.provider || '_webhook', f.received_at, f.payment_reference, f.order_id, f.reverses
            FROM fact f JOIN event e ON e.id = f.event_id
            WHERE f.entry_kind IS NOT NULL
        ), told AS (
            -- A repetition within the batch finds the event that its first left here.
            SELECT f.*, coalesce(f.known_event, e.id) AS recorded, e.id IS NOT DISTINCT FROM f.event_id AS is_first
            FROM fact f
            LEFT JOIN event e ON f.is_expected AND e.provider = f.provider AND e.idempotency_key = f.idempotency_key
        ), delivery AS (
            INSERT INTO public.webhook_deliveries (
                tenant_id, id, provider, topic, provider_event_id, idempotency_key, received_at, size_bytes,
                signature_scheme, secret_version, outcome, event_id, correlation_id)
            SELECT bound, t.delivery_id, t.provider, t.topic, t.provider_event_id, t.delivery_key, t.received_at,
                t.size_bytes, t.signature_scheme, t.secret_version,
                CASE WHEN t.is_first THEN 'accepted' ELSE 'duplicate' END, t.recorded, t.correlation_id
            FROM told t WHERE t.recorded IS NOT NULL
        )
        SELECT t.delivery_id, t.is_first, t.recorded,
            CASE WHEN t.recorded IS NULL AND NOT t.is_expected THEN (
                SELECT coalesce(json_agg(
                    json_build_array(
                        l.id, l.entry_kind, l.transaction_id, l.original_transaction_id, l.amount_cents,
                        l.effect_cents, l.currency, l.reverses)
                    ORDER BY l.posted_at, l.id), '[]')::text
                FROM public.revenue_ledger l
                WHERE l.tenant_id = bound AND l.id = ANY (t.found_entries)) END,
            coalesce(t.found_won_dispute, false)
        FROM told t;
    END LOOP;
END $$;

-- With the rights of its callers.
REVOKE ALL ON FUNCTION record_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_facts TO app_user;
