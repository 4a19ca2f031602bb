"""What operators may do: make and change tenants, people and memberships, by function and not by table."""

from __future__ import annotations

from impl.db.revision import definer, run

revision = "0011_operators"
down_revision = "0010_lookups"
branch_labels = None
depends_on = None

CREATE_TENANT = "ops.create_tenant(text, text, uuid)"
UPDATE_TENANT = "ops.update_tenant(uuid, text, text, text, boolean, integer, integer, integer, integer, bytea, text)"
CREATE_USER = "ops.create_user(text, text, text, uuid)"
SET_MEMBERSHIP = "ops.set_membership(uuid, uuid, text, text, uuid)"


def upgrade() -> None:
    run("""
        -- The id may be chosen by the caller, who needs it to seal values for the tenant.
        CREATE FUNCTION ops.create_tenant(
            name text, reporting_currency text DEFAULT 'USD', tenant_id uuid DEFAULT gen_random_uuid()
        ) RETURNS uuid
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            INSERT INTO public.tenants (id, name, reporting_currency) VALUES ($3, $1, $2) RETURNING id
        $$;

        -- NULL leaves a value as it is; the answer says whether the tenant exists.
        CREATE FUNCTION ops.update_tenant(
            tenant_id uuid,
            name text DEFAULT NULL,
            reporting_currency text DEFAULT NULL,
            default_model text DEFAULT NULL,
            journeys_enabled boolean DEFAULT NULL,
            api_rate_per_minute integer DEFAULT NULL,
            webhook_rate_per_minute integer DEFAULT NULL,
            llm_window_cap_cents integer DEFAULT NULL,
            llm_window_seconds integer DEFAULT NULL,
            notification_email_sealed bytea DEFAULT NULL,
            key_id text DEFAULT NULL
        ) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        #variable_conflict use_column
        BEGIN
            UPDATE public.tenants SET
                name = coalesce($2, name),
                reporting_currency = coalesce($3, reporting_currency),
                default_model = coalesce($4, default_model),
                journeys_enabled = coalesce($5, journeys_enabled),
                api_rate_per_minute = coalesce($6, api_rate_per_minute),
                webhook_rate_per_minute = coalesce($7, webhook_rate_per_minute),
                llm_window_cap_cents = coalesce($8, llm_window_cap_cents),
                llm_window_seconds = coalesce($9, llm_window_seconds),
                notification_email_sealed = coalesce($10, notification_email_sealed),
                key_id = coalesce($11, key_id),
                updated_at = now()
            WHERE id = $1;
            RETURN FOUND;
        END $$;

        -- The caller hashes login and password; the database never sees either.
        CREATE FUNCTION ops.create_user(
            login_identifier_hash text,
            password_hash text,
            auth_provider text DEFAULT 'password',
            user_id uuid DEFAULT gen_random_uuid()
        ) RETURNS uuid
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            INSERT INTO public.users (id, login_identifier_hash, password_hash, auth_provider)
            VALUES ($4, $1, $2, $3) RETURNING id
        $$;

        -- One role per membership. A changed role or a revocation ends the tokens that still claim the old one.
        CREATE FUNCTION ops.set_membership(
            tenant_id uuid,
            user_id uuid,
            role_code text,
            membership_status text DEFAULT 'active',
            changed_by uuid DEFAULT '00000000-0000-0000-0000-000000000000'
        ) RETURNS uuid
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            membership uuid;
            unchanged boolean;
        BEGIN
            SELECT m.id, m.membership_status = $4 AND EXISTS (
                SELECT FROM public.tenant_membership_roles r
                WHERE r.tenant_id = $1 AND r.membership_id = m.id AND r.role_code = $3)
            INTO membership, unchanged
            FROM public.tenant_memberships m WHERE m.tenant_id = $1 AND m.user_id = $2 FOR UPDATE;
            IF unchanged THEN
                RETURN membership;
            END IF;
            IF membership IS NOT NULL THEN
                INSERT INTO public.auth_user_token_cutoffs (tenant_id, user_id, tokens_invalid_before, updated_by_user_id)
                VALUES ($1, $2, now(), $5)
                ON CONFLICT (tenant_id, user_id) DO UPDATE
                    SET tokens_invalid_before = now(), updated_by_user_id = $5, updated_at = now();
            END IF;
            INSERT INTO public.tenant_memberships (tenant_id, user_id, membership_status) VALUES ($1, $2, $4)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET membership_status = $4, updated_at = now()
            RETURNING id INTO membership;
            DELETE FROM public.tenant_membership_roles r
            WHERE r.tenant_id = $1 AND r.membership_id = membership AND r.role_code <> $3;
            INSERT INTO public.tenant_membership_roles (tenant_id, membership_id, role_code)
            VALUES ($1, membership, $3) ON CONFLICT (tenant_id, membership_id, role_code) DO NOTHING;
            RETURN membership;
        END $$;
    """)
    definer(CREATE_TENANT, role="app_ops")
    definer(UPDATE_TENANT, role="app_ops")
    definer(CREATE_USER, role="app_ops")
    definer(SET_MEMBERSHIP, role="app_ops")


def downgrade() -> None:
    run(f"""
        -- They depend on each other in no way.
        DROP FUNCTION {SET_MEMBERSHIP};
        DROP FUNCTION {CREATE_USER};
        DROP FUNCTION {UPDATE_TENANT};
        DROP FUNCTION {CREATE_TENANT};
    """)
