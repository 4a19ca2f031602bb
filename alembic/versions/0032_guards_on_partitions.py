"""The guard against personal data knows a partition by the table it is a month of."""

from __future__ import annotations

from typing import Final

from impl.db.revision import run

revision = "0032_guards_on_partitions"
down_revision = "0031_named_pairs"
branch_labels = None
depends_on = None

# A row's trigger runs on the partition, and under the partition's name.
TABLE: Final = r"regexp_replace(TG_TABLE_NAME, '_(\d{4}_\d{2}|rest)$', '')"


def upgrade() -> None:
    run(guard(TABLE))


def downgrade() -> None:
    run(guard("TG_TABLE_NAME"))


def guard(table: str) -> str:
    """The guard for rows of `table`, an SQL expression."""
    return f"""
        -- Layer two against personal data. Each table has its own column, so each has its own branch.
        CREATE OR REPLACE FUNCTION fn_enforce_pii_guardrail() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            guarded CONSTANT text := {table};
            place text;
            document jsonb;
        BEGIN
            CASE guarded
                WHEN 'attribution_events' THEN place := 'raw_payload'; document := NEW.raw_payload;
                WHEN 'dead_events' THEN place := 'raw_payload'; document := NEW.raw_payload;
                WHEN 'dead_events_quarantine' THEN place := 'error_detail'; document := NEW.error_detail;
                WHEN 'revenue_ledger' THEN place := 'metadata'; document := NEW.metadata;
                WHEN 'platform_connections' THEN place := 'connection_metadata'; document := NEW.connection_metadata;
                WHEN 'worker_failed_jobs' THEN place := 'arguments'; document := NEW.arguments;
            END CASE;
            place := guarded || '.' || place || ' ' || public.fn_find_personal_key(document);
            IF place IS NOT NULL THEN
                RAISE EXCEPTION 'personal data in %. Remove PII key before retry', place
                    USING ERRCODE = 'check_violation', TABLE = guarded;
            END IF;
            RETURN NEW;
        END $$;
    """
