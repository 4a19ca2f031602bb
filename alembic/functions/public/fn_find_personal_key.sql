-- The first place in a document that names a person or holds what durable JSON never holds, or NULL. Shops write lists
-- of pairs; the name of a pair is its `name` (Shopify) or its `key` (WooCommerce), beside a `value`. A pair is told
-- like the key it stands for.
CREATE OR REPLACE FUNCTION fn_find_personal_key(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE node (path, key, value) AS (
        SELECT '$'::text, NULL::text, document
        UNION ALL
        SELECT left(node.path, 200) || child.step, child.key, child.value
        FROM node CROSS JOIN LATERAL (
            SELECT '.' || left(member.key, 100) AS step, member.key, member.value
            FROM jsonb_each(CASE jsonb_typeof(node.value) WHEN 'object' THEN node.value END) AS member
            UNION ALL
            SELECT '[' || (item.position - 1) || ']', NULL, item.value
            FROM jsonb_array_elements(CASE jsonb_typeof(node.value) WHEN 'array' THEN node.value END)
                WITH ORDINALITY AS item (value, position)
        ) AS child
    )
    SELECT found.path FROM (
        SELECT node.path, node.key AS name FROM node
        UNION ALL
        SELECT left(node.path, 200) || '.' || left(node.value ->> pair.key, 100), node.value ->> pair.key
        FROM node CROSS JOIN (VALUES ('name'), ('key')) AS pair (key)
        WHERE jsonb_typeof(node.value) = 'object' AND node.value ? 'value'
            AND jsonb_typeof(node.value -> pair.key) = 'string'
    ) AS found
    WHERE public.fn_is_personal_key(public.fn_normalise_key(found.name))
    LIMIT 1
$$;

-- Triggers run with the rights of whoever writes, so writers may call what the guards call.
REVOKE ALL ON FUNCTION fn_find_personal_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_find_personal_key TO app_rw, app_ro, app_maintenance, app_replay;
