"""Refresh tokens, revocation and signing keys."""

from __future__ import annotations

from impl.db.revision import grant, grant_columns, protect, run

revision = "1004_tokens"
down_revision = "1003_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Refresh tokens as SHA-256, single use, grouped in families.
        CREATE TABLE auth_refresh_tokens (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            family_id UUID NOT NULL,
            token_hash BYTEA NOT NULL,
            expires_at TIMESTAMPTZ NOT NULL,
            rotated_at TIMESTAMPTZ,
            replaced_by_id UUID,
            revoked_at TIMESTAMPTZ,
            revoke_reason TEXT,
            last_used_at TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_auth_refresh_tokens PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_auth_refresh_tokens__tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
                REFERENCES tenant_memberships (tenant_id, user_id) ON DELETE RESTRICT,
            CONSTRAINT fk_auth_refresh_tokens__tenant_id_replaced_by_id FOREIGN KEY (tenant_id, replaced_by_id)
                REFERENCES auth_refresh_tokens (tenant_id, id) ON DELETE SET NULL (replaced_by_id),
            CONSTRAINT fk_auth_refresh_tokens__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_auth_refresh_tokens__tenant_id_family_id_created_at
            ON auth_refresh_tokens (tenant_id, family_id, created_at);
        CREATE INDEX ix_auth_refresh_tokens__tenant_id_user_id_created_at
            ON auth_refresh_tokens (tenant_id, user_id, created_at);
        COMMENT ON TABLE auth_refresh_tokens IS 'Refresh tokens as SHA-256, single use, grouped in families';

        -- Access tokens revoked before they expired.
        CREATE TABLE auth_access_token_denylist (
            tenant_id UUID NOT NULL,
            user_id UUID NOT NULL,
            jti UUID NOT NULL,
            revoked_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            expires_at TIMESTAMPTZ NOT NULL,
            reason TEXT NOT NULL DEFAULT 'logout',
            CONSTRAINT pk_auth_access_token_denylist PRIMARY KEY (tenant_id, user_id, jti),
            CONSTRAINT fk_auth_access_token_denylist__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        CREATE INDEX ix_auth_access_token_denylist__expires_at ON auth_access_token_denylist (expires_at);
        CREATE INDEX ix_auth_access_token_denylist__jti ON auth_access_token_denylist (jti);
        COMMENT ON TABLE auth_access_token_denylist IS 'Access tokens revoked before they expired';

        -- Instant before which the tokens of a person are invalid; only moves forward.
        CREATE TABLE auth_user_token_cutoffs (
            tenant_id UUID NOT NULL,
            user_id UUID NOT NULL,
            tokens_invalid_before TIMESTAMPTZ NOT NULL,
            updated_by_user_id UUID,
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_auth_user_token_cutoffs PRIMARY KEY (tenant_id, user_id),
            CONSTRAINT fk_auth_user_token_cutoffs__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE auth_user_token_cutoffs IS 'Instant before which the tokens of a person are invalid; only moves forward';

        -- Keys that sign access tokens: newest signs, at most three verify.
        CREATE TABLE jwt_signing_keys (
            kid TEXT NOT NULL,
            private_key_sealed BYTEA NOT NULL,
            key_id TEXT NOT NULL,
            public_jwk JSONB NOT NULL,
            retired_at TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_jwt_signing_keys PRIMARY KEY (kid)
        );
        COMMENT ON TABLE jwt_signing_keys IS 'Keys that sign access tokens: newest signs, at most three verify';

        -- Last fetched key set, one row for the whole fleet.
        CREATE TABLE jwt_verification_cache (
            singleton_id SMALLINT NOT NULL DEFAULT 1,
            jwks_json JSONB NOT NULL,
            fetched_at TIMESTAMPTZ NOT NULL,
            next_allowed_refresh_at TIMESTAMPTZ NOT NULL,
            last_refresh_error_at TIMESTAMPTZ,
            refresh_error_count INTEGER NOT NULL DEFAULT 0,
            refresh_event_count INTEGER NOT NULL DEFAULT 0,
            last_refresh_reason TEXT,
            CONSTRAINT pk_jwt_verification_cache PRIMARY KEY (singleton_id),
            CONSTRAINT ck_jwt_verification_cache__singleton_id CHECK (singleton_id = 1)
        );
        COMMENT ON TABLE jwt_verification_cache IS 'Last fetched key set, one row for the whole fleet';
    """)
    protect("auth_refresh_tokens")
    grant("auth_refresh_tokens", api="SIU")
    protect("auth_access_token_denylist")
    grant("auth_access_token_denylist", api="SIU", worker="S")
    protect("auth_user_token_cutoffs")
    grant("auth_user_token_cutoffs", api="SIU", worker="S")
    grant("jwt_signing_keys", api="SI")
    grant_columns("jwt_signing_keys", "S", "kid, public_jwk, created_at, retired_at", "app_ro")
    grant_columns("jwt_signing_keys", "U", "retired_at, private_key_sealed, key_id", "app_rw")
    grant("jwt_verification_cache", api="SIU", worker="SIU")
    run("""
        -- A changed role moves the cutoff in the same operator function.
        GRANT SELECT, INSERT, UPDATE ON auth_user_token_cutoffs TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE jwt_verification_cache;
        DROP TABLE jwt_signing_keys;
        DROP TABLE auth_user_token_cutoffs;
        DROP TABLE auth_access_token_denylist;
        DROP TABLE auth_refresh_tokens;
    """)
