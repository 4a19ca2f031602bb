"""One sale, two sides: which order and payment belong together, and how the payments of an account count."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1029_sales"
down_revision = "1028_webhook_secrets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Orders and payments that name each other; insert-only.
        CREATE TABLE sale_links (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            order_processor TEXT NOT NULL,
            order_site TEXT NOT NULL,
            order_id TEXT NOT NULL,
            order_name TEXT NOT NULL,
            payment_processor TEXT NOT NULL,
            payment_id TEXT NOT NULL,
            how TEXT NOT NULL,
            linked_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_sale_links PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_sale_links__sides
                UNIQUE (tenant_id, order_processor, order_site, order_id, payment_processor, payment_id),
            CONSTRAINT ck_sale_links__how CHECK (how IN ('order', 'payment', 'reconciliation')),
            CONSTRAINT fk_sale_links__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_sale_links__order_processor FOREIGN KEY (order_processor)
                REFERENCES platforms (name) ON DELETE RESTRICT,
            CONSTRAINT fk_sale_links__payment_processor FOREIGN KEY (payment_processor)
                REFERENCES platforms (name) ON DELETE RESTRICT
        );
        CREATE INDEX ix_sale_links__order ON sale_links (tenant_id, order_processor, order_name);
        CREATE INDEX ix_sale_links__payment ON sale_links (tenant_id, payment_processor, payment_id);
        COMMENT ON TABLE sale_links IS 'Orders and payments that name each other; insert-only';

        -- How payments of an account count, from a date on; insert-only.
        CREATE TABLE processor_roles (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            platform TEXT NOT NULL,
            platform_account_id TEXT NOT NULL,
            role TEXT NOT NULL,
            valid_from TIMESTAMPTZ NOT NULL,
            set_by UUID NOT NULL,
            reason TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_processor_roles PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_processor_roles__role CHECK (role IN ('auto', 'counts', 'confirms')),
            CONSTRAINT fk_processor_roles__tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_processor_roles__platform FOREIGN KEY (platform) REFERENCES platforms (name) ON DELETE RESTRICT
        );
        CREATE INDEX ix_processor_roles__account
            ON processor_roles (tenant_id, platform, platform_account_id, valid_from);
        COMMENT ON TABLE processor_roles IS 'How payments of an account count, from a date on; insert-only';

        -- When a payment that waits for the order it names counts without it.
        ALTER TABLE attribution_events ADD COLUMN counts_at TIMESTAMPTZ;
        CREATE INDEX ix_attribution_events__counts_at ON attribution_events (counts_at) WHERE counts_at IS NOT NULL;

        -- A name is of one processor, so that both sides of a sale are found at once.
        ALTER TYPE received_fact ADD ATTRIBUTE counts_at timestamptz;
        ALTER TYPE received_delivery
            DROP ATTRIBUTE transaction_names,
            DROP ATTRIBUTE payment_references,
            ADD ATTRIBUTE names text[],
            ADD ATTRIBUTE names_of text[],
            ADD ATTRIBUTE are_references boolean[],
            ADD ATTRIBUTE are_numbers boolean[],
            ADD ATTRIBUTE known_links uuid[],
            ADD ATTRIBUTE links jsonb,
            ADD ATTRIBUTE mismatched jsonb;
    """)
    for table in ("sale_links", "processor_roles"):
        protect(table)
        grant(table, api="SI", worker="S")
    run("""
        -- The owner of the replay functions records what `record_facts` records.
        GRANT SELECT, INSERT ON sale_links TO app_replay;
        GRANT INSERT ON dead_events TO app_replay;
    """)


def downgrade() -> None:
    run("""
        -- What was counted once stays as it was counted.
        ALTER TYPE received_delivery
            DROP ATTRIBUTE mismatched,
            DROP ATTRIBUTE links,
            DROP ATTRIBUTE known_links,
            DROP ATTRIBUTE are_numbers,
            DROP ATTRIBUTE are_references,
            DROP ATTRIBUTE names_of,
            DROP ATTRIBUTE names,
            ADD ATTRIBUTE transaction_names text[],
            ADD ATTRIBUTE payment_references text[];
        ALTER TYPE received_fact DROP ATTRIBUTE counts_at;
        DROP INDEX ix_attribution_events__counts_at;
        ALTER TABLE attribution_events DROP COLUMN counts_at;
        DROP TABLE processor_roles;
        DROP TABLE sale_links;
        REVOKE INSERT ON dead_events FROM app_replay;
    """)
