"""Data goes when its time is over, step by step, on the record; amounts stay."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from impl.db import bootstrap
from tests.fixtures.database import Database
from tests.gates.rows import RowMaker

NOW = datetime.now(UTC)
KIND = "SELECT rows_affected, actor FROM privacy_audit WHERE action = $1 AND tenant_id = $2"


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


@dataclass
class Shop:
    """One tenant in a database of its own, with the owner's and the worker's connection."""

    owner: asyncpg.Connection
    worker: asyncpg.Connection
    maker: RowMaker
    tenant: uuid.UUID


@pytest.fixture
async def shop(fresh_database: Database) -> AsyncIterator[Shop]:
    owner = await bootstrap.connect(fresh_database.url("migration_owner"))
    worker = await bootstrap.connect(fresh_database.url("app_worker"))
    tenant = await owner.fetchval("INSERT INTO tenants (name) VALUES ('Shop') RETURNING id")
    yield Shop(owner, worker, RowMaker(owner), tenant)
    for connection in (owner, worker):
        await connection.close()


HOUR = NOW.replace(minute=0, second=0, microsecond=0)
DELETED = [
    ("delete_dead_events", "dead_events", {"remediation_status": "abandoned", "updated_at": ago(31)}, {"remediation_status": "abandoned", "updated_at": ago(29)}),
    ("delete_dead_events", "dead_events", {"remediation_status": "resolved", "resolved_at": ago(31), "updated_at": ago(31)}, {"updated_at": ago(31)}),
    ("delete_dead_event_retries", "dead_event_retries", {"updated_at": ago(91)}, {"updated_at": ago(89)}),
    ("trim_touches", "touches", {"occurred_at": ago(401)}, {"occurred_at": ago(399)}),
    ("delete_deliveries", "webhook_deliveries", {"received_at": ago(31)}, {"received_at": ago(31), "event_id": uuid.uuid4()}),
    ("delete_deliveries", "webhook_deliveries", {"received_at": ago(31), "event_id": uuid.uuid4(), "outcome": "duplicate"}, {"received_at": ago(31), "event_id": uuid.uuid4(), "outcome": "accepted"}),
    ("delete_webhook_refusals", "webhook_refusals", {"hour": HOUR - timedelta(91)}, {"hour": HOUR - timedelta(89)}),
    ("delete_error_reports", "error_reports", {"created_at": ago(31)}, {"created_at": ago(29)}),
    ("delete_llm_cache", "llm_response_cache", {"expires_at": ago(1)}, {"expires_at": NOW + timedelta(1)}),
    ("delete_llm_calls", "llm_api_calls", {"created_at": ago(401)}, {"created_at": ago(399)}),
    ("delete_llm_audit", "llm_call_audit", {"created_at": ago(401)}, {"created_at": ago(399)}),
]  # fmt: skip


async def test_notes_about_strangers_go_after_ninety_days(shop: Shop) -> None:
    note = (
        "INSERT INTO dead_events_quarantine (id, source, error_type, error_code, error_message, error_detail, ingested_at)"
        " VALUES (gen_random_uuid(), 'stripe', 'x', 'x', 'x', '{}', $1)"
    )
    for days in (89, 91, 92):
        await shop.owner.execute(note, ago(days))
    assert [await shop.worker.fetchval("SELECT retention.delete_quarantine(1)") for _ in range(3)] == [1, 1, 0]
    assert await shop.owner.fetchval(
        "SELECT max(ingested_at) = $1 AND count(*) = 1 FROM dead_events_quarantine", ago(89)
    )


@pytest.mark.parametrize(("function", "table", "old", "young"), DELETED)
async def test_rows_go_when_their_time_is_over(shop: Shop, function: str, table: str, old: dict, young: dict) -> None:
    await shop.maker.insert(table, shop.tenant, **old)
    kept = await shop.maker.insert(table, shop.tenant, **young)
    assert await shop.worker.fetchval(f"SELECT retention.{function}()") == 1
    assert [row[0] for row in await shop.owner.fetch(f"SELECT id FROM {table}")] == [kept["id"]]
    assert tuple(await shop.owner.fetchrow(KIND, function, shop.tenant)) == (1, "app_worker")
    assert await shop.worker.fetchval(f"SELECT retention.{function}()") == 0


COLLECTED = [
    ("gc_refresh_tokens", "auth_refresh_tokens", {"expires_at": ago(8)}, {"expires_at": ago(6)}),
    ("gc_failed_jobs", "worker_failed_jobs", {"failed_at": ago(91)}, {"failed_at": ago(89)}),
    ("gc_dead_event_usage", "dead_event_usage", {"day": ago(91).date()}, {"day": ago(89).date()}),
    ("gc_transmissions", "webhook_transmissions", {"first_received_at": ago(6)}, {"first_received_at": ago(4)}),
]


@pytest.mark.parametrize(("function", "table", "old", "young"), COLLECTED)
async def test_what_nobody_asks_for_any_more_goes(
    shop: Shop, function: str, table: str, old: dict, young: dict
) -> None:
    for values in (old, young):
        await shop.maker.insert(table, shop.tenant, **values)
    assert [await shop.worker.fetchval(f"SELECT maintenance.{function}()") for _ in range(2)] == [1, 0]
    column, kept = next(iter(young.items()))
    assert [row[0] for row in await shop.owner.fetch(f"SELECT {column} FROM {table}")] == [kept]


async def test_payloads_and_links_of_events_are_emptied_and_amounts_stay(shop: Shop) -> None:
    filled = {"raw_payload": '{"currency": "USD"}', "session_id": uuid.uuid4(), "journey_hash": b"h"}
    for days in (89, 91, 181):
        await shop.maker.insert("attribution_events", shop.tenant, received_at=ago(days), **filled)
    await shop.worker.fetchval("SELECT retention.redact_payloads()")
    await shop.worker.fetchval("SELECT retention.redact_links()")
    rows = await shop.owner.fetch(
        "SELECT raw_payload = '{}' AS is_empty, session_id IS NULL AS is_unlinked, redacted_at IS NOT NULL AS is_marked,"
        " revenue_cents FROM attribution_events ORDER BY received_at DESC"
    )
    assert [tuple(row) for row in rows] == [
        (False, False, False, 1000),
        (True, False, True, 1000),
        (True, True, True, 1000),
    ]


async def test_maintenance_itself_cannot_change_an_amount(fresh_database: Database) -> None:
    """The exception for redaction is narrow: only emptying, and never without saying when."""
    admin = await bootstrap.connect(fresh_database.url())
    tenant = await admin.fetchval("INSERT INTO tenants (name) VALUES ('Shop') RETURNING id")
    await RowMaker(admin).insert("attribution_events", tenant, raw_payload='{"currency": "USD"}')
    await admin.execute(
        "GRANT UPDATE, DELETE ON attribution_events, revenue_ledger TO app_maintenance; SET ROLE app_maintenance"
    )
    for change in (
        "UPDATE attribution_events SET revenue_cents = 1, effect_cents = 1, redacted_at = now()",
        'UPDATE attribution_events SET raw_payload = \'{"currency": "EUR"}\', redacted_at = now()',
        "UPDATE attribution_events SET raw_payload = '{}'",
        "UPDATE attribution_events SET session_id = gen_random_uuid(), redacted_at = now()",
        "DELETE FROM attribution_events",
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await admin.execute(change)
        assert refused.value.sqlstate == "23001", change
    assert await admin.execute("UPDATE attribution_events SET raw_payload = '{}', redacted_at = now()") == "UPDATE 1"
    await admin.close()


@pytest.mark.promise("F07")
async def test_credits_go_with_their_window_without_tripping_the_sum(shop: Shop) -> None:
    """Nightly retention once tripped the sum check and undid everything (F07)."""
    event = await shop.maker.insert("attribution_events", shop.tenant)
    await shop.owner.execute(
        "INSERT INTO attribution_allocations (tenant_id, event_id, window_start, window_end, model_type, model_version,"
        " channel_code, allocated_revenue_cents, currency)"
        " SELECT $1, $2, $3, $4, 'linear', '1', c, 500, 'USD' FROM unnest(ARRAY['direct', 'email']) c",
        shop.tenant, event["id"], ago(402), ago(401),
    )  # fmt: skip
    await shop.maker.insert("attribution_recompute_jobs", shop.tenant, window_start=ago(402), window_end=ago(401))
    assert await shop.worker.fetchval("SELECT retention.drop_allocations()") == 2
    assert await shop.owner.fetchval("SELECT count(*) FROM attribution_recompute_jobs") == 0


async def test_an_old_journey_secret_is_overwritten(shop: Shop) -> None:
    await shop.maker.insert("tenant_journey_secrets", shop.tenant, version=1, valid_until=ago(91))
    await shop.maker.insert("tenant_journey_secrets", shop.tenant, version=2, valid_until=ago(89))
    assert await shop.worker.fetchval("SELECT retention.destroy_journey_secrets()") == 1
    rows = await shop.owner.fetch(
        "SELECT secret_sealed, destroyed_at IS NULL FROM tenant_journey_secrets ORDER BY version"
    )
    assert [tuple(row) for row in rows] == [(b"", False), (b"sealed", True)]


async def test_steps_are_bounded(shop: Shop) -> None:
    for _ in range(3):
        await shop.maker.insert("error_reports", shop.tenant, created_at=ago(31))
    counts = [await shop.worker.fetchval("SELECT retention.delete_error_reports(2)") for _ in range(3)]
    assert counts == [2, 1, 0]


@pytest.mark.promise("F08")
async def test_erasure_empties_every_surface_of_one_tenant_and_leaves_amounts(shop: Shop) -> None:
    other = await shop.owner.fetchval("INSERT INTO tenants (name) VALUES ('Other') RETURNING id")
    surfaces = {
        "attribution_events": "raw_payload <> '{}' OR session_id IS NOT NULL",
        "touches": "session_id IS NOT NULL",
        "dead_events": "raw_payload <> '{}' OR payload_sealed IS NOT NULL",
        "platform_credentials": "access_token_sealed <> ''",
        "investigations": "query <> ''",
        "llm_response_cache": "true",
        "explanation_cache": "true",
        "oauth_handshake_sessions": "true",
        "error_reports": "true",
        "revenue_cache_entries": "true",
    }
    for tenant in (shop.tenant, other):
        for table in surfaces:
            filled = {"raw_payload": '{"currency": "USD"}'} if table in {"attribution_events", "dead_events"} else {}
            await shop.maker.insert(table, tenant, **filled)
        await shop.maker.insert("revenue_ledger", tenant)
    erase = "SELECT privacy.erase_tenant_surfaces($1, 1)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shop.worker.fetchval(erase, shop.tenant)
    await shop.worker.execute("SELECT set_config('app.current_tenant_id', $1, false)", str(shop.tenant))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shop.worker.fetchval(erase, other)
    while await shop.worker.fetchval(erase, shop.tenant):
        pass
    for table, filled in surfaces.items():
        query = f"SELECT count(*) FROM {table} WHERE tenant_id = $1 AND ({filled})"
        assert await shop.owner.fetchval(query, shop.tenant) == 0, table
        assert await shop.owner.fetchval(query, other) >= 1, table
    total = "SELECT sum(effect_cents) FROM revenue_ledger WHERE tenant_id = $1"
    assert await shop.owner.fetchval(total, shop.tenant) == 1000
    audited = {
        row[0]
        for row in await shop.owner.fetch("SELECT object_kind FROM privacy_audit WHERE tenant_id = $1", shop.tenant)
    }
    assert audited >= set(surfaces) - {"revenue_cache_entries"}


@pytest.mark.promise("F16")
async def test_the_scan_finds_what_slipped_past_a_missing_guard_and_keeps_no_text(fresh_database: Database) -> None:
    admin = await bootstrap.connect(fresh_database.url())
    worker = await bootstrap.connect(fresh_database.url("app_worker"))
    tenant = await admin.fetchval("INSERT INTO tenants (name) VALUES ('Shop') RETURNING id")
    await admin.execute("ALTER TABLE revenue_ledger DISABLE TRIGGER trg_pii_guardrail_revenue_ledger")
    row = await RowMaker(admin).insert(
        "revenue_ledger", tenant, metadata='{"a": [{"Customer_Email": "a@example.com"}]}'
    )
    assert await worker.fetchval("SELECT privacy.scan_pii()") == 1
    assert await worker.fetchval("SELECT privacy.scan_pii()") == 0, "a finding is reported once"
    found = await admin.fetchrow("SELECT * FROM pii_audit_findings")
    assert (found["record_id"], found["detected_key"], found["column_name"]) == (row["id"], "customeremail", "metadata")
    assert "example" not in str(dict(found))
    for connection in (admin, worker):
        await connection.close()
