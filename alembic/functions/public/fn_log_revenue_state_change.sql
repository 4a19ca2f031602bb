-- A change of state is computed from the entries logged before, so several entries of one statement
-- each get their own step. The rights of the owner are needed because nobody may write this log directly.
CREATE OR REPLACE FUNCTION fn_log_revenue_state_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before_state text;
    after_state text;
BEGIN

    IF NOT EXISTS (
        SELECT FROM public.revenue_ledger e
        WHERE e.tenant_id = NEW.tenant_id AND e.processor = NEW.processor
            AND e.original_transaction_id = NEW.original_transaction_id AND e.id <> NEW.id
    ) THEN
        INSERT INTO public.revenue_state_transitions (tenant_id, entry_id, from_state, to_state, reason)
        VALUES (
            NEW.tenant_id, NEW.id, 'none',
            public.fn_revenue_state(
                (NEW.entry_kind = 'captured')::int, (NEW.entry_kind = 'refunded')::int,
                CASE NEW.entry_kind WHEN 'chargeback' THEN - NEW.effect_cents ELSE 0 END, NEW.effect_cents),
            NEW.entry_kind);
        RETURN NULL;
    END IF;

    SELECT
        CASE WHEN count(*) FILTER (WHERE s.logged) = 0 THEN 'none' ELSE public.fn_revenue_state(
            count(*) FILTER (WHERE s.logged AND s.entry_kind = 'captured'),
            count(*) FILTER (WHERE s.logged AND s.entry_kind = 'refunded'),
            (- coalesce(sum(s.effect_cents) FILTER (WHERE s.logged AND s.entry_kind = 'chargeback'), 0))::bigint,
            coalesce(sum(s.effect_cents) FILTER (WHERE s.logged), 0)
        ) END,
        public.fn_revenue_state(
            count(*) FILTER (WHERE s.entry_kind = 'captured'),
            count(*) FILTER (WHERE s.entry_kind = 'refunded'),
            (- coalesce(sum(s.effect_cents) FILTER (WHERE s.entry_kind = 'chargeback'), 0))::bigint,
            coalesce(sum(s.effect_cents), 0)
        )
    INTO before_state, after_state
    FROM (
        SELECT e.entry_kind, e.effect_cents, t.entry_id IS NOT NULL AS logged
        FROM public.revenue_ledger e
        LEFT JOIN public.revenue_state_transitions t ON t.tenant_id = e.tenant_id AND t.entry_id = e.id
        WHERE e.tenant_id = NEW.tenant_id AND e.processor = NEW.processor
            AND e.original_transaction_id = NEW.original_transaction_id AND e.currency = NEW.currency
            AND (e.id = NEW.id OR t.entry_id IS NOT NULL)
    ) s;
    INSERT INTO public.revenue_state_transitions (tenant_id, entry_id, from_state, to_state, reason)
    VALUES (NEW.tenant_id, NEW.id, before_state, after_state, NEW.entry_kind);
    RETURN NULL;
END $$;

-- It writes what nobody may write directly, with the rights of its owner.
ALTER FUNCTION fn_log_revenue_state_change OWNER TO app_maintenance;
CREATE OR REPLACE TRIGGER trg_log_revenue_state_change AFTER INSERT ON revenue_ledger
    FOR EACH ROW EXECUTE FUNCTION fn_log_revenue_state_change();
