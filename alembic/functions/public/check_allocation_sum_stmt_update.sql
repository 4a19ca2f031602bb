-- The same for changed credits, wherever they were and wherever they are now.
CREATE OR REPLACE FUNCTION check_allocation_sum_stmt_update() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    SELECT c.event_id, c.model_type, e.effect_cents, sum(a.allocated_revenue_cents) AS credited INTO wrong
    FROM (
        SELECT tenant_id, event_id, model_type, model_version FROM new_rows
        UNION
        SELECT tenant_id, event_id, model_type, model_version FROM old_rows
    ) c
    JOIN public.attribution_events e ON e.tenant_id = c.tenant_id AND e.id = c.event_id
    JOIN public.attribution_allocations a ON a.tenant_id = c.tenant_id AND a.event_id = c.event_id
        AND a.model_type = c.model_type AND a.model_version = c.model_version
    GROUP BY c.tenant_id, c.event_id, c.model_type, c.model_version, e.effect_cents
    HAVING sum(a.allocated_revenue_cents) <> e.effect_cents
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'credits of event % by % sum to %, not to its effect %', wrong.event_id,
            wrong.model_type, wrong.credited, wrong.effect_cents USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER trg_check_allocation_sum_update AFTER UPDATE ON attribution_allocations
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION check_allocation_sum_stmt_update();
