-- With the rights of its caller; the tenant is bound by the statement, for this transaction only. Answers what the
-- transmission is bound to: now, or since it came first.
CREATE OR REPLACE FUNCTION bind_transmission(
    tenant_id uuid, processor text, transmission_id text, body_hash_sealed bytea, key_id text, received_at timestamptz)
RETURNS TABLE (bound_hash bytea, bound_key_id text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    EXECUTE format('SET LOCAL app.current_tenant_id = %L', $1);
    RETURN QUERY
    INSERT INTO public.webhook_transmissions AS t (
        tenant_id, processor, transmission_id, body_hash_sealed, key_id, first_received_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, processor, transmission_id) DO NOTHING
    RETURNING t.body_hash_sealed, t.key_id;
    IF NOT FOUND THEN
        -- A statement of its own: it sees what the one that came first has committed meanwhile.
        RETURN QUERY
        SELECT t.body_hash_sealed, t.key_id FROM public.webhook_transmissions t
        WHERE t.tenant_id = $1 AND t.processor = $2 AND t.transmission_id = $3;
    END IF;
END $$;

-- With the rights of its callers.
REVOKE ALL ON FUNCTION bind_transmission FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bind_transmission TO app_user;
