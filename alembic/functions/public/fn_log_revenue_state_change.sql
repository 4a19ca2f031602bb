-- A change of state is computed from the entries logged before, so several entries of one statement
-- each get their own step. The rights of the owner are needed because nobody may write this log directly.
-- One call for a statement, not one for a row: the call costs more than the row that it writes.
CREATE OR REPLACE FUNCTION fn_log_revenue_state_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry record;
    before_state text;
    after_state text;
BEGIN
    -- The first entry of a transaction, which is almost every one, is logged without looking at others.
    FOR entry IN
        WITH entry AS MATERIALIZED (
            SELECT n.*, EXISTS (
                SELECT FROM public.revenue_ledger e
                WHERE e.tenant_id = n.tenant_id AND e.processor = n.processor
                    AND e.original_transaction_id = n.original_transaction_id AND e.id <> n.id
            ) AS has_others
            FROM added n
        ), first AS (
            INSERT INTO public.revenue_state_transitions (tenant_id, entry_id, from_state, to_state, reason)
            SELECT
                n.tenant_id, n.id, 'none',
                public.fn_revenue_state(
                    CASE n.entry_kind WHEN 'captured' THEN n.effect_cents ELSE 0 END,
                    CASE n.entry_kind WHEN 'refunded' THEN - n.effect_cents ELSE 0 END,
                    CASE n.entry_kind WHEN 'chargeback' THEN - n.effect_cents ELSE 0 END,
                    (n.entry_kind IN ('captured', 'voided'))::int, n.effect_cents),
                n.entry_kind
            FROM entry n
            WHERE NOT n.has_others
        )
        SELECT * FROM entry WHERE has_others
    LOOP
        SELECT
            CASE WHEN count(*) FILTER (WHERE s.logged) = 0 THEN 'none' ELSE public.fn_revenue_state(
                coalesce(sum(s.effect_cents) FILTER (WHERE s.logged AND s.entry_kind = 'captured'), 0)::bigint,
                (- coalesce(sum(s.effect_cents) FILTER (WHERE s.logged AND s.entry_kind = 'refunded'), 0))::bigint,
                (- coalesce(sum(s.effect_cents) FILTER (WHERE s.logged AND s.entry_kind = 'chargeback'), 0))::bigint,
                count(*) FILTER (WHERE s.logged AND s.entry_kind IN ('captured', 'voided')),
                coalesce(sum(s.effect_cents) FILTER (WHERE s.logged AND s.entry_kind <> 'moved'), 0)
            ) END,
            public.fn_revenue_state(
                coalesce(sum(s.effect_cents) FILTER (WHERE s.entry_kind = 'captured'), 0)::bigint,
                (- coalesce(sum(s.effect_cents) FILTER (WHERE s.entry_kind = 'refunded'), 0))::bigint,
                (- coalesce(sum(s.effect_cents) FILTER (WHERE s.entry_kind = 'chargeback'), 0))::bigint,
                count(*) FILTER (WHERE s.entry_kind IN ('captured', 'voided')),
                coalesce(sum(s.effect_cents) FILTER (WHERE s.entry_kind <> 'moved'), 0)
            )
        INTO before_state, after_state
        FROM (
            SELECT e.entry_kind, e.effect_cents, t.entry_id IS NOT NULL AS logged
            FROM public.revenue_ledger e
            LEFT JOIN public.revenue_state_transitions t ON t.tenant_id = e.tenant_id AND t.entry_id = e.id
            WHERE e.tenant_id = entry.tenant_id AND e.processor = entry.processor
                AND e.original_transaction_id = entry.original_transaction_id AND e.currency = entry.currency
                AND (e.id = entry.id OR t.entry_id IS NOT NULL)
        ) s;
        INSERT INTO public.revenue_state_transitions (tenant_id, entry_id, from_state, to_state, reason)
        VALUES (entry.tenant_id, entry.id, before_state, after_state, entry.entry_kind);
    END LOOP;
    RETURN NULL;
END $$;

-- It writes what nobody may write directly, with the rights of its owner.
ALTER FUNCTION fn_log_revenue_state_change OWNER TO app_maintenance;
CREATE OR REPLACE TRIGGER trg_log_revenue_state_change AFTER INSERT ON revenue_ledger
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fn_log_revenue_state_change();
