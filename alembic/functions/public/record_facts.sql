-- Records deliveries with all they say, in one round trip and one commit: the only place that writes an event with its entry
-- and its delivery. With the rights of its caller; each tenant of the batch is bound in its turn, so row security keeps them
-- apart as if each had come alone. Every delivery names what it assumes to be recorded about its transaction; where that
-- holds, its facts are written, all of them, and where all of its facts are known it is a repetition. Otherwise nothing of it
-- is written, and the answer is what is recorded, so that the rules of money can decide again. A delivery without an answer
-- has to wait, because somebody else is at its payment right now: nobody in a batch waits for that, so batches cannot lock
-- each other out either. One that comes alone does wait.
-- The plans depend on no value, and making them anew for every batch would cost as much as the batch.
CREATE OR REPLACE FUNCTION record_facts(batch json, waits boolean DEFAULT false)
RETURNS TABLE (delivery_id uuid, is_new boolean, event_id uuid, history text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    deliveries public.received_delivery[] := ARRAY(
        SELECT d FROM json_populate_recordset(NULL::public.received_delivery, batch) d);
    bound uuid;
BEGIN
    IF waits THEN
        -- Callers sort the keys, so two deliveries that share several names cannot wait for each other.
        PERFORM pg_advisory_xact_lock(k) FROM unnest(deliveries) d CROSS JOIN LATERAL unnest(d.lock_keys) k;
    ELSE
        -- A row that another transaction holds is waited for by its own delivery, never by a whole batch of all tenants: after
        -- this the batch fails, and each of its deliveries is sent alone.
        PERFORM set_config('lock_timeout', '500ms', true);
        deliveries := ARRAY(
            SELECT d FROM unnest(deliveries) d
            WHERE (SELECT bool_and(pg_try_advisory_xact_lock(k)) FROM unnest(d.lock_keys) k));
    END IF;
    FOR bound IN SELECT DISTINCT d.tenant_id FROM unnest(deliveries) d LOOP
        EXECUTE format('SET LOCAL app.current_tenant_id = %L', bound);

        -- A statement of its own, after the locks: it sees what was committed before they were free.
        RETURN QUERY
        WITH delivery AS MATERIALIZED (
            -- The events of a sale: those of any of its names. Their entries are theirs, so nothing else is looked for.
            -- One probe of an index for each name and each thing that it may be, and none for what it is not: the bits are those
            -- of `lookups`. With a join, the planner prefers another index while the table is new.
            SELECT d.*, ARRAY(
                SELECT k.id
                FROM unnest(d.names, d.names_of, d.looks) AS n (name, processor, look)
                CROSS JOIN LATERAL (
                    SELECT e.id FROM public.attribution_events e
                    WHERE n.look & 1 <> 0 AND e.tenant_id = bound AND e.processor = n.processor AND e.transaction_id = n.name
                    UNION ALL
                    SELECT e.id FROM public.attribution_events e
                    WHERE n.look & 2 <> 0 AND e.tenant_id = bound AND e.processor = n.processor
                        AND e.payment_reference = n.name
                    UNION ALL
                    -- The number that a payment shows for its order: it has an entry by that, or counts nothing yet.
                    SELECT l.event_id FROM public.revenue_ledger l
                    WHERE n.look & 4 <> 0 AND l.tenant_id = bound AND l.order_id = n.name AND l.processor = n.processor
                    UNION ALL
                    SELECT e.id FROM public.attribution_events e
                    WHERE n.look & 4 <> 0 AND e.tenant_id = bound AND e.processor = n.processor AND e.order_id = n.name
                        AND e.counts_at IS NOT NULL
                    UNION ALL
                    -- An order that payments call so: by its number, which may be its id, but not that of another order.
                    SELECT e.id FROM public.attribution_events e
                    WHERE n.look & 9 = 8 AND e.tenant_id = bound AND e.processor = n.processor AND e.transaction_id = n.name
                        AND e.order_reference IS NULL
                    UNION ALL
                    SELECT e.id FROM public.attribution_events e
                    WHERE n.look & 8 <> 0 AND e.tenant_id = bound AND e.processor = n.processor
                        AND e.order_reference = n.name
                    OFFSET 0
                ) k
            ) AS found_events, ARRAY(
                SELECT k.id
                FROM unnest(d.names, d.names_of, d.looks) AS n (name, processor, look)
                CROSS JOIN LATERAL (
                    SELECT l.id FROM public.sale_links l
                    WHERE n.look & 64 <> 0 AND l.tenant_id = bound AND l.payment_processor = n.processor
                        AND l.payment_id = n.name
                    UNION ALL
                    SELECT l.id FROM public.sale_links l
                    WHERE n.look & 48 <> 0 AND l.tenant_id = bound AND l.order_processor = n.processor
                        AND l.order_name = n.name
                        AND n.look & CASE l.how WHEN 'payment' THEN 32 ELSE 16 END <> 0
                    OFFSET 0
                ) k
                -- A tenant without any link, which is one with a single processor, costs no probe for each name.
                WHERE (SELECT EXISTS (SELECT FROM public.sale_links l WHERE l.tenant_id = bound))
            ) AS found_links
            FROM unnest(deliveries) WITH ORDINALITY d
            WHERE d.tenant_id = bound
        ), fact AS MATERIALIZED (
            -- With all that its event and its entry need of the delivery: each join less is start-up cost that every batch pays.
            -- A fact is of the processor of its delivery, but for those that another one's facts give rise to.
            SELECT f.*, d.ordinality AS place, coalesce(f.of_processor, d.processor) AS processor, d.delivery_id,
                d.received_at, d.posted_at, d.correlation_id,
                d.found_events <@ d.known_events AND d.known_events <@ d.found_events
                    AND d.found_links <@ d.known_links AND d.known_links <@ d.found_links AS has_expected_events, (
                SELECT e.id FROM public.attribution_events e
                WHERE e.tenant_id = bound AND e.processor = coalesce(f.of_processor, d.processor)
                    AND e.idempotency_key = f.idempotency_key
            ) AS known_event
            FROM delivery d CROSS JOIN LATERAL unnest(d.facts) WITH ORDINALITY f
        ), expected AS MATERIALIZED (
            SELECT f.place
            FROM fact f
            GROUP BY f.place
            HAVING bool_and(f.has_expected_events AND f.is_known = (f.known_event IS NOT NULL))
        ), new_fact AS MATERIALIZED (
            -- Repetitions in one batch are written once, with all the facts of the first.
            SELECT DISTINCT ON (f.processor, f.idempotency_key) f.*
            FROM fact f JOIN expected x ON x.place = f.place
            WHERE f.known_event IS NULL
            ORDER BY f.processor, f.idempotency_key, f.place, f.ordinality
        ), event AS (
            INSERT INTO public.attribution_events (
                tenant_id, id, processor, account, idempotency_key, event_type, processor_event_type, external_event_id,
                delivery_id, shown_kind, shown_cents, shown_at, object_id, occurred_at, received_at, order_id,
                transaction_id, payment_reference, revenue_cents, effect_cents, currency, session_id,
                journey_hash, journey_hash_previous, channel_code, utm_source, utm_medium, campaign_id, raw_payload,
                correlation_id, counts_at, told_cents, told_currency, repaired_dead_event_id, gateway, order_reference)
            SELECT bound, f.event_id, f.processor, f.account, f.idempotency_key, f.event_type, f.processor_event_type,
                f.external_event_id, f.delivery_id, f.shown_kind, f.shown_cents, f.shown_at, f.object_id, f.occurred_at,
                f.received_at, f.order_id, f.transaction_id, f.payment_reference, f.revenue_cents, f.effect_cents,
                f.currency, f.session_id, decode(f.journey_hash, 'hex'),
                decode(f.journey_hash_previous, 'hex'), f.channel_code, f.utm_source, f.utm_medium, f.campaign_id,
                f.raw_payload, f.correlation_id, f.counts_at, (f.repair ->> 'told_cents')::bigint,
                f.repair ->> 'told_currency', (f.repair ->> 'dead_event_id')::uuid, f.gateway, f.order_reference
            FROM new_fact f
            RETURNING id, processor, idempotency_key
        ), entry AS (
            -- In the order of the facts, which is that of the state changes that the ledger logs.
            INSERT INTO public.revenue_ledger (
                tenant_id, id, processor, account, transaction_id, original_transaction_id, entry_kind, ordinal,
                processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, posted_at,
                verification_source, verification_timestamp, payment_reference, order_id, reverses, gateway)
            SELECT bound, f.entry_id, f.processor, f.account, f.entry_transaction_id, f.original_transaction_id,
                f.entry_kind, f.ordinal, f.processor_event_id, f.event_id, f.revenue_cents, f.effect_cents, f.currency,
                f.occurred_at, f.posted_at,
                f.processor || CASE WHEN f.repair IS NULL THEN '_webhook' ELSE '_repair' END, f.received_at,
                f.payment_reference, f.order_id, f.reverses, f.gateway
            FROM new_fact f
            WHERE f.entry_kind IS NOT NULL
            ORDER BY f.place, f.ordinality
        ), result AS MATERIALIZED (
            -- Recorded is what has an event for each of its facts; its event is the first new one, else the first. A fact that
            -- cannot change and is known with another amount is no repetition; after a repair it has two amounts.
            SELECT r.place, bool_and(r.recorded IS NOT NULL AND NOT r.is_contradicted) AS is_recorded, bool_or(r.is_new) AS is_new,
                (array_agg(r.recorded))[1] AS event_id
            FROM (
                SELECT f.place, coalesce(f.known_event, e.id) AS recorded, e.id IS NOT DISTINCT FROM f.event_id AS is_new,
                    f.is_fixed AND f.known_event IS NOT NULL AND EXISTS (
                        SELECT FROM public.attribution_events k
                        WHERE k.tenant_id = bound AND k.id = f.known_event
                            AND (k.shown_cents, k.currency) IS DISTINCT FROM (f.shown_cents, f.currency)
                            AND (k.told_cents, k.told_currency) IS DISTINCT FROM (f.shown_cents, f.currency)
                    ) AS is_contradicted
                FROM fact f
                LEFT JOIN expected x ON x.place = f.place
                LEFT JOIN event e ON x.place IS NOT NULL AND e.processor = f.processor
                    AND e.idempotency_key = f.idempotency_key
                ORDER BY f.place, is_new DESC, f.ordinality
            ) r
            GROUP BY r.place
        ), linked AS (
            INSERT INTO public.sale_links (
                tenant_id, order_processor, order_site, order_id, order_name, payment_processor, payment_id, how, linked_at)
            SELECT DISTINCT bound, k.order_processor, k.order_site, k.order_id, k.order_name, k.payment_processor, k.payment_id,
                k.how, d.posted_at
            FROM result r JOIN delivery d ON d.ordinality = r.place CROSS JOIN LATERAL jsonb_to_recordset(d.links) AS k (
                order_processor text, order_site text, order_id text, order_name text, payment_processor text,
                payment_id text, how text)
            WHERE r.is_recorded AND d.links IS NOT NULL
            ON CONFLICT DO NOTHING
        ), refused AS (
            -- What arrived before its capture in another currency: taken back above, and kept to be repaired.
            INSERT INTO public.dead_events (
                tenant_id, source, account, idempotency_key, refused_key, error_code, error_type, event_type, error_message,
                error_detail, raw_payload, external_event_id, object_number, amount_cents, currency, ingested_at,
                correlation_id)
            SELECT bound, d.processor, d.account, m.idempotency_key, m.refused_key, 'currency_mismatch', 'currency_mismatch',
                m.event_type, m.error_message, m.error_detail, m.raw_payload, m.external_event_id, m.object_number,
                m.amount_cents, m.currency, d.received_at, d.correlation_id
            FROM result r JOIN delivery d ON d.ordinality = r.place CROSS JOIN LATERAL jsonb_to_recordset(d.mismatched) AS m (
                idempotency_key text, refused_key text, event_type text, error_message text, error_detail jsonb,
                raw_payload jsonb, external_event_id text, object_number text, amount_cents bigint, currency text)
            WHERE r.is_recorded AND r.is_new AND d.mismatched IS NOT NULL
            ON CONFLICT (tenant_id, source, idempotency_key) DO NOTHING
        ), changed AS (
            -- Days whose credits are no longer right: those of what moves money, and those of a sale that learnt of its other
            -- side, which may know where the buyer came from.
            INSERT INTO public.attribution_changes (tenant_id, days)
            SELECT bound, array_agg(DISTINCT c.day)
            FROM (
                SELECT (f.occurred_at AT TIME ZONE 'UTC')::date AS day FROM new_fact f WHERE f.effect_cents <> 0
                UNION ALL
                SELECT (e.occurred_at AT TIME ZONE 'UTC')::date
                FROM delivery d CROSS JOIN LATERAL unnest(d.found_events) AS k (id)
                JOIN public.attribution_events e ON e.tenant_id = bound AND e.id = k.id AND e.effect_cents <> 0
                WHERE d.links IS NOT NULL
            ) c
            HAVING count(*) > 0
        ), delivered AS (
            INSERT INTO public.webhook_deliveries (
                tenant_id, id, processor, topic, processor_event_id, idempotency_key, received_at, size_bytes,
                signature_scheme, secret_label, secret_version, account, outcome, event_id, correlation_id,
                schema_notes)
            SELECT bound, d.delivery_id, d.processor, d.topic, d.processor_event_id, d.idempotency_key, d.received_at,
                d.size_bytes, d.signature_scheme, d.secret_label, d.secret_version, d.account,
                CASE WHEN r.is_new THEN 'accepted' ELSE 'duplicate' END, r.event_id, d.correlation_id, d.schema_notes
            FROM result r JOIN delivery d ON d.ordinality = r.place
            WHERE r.is_recorded AND NOT d.is_replay
        )
        SELECT d.delivery_id, r.is_new,
            CASE WHEN r.is_recorded THEN r.event_id END,
            CASE WHEN NOT r.is_recorded THEN json_build_object(
                'facts', (
                    SELECT coalesce(json_agg(
                        json_build_array(
                            e.id, e.idempotency_key, e.shown_kind, e.object_id, e.shown_cents, e.currency, e.shown_at,
                            e.occurred_at, e.transaction_id, e.payment_reference, e.processor, e.account, e.order_id,
                            e.told_cents, e.told_currency, e.gateway, e.order_reference)
                        ORDER BY e.received_at, e.created_at, e.id), '[]')
                    FROM public.attribution_events e
                    WHERE e.tenant_id = bound AND e.id = ANY (d.found_events || ARRAY(
                        SELECT f.known_event FROM fact f WHERE f.place = r.place AND f.known_event IS NOT NULL))),
                'entries', (
                    SELECT coalesce(json_agg(
                        json_build_array(
                            l.id, l.entry_kind, l.transaction_id, l.original_transaction_id, l.amount_cents,
                            l.effect_cents, l.currency, l.reverses, l.occurred_at, l.processor)
                        ORDER BY l.posted_at, l.ordinal, l.id), '[]')
                    FROM public.revenue_ledger l WHERE l.tenant_id = bound AND l.event_id = ANY (d.found_events)),
                'links', (
                    SELECT coalesce(json_agg(
                        json_build_array(
                            l.id, l.order_processor, l.order_site, l.order_id, l.order_name, l.payment_processor,
                            l.payment_id, l.how)
                        ORDER BY l.id), '[]')
                    FROM public.sale_links l WHERE l.tenant_id = bound AND l.id = ANY (d.found_links))
            )::text END
        FROM result r JOIN delivery d ON d.ordinality = r.place;

        -- Asked first, because almost no tenant has any: a probe of an index that is empty for the others. A replay, which comes
        -- alone, resolves its own.
        IF EXISTS (
            SELECT FROM public.dead_events o WHERE o.tenant_id = bound AND o.remediation_status <> 'resolved'
        ) AND NOT deliveries[1].is_replay THEN
            -- A delivery that is recorded says all that a dead one of the same object said before, or that it said itself.
            -- A dead event that a worker replays at this moment is left to the worker, who would wait for our locks.
            UPDATE public.dead_events o
            SET remediation_status = 'resolved', resolved_at = g.received_at, resolved_event_id = g.event_id,
                resolved_delivery_id = g.delivery_id, next_retry_at = NULL, updated_at = now()
            FROM (
                -- Found by two indexes, and only then looked up and locked: most deliveries resolve nothing.
                SELECT DISTINCT ON (k.id) k.id, w.received_at, w.event_id, w.id AS delivery_id
                FROM unnest(deliveries) d
                CROSS JOIN LATERAL (
                    SELECT s.id FROM public.dead_events s
                    WHERE s.tenant_id = bound AND s.source = d.processor AND s.idempotency_key = d.idempotency_key
                        AND s.remediation_status <> 'resolved'
                    UNION ALL
                    SELECT s.id FROM public.dead_events s
                    WHERE s.tenant_id = bound AND s.source = d.processor AND s.object_name = d.object_name
                        AND s.account = d.account AND s.object_at <= d.object_at AND s.remediation_status <> 'resolved'
                    OFFSET 0
                ) c
                CROSS JOIN LATERAL (
                    SELECT w.id, w.received_at, w.event_id FROM public.webhook_deliveries w
                    WHERE w.tenant_id = bound AND w.id = d.delivery_id AND w.outcome IN ('accepted', 'duplicate')
                    OFFSET 0
                ) w
                CROSS JOIN LATERAL (
                    SELECT s.id FROM public.dead_events s
                    WHERE s.tenant_id = bound AND s.id = c.id
                    FOR UPDATE SKIP LOCKED
                ) k
                WHERE d.tenant_id = bound
                ORDER BY k.id, w.received_at
            ) g
            WHERE o.tenant_id = bound AND o.id = g.id;
        END IF;
    END LOOP;
END $$;

-- The replay of dead events calls it with the rights of its own owner.
REVOKE ALL ON FUNCTION record_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_facts TO app_user, app_replay;
