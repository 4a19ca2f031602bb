"""Repair end to end: asked for over HTTP, done by a worker, through the replay functions."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from impl.db.transaction import tenant_transaction
from impl.ingestion.dead_events import tasks
from impl.ingestion.deliveries import reject
from impl.ingestion.deliveries.delivery import Delivery, Rejection
from impl.jobs.kinds import Work
from impl.platforms import summary
from impl.platforms.stripe import samples
from tests.ingestion.dead_events.steps import DEAD, OLDER_STRIPE, bury_touch, charge, retry, state


@pytest.fixture
async def add_channel(owner):
    """`await add_channel(code, family, name, api_name)` adds an active channel, which is archived after the test.

    Touches and the log of its states refer to it, so it cannot be deleted; other tests of this database look at active channels.
    """
    codes = []

    async def add(code, *values):
        codes.append(code)
        await owner.execute(
            "INSERT INTO channel_taxonomy VALUES ($1, $2, false, $3, $4, true, 'active')", code, *values
        )

    yield add
    await owner.execute(
        "UPDATE channel_taxonomy SET state = 'archived', is_active = false WHERE code = ANY ($1)", codes
    )


async def test_a_touch_whose_channel_was_added_becomes_a_touch(staffed, owner, work_off, add_channel):
    code = f"podcast_{uuid4().hex[:8]}"
    dead_id = await bury_touch(staffed, touch_id="t-1", channel=code)
    await add_channel(code, "referral", "Podcast", "Referral")
    answer = await retry(staffed, dead_id, force=True)
    assert (answer.status_code, answer.json()["remediation_status"]) == (202, "in_progress")
    assert answer.headers["Location"] == f"{DEAD}/{dead_id}"
    assert await work_off(staffed.tenant_id) == 1
    touch = await owner.fetchrow("SELECT * FROM touches WHERE tenant_id = $1", staffed.tenant_id)
    assert (touch["touch_id"], touch["channel_code"]) == ("t-1", code)
    shown = (await staffed.ask("GET", f"{DEAD}/{dead_id}")).json()
    assert (shown["remediation_status"], shown["resolved_event_id"]) == ("resolved", str(touch["id"]))
    assert shown["retry_count"] == 1


async def test_what_is_still_wrong_waits_again_and_says_why(staffed, owner, work_off):
    dead_id = await bury_touch(staffed, kind="glance")
    await retry(staffed, dead_id, force=True)
    await work_off(staffed.tenant_id)
    row = await state(owner, dead_id)
    assert (row["remediation_status"], row["error_code"], row["next_retry_at"]) == (
        "pending",
        "schema_validation",
        None,
    )


async def test_a_touch_that_was_sent_again_meanwhile_wins(staffed, owner, work_off, add_channel):
    code = f"organik_{uuid4().hex[:8]}"
    dead_id = await bury_touch(staffed, touch_id="t-1", channel=code)
    await staffed.send(staffed.touch(touch_id="t-1", channel="organic"))
    kept = await owner.fetchval("SELECT id FROM touches WHERE tenant_id = $1", staffed.tenant_id)
    await add_channel(code, "organic", "O", "Organic")
    await retry(staffed, dead_id, force=True)
    await work_off(staffed.tenant_id)
    assert (await state(owner, dead_id))["resolved_event_id"] == kept


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("remediation_status = 'resolved', resolved_at = now()", "resolved"),
        ("payload_sealed = NULL, key_id = NULL, redacted_at = now()", "content"),
    ],
)
async def test_what_cannot_succeed_is_not_tried(staffed, owner, work_off, change, word):
    dead_id = await bury_touch(staffed, kind="glance")
    await owner.execute(f"UPDATE dead_events SET {change} WHERE id = $1", dead_id)
    answer = await retry(staffed, dead_id, force=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "STATE_CONFLICT")
    assert word in answer.json()["detail"]
    assert await work_off(staffed.tenant_id) == 0


async def test_a_lasting_cause_needs_force_and_a_passing_one_does_not(staffed, owner):
    dead_id = await bury_touch(staffed, kind="glance")
    refused = await retry(staffed, dead_id)
    assert refused.status_code == 409
    assert "force" in refused.json()["detail"]
    await owner.execute("UPDATE dead_events SET error_code = 'network_error' WHERE id = $1", dead_id)
    assert (await retry(staffed, dead_id)).status_code == 202


async def test_asking_twice_is_one_job_and_a_given_up_one_may_be_tried(staffed, owner, work_off):
    dead_id = await bury_touch(staffed, kind="glance")
    await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body={"notes": "no use"})
    assert [(await retry(staffed, dead_id, force=True)).status_code for _ in range(3)] == [202] * 3
    assert await work_off(staffed.tenant_id) == 1


async def test_a_delivery_that_is_understood_today_becomes_an_event_with_its_entry(staffed, owner, deliver, work_off):
    dead = await deliver(staffed, charge(), OLDER_STRIPE)
    assert dead.error_code == "unknown_provider_event"
    await retry(staffed, dead.dead_event_id, force=True)
    await work_off(staffed.tenant_id)
    row = await state(owner, dead.dead_event_id)
    assert row["remediation_status"] == "resolved", row["error_message"]
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1", row["resolved_event_id"])
    entry = await owner.fetchrow("SELECT * FROM revenue_ledger WHERE event_id = $1", event["id"])
    assert (event["processor"], event["event_type"]) == ("stripe", "PaymentCaptured")
    assert entry["effect_cents"] == event["effect_cents"] > 0
    assert entry["entry_kind"] == "captured"


async def test_replayed_and_resent_it_is_one_event_and_one_entry(staffed, owner, deliver, work_off):
    """Whichever comes first: the replay uses the key that the delivery has once it is understood."""
    body = charge()
    dead = await deliver(staffed, body, OLDER_STRIPE)
    await retry(staffed, dead.dead_event_id, force=True)
    await work_off(staffed.tenant_id)
    again = await deliver(staffed, body)
    assert again.outcome == "duplicate"
    assert again.event_id == (await state(owner, dead.dead_event_id))["resolved_event_id"]
    assert await owner.fetchval("SELECT count(*) FROM revenue_ledger WHERE tenant_id = $1", staffed.tenant_id) == 1


async def test_the_sweep_finds_what_may_have_passed_and_nothing_else(staffed, owner, worker_engine, work_off, deliver):
    due, waits, lasting = [(await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id for _ in range(3)]
    set_ = "UPDATE dead_events SET error_code = $2, next_retry_at = now() + $3 * interval '1 second' WHERE id = $1"
    await owner.execute(set_, due, "database_timeout", -1)
    await owner.execute(set_, waits, "database_timeout", 60)
    work = Work(job_id=1, kind=tasks.SWEEP, engine=worker_engine, arguments={}, correlation_id=uuid4(), attempt=1)
    await tasks.sweep(work)
    await tasks.sweep(work)
    assert await work_off(staffed.tenant_id) == 1
    states = [(await state(owner, one))["remediation_status"] for one in (due, waits, lasting)]
    assert states == ["resolved", "pending", "pending"]


async def test_after_a_release_with_a_newer_reader_the_worker_retries_once_by_itself(
    staffed, owner, worker_engine, work_off, deliver, monkeypatch
):
    understood = (await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id
    touch = await bury_touch(staffed, kind="glance")
    garbage = json.dumps({"id": "evt_x", "type": "charge.succeeded", "data": {"object": {"id": "ch_x"}}}).encode()
    hopeless = (await deliver(staffed, garbage, OLDER_STRIPE)).dead_event_id
    work = Work(job_id=1, kind=tasks.SWEEP, engine=worker_engine, arguments={}, correlation_id=uuid4(), attempt=1)
    await tasks.sweep(work)
    assert await work_off(staffed.tenant_id) == 0
    monkeypatch.setattr(summary, "READER_VERSION", summary.READER_VERSION + 1)
    await tasks.sweep(work)
    assert await work_off(staffed.tenant_id) == 2
    assert (await state(owner, understood))["remediation_status"] == "resolved"
    row = await state(owner, hopeless)
    assert (row["remediation_status"], row["retry_count"]) == ("pending", 1)
    assert row["reader_version"] == summary.READER_VERSION
    assert (await state(owner, touch))["retry_count"] == 0
    await tasks.sweep(work)
    assert await work_off(staffed.tenant_id) == 0


async def test_a_dead_delivery_shows_its_number_amount_issues_and_advice(staffed, deliver):
    body = samples.load("charge.succeeded", item={"id": "ch_42", "amount": 12_999, "currency": "eur"})
    dead = await deliver(staffed, json.dumps(body).encode(), OLDER_STRIPE)
    shown = (await staffed.ask("GET", f"{DEAD}/{dead.dead_event_id}")).json()
    assert (shown["object_number"], shown["amount_cents"], shown["currency"]) == ("ch_42", 12_999, "EUR")
    assert shown["issues"][0] == {
        "pointer": "/body/type",
        "message": "too new for us",
        "code": "unknown_provider_event",
    }
    assert "retried automatically once" in shown["advice"]
    assert shown["reader_version"] == summary.READER_VERSION


async def test_another_tenants_job_finds_nothing(staffed, make_site, owner, app_engine, work_off):
    dead_id = await bury_touch(staffed, kind="glance")
    other = await make_site()
    async with tenant_transaction(app_engine, other.tenant_id) as connection:
        await tasks.defer_retry(connection, dead_id, tenant_id=other.tenant_id, is_forced=True)
    assert await work_off(other.tenant_id) == 1
    assert (await state(owner, dead_id))["retry_count"] == 0


@pytest.mark.parametrize(("code", "seconds"), [("database_timeout", 60), ("unknown", 60), ("malformed_value", None)])
async def test_only_a_passing_cause_is_tried_again_by_itself(
    app_engine, ring, make_tenant, owner, clock, code, seconds
):
    delivery = Delivery(
        id=uuid4(), tenant_id=await make_tenant(), processor="stripe", received_at=clock.now(), size_bytes=2,
        signature_scheme="stripe_v1", secret_version=1,
    )  # fmt: skip
    rejection = Rejection(code=code, message="it did not work", idempotency_key=uuid4(), payload={})
    dead = await reject.reject(app_engine, ring, delivery, rejection)
    row = await state(owner, dead.dead_event_id)
    assert row["next_retry_at"] == (None if seconds is None else clock.now() + timedelta(seconds=seconds))


@pytest.mark.parametrize("is_connected", [True, False])
async def test_a_replayed_payment_waits_for_its_order_only_where_the_shop_is_connected(
    staffed, owner, deliver, work_off, equip, is_connected
):
    """As it does when it is received: of a shop that is not connected no order would ever arrive."""
    if is_connected:
        await equip(staffed, "woocommerce", account="shop.example")
    mark = {"metadata": {"order_id": "42", "site_url": "https://shop.example"}}
    body = samples.load("charge.succeeded", event={"id": f"evt_{uuid4().hex}"}, item={"id": f"ch_{uuid4().hex}"} | mark)
    dead = await deliver(staffed, json.dumps(body).encode(), OLDER_STRIPE)
    await retry(staffed, dead.dead_event_id, force=True)
    await work_off(staffed.tenant_id)
    event_id = (await state(owner, dead.dead_event_id))["resolved_event_id"]
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1", event_id)
    assert (event["counts_at"] is not None, event["effect_cents"] > 0) == (is_connected, not is_connected)


async def test_the_reply_to_a_retry_says_what_it_will_do(staffed, owner, deliver):
    understood = await deliver(staffed, charge(), OLDER_STRIPE)
    effect = (await retry(staffed, understood.dead_event_id, force=True)).json()["retry"]
    assert effect["needs"] == "nothing"
    assert "PaymentCaptured ch_" in effect["effect"]
    garbage = {"id": "evt_x", "type": "charge.succeeded", "created": 1, "data": {"object": {"id": "ch_x"}}}
    hopeless = await deliver(staffed, json.dumps(garbage).encode())
    needs = (await staffed.ask("GET", f"{DEAD}/{hopeless.dead_event_id}")).json()["retry"]
    assert (needs["needs"], "With `force`" in needs["effect"]) == ("force", True)
    effect = (await retry(staffed, hopeless.dead_event_id, force=True)).json()["retry"]["effect"]
    assert "fails with `missing_required_field`" in effect
    touch = await bury_touch(staffed, kind="glance")
    assert "touch" in (await retry(staffed, touch, force=True)).json()["retry"]["effect"]
    await owner.execute("UPDATE dead_events SET payload_sealed = NULL, key_id = NULL WHERE id = $1", touch)
    assert (await staffed.ask("GET", f"{DEAD}/{touch}")).json()["retry"]["needs"] == "resend"
    await owner.execute(
        "UPDATE dead_events SET remediation_status = 'resolved', resolved_at = now() WHERE id = $1", touch
    )
    assert "retry" not in (await staffed.ask("GET", f"{DEAD}/{touch}")).json()


async def test_what_people_do_about_dead_events_is_on_record(staffed, owner):
    dead_id = await bury_touch(staffed, kind="glance")
    await retry(staffed, dead_id)  # refused, so nothing was done
    await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body={"notes": "no use"})
    await retry(staffed, dead_id, force=True)
    await retry(staffed, dead_id, force=True)  # under way already
    rows = await owner.fetch(
        "SELECT action, dead_event_id::text, is_forced FROM dead_event_audit WHERE tenant_id = $1 ORDER BY created_at",
        staffed.tenant_id,
    )
    assert [tuple(row) for row in rows] == [("abandoned", dead_id, None), ("retried", dead_id, True)]
