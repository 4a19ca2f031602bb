"""Platform accounts, their sealed tokens, and consents under way."""

from __future__ import annotations

from impl.db.revision import grant, protect, run

revision = "1013_platforms"
down_revision = "1012_revenue_cache"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Accounts of tenants at platforms.
        CREATE TABLE platform_connections (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            platform TEXT NOT NULL,
            platform_account_id TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending',
            connection_metadata JSONB NOT NULL DEFAULT '{}'::jsonb,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_platform_connections PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_platform_connections__account UNIQUE (tenant_id, platform, platform_account_id),
            CONSTRAINT fk_platform_connections__platform FOREIGN KEY (platform)
                REFERENCES platforms (name) ON DELETE RESTRICT,
            CONSTRAINT ck_platform_connections__status CHECK (status IN ('pending', 'active', 'disabled')),
            CONSTRAINT fk_platform_connections__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE platform_connections IS 'Accounts of tenants at platforms';

        -- Sealed tokens of platform accounts and when to renew them.
        CREATE TABLE platform_credentials (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            platform_connection_id UUID NOT NULL,
            platform TEXT NOT NULL,
            access_token_sealed BYTEA NOT NULL,
            refresh_token_sealed BYTEA,
            key_id TEXT NOT NULL,
            expires_at TIMESTAMPTZ,
            scope TEXT,
            token_type TEXT,
            next_refresh_due_at TIMESTAMPTZ,
            lifecycle_status TEXT NOT NULL DEFAULT 'active',
            refresh_failure_count INTEGER NOT NULL DEFAULT 0,
            last_failure_class TEXT,
            last_failure_at TIMESTAMPTZ,
            last_refresh_at TIMESTAMPTZ,
            revoked_at TIMESTAMPTZ,
            claimed_until TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_platform_credentials PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_platform_credentials__connection UNIQUE (tenant_id, platform, platform_connection_id),
            CONSTRAINT fk_platform_credentials__tenant_id_platform_connection_id FOREIGN KEY (tenant_id,
                    platform_connection_id)
                REFERENCES platform_connections (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT fk_platform_credentials__platform FOREIGN KEY (platform)
                REFERENCES platforms (name) ON DELETE RESTRICT,
            CONSTRAINT ck_platform_credentials__lifecycle_status
                CHECK (lifecycle_status IN ('active', 'degraded', 'revoked')),
            CONSTRAINT ck_platform_credentials__revoked_not_due
                CHECK (lifecycle_status <> 'revoked' OR next_refresh_due_at IS NULL),
            CONSTRAINT ck_platform_credentials__revoked_at
                CHECK (revoked_at IS NULL OR lifecycle_status = 'revoked'),
            CONSTRAINT fk_platform_credentials__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_platform_credentials__due
            ON platform_credentials (lifecycle_status, next_refresh_due_at)
            WHERE next_refresh_due_at IS NOT NULL;
        COMMENT ON TABLE platform_credentials IS 'Sealed tokens of platform accounts and when to renew them';

        -- Consents that persons were sent to give, with sealed verifier.
        CREATE TABLE oauth_handshake_sessions (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            platform TEXT NOT NULL,
            platform_account_id TEXT NOT NULL,
            state_nonce_hash BYTEA NOT NULL,
            pkce_verifier_sealed BYTEA NOT NULL,
            key_id TEXT NOT NULL,
            pkce_code_challenge TEXT NOT NULL,
            pkce_code_challenge_method TEXT NOT NULL DEFAULT 'S256',
            redirect_uri TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending',
            terminal_reason TEXT,
            expires_at TIMESTAMPTZ NOT NULL,
            consumed_at TIMESTAMPTZ,
            gc_after TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_oauth_handshake_sessions PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_oauth_handshake_sessions__tenant_id_state_nonce_hash UNIQUE (tenant_id, state_nonce_hash),
            CONSTRAINT fk_oauth_handshake_sessions__platform FOREIGN KEY (platform)
                REFERENCES platforms (name) ON DELETE RESTRICT,
            CONSTRAINT ck_oauth_handshake_sessions__pkce_code_challenge_method
                CHECK (pkce_code_challenge_method IN ('S256')),
            CONSTRAINT ck_oauth_handshake_sessions__status
                CHECK (status IN ('pending', 'consumed', 'expired', 'aborted')),
            CONSTRAINT ck_oauth_handshake_sessions__state_nonce_hash CHECK (octet_length(state_nonce_hash) = 32),
            CONSTRAINT ck_oauth_handshake_sessions__consumed_at
                CHECK ((status = 'consumed') = (consumed_at IS NOT NULL)),
            CONSTRAINT ck_oauth_handshake_sessions__gc_after CHECK (gc_after >= created_at),
            CONSTRAINT fk_oauth_handshake_sessions__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_oauth_handshake_sessions__gc_after ON oauth_handshake_sessions (gc_after);
        COMMENT ON TABLE oauth_handshake_sessions IS 'Consents that persons were sent to give, with sealed verifier';
    """)
    protect("platform_connections")
    grant("platform_connections", api="SIU", worker="SU")
    protect("platform_credentials")
    grant("platform_credentials", api="SIU", worker="SU")
    protect("oauth_handshake_sessions")
    grant("oauth_handshake_sessions", api="SIU", worker="SU")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE oauth_handshake_sessions;
        DROP TABLE platform_credentials;
        DROP TABLE platform_connections;
    """)
