-- Keeps the totals of days in step with credits: what a statement has added is added, what it has removed is subtracted. Rows are
-- written in the order of their key, so that two statements never wait for each other in turn.
CREATE OR REPLACE FUNCTION fn_add_day_totals() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        UPDATE public.attribution_day_totals t
        SET credits = t.credits - o.credits, revenue_cents = t.revenue_cents - o.revenue_cents,
            conversions = t.conversions - o.conversions,
            attributed_conversions = t.attributed_conversions - o.attributed_conversions,
            confident_cents = t.confident_cents - o.confident_cents,
            conversion_cents = t.conversion_cents - o.conversion_cents
        FROM (
            SELECT d.tenant_id, d.model_type, d.model_version, (d.window_start AT TIME ZONE 'UTC')::date AS day, d.channel_code,
                d.currency, count(*) AS credits, sum(d.allocated_revenue_cents) AS revenue_cents,
                count(*) FILTER (WHERE d.is_conversion) AS conversions,
                coalesce(sum(d.allocation_ratio) FILTER (WHERE d.is_conversion), 0) AS attributed_conversions,
                coalesce(sum(d.confidence_score * abs(d.allocated_revenue_cents)) FILTER (WHERE d.is_conversion), 0)
                    AS confident_cents,
                coalesce(sum(abs(d.allocated_revenue_cents)) FILTER (WHERE d.is_conversion), 0) AS conversion_cents
            FROM old_rows d
            GROUP BY 1, 2, 3, 4, 5, 6
        ) o
        WHERE t.tenant_id = o.tenant_id AND t.model_type = o.model_type AND t.model_version = o.model_version
            AND t.day = o.day AND t.channel_code = o.channel_code AND t.currency = o.currency;
        DELETE FROM public.attribution_day_totals t
        USING (
            SELECT DISTINCT d.tenant_id, d.model_type, d.model_version, (d.window_start AT TIME ZONE 'UTC')::date AS day
            FROM old_rows d
        ) o
        WHERE t.tenant_id = o.tenant_id AND t.model_type = o.model_type AND t.model_version = o.model_version
            AND t.day = o.day AND t.credits = 0;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO public.attribution_day_totals AS t (
            tenant_id, model_type, model_version, day, channel_code, currency, credits, revenue_cents, conversions,
            attributed_conversions, confident_cents, conversion_cents)
        SELECT n.tenant_id, n.model_type, n.model_version, (n.window_start AT TIME ZONE 'UTC')::date, n.channel_code, n.currency,
            count(*), sum(n.allocated_revenue_cents), count(*) FILTER (WHERE n.is_conversion),
            coalesce(sum(n.allocation_ratio) FILTER (WHERE n.is_conversion), 0),
            coalesce(sum(n.confidence_score * abs(n.allocated_revenue_cents)) FILTER (WHERE n.is_conversion), 0),
            coalesce(sum(abs(n.allocated_revenue_cents)) FILTER (WHERE n.is_conversion), 0)
        FROM new_rows n
        GROUP BY 1, 2, 3, 4, 5, 6
        ORDER BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (tenant_id, model_type, model_version, day, channel_code, currency) DO UPDATE
        SET credits = t.credits + excluded.credits, revenue_cents = t.revenue_cents + excluded.revenue_cents,
            conversions = t.conversions + excluded.conversions,
            attributed_conversions = t.attributed_conversions + excluded.attributed_conversions,
            confident_cents = t.confident_cents + excluded.confident_cents,
            conversion_cents = t.conversion_cents + excluded.conversion_cents;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER trg_add_day_totals_insert AFTER INSERT ON attribution_allocations
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION fn_add_day_totals();
CREATE OR REPLACE TRIGGER trg_add_day_totals_update AFTER UPDATE ON attribution_allocations
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION fn_add_day_totals();
CREATE OR REPLACE TRIGGER trg_add_day_totals_delete AFTER DELETE ON attribution_allocations
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION fn_add_day_totals();
