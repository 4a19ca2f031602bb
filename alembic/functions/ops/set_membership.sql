-- One role per membership. A changed role or a revocation ends the tokens that still claim the old one, and is recorded.
CREATE OR REPLACE FUNCTION ops.set_membership(
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
    done text := CASE WHEN $4 = 'active' THEN 'member_added' ELSE 'member_removed' END;
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
        UPDATE public.auth_refresh_tokens t SET revoked_at = now(), revoke_reason = 'membership'
        WHERE t.tenant_id = $1 AND t.user_id = $2 AND t.revoked_at IS NULL;
        done := CASE WHEN $4 = 'active' THEN 'role_changed' ELSE done END;
    END IF;
    INSERT INTO public.tenant_memberships (tenant_id, user_id, membership_status) VALUES ($1, $2, $4)
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET membership_status = $4, updated_at = now()
    RETURNING id INTO membership;
    DELETE FROM public.tenant_membership_roles r
    WHERE r.tenant_id = $1 AND r.membership_id = membership AND r.role_code <> $3;
    INSERT INTO public.tenant_membership_roles (tenant_id, membership_id, role_code)
    VALUES ($1, membership, $3) ON CONFLICT (tenant_id, membership_id, role_code) DO NOTHING;
    INSERT INTO public.access_audit (tenant_id, user_id, actor, action, role_code)
    VALUES ($1, $2, CASE WHEN $5 = '00000000-0000-0000-0000-000000000000' THEN 'operator' ELSE $5::text END, done, $3);
    RETURN membership;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.set_membership OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.set_membership FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.set_membership TO app_ops;
