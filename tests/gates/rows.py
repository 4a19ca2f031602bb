"""A valid row for any tenant table, found out from the catalog, so that attacks reach tables nobody listed."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

COLUMNS = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required,
        a.atthasdef AS has_default
    FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
REFERENCES = """
    SELECT k.confrelid::regclass::text AS target,
        (SELECT array_agg(a.attname::text ORDER BY p.n) FROM unnest(k.conkey) WITH ORDINALITY p(num, n)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.num) AS columns,
        (SELECT array_agg(a.attname::text ORDER BY p.n) FROM unnest(k.confkey) WITH ORDINALITY p(num, n)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.num) AS target_columns
    FROM pg_constraint k WHERE k.conrelid = $1::text::regclass AND k.contype = 'f'
"""
CHECKS = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'"
TENANT_TABLES = """
    SELECT c.relname::text FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
# Columns whose rule spans several columns or needs a meaning.
FIXED_VALUES: dict[str, Any] = {
    "currency": "USD",
    "reporting_currency": "USD",
    "channel_code": "direct",
    "from_channel": "direct",
    "to_channel": "email",
    "role_code": "viewer",
    "entry_kind": "captured",
    "processor": "stripe",
    "purpose": "header",
    "platform": "stripe",
    "credential": "secret",
    "verification_source": "stripe_webhook",
    "auth_provider": "sso",
    "raw_payload": "{}",
    "window_end": datetime(2100, 1, 1, tzinfo=UTC),
    "period_end": datetime(2100, 1, 1, tzinfo=UTC),
    "processor_amount_cents": 1000,
    "amount_cents": 1000,
    "ordinal": 1,
    "effect_cents": 1000,
    "revenue_cents": 1000,
    "allocated_revenue_cents": 1000,
    "secret_sealed": b"sealed",
    "key_id": "k1",
    "session_id": uuid.UUID(int=7),
    "dead_event_id": uuid.UUID(int=8),
}
OMITTED = {
    # Only keys of the other purpose may name one.
    ("tenant_api_keys", "processor"),
    # Only a repair has an amount.
    ("dead_event_audit", "amount_cents"),
    ("dead_event_audit", "currency"),
    *((table, "key_id") for table in ("tenants", "dead_events", "dead_events_quarantine", "api_idempotency_keys")),
}
# Rows of these tables appear when a row of another one is inserted.
BY_TRIGGER = {"revenue_state_transitions": "revenue_ledger"}


@dataclass
class RowMaker:
    """Makes rows as the owner role, which row security does not bind."""

    connection: asyncpg.Connection
    _catalog: dict[tuple[str, str], list[asyncpg.Record]] = field(default_factory=dict)

    async def tenant_tables(self) -> list[str]:
        """Every table with a tenant_id, whatever it is called."""
        return [row[0] for row in await self.connection.fetch(TENANT_TABLES)]

    async def columns(self, table: str) -> list[asyncpg.Record]:
        return await self._ask(COLUMNS, table)

    async def _ask(self, question: str, table: str) -> list[asyncpg.Record]:
        """Rows of the catalog about `table`, queried once."""
        if (question, table) not in self._catalog:
            self._catalog[question, table] = await self.connection.fetch(question, table)
        return self._catalog[question, table]

    async def values(self, table: str, tenant: uuid.UUID) -> dict[str, Any]:
        """Values of a new valid row; rows it refers to are made on the way."""
        checks = [row[0] for row in await self._ask(CHECKS, table)]
        result: dict[str, Any] = {}
        for column in await self.columns(table):
            name = column["name"]
            is_needed = (column["is_required"] and not column["has_default"]) or name in FIXED_VALUES or name == "id"
            if is_needed and (table, name) not in OMITTED:
                result[name] = _value(name, column["type"], checks)
        result = {name: value for name, value in result.items() if value is not None}
        if any(column["name"] == "tenant_id" for column in await self.columns(table)):
            result["tenant_id"] = tenant
        for reference in await self._ask(REFERENCES, table):
            await self._refer(table, tenant, result, reference)
        return result

    async def _refer(self, table: str, tenant: uuid.UUID, row: dict[str, Any], reference: asyncpg.Record) -> None:
        targets = dict(zip(reference["columns"], reference["target_columns"], strict=True))
        pending = [name for name in targets if name != "tenant_id" and name in row and name not in FIXED_VALUES]
        if pending and reference["target"] != table:
            parent = await self.insert(reference["target"], tenant)
            row.update({name: parent[target] for name, target in targets.items()})

    async def insert(self, table: str, tenant: uuid.UUID, **overrides: Any) -> dict[str, Any]:
        """Insert a row as the owner and return it whole."""
        if table in BY_TRIGGER:
            cause = await self.insert(BY_TRIGGER[table], tenant)
            query = f'SELECT * FROM "{table}" WHERE tenant_id = $1 AND entry_id = $2'
            record = await self.connection.fetchrow(query, tenant, cause["id"])
            if record is not None:
                return dict(record)
            overrides["entry_id"] = cause["id"]  # before the newest revision there are no triggers
        values = {**await self.values(table, tenant), **overrides}
        if values.get("entry_kind") not in (None, "captured"):
            del values["ordinal"]
        row = await self.connection.fetchrow(insert_statement(table, values) + " RETURNING *", *values.values())
        assert row is not None
        return dict(row)


def insert_statement(table: str, values: dict[str, Any]) -> str:
    """INSERT of `values`, with numbered parameters in their order."""
    names = ", ".join(f'"{name}"' for name in values)
    numbers = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    return f'INSERT INTO "{table}" ({names}) VALUES ({numbers})'


def _value(name: str, type_: str, checks: list[str]) -> Any:
    if name in FIXED_VALUES:
        return FIXED_VALUES[name]
    for check in checks:
        listed = re.search(rf"\(\(?{name}\)?(?:::text)? = (?:ANY \(ARRAY\[)?'([^']+)'", check)
        if listed:
            return listed[1]
    base = type_.partition("(")[0]
    makers: dict[str, Callable[[], Any]] = {
        "uuid": uuid.uuid4,
        "text": lambda: f"{name}-{uuid.uuid4().hex[:12]}",
        "character varying": lambda: f"{name}-{uuid.uuid4().hex[:12]}"[:32],
        "bytea": lambda: os.urandom(32),
        "jsonb": lambda: "{}",
        "integer": lambda: 1,
        "smallint": lambda: 1,
        "bigint": lambda: 1,
        "boolean": lambda: False,
        "date": lambda: datetime(2026, 1, 1, tzinfo=UTC).date(),
        "timestamp with time zone": lambda: _instant(name),
        "text[]": lambda: [uuid.uuid4().hex],
    }
    if base not in makers:
        raise AssertionError(f"no value for {name} {type_}: teach tests/gates/rows.py")
    return makers[base]()


def _instant(name: str) -> datetime:
    now = datetime.now(UTC)
    if name == "hour":
        return now.replace(minute=0, second=0, microsecond=0)
    return (
        now + timedelta(days=1)
        if name in {"expires_at", "gc_after", "next_allowed_refresh_at"}
        else now - timedelta(days=1)
    )
