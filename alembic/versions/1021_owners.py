"""Rights of the two roles whose functions cross a boundary: between tenants (app_maintenance), into ingestion (app_replay)."""

from __future__ import annotations

from impl.db.revision import run

revision = "1021_owners"
down_revision = "1020_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- The owner of the replay functions obeys row security: they work within the bound tenant only.
        GRANT SELECT, UPDATE (retry_count, last_retry_at, next_retry_at, remediation_status, remediation_notes, resolved_at,
                resolved_event_id, error_code, error_message, updated_at)
            ON dead_events TO app_replay;
        GRANT SELECT, INSERT ON attribution_events, revenue_ledger, touches TO app_replay;
        -- The one statement that records facts names deliveries too; a replay adds none.
        GRANT INSERT ON webhook_deliveries TO app_replay;
        GRANT SELECT ON channel_taxonomy, tenants TO app_replay;

        -- Maintenance reads and deletes for all tenants; callers of its functions get ids and numbers.
        GRANT SELECT ON dead_events, platform_credentials, api_idempotency_keys TO app_maintenance;
        GRANT SELECT ON oauth_handshake_sessions, auth_access_token_denylist TO app_maintenance;
        GRANT DELETE ON auth_access_token_denylist, api_idempotency_keys, oauth_handshake_sessions TO app_maintenance;

        -- Retention acts for all tenants, and only on what it lets go.
        GRANT UPDATE (raw_payload, session_id, journey_hash, journey_hash_previous, redacted_at)
            ON attribution_events TO app_maintenance;
        GRANT UPDATE (raw_payload, payload_sealed, key_id, redacted_at, updated_at), DELETE
            ON dead_events TO app_maintenance;
        GRANT SELECT, UPDATE (session_id, journey_hash, journey_key_version, redacted_at), DELETE
            ON touches TO app_maintenance;
        GRANT SELECT, DELETE ON webhook_deliveries TO app_maintenance;
        GRANT SELECT, DELETE ON error_reports TO app_maintenance;
        GRANT SELECT, DELETE ON llm_response_cache, llm_api_calls, llm_call_audit TO app_maintenance;
        GRANT SELECT, UPDATE (secret_sealed, destroyed_at) ON tenant_journey_secrets TO app_maintenance;
        GRANT DELETE ON attribution_allocations TO app_maintenance;
        GRANT SELECT, DELETE ON attribution_recompute_jobs TO app_maintenance;
        GRANT SELECT, INSERT ON privacy_audit TO app_maintenance;
        GRANT DELETE ON dead_events_quarantine TO app_maintenance;

        -- Locking rows needs the right to update them; these tables lose rows whole.
        GRANT UPDATE (tenant_id) ON webhook_deliveries, error_reports, dead_events_quarantine TO app_maintenance;
        GRANT UPDATE (tenant_id) ON llm_response_cache, llm_api_calls, llm_call_audit TO app_maintenance;

        -- Erasure reaches what retention does not: accounts, texts and caches of one tenant.
        GRANT UPDATE (error_detail) ON dead_events TO app_maintenance;
        GRANT SELECT, UPDATE (error_detail, payload_sealed, key_id) ON dead_events_quarantine TO app_maintenance;
        GRANT UPDATE ON platform_credentials TO app_maintenance;
        GRANT SELECT, UPDATE ON investigations, investigation_tool_calls, investigation_jobs TO app_maintenance;
        GRANT SELECT, UPDATE ON budget_optimization_jobs TO app_maintenance;
        GRANT SELECT, DELETE ON explanation_cache, revenue_cache_entries TO app_maintenance;

        -- The scan reads what the guards watch, in case a guard was taken away.
        GRANT SELECT ON platform_connections, worker_failed_jobs TO app_maintenance;
        GRANT SELECT, INSERT ON pii_audit_findings TO app_maintenance;
    """)


def downgrade() -> None:
    """Nothing to do: rights on a table go with the table, and every table above goes on the way down."""
