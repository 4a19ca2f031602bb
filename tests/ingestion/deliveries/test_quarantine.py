"""A delivery with a key that nobody has is a 401 like any other, and a note for operators that holds nothing of it."""

import asyncio
import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from generated.server import RawRequest
from impl.auth.keys import tenant_keys
from impl.ingestion.dead_events.quarantine import NOTES_PER_HOUR, Quarantine
from impl.kernel.clock import FixedClock
from impl.platforms.notices import OperatorNotice
from impl.telemetry import metrics
from tests.fixtures.service import signed, stripe_delivery
from tests.ingestion.deliveries.conftest import NOW

BODY = b'{"note": "what a stranger says"}'


NOTES = "SELECT * FROM dead_events_quarantine WHERE error_detail ->> 'key_sha256' = $1"
AT = "SELECT count(*) FROM dead_events_quarantine WHERE error_detail ->> 'path' = $1"


async def notes_of(owner, key):
    """What was noted of `key`, once there is something."""
    async with asyncio.timeout(60):
        while not (rows := await owner.fetch(NOTES, tenant_keys.hash_of(key).hex())):
            await asyncio.sleep(0.02)
    return rows


@pytest.mark.parametrize(
    ("path", "source"), [("/api/webhooks/stripe", "stripe"), ("/api/webhooks/paypal/sale_completed", "paypal"), ("/api/events", "touch")]
)  # fmt: skip
async def test_a_key_that_nobody_has_is_noted_once_without_anything_of_the_delivery(
    http, owner, ops_engine, path, source
):
    key, before = tenant_keys.new(), metrics.EVENTS_QUARANTINED._value.get()
    headers = {"X-Skeldir-Tenant-Key": key, "Content-Type": "application/json"}
    answers = [await http.post(path, content=BODY, headers=headers) for _ in range(3)]
    assert [one.status_code for one in answers] == [401] * 3
    (row,) = await notes_of(owner, key)
    assert (row["tenant_id"], row["source"], row["error_code"]) == (None, source, "unknown_tenant_key")
    assert json.loads(row["error_detail"])["path"] == path
    assert json.loads(row["error_detail"])["size_bytes"] == len(BODY)
    assert (row["payload_sealed"], row["created_by_role"]) == (None, "app_user")
    assert str(row["correlation_id"]) == answers[0].headers["X-Correlation-ID"]
    assert "stranger" not in str(dict(row))
    assert key not in str(dict(row))
    assert metrics.EVENTS_QUARANTINED._value.get() == before + 1
    async with ops_engine.connect() as connection:
        seen = await connection.execute(text("SELECT 1 FROM dead_events_quarantine WHERE id = :id"), {"id": row["id"]})
        assert seen.all() == [(1,)]


async def test_a_bad_signature_and_a_key_of_another_form_are_not_noted(http, owner, merchant):
    before = metrics.EVENTS_QUARANTINED._value.get()
    forged = signed(merchant, BODY)
    forged["headers"]["Stripe-Signature"] = "t=1,v1=00"
    assert (await http.post("/api/webhooks/stripe", **forged)).status_code == 401
    for key in ("sk_short", "x" * 46, "", "sk_" + "é" * 43):
        headers = {"X-Skeldir-Tenant-Key": key.encode(), "Content-Type": "application/json"}
        assert (await http.post("/api/webhooks/stripe", content=BODY, headers=headers)).status_code == 401
    assert (await http.post("/api/webhooks/stripe", **stripe_delivery(merchant))).status_code == 200
    assert metrics.EVENTS_QUARANTINED._value.get() == before


async def test_strangers_who_make_up_keys_do_not_fill_the_database(app_engine, owner):
    clock, path = FixedClock(NOW), f"/api/webhooks/stripe/{uuid4().hex}"
    quarantine = Quarantine(app_engine, clock)
    for hour in (1, 2):
        for _ in range(NOTES_PER_HOUR + 20):
            quarantine.note(tenant_keys.new(), RawRequest(path=path, body=BODY))
        assert await quarantine.close(60) == 0
        assert await owner.fetchval(AT, path) == hour * NOTES_PER_HOUR
        clock.advance(3600)


async def test_while_the_database_is_away_the_answer_is_not_kept_waiting(database):
    from impl.db import engine as engines

    away = engines.create(database.url("app_user").set(port=1), pool_timeout_seconds=1)
    quarantine = Quarantine(away, FixedClock(NOW))
    quarantine.note(tenant_keys.new(), RawRequest(path="/api/events", body=BODY))
    assert await quarantine.close(60) == 0
    await away.dispose()


async def test_what_a_processor_tells_operators_is_kept_once_an_hour(app_engine, owner):
    clock = FixedClock(NOW)
    quarantine, code = Quarantine(app_engine, clock), f"unknown_issuer_{uuid4().hex[:8]}"
    notice = OperatorNotice(source="paypal", code=code, message="Add the issuer.", detail={"issuer": "CN=X"})
    for seconds in (0, 3599, 1):
        clock.advance(seconds)
        quarantine.note_for_operators(notice)
    assert await quarantine.close(60) == 0
    rows = await owner.fetch("SELECT * FROM dead_events_quarantine WHERE error_code = $1", code)
    kept = {(row["tenant_id"], row["source"], row["error_message"], row["error_detail"]) for row in rows}
    assert kept == {(None, "paypal", "Add the issuer.", '{"issuer": "CN=X"}')}
    assert len(rows) == 2
