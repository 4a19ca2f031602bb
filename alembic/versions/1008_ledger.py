"""The revenue ledger and the state of its transactions."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1008_ledger"
down_revision = "1007_ingestion"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Append-only revenue entries with signed effects in minor units.
        CREATE TABLE revenue_ledger (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            processor VARCHAR(32) NOT NULL,
            transaction_id VARCHAR(255) NOT NULL,
            original_transaction_id VARCHAR(255) NOT NULL,
            entry_kind TEXT NOT NULL,
            processor_event_id VARCHAR(255) NOT NULL,
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
            CONSTRAINT uq_revenue_ledger__processor_event
                UNIQUE (tenant_id, processor, transaction_id, entry_kind, processor_event_id),
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
            CONSTRAINT ck_revenue_ledger__verification_source CHECK (verification_source = processor || '_webhook'),
            CONSTRAINT fk_revenue_ledger__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_revenue_ledger__original_transaction
            ON revenue_ledger (tenant_id, processor, original_transaction_id);
        CREATE INDEX ix_revenue_ledger__tenant_id_event_id ON revenue_ledger (tenant_id, event_id);
        CREATE INDEX ix_revenue_ledger__tenant_id_occurred_at ON revenue_ledger (tenant_id, occurred_at);
        CREATE INDEX ix_revenue_ledger__tenant_id_order_id ON revenue_ledger (tenant_id, order_id)
            WHERE order_id IS NOT NULL;
        CREATE UNIQUE INDEX uq_revenue_ledger__payment_reference
            ON revenue_ledger (tenant_id, processor, payment_reference)
            WHERE entry_kind = 'captured';
        CREATE UNIQUE INDEX uq_revenue_ledger__single_kind
            ON revenue_ledger (tenant_id, processor, transaction_id, entry_kind)
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
    """)
    protect("revenue_ledger")
    grant("revenue_ledger", api="SI", worker="S")
    protect("revenue_state_transitions")
    grant("revenue_state_transitions", api="S", worker="S")
    run("""
        -- The log of state changes is written by trigger only, with the rights of its owner.
        GRANT SELECT ON revenue_ledger TO app_maintenance;
        GRANT SELECT, INSERT ON revenue_state_transitions TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE revenue_state_transitions;
        DROP TABLE revenue_ledger;
    """)
