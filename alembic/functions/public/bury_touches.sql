-- Dead touches of a batch by their keys, with the rights of its caller and inside its transaction. One statement for each, since
-- several of a batch may be counted in the same row once the tenant's budget of the day is used up.
CREATE OR REPLACE FUNCTION bury_touches(tenant_id uuid, dead jsonb, ingested_at timestamptz, correlation_id uuid)
RETURNS jsonb
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids jsonb := '{}';
    touch record;
    buried uuid;
BEGIN
    -- By key, so that batches that share touches wait for each other instead of for ever.
    FOR touch IN
        SELECT t.* FROM jsonb_to_recordset($2) AS t (
            id uuid, idempotency_key text, error_code text, error_message text, error_detail jsonb, raw_payload jsonb,
            payload_sealed text, key_id text, external_event_id text)
        ORDER BY t.idempotency_key
    LOOP
        INSERT INTO public.dead_events AS d (
            tenant_id, id, source, idempotency_key, error_code, error_type, event_type, error_message, error_detail,
            raw_payload, payload_sealed, key_id, external_event_id, ingested_at, correlation_id, object_name, object_at)
        VALUES (
            $1, touch.id, 'touch', touch.idempotency_key, touch.error_code, touch.error_code, 'touch', touch.error_message,
            touch.error_detail, touch.raw_payload, decode(touch.payload_sealed, 'hex'), touch.key_id,
            touch.external_event_id, $3, $4, touch.external_event_id, CASE WHEN touch.external_event_id IS NOT NULL THEN $3 END)
        ON CONFLICT (tenant_id, source, idempotency_key) DO UPDATE
        SET occurrences = d.occurrences + (d.idempotency_key LIKE 'aggregate:%')::integer, updated_at = d.updated_at
        RETURNING d.id INTO buried;
        ids := ids || jsonb_build_object(touch.idempotency_key, buried);
    END LOOP;
    RETURN ids;
END $$;

-- With the rights of its callers.
REVOKE ALL ON FUNCTION bury_touches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bury_touches TO app_user;
