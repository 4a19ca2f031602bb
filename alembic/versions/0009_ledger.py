"""The revenue ledger and the state of its transactions."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "0009_ledger"
down_revision = "0008_ingestion"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Append-only revenue entries with signed effects in minor units.
        CREATE TABLE revenue_ledger (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            provider VARCHAR(32) NOT NULL,
            transaction_id VARCHAR(255) NOT NULL,
            original_transaction_id VARCHAR(255) NOT NULL,
            entry_kind TEXT NOT NULL,
            provider_event_id VARCHAR(255) NOT NULL,
            event_id UUID NOT NULL,
            amount_cents BIGINT NOT NULL,
            effect_cents BIGINT NOT NULL,
            currency CHAR(3) NOT NULL,
            occurred_at TIMESTAMPTZ NOT NULL,
            posted_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            verification_source TEXT NOT NULL,
            verification_timestamp TIMESTAMPTZ NOT NULL,
            payment_reference VARCHAR(255),
            order_id VARCHAR(255),
            reverses UUID,
            metadata JSONB NOT NULL DEFAULT '{}'::jsonb,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_revenue_ledger PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_revenue_ledger__provider_event
                UNIQUE (tenant_id, provider, transaction_id, entry_kind, provider_event_id),
            CONSTRAINT fk_revenue_ledger__tenant_id_event_id FOREIGN KEY (tenant_id, event_id)
                REFERENCES attribution_events (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT fk_revenue_ledger__tenant_id_reverses FOREIGN KEY (tenant_id, reverses)
                REFERENCES revenue_ledger (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT ck_revenue_ledger__entry_kind
                CHECK (entry_kind IN ('authorized', 'captured', 'refunded', 'chargeback')),
            CONSTRAINT ck_revenue_ledger__currency CHECK (currency ~ '^[A-Z]{3}$'),
            CONSTRAINT ck_revenue_ledger__amount_cents CHECK (amount_cents BETWEEN 0 AND 1000000000000000),
            CONSTRAINT ck_revenue_ledger__effect_cents
                CHECK (CASE entry_kind WHEN 'authorized' THEN effect_cents = 0
                    WHEN 'captured' THEN effect_cents = amount_cents
                    WHEN 'refunded' THEN effect_cents = - amount_cents
                    ELSE effect_cents = - amount_cents OR (effect_cents = amount_cents AND reverses IS NOT NULL) END),
            CONSTRAINT ck_revenue_ledger__verification_source CHECK (verification_source = provider || '_webhook'),
            CONSTRAINT fk_revenue_ledger__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_revenue_ledger__original_transaction
            ON revenue_ledger (tenant_id, provider, original_transaction_id);
        CREATE INDEX ix_revenue_ledger__tenant_id_event_id ON revenue_ledger (tenant_id, event_id);
        CREATE INDEX ix_revenue_ledger__tenant_id_occurred_at ON revenue_ledger (tenant_id, occurred_at);
        CREATE INDEX ix_revenue_ledger__tenant_id_order_id ON revenue_ledger (tenant_id, order_id);
        CREATE UNIQUE INDEX uq_revenue_ledger__payment_reference
            ON revenue_ledger (tenant_id, provider, payment_reference)
            WHERE entry_kind = 'captured';
        CREATE UNIQUE INDEX uq_revenue_ledger__single_kind
            ON revenue_ledger (tenant_id, provider, transaction_id, entry_kind)
            WHERE entry_kind IN ('authorized', 'captured');
        COMMENT ON TABLE revenue_ledger IS 'Append-only revenue entries with signed effects in minor units';

        -- State changes of transactions, one per entry, written by trigger.
        CREATE TABLE revenue_state_transitions (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            entry_id UUID NOT NULL,
            from_state TEXT NOT NULL,
            to_state TEXT NOT NULL,
            reason TEXT NOT NULL,
            transitioned_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_revenue_state_transitions PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_revenue_state_transitions__tenant_id_entry_id UNIQUE (tenant_id, entry_id),
            CONSTRAINT fk_revenue_state_transitions__tenant_id_entry_id FOREIGN KEY (tenant_id, entry_id)
                REFERENCES revenue_ledger (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT ck_revenue_state_transitions__from_state
                CHECK (from_state IN ('none', 'authorized', 'captured', 'refunded', 'chargeback')),
            CONSTRAINT ck_revenue_state_transitions__to_state
                CHECK (to_state IN ('authorized', 'captured', 'refunded', 'chargeback')),
            CONSTRAINT fk_revenue_state_transitions__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE revenue_state_transitions IS 'State changes of transactions, one per entry, written by trigger';

        -- Entries that the books of the processor confirm; insert-only.
        CREATE TABLE ledger_verifications (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            entry_id UUID NOT NULL,
            run_id UUID NOT NULL,
            verified_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            processor_amount_cents BIGINT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_ledger_verifications PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_ledger_verifications__tenant_id_entry_id UNIQUE (tenant_id, entry_id),
            CONSTRAINT fk_ledger_verifications__tenant_id_entry_id FOREIGN KEY (tenant_id, entry_id)
                REFERENCES revenue_ledger (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT fk_ledger_verifications__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE ledger_verifications IS 'Entries that the books of the processor confirm; insert-only';

        -- One rule for the state of a transaction, used by the view and by the log of changes.
        CREATE FUNCTION fn_revenue_state(
            captures bigint, refunds bigint, open_chargeback_cents bigint, net_cents numeric
        ) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
            WHEN open_chargeback_cents > 0 THEN 'chargeback'
            WHEN refunds > 0 AND net_cents <= 0 THEN 'refunded'
            WHEN captures > 0 THEN 'captured'
            ELSE 'authorized'
        END;

        -- What every transaction amounts to now. Derived, so it can never disagree with the entries.
        CREATE VIEW revenue_ledger_current WITH (security_invoker = true) AS
        SELECT
            e.tenant_id,
            e.provider,
            e.original_transaction_id,
            e.currency,
            fn_revenue_state(
                count(*) FILTER (WHERE e.entry_kind = 'captured'),
                count(*) FILTER (WHERE e.entry_kind = 'refunded'),
                (- coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'chargeback'), 0))::bigint,
                sum(e.effect_cents)
            ) AS state,
            coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'captured'), 0)::bigint AS captured_cents,
            (- coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'refunded'), 0))::bigint AS refunded_cents,
            (- coalesce(sum(e.effect_cents) FILTER (WHERE e.entry_kind = 'chargeback'), 0))::bigint
                AS chargeback_cents,
            sum(e.effect_cents)::bigint AS net_amount_cents,
            coalesce(bool_and(v.entry_id IS NOT NULL) FILTER (WHERE e.entry_kind <> 'authorized'), false)
                AS is_verified,
            max(e.posted_at) AS last_posted_at
        FROM revenue_ledger AS e
        LEFT JOIN ledger_verifications AS v ON v.tenant_id = e.tenant_id AND v.entry_id = e.id
        GROUP BY e.tenant_id, e.provider, e.original_transaction_id, e.currency;
        COMMENT ON VIEW revenue_ledger_current IS 'State and amounts of every transaction, derived from its entries';

        -- A change of state is computed from the entries logged before, so several entries of one statement
        -- each get their own step. The rights of the owner are needed because nobody may write this log directly.
        CREATE FUNCTION fn_log_revenue_state_change() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            before_state text;
            after_state text;
        BEGIN
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
                WHERE e.tenant_id = NEW.tenant_id AND e.provider = NEW.provider
                    AND e.original_transaction_id = NEW.original_transaction_id AND e.currency = NEW.currency
                    AND (e.id = NEW.id OR t.entry_id IS NOT NULL)
            ) s;
            INSERT INTO public.revenue_state_transitions (tenant_id, entry_id, from_state, to_state, reason)
            VALUES (NEW.tenant_id, NEW.id, before_state, after_state, NEW.entry_kind);
            RETURN NULL;
        END $$;
        CREATE TRIGGER trg_log_revenue_state_change AFTER INSERT ON revenue_ledger
            FOR EACH ROW EXECUTE FUNCTION fn_log_revenue_state_change();

        -- Money is never edited: a correction is another entry.
        CREATE TRIGGER trg_ledger_prevent_mutation BEFORE UPDATE OR DELETE ON revenue_ledger
            FOR EACH ROW EXECUTE FUNCTION fn_ledger_prevent_mutation();
        CREATE TRIGGER trg_ledger_prevent_truncate BEFORE TRUNCATE ON revenue_ledger
            FOR EACH STATEMENT EXECUTE FUNCTION fn_ledger_prevent_mutation();
        CREATE TRIGGER trg_append_only_revenue_state_transitions BEFORE UPDATE OR DELETE ON revenue_state_transitions
            FOR EACH ROW EXECUTE FUNCTION fn_append_only();
        CREATE TRIGGER trg_append_only_ledger_verifications BEFORE UPDATE OR DELETE ON ledger_verifications
            FOR EACH ROW EXECUTE FUNCTION fn_append_only();

        -- The free-form part of an entry is the last place where personal data could hide.
        CREATE TRIGGER trg_pii_guardrail_revenue_ledger BEFORE INSERT OR UPDATE ON revenue_ledger
            FOR EACH ROW EXECUTE FUNCTION fn_enforce_pii_guardrail();
        CREATE TRIGGER trg_block_worker_revenue_ledger BEFORE INSERT OR UPDATE OR DELETE ON revenue_ledger
            FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();

        -- A processor confirms an entry only with the very same amount.
        CREATE FUNCTION fn_verification_matches_entry() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF NOT EXISTS (
                SELECT FROM public.revenue_ledger e
                WHERE e.tenant_id = NEW.tenant_id AND e.id = NEW.entry_id AND e.amount_cents = NEW.processor_amount_cents
            ) THEN
                RAISE EXCEPTION 'entry % is not there with % cents, so it is not verified', NEW.entry_id,
                    NEW.processor_amount_cents USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER trg_verification_matches_entry BEFORE INSERT ON ledger_verifications
            FOR EACH ROW EXECUTE FUNCTION fn_verification_matches_entry();
    """)
    protect("revenue_ledger")
    grant("revenue_ledger", api="SI", worker="S")
    protect("revenue_state_transitions")
    grant("revenue_state_transitions", api="S", worker="S")
    protect("ledger_verifications")
    grant("ledger_verifications", api="S", worker="SI")
    grant("revenue_ledger_current", api="S", worker="S")
    run("""
        -- The log of state changes is written with the rights of this function's owner.
        ALTER FUNCTION fn_log_revenue_state_change() OWNER TO app_maintenance;
        GRANT SELECT ON revenue_ledger, ledger_verifications TO app_maintenance;
        GRANT SELECT, INSERT ON revenue_state_transitions TO app_maintenance;

        -- Readers of the view evaluate the rule with their own rights.
        GRANT EXECUTE ON FUNCTION fn_revenue_state(bigint, bigint, bigint, numeric)
            TO app_rw, app_ro, app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- The view and its rule first, because they read the tables.
        DROP VIEW revenue_ledger_current;
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE ledger_verifications;
        DROP TABLE revenue_state_transitions;
        DROP TABLE revenue_ledger;
        DROP FUNCTION fn_verification_matches_entry();
        DROP FUNCTION fn_log_revenue_state_change();
        DROP FUNCTION fn_revenue_state(bigint, bigint, bigint, numeric);
    """)
