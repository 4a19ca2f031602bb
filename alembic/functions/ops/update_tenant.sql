-- NULL leaves a value as it is; the answer says whether the tenant exists.
CREATE OR REPLACE FUNCTION ops.update_tenant(
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
    key_id text DEFAULT NULL,
    sandbox boolean DEFAULT NULL
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
        sandbox = coalesce($12, sandbox),
        updated_at = now()
    WHERE id = $1;
    RETURN FOUND;
END $$;

-- It crosses a boundary with the rights of its owner, so exactly one role may call it.
ALTER FUNCTION ops.update_tenant OWNER TO app_maintenance;
REVOKE ALL ON FUNCTION ops.update_tenant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.update_tenant TO app_ops;
