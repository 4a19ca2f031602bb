"""A delivery notes where its body differs from the schema that describes it; such a difference alone rejects nothing."""

from __future__ import annotations

from impl.db.revision import run

revision = "1023_schema_notes"
down_revision = "1022_first_statistics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- NULL where nothing differs, which costs no space.
        ALTER TABLE webhook_deliveries ADD COLUMN schema_notes jsonb;
        ALTER TYPE received_delivery ADD ATTRIBUTE schema_notes jsonb;
    """)


def downgrade() -> None:
    run("""
        -- The function reads the attribute by name, and is replaced with its text of that revision.
        ALTER TYPE received_delivery DROP ATTRIBUTE schema_notes;
        ALTER TABLE webhook_deliveries DROP COLUMN schema_notes;
    """)
