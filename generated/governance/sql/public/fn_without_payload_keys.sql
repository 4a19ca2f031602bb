-- Generated from contracts/governance/personal_keys.yaml by `contracts generate`; change that instead.
-- What a document holds beside the keys that a stored payload may hold.
CREATE OR REPLACE FUNCTION fn_without_payload_keys(document jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN document - ARRAY[
    'event_type', 'event_timestamp', 'currency', 'processor', 'utm_source', 'utm_medium', 'external_event_id',
    'campaign_id', 'idempotency_key', 'channel'
];
REVOKE ALL ON FUNCTION fn_without_payload_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_without_payload_keys TO app_rw, app_ro, app_maintenance, app_replay;
