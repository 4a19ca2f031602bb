"""Repair end to end: a dead event that a person handed over can be taken, and touches are replayed like deliveries.

What a delivery means decides its idempotency key. A delivery that was not understood died under the key of its
notification; replayed, it must meet the key that the same delivery, sent again and understood, would have.
"""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0028_repair"
down_revision = "0027_queue"
branch_labels = None
depends_on = None

TOUCH = "ingest.replay_dead_touch(uuid, jsonb)"
REPLAY = "ingest.replay_dead_event(uuid, jsonb, jsonb, boolean)"
REPLAY_BEFORE = "ingest.replay_dead_event(uuid, jsonb, jsonb)"


def upgrade() -> None:
    run("""
        -- Handed over by a person: in progress, and with an instant since which it waits. Taking it ends the waiting.
        CREATE OR REPLACE FUNCTION ingest.claim_dead_event(dead_event_id uuid, force boolean DEFAULT false)
        RETURNS TABLE (
            source text, idempotency_key text, event_type text, error_code text, payload_sealed bytea, key_id text,
            delivery_id uuid, correlation_id uuid, ingested_at timestamptz, retry_count smallint
        )
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            UPDATE public.dead_events d
            SET remediation_status = 'in_progress', last_retry_at = now(), next_retry_at = NULL,
                retry_count = d.retry_count + 1, updated_at = now()
            WHERE d.id = $1 AND d.id = (
                SELECT c.id FROM public.dead_events c
                WHERE c.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid AND c.id = $1
                    AND (
                        (c.remediation_status = 'pending' AND c.next_retry_at <= now() AND c.retry_count < 3)
                        OR (c.remediation_status = 'in_progress' AND c.next_retry_at IS NOT NULL)
                        OR (c.remediation_status = 'in_progress' AND c.last_retry_at < now() - INTERVAL '5 minutes')
                        OR ($2 AND c.remediation_status IN ('pending', 'abandoned'))
                    )
                FOR UPDATE SKIP LOCKED
            )
            RETURNING d.source, d.idempotency_key, d.event_type, d.error_code, d.payload_sealed, d.key_id,
                d.delivery_id, d.correlation_id, d.ingested_at, d.retry_count
        $$;


        -- The key of the event is what today's reading gives it; the source is the dead event's own. A delivery may say
        -- several things; the dead event is resolved with the last of them.
        DROP FUNCTION ingest.replay_dead_event(uuid, jsonb, jsonb);
        CREATE FUNCTION ingest.replay_dead_event(
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


        -- A touch counts once: one that was sent again meanwhile wins, and the dead event points to it.
        CREATE FUNCTION ingest.replay_dead_touch(dead_event_id uuid, touch jsonb) RETURNS uuid
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
            IF stored_id IS NULL THEN
                SELECT t.id INTO STRICT stored_id FROM public.touches t
                WHERE t.tenant_id = dead.tenant_id AND t.touch_id = new.touch_id;
            END IF;
            UPDATE public.dead_events d
            SET remediation_status = 'resolved', resolved_at = now(), resolved_event_id = stored_id,
                next_retry_at = NULL, updated_at = now()
            WHERE d.tenant_id = dead.tenant_id AND d.id = dead.id;
            RETURN stored_id;
        END $$;
        GRANT SELECT, INSERT ON touches TO app_replay;

        -- Due: what waits for its instant, what was taken and never finished, what was handed over and never taken.
        CREATE OR REPLACE FUNCTION maintenance.list_due_dead_events(batch integer DEFAULT 100)
        RETURNS TABLE (tenant_id uuid, dead_event_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT d.tenant_id, d.id FROM public.dead_events d
            WHERE (d.remediation_status = 'pending' AND d.next_retry_at <= now() AND d.retry_count < 3)
                OR (d.remediation_status = 'in_progress'
                    AND greatest(d.last_retry_at, d.next_retry_at) < now() - INTERVAL '5 minutes')
            ORDER BY d.next_retry_at NULLS LAST, d.id LIMIT least($1, 1000)
        $$;
    """)
    for function in (TOUCH, REPLAY):
        definer(function, role="app_worker", owner="app_replay")


def downgrade() -> None:
    run(f"""
        -- What the earlier revisions said.
        DROP FUNCTION {TOUCH};
        DROP FUNCTION {REPLAY};
        REVOKE SELECT, INSERT ON touches FROM app_replay;
        CREATE OR REPLACE FUNCTION ingest.claim_dead_event(dead_event_id uuid, force boolean DEFAULT false)
        RETURNS TABLE (
            source text, idempotency_key text, event_type text, error_code text, payload_sealed bytea, key_id text,
            delivery_id uuid, correlation_id uuid, ingested_at timestamptz, retry_count smallint
        )
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            UPDATE public.dead_events d
            SET remediation_status = 'in_progress', last_retry_at = now(), next_retry_at = NULL,
                retry_count = d.retry_count + 1, updated_at = now()
            WHERE d.id = $1 AND d.id = (
                SELECT c.id FROM public.dead_events c
                WHERE c.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid AND c.id = $1
                    AND (
                        (c.remediation_status = 'pending' AND c.next_retry_at <= now() AND c.retry_count < 3)
                        OR (c.remediation_status = 'in_progress' AND c.last_retry_at < now() - INTERVAL '5 minutes')
                        OR ($2 AND c.remediation_status IN ('pending', 'abandoned'))
                    )
                FOR UPDATE SKIP LOCKED
            )
            RETURNING d.source, d.idempotency_key, d.event_type, d.error_code, d.payload_sealed, d.key_id,
                d.delivery_id, d.correlation_id, d.ingested_at, d.retry_count
        $$;

        CREATE FUNCTION ingest.replay_dead_event(dead_event_id uuid, event jsonb, entry jsonb DEFAULT NULL)
        RETURNS uuid
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            dead public.dead_events;
            fact public.attribution_events;
            line public.revenue_ledger;
            event_id uuid;
        BEGIN
            SELECT d.* INTO dead FROM public.dead_events d
            WHERE d.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
                AND d.id = $1 AND d.remediation_status = 'in_progress' FOR UPDATE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'dead event % is not claimed in this tenant', $1 USING ERRCODE = 'no_data_found';
            END IF;
            fact := jsonb_populate_record(NULL::public.attribution_events, $2);
            INSERT INTO public.attribution_events (
                tenant_id, id, provider, idempotency_key, event_type, provider_event_type, external_event_id,
                delivery_id, occurred_at, received_at, order_id, transaction_id, revenue_cents, effect_cents, currency,
                session_id, journey_hash, journey_hash_previous, channel_code, utm_source, utm_medium, campaign_id,
                raw_payload, correlation_id)
            VALUES (
                dead.tenant_id, coalesce(fact.id, gen_random_uuid()), dead.source, dead.idempotency_key,
                fact.event_type, fact.provider_event_type, fact.external_event_id, dead.delivery_id, fact.occurred_at,
                dead.ingested_at, fact.order_id, fact.transaction_id, fact.revenue_cents, fact.effect_cents,
                fact.currency, fact.session_id, fact.journey_hash, fact.journey_hash_previous, fact.channel_code,
                fact.utm_source, fact.utm_medium, fact.campaign_id, coalesce(fact.raw_payload, '{{}}'),
                dead.correlation_id)
            ON CONFLICT (tenant_id, provider, idempotency_key) DO NOTHING
            RETURNING id INTO event_id;
            IF event_id IS NULL THEN
                SELECT e.id INTO STRICT event_id FROM public.attribution_events e
                WHERE e.tenant_id = dead.tenant_id AND e.provider = dead.source
                    AND e.idempotency_key = dead.idempotency_key;
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
                    line.reverses, coalesce(line.metadata, '{{}}'));
            END IF;
            UPDATE public.dead_events d
            SET remediation_status = 'resolved', resolved_at = now(), resolved_event_id = event_id,
                next_retry_at = NULL, updated_at = now()
            WHERE d.tenant_id = dead.tenant_id AND d.id = dead.id;
            RETURN event_id;
        END $$;

        CREATE OR REPLACE FUNCTION maintenance.list_due_dead_events(batch integer DEFAULT 100)
        RETURNS TABLE (tenant_id uuid, dead_event_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            SELECT d.tenant_id, d.id FROM public.dead_events d
            WHERE (d.remediation_status = 'pending' AND d.next_retry_at <= now() AND d.retry_count < 3)
                OR (d.remediation_status = 'in_progress' AND d.last_retry_at < now() - INTERVAL '5 minutes')
            ORDER BY d.next_retry_at NULLS LAST, d.id LIMIT least($1, 1000)
        $$;
    """)
    definer(REPLAY_BEFORE, role="app_worker", owner="app_replay")
