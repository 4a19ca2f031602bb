-- Nothing but keys that payloads may hold, with plain values; FALSE for whatever is no object. Objects and arrays are the
-- only values that do not equal themselves in a JSON path, which is found out without naming a type. It is not STRICT,
-- because only then the planner puts the expression in place of the call.
CREATE OR REPLACE FUNCTION fn_is_plain_payload(document jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE jsonb_typeof(document)
    WHEN 'object' THEN
        fn_without_payload_keys(document) = '{}'::jsonb
        AND NOT jsonb_path_exists(document, 'strict $.* ? ((@ == @) is unknown)')
    ELSE false
END;

-- Triggers run with the rights of whoever writes, so writers may call what the guards call.
REVOKE ALL ON FUNCTION fn_is_plain_payload FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_is_plain_payload TO app_rw, app_ro, app_maintenance, app_replay;
