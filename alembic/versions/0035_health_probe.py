"""The API may ask the workers for a sign of life: a job that works for no tenant and does nothing."""

from __future__ import annotations

from impl.db.revision import run

revision = "0035_health_probe"
down_revision = "0034_first_entries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Of all jobs without a tenant only this one can be put in and looked for by the API.
        CREATE POLICY signs_of_life ON queue.pgqueuer TO app_user
            USING (headers ->> 'job' = 'health.probe' AND headers ->> 'tenant_id' IS NULL)
            WITH CHECK (headers ->> 'job' = 'health.probe' AND headers ->> 'tenant_id' IS NULL);
    """)


def downgrade() -> None:
    run("DROP POLICY signs_of_life ON queue.pgqueuer")
