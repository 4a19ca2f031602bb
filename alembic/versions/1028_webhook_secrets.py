"""Several webhook secrets for each processor, URL keys of one processor, and tenants in which test objects count."""

from __future__ import annotations

from impl.db.revision import run

revision = "1028_webhook_secrets"
down_revision = "1027_webhook_refusals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Test objects count in a sandbox and nowhere else.
        ALTER TABLE tenants ADD COLUMN sandbox BOOLEAN NOT NULL DEFAULT false;
        GRANT SELECT (sandbox) ON tenants TO app_rw, app_ro;

        -- NULL is a key for the addresses of all processors.
        ALTER TABLE tenant_api_keys
            ADD COLUMN processor TEXT,
            ADD CONSTRAINT ck_tenant_api_keys__processor CHECK (processor IS NULL OR purpose = 'url'),
            ADD CONSTRAINT fk_tenant_api_keys__processor FOREIGN KEY (processor)
                REFERENCES platforms (name) ON DELETE RESTRICT;

        -- A label is an endpoint at the processor; its account says whose books its deliveries are, its mode whether they are
        -- about real money. Each row keeps who set it and who ended it: together they are the history of a label.
        ALTER TABLE tenant_webhook_secrets
            ADD COLUMN label TEXT NOT NULL DEFAULT 'default',
            ADD COLUMN mode TEXT NOT NULL DEFAULT 'live',
            ADD COLUMN account TEXT NOT NULL DEFAULT 'default',
            ADD COLUMN order_prefix TEXT,
            ADD COLUMN set_by UUID,
            ADD COLUMN deleted_by UUID,
            ADD CONSTRAINT ck_tenant_webhook_secrets__label CHECK (length(label) BETWEEN 1 AND 64),
            ADD CONSTRAINT ck_tenant_webhook_secrets__mode CHECK (mode IN ('live', 'test')),
            ADD CONSTRAINT ck_tenant_webhook_secrets__account CHECK (length(account) BETWEEN 1 AND 255),
            ADD CONSTRAINT ck_tenant_webhook_secrets__order_prefix CHECK (length(order_prefix) BETWEEN 1 AND 64),
            DROP CONSTRAINT uq_tenant_webhook_secrets__tenant_id_processor_version,
            ADD CONSTRAINT uq_tenant_webhook_secrets__tenant_id_processor_label_version
                UNIQUE (tenant_id, processor, label, version);

        -- Which secret verified a delivery, and whose books it is about; a dead event keeps the account for its replay, since
        -- the row of its delivery goes earlier.
        ALTER TABLE webhook_deliveries ADD COLUMN secret_label TEXT, ADD COLUMN account TEXT;
        ALTER TABLE dead_events ADD COLUMN account TEXT NOT NULL DEFAULT 'default';
        ALTER TYPE received_delivery ADD ATTRIBUTE secret_label text, ADD ATTRIBUTE account text;
    """)


def downgrade() -> None:
    run("""
        -- Fails while a processor has several labels, of which only one could stay.
        ALTER TYPE received_delivery DROP ATTRIBUTE account, DROP ATTRIBUTE secret_label;
        ALTER TABLE dead_events DROP COLUMN account;
        ALTER TABLE webhook_deliveries DROP COLUMN account, DROP COLUMN secret_label;
        ALTER TABLE tenant_webhook_secrets
            DROP CONSTRAINT uq_tenant_webhook_secrets__tenant_id_processor_label_version,
            ADD CONSTRAINT uq_tenant_webhook_secrets__tenant_id_processor_version
                UNIQUE (tenant_id, processor, version),
            DROP COLUMN label,
            DROP COLUMN mode,
            DROP COLUMN account,
            DROP COLUMN order_prefix,
            DROP COLUMN set_by,
            DROP COLUMN deleted_by;
        ALTER TABLE tenant_api_keys DROP COLUMN processor;
        ALTER TABLE tenants DROP COLUMN sandbox;
    """)
