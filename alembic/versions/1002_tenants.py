"""The platforms there are, tenants, their machine keys and shared secrets."""

from __future__ import annotations

from impl.db.revision import TENANT, grant, grant_columns, protect, run

revision = "1002_tenants"
down_revision = "1001_schemas"
branch_labels = None
depends_on = None

READABLE = (
    "id, name, reporting_currency, default_model, journeys_enabled, api_rate_per_minute, webhook_rate_per_minute, "
    "llm_window_cap_cents, llm_window_seconds, created_at, updated_at"
)


def upgrade() -> None:
    run("""
        -- The platforms there are; `migrate` writes the rows (contracts/governance/platforms.yaml). A processor is a platform
        -- whose deliveries are verified with a credential of the tenant; the account of a shop is the host of its site. Only
        -- tables in which people name a platform refer to this one: on rows of deliveries the reference would cost every
        -- delivery a lock on the same few rows.
        CREATE TABLE platforms (
            name TEXT NOT NULL,
            webhook_credential TEXT,
            is_shop BOOLEAN NOT NULL DEFAULT false,
            CONSTRAINT pk_platforms PRIMARY KEY (name),
            CONSTRAINT uq_platforms__name_webhook_credential UNIQUE (name, webhook_credential),
            CONSTRAINT ck_platforms__webhook_credential CHECK (webhook_credential IN ('secret', 'webhook_id'))
        );
        COMMENT ON TABLE platforms IS 'Platforms there are, and how deliveries of those that send any are verified';

        -- Merchants whose revenue is attributed, with their limits.
        CREATE TABLE tenants (
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            name VARCHAR(255) NOT NULL,
            notification_email_sealed BYTEA,
            key_id TEXT,
            reporting_currency CHAR(3) NOT NULL DEFAULT 'USD',
            default_model TEXT NOT NULL DEFAULT 'last_touch',
            journeys_enabled BOOLEAN NOT NULL DEFAULT false,
            api_rate_per_minute INTEGER NOT NULL DEFAULT 100,
            webhook_rate_per_minute INTEGER NOT NULL DEFAULT 1000,
            llm_window_cap_cents INTEGER NOT NULL DEFAULT 5000,
            llm_window_seconds INTEGER NOT NULL DEFAULT 86400,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenants PRIMARY KEY (id),
            CONSTRAINT ck_tenants__name CHECK (name = btrim(name) AND name <> ''),
            CONSTRAINT ck_tenants__reporting_currency
                CHECK (reporting_currency ~ '^[A-Z]{3}$' AND reporting_currency NOT IN ('BHD', 'CLF', 'IQD', 'JOD',
                    'KWD', 'LYD', 'OMR', 'TND', 'UYW')),
            CONSTRAINT ck_tenants__default_model
                CHECK (default_model IN ('first_touch', 'last_touch', 'last_non_direct', 'linear', 'time_decay',
                    'position_based', 'markov', 'shapley')),
            CONSTRAINT ck_tenants__rates CHECK (api_rate_per_minute > 0 AND webhook_rate_per_minute > 0),
            CONSTRAINT ck_tenants__llm_window CHECK (llm_window_cap_cents >= 0 AND llm_window_seconds > 0),
            CONSTRAINT ck_tenants__notification_email_sealed_has_key
                CHECK ((notification_email_sealed IS NULL) = (key_id IS NULL))
        );
        COMMENT ON TABLE tenants IS 'Merchants whose revenue is attributed, with their limits';

        -- API keys of machines, as SHA-256; at most two valid per tenant and purpose.
        CREATE TABLE tenant_api_keys (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            purpose TEXT NOT NULL,
            key_hash BYTEA NOT NULL,
            valid_until TIMESTAMPTZ,
            revoked_at TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenant_api_keys PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_tenant_api_keys__key_hash UNIQUE (key_hash),
            CONSTRAINT ck_tenant_api_keys__purpose CHECK (purpose IN ('header', 'url')),
            CONSTRAINT ck_tenant_api_keys__key_hash CHECK (octet_length(key_hash) = 32),
            CONSTRAINT fk_tenant_api_keys__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE tenant_api_keys IS 'API keys of machines, as SHA-256; at most two valid per tenant and purpose';

        -- Secrets shared with payment platforms, by version.
        CREATE TABLE tenant_webhook_secrets (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            processor TEXT NOT NULL,
            credential TEXT NOT NULL,
            version INTEGER NOT NULL,
            secret_sealed BYTEA,
            key_id TEXT,
            webhook_id TEXT,
            valid_until TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenant_webhook_secrets PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_tenant_webhook_secrets__tenant_id_processor_version UNIQUE (tenant_id, processor, version),
            CONSTRAINT ck_tenant_webhook_secrets__version CHECK (version > 0),
            CONSTRAINT ck_tenant_webhook_secrets__secret_present
                CHECK (CASE credential WHEN 'secret' THEN secret_sealed IS NOT NULL ELSE webhook_id IS NOT NULL END),
            CONSTRAINT ck_tenant_webhook_secrets__secret_sealed_has_key
                CHECK ((secret_sealed IS NULL) = (key_id IS NULL)),
            CONSTRAINT fk_tenant_webhook_secrets__processor_credential FOREIGN KEY (processor, credential)
                REFERENCES platforms (name, webhook_credential) ON DELETE RESTRICT,
            CONSTRAINT fk_tenant_webhook_secrets__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE tenant_webhook_secrets IS 'Secrets shared with payment platforms, by version';

        -- Keys for hashing journey keys, by version.
        CREATE TABLE tenant_journey_secrets (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            version INTEGER NOT NULL,
            secret_sealed BYTEA NOT NULL,
            key_id TEXT NOT NULL,
            valid_until TIMESTAMPTZ,
            destroyed_at TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenant_journey_secrets PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_tenant_journey_secrets__tenant_id_version UNIQUE (tenant_id, version),
            CONSTRAINT ck_tenant_journey_secrets__version CHECK (version > 0),
            CONSTRAINT fk_tenant_journey_secrets__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE tenant_journey_secrets IS 'Keys for hashing journey keys, by version';
    """)
    grant("platforms", api="S", worker="S")
    protect("tenants", using=f"id = {TENANT}")
    grant_columns(
        "tenants",
        "S",
        READABLE,
        "app_rw",
    )
    grant_columns(
        "tenants",
        "S",
        READABLE,
        "app_ro",
    )
    protect("tenant_api_keys")
    grant("tenant_api_keys", api="SIU")
    protect("tenant_webhook_secrets")
    grant("tenant_webhook_secrets", api="SIU")
    protect("tenant_journey_secrets")
    grant("tenant_journey_secrets", api="SIU")
    run("""
        -- The definer functions of operators and of key look-up work on these tables with the rights of their owner.
        GRANT SELECT, INSERT, UPDATE ON tenants TO app_maintenance;
        GRANT SELECT ON tenant_api_keys, tenant_webhook_secrets TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE tenant_journey_secrets;
        DROP TABLE tenant_webhook_secrets;
        DROP TABLE tenant_api_keys;
        DROP TABLE tenants;
        DROP TABLE platforms;
    """)
