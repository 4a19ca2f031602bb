"""Requests to retry many dead events go when their time is over."""

from __future__ import annotations

from impl.db.revision import run

revision = "1037_retention_of_retries"
down_revision = "1036_channel_performance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Locked while they are deleted, by function only.
        GRANT SELECT, DELETE ON dead_event_retries TO app_maintenance;
        GRANT UPDATE (tenant_id) ON dead_event_retries TO app_maintenance;
    """)


def downgrade() -> None:
    run("""
        REVOKE SELECT, DELETE ON dead_event_retries FROM app_maintenance;
        REVOKE UPDATE (tenant_id) ON dead_event_retries FROM app_maintenance;
    """)
