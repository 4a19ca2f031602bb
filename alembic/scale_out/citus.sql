-- How the schema is spread over several machines with Citus. Not run by the migrations: it is the road past one machine,
-- decided in contracts/decisions/0020-past-one-machine.md and checked against the catalog by tests/schema/test_scale_out.py.
-- Run as the owner role on the coordinator, after the migrations, in this order.

-- The tenant is bound by SET LOCAL, which Citus hands to its workers only when told to.
ALTER ROLE app_user SET citus.propagate_set_commands = 'local';
ALTER ROLE app_worker SET citus.propagate_set_commands = 'local';

-- Triggers guard every ingestion table. They read and write rows of their own tenant only, which live on the same machine.
ALTER ROLE migration_owner SET citus.enable_unsafe_triggers = on;

-- Small tables that others refer to: a copy on every machine.
SELECT create_reference_table('tenants');
SELECT create_reference_table('users');
SELECT create_reference_table('roles');
SELECT create_reference_table('platforms');
SELECT create_reference_table('channel_taxonomy');
-- Found by a hash before a tenant is known, so its key cannot lead with the tenant.
SELECT create_reference_table('tenant_api_keys');

-- Everything of a tenant lives together.
SELECT create_distributed_table('tenant_memberships', 'tenant_id');
SELECT create_distributed_table('tenant_membership_roles', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('tenant_webhook_secrets', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('tenant_journey_secrets', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('auth_refresh_tokens', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('auth_access_token_denylist', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('auth_user_token_cutoffs', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('login_networks', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('access_audit', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('api_idempotency_keys', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('webhook_refusals', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('dead_event_usage', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('webhook_transmissions', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('error_reports', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('webhook_deliveries', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_events', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('touches', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('dead_events', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('dead_event_retries', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('dead_event_audit', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('revenue_ledger', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('revenue_state_transitions', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('sale_links', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('processor_roles', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('reconciliation_runs', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('ledger_verifications', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('platform_claims', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('reconciliation_results', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('reconciliation_items', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_allocations', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_recompute_jobs', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('channel_assignment_corrections', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_changes', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_day_marks', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_day_totals', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('attribution_training_counts', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('channel_spend', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('revenue_cache_entries', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('platform_connections', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('platform_credentials', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('oauth_handshake_sessions', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_api_calls', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_call_audit', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_monthly_costs', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_monthly_budget_state', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_budget_reservations', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_tenant_spend', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_response_cache', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_breaker_state', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_hourly_shutoff_state', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('llm_validation_failures', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('investigations', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('investigation_tool_calls', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('investigation_jobs', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('explanation_cache', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('budget_optimization_jobs', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('worker_side_effects', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('pii_audit_findings', 'tenant_id', colocate_with => 'tenant_memberships');
SELECT create_distributed_table('privacy_audit', 'tenant_id', colocate_with => 'tenant_memberships');

-- Stays on the coordinator, with the queue: dead_events_quarantine, worker_failed_jobs, worker_heartbeats, schedule_ticks,
-- matview_refreshes, schema_functions, rate_limit_buckets, jwt_signing_keys, jwt_verification_cache, channel_state_transitions.
