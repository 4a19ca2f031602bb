-- The conversion of a sale: the event of its first capture that counts, of this side or else of the other one. NULL as long as
-- there is none, as for a refund of a sale from before the connection.
CREATE OR REPLACE FUNCTION sale_conversion(tenant uuid, processor text, original text) RETURNS uuid
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT c.event_id FROM public.first_capture($1, $2, $3) c), (
            SELECT c.event_id
            FROM public.sale_partners($1, $2, $3) p
            CROSS JOIN LATERAL public.first_capture($1, p.partner_processor, p.partner_original) c
            ORDER BY c.occurred_at, c.event_id
            LIMIT 1))
$$;

-- With the rights of its caller, whose tenant alone it sees.
REVOKE ALL ON FUNCTION sale_conversion FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sale_conversion TO app_rw, app_ro, app_maintenance;
