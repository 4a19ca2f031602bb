-- Turns what has changed into marks of days, and answers with the tenants that have something to do at once. What another
-- sweep takes is left to it; what is not committed yet is found by the next one, so nothing is lost.
-- A fact concerns its own day; a touch the days of the conversions that may follow it. Models that learn are trained on the days
-- before, so a day marks those after it up to twice the look-back; only a conversion's own day is due at once.
CREATE OR REPLACE FUNCTION maintenance.mark_changed_days(
    learners text[], default_version text, default_lookback integer, batch integer DEFAULT 1000
) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT c.tenant_id, c.id FROM public.attribution_changes c
        ORDER BY c.created_at, c.id LIMIT least($4, 10000) FOR UPDATE SKIP LOCKED
    ), taken AS (
        DELETE FROM public.attribution_changes c USING due d
        WHERE c.tenant_id = d.tenant_id AND c.id = d.id RETURNING c.tenant_id, c.days, c.touches
    ), touch AS (
        SELECT t.tenant_id, t.session_id, t.journey_hash, t.occurred_at
        FROM taken k CROSS JOIN LATERAL unnest(k.touches) AS x (id)
        JOIN public.touches t ON t.tenant_id = k.tenant_id AND t.id = x.id
    ), changed AS (
        SELECT k.tenant_id, d.day, true AS is_fact, true AS is_of_conversion
        FROM taken k CROSS JOIN LATERAL unnest(k.days) AS d (day)
        UNION
        SELECT t.tenant_id, (e.occurred_at AT TIME ZONE 'UTC')::date, false, true
        FROM touch t JOIN public.attribution_events e ON e.tenant_id = t.tenant_id AND e.session_id = t.session_id
        WHERE e.occurred_at >= t.occurred_at AND e.occurred_at <= t.occurred_at + interval '90 days'
        UNION
        SELECT t.tenant_id, (e.occurred_at AT TIME ZONE 'UTC')::date, false, true
        FROM touch t JOIN public.attribution_events e ON e.tenant_id = t.tenant_id AND e.journey_hash = t.journey_hash
        WHERE e.occurred_at >= t.occurred_at AND e.occurred_at <= t.occurred_at + interval '90 days'
        UNION
        SELECT t.tenant_id, (e.occurred_at AT TIME ZONE 'UTC')::date, false, true
        FROM touch t JOIN public.attribution_events e
            ON e.tenant_id = t.tenant_id AND e.journey_hash_previous = t.journey_hash
        WHERE e.occurred_at >= t.occurred_at AND e.occurred_at <= t.occurred_at + interval '90 days'
        UNION
        SELECT t.tenant_id, (t.occurred_at AT TIME ZONE 'UTC')::date, false, false FROM touch t
    ), model AS (
        SELECT t.id AS tenant_id, t.default_model AS model_type, $2 AS model_version, $3 AS lookback_days, true AS is_default,
            NULL::timestamptz AS window_start, NULL::timestamptz AS window_end
        FROM public.tenants t
        WHERE t.id IN (SELECT c.tenant_id FROM changed c)
        UNION ALL
        SELECT j.tenant_id, j.model_type, j.model_version, j.lookback_days, false, j.window_start, j.window_end
        FROM public.attribution_recompute_jobs j
        WHERE j.tenant_id IN (SELECT c.tenant_id FROM changed c)
    ), marked AS (
        INSERT INTO public.attribution_day_marks (tenant_id, model_type, model_version, day, lookback_days, is_due)
        SELECT m.tenant_id, m.model_type, m.model_version, s.day::date, max(m.lookback_days),
            bool_or(m.is_default AND s.day = c.day AND c.is_of_conversion
                AND (c.is_fact OR array_position($1, m.model_type) IS NULL))
        FROM changed c
        JOIN model m ON m.tenant_id = c.tenant_id
        CROSS JOIN LATERAL generate_series(
            c.day::timestamp,
            CASE WHEN array_position($1, m.model_type) IS NOT NULL
                THEN least(c.day + 2 * m.lookback_days, (now() AT TIME ZONE 'UTC')::date)::timestamp
                ELSE c.day::timestamp END,
            interval '1 day') AS s (day)
        WHERE (c.is_of_conversion OR array_position($1, m.model_type) IS NOT NULL)
            AND (m.is_default OR (s.day AT TIME ZONE 'UTC' < m.window_end
                AND s.day AT TIME ZONE 'UTC' + interval '1 day' > m.window_start))
        GROUP BY m.tenant_id, m.model_type, m.model_version, s.day
        ON CONFLICT (tenant_id, model_type, model_version, day) DO UPDATE
        SET is_due = attribution_day_marks.is_due OR excluded.is_due, marked_at = now()
        RETURNING tenant_id, is_due
    )
    SELECT DISTINCT k.tenant_id FROM marked k WHERE k.is_due
$$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION maintenance.mark_changed_days OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION maintenance.mark_changed_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintenance.mark_changed_days TO app_worker;
