-- With the rights of its caller; the tenant is bound by the statement, for this transaction only. The same broken
-- delivery is one dead event, however often the processor repeats it; each repetition is a delivery of its own.
CREATE OR REPLACE FUNCTION record_rejection(rejection json)
RETURNS TABLE (dead_event_id uuid)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    EXECUTE format('SET LOCAL app.current_tenant_id = %L', (rejection ->> 'tenant_id')::uuid);
    RETURN QUERY
    WITH rejected AS MATERIALIZED (
        SELECT r.* FROM json_to_record(rejection) AS r (
            tenant_id uuid, delivery_id uuid, processor text, topic text, processor_event_id text, idempotency_key text,
            received_at timestamptz, size_bytes integer, signature_scheme text,
            secret_label text, secret_version integer, account text, correlation_id uuid,
            dead_event_id uuid, error_code text, error_message text, error_detail jsonb, raw_payload jsonb,
            payload_sealed text, key_id text, external_event_id text, next_retry_at timestamptz,
            schema_notes jsonb, object_number text, amount_cents bigint, currency text, reader_version integer,
            object_name text, object_at timestamptz)
    ), known AS (
        INSERT INTO public.dead_events AS d (
            tenant_id, id, source, idempotency_key, error_code, error_type, event_type, error_message, error_detail,
            raw_payload, payload_sealed, key_id, external_event_id, delivery_id, account, ingested_at, next_retry_at,
            correlation_id, object_number, amount_cents, currency, reader_version, object_name, object_at)
        SELECT r.tenant_id, r.dead_event_id, r.processor, r.idempotency_key, r.error_code, r.error_code, r.topic,
            r.error_message, r.error_detail, r.raw_payload, decode(r.payload_sealed, 'hex'), r.key_id,
            r.external_event_id, r.delivery_id, r.account, r.received_at, r.next_retry_at, r.correlation_id,
            r.object_number, r.amount_cents, r.currency, r.reader_version, r.object_name, r.object_at
        FROM rejected r
        -- One that is known is touched to learn its id; one that stands for many counts this one too.
        ON CONFLICT (tenant_id, source, idempotency_key) DO UPDATE
        SET occurrences = d.occurrences + (d.idempotency_key LIKE 'aggregate:%')::integer, updated_at = d.updated_at
        RETURNING id
    ), delivery AS (
        INSERT INTO public.webhook_deliveries (
            tenant_id, id, processor, topic, processor_event_id, idempotency_key, received_at, size_bytes,
            signature_scheme, secret_label, secret_version, account, outcome, dead_event_id, correlation_id, schema_notes)
        SELECT r.tenant_id, r.delivery_id, r.processor, r.topic, r.processor_event_id, r.idempotency_key, r.received_at,
            r.size_bytes, r.signature_scheme, r.secret_label, r.secret_version, r.account, 'dead', k.id, r.correlation_id, r.schema_notes
        FROM rejected r, known k
    )
    SELECT k.id FROM known k;
END $$;

-- With the rights of its callers.
REVOKE ALL ON FUNCTION record_rejection FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_rejection TO app_user;
