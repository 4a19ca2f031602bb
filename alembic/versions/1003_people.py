"""People, roles and memberships."""

from __future__ import annotations

from impl.db.revision import USER, grant, grant_columns, protect, run

revision = "1003_people"
down_revision = "1002_tenants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- People who log in; each sees only the own row.
        CREATE TABLE users (
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            login_identifier_hash TEXT NOT NULL,
            external_subject_hash TEXT,
            auth_provider TEXT NOT NULL DEFAULT 'password',
            is_active BOOLEAN NOT NULL DEFAULT true,
            password_hash TEXT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_users PRIMARY KEY (id),
            CONSTRAINT uq_users__login_identifier_hash UNIQUE (login_identifier_hash),
            CONSTRAINT ck_users__auth_provider
                CHECK (auth_provider IN ('password', 'oauth_google', 'oauth_microsoft', 'oauth_github', 'sso')),
            CONSTRAINT ck_users__password_present CHECK (auth_provider <> 'password' OR password_hash IS NOT NULL)
        );
        COMMENT ON TABLE users IS 'People who log in; each sees only the own row';

        -- The roles: viewer, manager, admin.
        CREATE TABLE roles (
            code TEXT NOT NULL,
            description TEXT NOT NULL,
            CONSTRAINT pk_roles PRIMARY KEY (code),
            CONSTRAINT ck_roles__code CHECK (code = lower(code))
        );
        COMMENT ON TABLE roles IS 'The roles: viewer, manager, admin';

        -- Which person belongs to which tenant.
        CREATE TABLE tenant_memberships (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            user_id UUID NOT NULL,
            membership_status TEXT NOT NULL DEFAULT 'active',
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenant_memberships PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_tenant_memberships__tenant_id_user_id UNIQUE (tenant_id, user_id),
            CONSTRAINT ck_tenant_memberships__membership_status CHECK (membership_status IN ('active', 'revoked')),
            CONSTRAINT fk_tenant_memberships__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_tenant_memberships__user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
        );
        COMMENT ON TABLE tenant_memberships IS 'Which person belongs to which tenant';

        -- Roles of a membership.
        CREATE TABLE tenant_membership_roles (
            tenant_id UUID NOT NULL,
            id UUID NOT NULL DEFAULT gen_random_uuid(),
            membership_id UUID NOT NULL,
            role_code TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_tenant_membership_roles PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_tenant_membership_roles__tenant_id_membership_id FOREIGN KEY (tenant_id, membership_id)
                REFERENCES tenant_memberships (tenant_id, id) ON DELETE RESTRICT,
            CONSTRAINT uq_tenant_membership_roles__membership_role UNIQUE (tenant_id, membership_id, role_code),
            CONSTRAINT fk_tenant_membership_roles__tenant_id FOREIGN KEY (tenant_id)
                REFERENCES tenants (id) ON DELETE RESTRICT,
            CONSTRAINT fk_tenant_membership_roles__role_code FOREIGN KEY (role_code)
                REFERENCES roles (code) ON DELETE RESTRICT
        );
        COMMENT ON TABLE tenant_membership_roles IS 'Roles of a membership';

        -- Scopes are fat: an admin is also a manager, a manager also a viewer.
        INSERT INTO roles (code, description) VALUES
            ('viewer', 'Reads figures'),
            ('manager', 'Reads figures and starts work'),
            ('admin', 'Does everything in the tenant');
    """)
    protect("users", using=f"id = {USER}", name="user_isolation_policy")
    grant("users", api="SU")
    grant("roles", api="S", worker="S")
    protect("tenant_memberships")
    grant("tenant_memberships", api="S", worker="S")
    protect("tenant_membership_roles")
    grant("tenant_membership_roles", api="S", worker="S")
    grant_columns("tenant_membership_roles", "U", "role_code, updated_at", "app_rw")
    run("""
        -- Operators create people and memberships through definer functions only.
        GRANT SELECT, INSERT ON users TO app_maintenance;
        GRANT SELECT ON roles TO app_maintenance;
        GRANT SELECT, INSERT, UPDATE ON tenant_memberships TO app_maintenance;
        GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_membership_roles TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE tenant_membership_roles;
        DROP TABLE tenant_memberships;
        DROP TABLE roles;
        DROP TABLE users;
    """)
