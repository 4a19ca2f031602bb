"""The few words that every revision of the schema uses. Shipped revisions rely on them: add here, never change."""

from __future__ import annotations

from typing import Any, Final

from alembic import op
from sqlalchemy.util import await_only

TENANT: Final = "nullif(current_setting('app.current_tenant_id', true), '')::uuid"
USER: Final = "nullif(current_setting('app.current_user_id', true), '')::uuid"
_WORDS: Final = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def run(sql: str) -> None:
    """Any number of statements, in one message, in the revision's transaction."""
    driver: Any = op.get_bind().connection.driver_connection
    await_only(driver.execute(sql))


def protect(table: str, *, using: str | None = None, name: str = "tenant_isolation_policy") -> None:
    """Row security that even the table's owner obeys: only rows of the bound tenant are seen and written."""
    rule = using or f"tenant_id = {TENANT}"
    run(f"""
        -- Without a bound tenant the setting is NULL, and the rule admits no row.
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {name} ON {table} USING ({rule}) WITH CHECK ({rule});
    """)


def protect_personal(table: str) -> None:
    """Row security by tenant and user, for personal tables."""
    protect(table, using=f"tenant_id = {TENANT} AND user_id = {USER}")


def grant(table: str, *, api: str = "", worker: str = "", ops: str = "") -> None:
    """Letters of S I U D for the API, the worker and operators. What the worker reads, the read group reads."""
    _grant(table, api, "app_rw")
    _grant(table, "S" if "S" in worker else "", "app_ro")
    _grant(table, worker.replace("S", ""), "app_worker")
    _grant(table, ops, "app_ops")


def grant_columns(table: str, letter: str, columns: str, role: str) -> None:
    """One privilege on some columns only."""
    run(f"GRANT {_WORDS[letter]} ({columns}) ON {table} TO {role}")


def _grant(table: str, letters: str, role: str) -> None:
    if letters:
        run(f"GRANT {', '.join(_WORDS[letter] for letter in letters)} ON {table} TO {role}")


def definer(function: str, *, role: str, owner: str = "app_maintenance") -> None:
    """Hand a SECURITY DEFINER function to its owner; exactly one role may call it."""
    run(f"""
        ALTER FUNCTION {function} OWNER TO {owner};
        REVOKE ALL ON FUNCTION {function} FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION {function} TO {role};
    """)
