-- With the rights of its caller; the tenant is bound by the statement, for this transaction only. The same broken
-- delivery dies once, however often the processor repeats it; each repetition is a delivery of its own. No row is
-- answered when another delivery of it died meanwhile: look again.
CREATE OR REPLACE FUNCTION record_death(
    tenant_id uuid, delivery_id uuid, provider text, topic text, provider_event_id text, delivery_key text,
    received_at timestamptz, size_bytes integer, signature_scheme text, secret_version integer, correlation_id uuid,
    new_dead_event_id uuid, error_code text, error_type text, event_type text, error_message text, error_detail text,
    raw_payload text, payload_sealed bytea, key_id text, external_event_id text, next_retry_at timestamptz
)
RETURNS TABLE (dead_event_id uuid)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    EXECUTE format('SET LOCAL app.current_tenant_id = %L', record_death.tenant_id);
    RETURN QUERY
    WITH dead AS (
        INSERT INTO public.dead_events (
            tenant_id, id, source, idempotency_key, error_code, error_type, event_type, error_message, error_detail,
            raw_payload, payload_sealed, key_id, external_event_id, delivery_id, ingested_at, next_retry_at,
            correlation_id)
        VALUES (
            $1, $12, $3, $6, $13, $14, $15, $16, $17::jsonb, $18::jsonb, $19, $20, $21, $2, $7, $22, $11)
        ON CONFLICT (tenant_id, source, idempotency_key) DO NOTHING
        RETURNING id
    ), known AS (
        SELECT d.id FROM dead d
        UNION ALL
        SELECT d.id FROM public.dead_events d
        WHERE d.tenant_id = $1 AND d.source = $3 AND d.idempotency_key = $6 AND NOT EXISTS (SELECT FROM dead)
    ), delivery AS (
        INSERT INTO public.webhook_deliveries (
            tenant_id, id, provider, topic, provider_event_id, idempotency_key, received_at, size_bytes,
            signature_scheme, secret_version, outcome, dead_event_id, correlation_id)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'dead', k.id, $11 FROM known k
    )
    SELECT k.id FROM known k;
END $$;

-- With the rights of its callers.
REVOKE ALL ON FUNCTION record_death FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_death TO app_user;
