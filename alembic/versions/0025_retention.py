"""Retention: one function per kind of data, each its own step, bounded, and recorded tenant by tenant."""

from __future__ import annotations

from typing import NamedTuple

from impl.db.revision import definer, run

revision = "0025_retention"
down_revision = "0024_maintenance"
branch_labels = None
depends_on = None


class Step(NamedTuple):
    """One kind of data that lets go of something when its time is over."""

    function: str
    table: str
    due: str
    order: str
    cutoff: str
    change: str
    why: str


STEPS = (
    Step(
        "redact_payloads",
        "attribution_events",
        "d.redacted_at IS NULL AND d.received_at < now() - INTERVAL '90 days'",
        "received_at",
        "90 days",
        "UPDATE public.attribution_events SET raw_payload = '{}', redacted_at = now()",
        "Payloads of events are emptied after ninety days; amounts and times stay.",
    ),
    Step(
        "redact_links",
        "attribution_events",
        "(d.session_id IS NOT NULL OR d.journey_hash IS NOT NULL) AND d.received_at < now() - INTERVAL '180 days'",
        "received_at",
        "180 days",
        "UPDATE public.attribution_events SET session_id = NULL, journey_hash = NULL, journey_hash_previous = NULL,"
        " redacted_at = coalesce(redacted_at, now())",
        "What links an event to a browser is emptied after 180 days.",
    ),
    Step(
        "redact_dead_events",
        "dead_events",
        "d.redacted_at IS NULL AND d.ingested_at < now() - INTERVAL '90 days'",
        "ingested_at",
        "90 days",
        "UPDATE public.dead_events SET raw_payload = '{}', payload_sealed = NULL, key_id = NULL, redacted_at = now(),"
        " updated_at = now()",
        "Payloads that nobody repaired in ninety days are emptied.",
    ),
    Step(
        "delete_dead_events",
        "dead_events",
        "d.remediation_status IN ('resolved', 'abandoned') AND d.updated_at < now() - INTERVAL '30 days'",
        "updated_at",
        "30 days",
        "DELETE FROM public.dead_events",
        "Dead events go thirty days after they were resolved or abandoned.",
    ),
    Step(
        "redact_touches",
        "touches",
        "d.redacted_at IS NULL AND d.occurred_at < now() - INTERVAL '180 days'",
        "occurred_at",
        "180 days",
        "UPDATE public.touches SET session_id = NULL, journey_hash = NULL, journey_key_version = NULL,"
        " redacted_at = now()",
        "What links a touch to a browser is emptied after 180 days.",
    ),
    Step(
        "trim_touches",
        "touches",
        "d.occurred_at < now() - INTERVAL '400 days'",
        "occurred_at",
        "400 days",
        "DELETE FROM public.touches",
        "Touches go after 400 days: no window that may be recomputed reaches so far back.",
    ),
    Step(
        "delete_deliveries",
        "webhook_deliveries",
        "d.event_id IS NULL AND d.received_at < now() - INTERVAL '30 days'",
        "received_at",
        "30 days",
        "DELETE FROM public.webhook_deliveries",
        "Deliveries that became no event go after thirty days.",
    ),
    Step(
        "delete_error_reports",
        "error_reports",
        "d.created_at < now() - INTERVAL '30 days'",
        "created_at",
        "30 days",
        "DELETE FROM public.error_reports",
        "Reports of dashboards are for mending, not for keeping.",
    ),
    Step(
        "delete_llm_cache",
        "llm_response_cache",
        "d.expires_at < now()",
        "expires_at",
        "0 days",
        "DELETE FROM public.llm_response_cache",
        "Cached answers go when they expire.",
    ),
    Step(
        "delete_llm_calls",
        "llm_api_calls",
        "d.created_at < now() - INTERVAL '400 days'",
        "created_at",
        "400 days",
        "DELETE FROM public.llm_api_calls",
        "Calls are kept as long as a yearly comparison needs them.",
    ),
    Step(
        "delete_llm_audit",
        "llm_call_audit",
        "d.created_at < now() - INTERVAL '400 days'",
        "created_at",
        "400 days",
        "DELETE FROM public.llm_call_audit",
        "Decisions are kept as long as the calls they were about.",
    ),
    Step(
        "destroy_journey_secrets",
        "tenant_journey_secrets",
        "d.destroyed_at IS NULL AND d.valid_until < now() - INTERVAL '90 days'",
        "valid_until",
        "90 days",
        "UPDATE public.tenant_journey_secrets SET secret_sealed = '', destroyed_at = now()",
        "An overwritten key makes the hashes it made unlinkable for ever.",
    ),
)
FUNCTION = """
    -- {step.why}
    CREATE FUNCTION retention.{step.function}(batch integer DEFAULT 1000) RETURNS integer
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        WITH due AS (
            SELECT d.tenant_id, d.id FROM public.{step.table} d
            WHERE {step.due} ORDER BY d.{step.order} LIMIT least($1, 10000) FOR UPDATE SKIP LOCKED
        ), done AS (
            {step.change} WHERE (tenant_id, id) IN (SELECT due.tenant_id, due.id FROM due) RETURNING tenant_id
        ), recorded AS (
            INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
            SELECT done.tenant_id, session_user, '{step.function}', '{step.table}', count(*),
                now() - INTERVAL '{step.cutoff}'
            FROM done GROUP BY done.tenant_id
        )
        SELECT count(*)::integer FROM done
    $$;
"""


def upgrade() -> None:
    run("""
        -- Finding what is due must not read what was let go long ago.
        CREATE INDEX ix_attribution_events__unredacted ON attribution_events (received_at)
            WHERE redacted_at IS NULL;
        CREATE INDEX ix_attribution_events__linkable ON attribution_events (received_at)
            WHERE session_id IS NOT NULL OR journey_hash IS NOT NULL;

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

        -- Locking rows needs the right to update them; these tables lose rows whole.
        GRANT UPDATE (tenant_id) ON webhook_deliveries, error_reports TO app_maintenance;
        GRANT UPDATE (tenant_id) ON llm_response_cache, llm_api_calls, llm_call_audit TO app_maintenance;

        -- Credits go with their window, whole events at a time, because a part of a set would not add up.
        CREATE FUNCTION retention.drop_allocations(batch integer DEFAULT 1000) RETURNS integer
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            WITH due AS (
                SELECT DISTINCT d.tenant_id, d.event_id, d.model_type, d.model_version
                FROM public.attribution_allocations d
                WHERE d.window_end < now() - INTERVAL '400 days' LIMIT least($1, 10000)
            ), done AS (
                DELETE FROM public.attribution_allocations
                WHERE (tenant_id, event_id, model_type, model_version) IN (SELECT * FROM due) RETURNING tenant_id
            ), jobs AS (
                DELETE FROM public.attribution_recompute_jobs
                WHERE window_end < now() - INTERVAL '400 days' RETURNING tenant_id
            ), recorded AS (
                INSERT INTO public.privacy_audit (tenant_id, actor, action, object_kind, rows_affected, before_instant)
                SELECT done.tenant_id, session_user, 'drop_allocations', 'attribution_allocations', count(*),
                    now() - INTERVAL '400 days'
                FROM done GROUP BY done.tenant_id
            )
            SELECT count(*)::integer FROM done
        $$;
    """)
    for step in STEPS:
        run(FUNCTION.format(step=step))
        definer(f"retention.{step.function}(integer)", role="app_worker")
    definer("retention.drop_allocations(integer)", role="app_worker")


def downgrade() -> None:
    for step in reversed(STEPS):
        run(f"DROP FUNCTION retention.{step.function}(integer)")
    run("""
        -- The functions first, then what only they needed.
        DROP FUNCTION retention.drop_allocations(integer);
        REVOKE UPDATE (tenant_id) ON llm_response_cache, llm_api_calls, llm_call_audit FROM app_maintenance;
        REVOKE UPDATE (tenant_id) ON webhook_deliveries, error_reports FROM app_maintenance;
        REVOKE SELECT, INSERT ON privacy_audit FROM app_maintenance;
        REVOKE SELECT, DELETE ON attribution_recompute_jobs FROM app_maintenance;
        REVOKE DELETE ON attribution_allocations FROM app_maintenance;
        REVOKE SELECT, UPDATE (secret_sealed, destroyed_at) ON tenant_journey_secrets FROM app_maintenance;
        REVOKE SELECT, DELETE ON llm_response_cache, llm_api_calls, llm_call_audit FROM app_maintenance;
        REVOKE SELECT, DELETE ON error_reports FROM app_maintenance;
        REVOKE SELECT, DELETE ON webhook_deliveries FROM app_maintenance;
        REVOKE SELECT, UPDATE (session_id, journey_hash, journey_key_version, redacted_at), DELETE
            ON touches FROM app_maintenance;
        REVOKE UPDATE (raw_payload, payload_sealed, key_id, redacted_at, updated_at), DELETE
            ON dead_events FROM app_maintenance;
        REVOKE UPDATE (raw_payload, session_id, journey_hash, journey_hash_previous, redacted_at)
            ON attribution_events FROM app_maintenance;
        DROP INDEX ix_attribution_events__linkable;
        DROP INDEX ix_attribution_events__unredacted;
    """)
