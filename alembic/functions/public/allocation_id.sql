-- The id of a credit follows from what it is about, so that computing it again gives the same row: a UUID of version 8 from the
-- first 128 bits of a SHA-256, which PostgreSQL has without an extension.
CREATE OR REPLACE FUNCTION allocation_id(tenant uuid, event_id uuid, model text, version text, channel text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (substr(d.hex, 1, 12) || '8' || substr(d.hex, 14, 3)
        || translate(substr(d.hex, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr(d.hex, 18))::uuid
    FROM (SELECT substr(encode(sha256(convert_to(
        concat_ws(':', $1::text, $2::text, $3, $4, $5), 'UTF8')), 'hex'), 1, 32) AS hex) d
$$;

-- With the rights of its caller.
REVOKE ALL ON FUNCTION allocation_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION allocation_id TO app_rw, app_ro, app_maintenance;
