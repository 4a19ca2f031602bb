"""The only way of a worker to ingestion tables: take a dead event, replay it, or record that it failed again."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0023_replay"
down_revision = "0022_views"
branch_labels = None
depends_on = None

CLAIM = "ingest.claim_dead_event(uuid, boolean)"
REPLAY = "ingest.replay_dead_event(uuid, jsonb, jsonb)"
FAIL = "ingest.fail_dead_event(uuid, text, text, boolean)"
REMEDIATION = (
    "retry_count, last_retry_at, next_retry_at, remediation_status, remediation_notes, "
    "resolved_at, resolved_event_id, error_code, error_message, updated_at"
)


def upgrade() -> None:
    run(f"""
        -- The owner of these functions obeys row security: they work within the bound tenant only.
        GRANT SELECT, UPDATE ({REMEDIATION}) ON dead_events TO app_replay;
        GRANT SELECT, INSERT ON attribution_events, revenue_ledger TO app_replay;
        GRANT SELECT ON channel_taxonomy, tenants TO app_replay;
        GRANT EXECUTE ON FUNCTION fn_revenue_state(bigint, bigint, bigint, numeric) TO app_replay;

        -- Taking counts as an attempt, so an event that kills its worker ends all the same. An attempt that was
        -- never finished is free again after five minutes. Forced, also what no automatic retry would take.
        CREATE FUNCTION ingest.claim_dead_event(dead_event_id uuid, force boolean DEFAULT false)
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

        -- Event and entry are written and the dead event resolved in one step. Its own source and key are used,
        -- whatever the caller says; a delivery that was sent again meanwhile wins, and the dead event points to it.
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

        -- A passing cause is tried again after 60, 120 and 240 seconds and then abandoned; a lasting one waits.
        CREATE FUNCTION ingest.fail_dead_event(
            dead_event_id uuid, error_code text, error_message text, is_passing boolean
        ) RETURNS text
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            UPDATE public.dead_events d
            SET remediation_status = CASE WHEN $4 AND d.retry_count >= 3 THEN 'abandoned' ELSE 'pending' END,
                next_retry_at = CASE WHEN $4 AND d.retry_count < 3
                    THEN now() + INTERVAL '60 seconds' * power(2, d.retry_count) END,
                error_code = $2, error_message = left($3, 500), updated_at = now()
            WHERE d.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
                AND d.id = $1 AND d.remediation_status = 'in_progress'
            RETURNING d.remediation_status
        $$;
    """)
    for function in (CLAIM, REPLAY, FAIL):
        definer(function, role="app_worker", owner="app_replay")


def downgrade() -> None:
    run(f"""
        -- The functions first, then what only they needed.
        DROP FUNCTION {FAIL};
        DROP FUNCTION {REPLAY};
        DROP FUNCTION {CLAIM};
        REVOKE EXECUTE ON FUNCTION fn_revenue_state(bigint, bigint, bigint, numeric) FROM app_replay;
        REVOKE SELECT ON channel_taxonomy, tenants FROM app_replay;
        REVOKE SELECT, INSERT ON attribution_events, revenue_ledger FROM app_replay;
        REVOKE SELECT, UPDATE ({REMEDIATION}) ON dead_events FROM app_replay;
    """)
