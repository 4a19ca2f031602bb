"""Many dead events retried with one request: which, how many, by one job after the other, and on record."""

from uuid import uuid4

import pytest

from impl.ingestion.dead_events import many
from tests.ingestion.dead_events.steps import DEAD, OLDER_STRIPE, bury_touch, charge, state

MANY = f"{DEAD}/retry"


async def ask(site, *, role="manager", force=False, key=None, **criteria):
    headers = {"X-Idempotency-Key": key} if key else {}
    body = {"filter": criteria, "force": force}
    return await site.ask("POST", MANY, role=role, body=body, **headers)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filter": {}}, "/body/filter"),
        ({}, "/body/filter"),
        ({"filter": {"status": "resolved"}}, "/body/filter/status"),
        ({"filter": {"status": "in_progress"}}, "/body/filter/status"),
        ({"filter": {"source": ""}}, "/body/filter/source"),
        ({"filter": {"error_code": "e" * 65}}, "/body/filter/error_code"),
        ({"filter": {"sauce": "stripe"}}, "/body/filter/sauce"),
        ({"filter": {"source": "stripe"}, "force": "yes"}, "/body/force"),
    ],
)
async def test_without_a_filter_or_with_an_odd_one_it_is_refused(staffed, owner, body, pointer):
    answer = await staffed.ask("POST", MANY, role="manager", body=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert await owner.fetchval("SELECT count(*) FROM dead_event_retries WHERE tenant_id = $1", staffed.tenant_id) == 0


async def test_the_refusal_of_an_empty_filter_says_which_criteria_there_are(staffed):
    (error,) = (await staffed.ask("POST", MANY, role="manager", body={"filter": {}})).json()["errors"]
    for name in ("status", "source", "error_code"):
        assert name in error["message"]


async def test_a_viewer_may_not(staffed):
    assert (await ask(staffed, role="viewer", source="touch")).status_code == 403


async def test_all_that_match_are_retried_and_counted(staffed, owner, deliver, work_off):
    understood = [(await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id for _ in range(2)]
    hopeless = (await deliver(staffed, charge({"amount": "much"}), OLDER_STRIPE)).dead_event_id
    touch = await bury_touch(staffed, kind="glance")
    answer = await ask(staffed, source="stripe", error_code="unknown_provider_event", force=True)
    assert answer.status_code == 202
    retry = answer.json()
    assert (retry["status"], retry["selected"], retry["has_more"]) == ("queued", 3, False)
    assert retry["filter"] == {"status": "pending", "source": "stripe", "error_code": "unknown_provider_event"}
    assert "3 dead events" in retry["effect"]
    assert answer.headers["Location"] == retry["status_url"]
    assert answer.headers["Retry-After"] == "1"
    assert await work_off(staffed.tenant_id) == 1
    after = (await staffed.ask("GET", retry["status_url"])).json()
    assert (after["status"], after["retried"], after["resolved"]) == ("finished", 3, 2)
    assert after["finished_at"] >= after["started_at"] >= after["created_at"]
    assert [(await state(owner, one))["remediation_status"] for one in understood] == ["resolved"] * 2
    row = await state(owner, hopeless)
    assert (row["remediation_status"], row["error_code"], row["retry_count"]) == ("pending", "malformed_value", 1)
    assert (await state(owner, touch))["retry_count"] == 0


async def test_without_force_only_passing_causes_are_retried_and_the_others_counted(staffed, owner, deliver, work_off):
    passing, lasting, gone = [(await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id for _ in range(3)]
    await owner.execute("UPDATE dead_events SET error_code = 'network_error' WHERE id = $1", passing)
    await owner.execute("UPDATE dead_events SET payload_sealed = NULL, key_id = NULL WHERE id = $1", gone)
    retry = (await ask(staffed, source="stripe")).json()
    assert (retry["selected"], retry["needs_force"], retry["without_content"]) == (1, 1, 1)
    await work_off(staffed.tenant_id)
    assert (await state(owner, passing))["remediation_status"] == "resolved"
    assert (await state(owner, lasting))["retry_count"] == 0


async def test_abandoned_ones_are_retried_only_when_they_are_meant(staffed, owner, deliver, work_off):
    dead_id = (await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id
    await owner.execute("UPDATE dead_events SET remediation_status = 'abandoned' WHERE id = $1", dead_id)
    nothing = (await ask(staffed, source="stripe", force=True)).json()
    assert (nothing["status"], nothing["selected"], nothing["effect"]) == ("finished", 0, "Nothing is retried.")
    assert await work_off(staffed.tenant_id) == 0
    await ask(staffed, status="abandoned", force=True)
    await work_off(staffed.tenant_id)
    assert (await state(owner, dead_id))["remediation_status"] == "resolved"


async def test_the_same_request_while_it_is_under_way_is_the_same_retry(staffed, owner, deliver, work_off):
    await deliver(staffed, charge(), OLDER_STRIPE)
    first, second, other = [
        (await ask(staffed, source=source, force=True)).json() for source in ("stripe", "stripe", "shopify")
    ]
    assert first["retry_id"] == second["retry_id"] != other["retry_id"]
    assert await work_off(staffed.tenant_id) == 1
    third = (await ask(staffed, source="stripe", force=True)).json()
    assert third["retry_id"] != first["retry_id"]
    rows = await owner.fetch(
        "SELECT action, retry_id::text FROM dead_event_audit WHERE tenant_id = $1 ORDER BY created_at",
        staffed.tenant_id,
    )
    assert [tuple(row) for row in rows] == [("retried_many", one["retry_id"]) for one in (first, other, third)]


async def test_one_that_does_not_go_on_is_stalled_and_not_waited_for(staffed, owner, deliver):
    await deliver(staffed, charge(), OLDER_STRIPE)
    first = (await ask(staffed, source="stripe", force=True)).json()
    await owner.execute("UPDATE dead_event_retries SET updated_at = updated_at - interval '16 minutes'")
    assert (await staffed.ask("GET", first["status_url"])).json()["status"] == "stalled"
    assert (await ask(staffed, source="stripe", force=True)).json()["retry_id"] != first["retry_id"]


async def test_a_repeated_key_is_answered_as_before(staffed, deliver, work_off):
    await deliver(staffed, charge(), OLDER_STRIPE)
    key = str(uuid4())
    first = await ask(staffed, source="stripe", force=True, key=key)
    await work_off(staffed.tenant_id)
    again = await ask(staffed, source="stripe", force=True, key=key)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await ask(staffed, source="touch", key=key)).json()["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_at_most_ten_thousand_the_oldest_first(staffed, owner):
    for first in (1, 4001, 8001):
        await owner.execute(
            "INSERT INTO dead_events (tenant_id, source, idempotency_key, error_code, error_type, event_type,"
            " error_message, error_detail, raw_payload, payload_sealed, key_id, ingested_at)"
            " SELECT $1, 'stripe', n::text, 'malformed_value', 'malformed_value', 'x', 'x', '{}', '{}', '\\x00', 'k',"
            " $2::timestamptz - interval '1 second' * n FROM generate_series($3::integer, least($3 + 3999, 10001)) n",
            staffed.tenant_id, staffed.clock.now(), first,
        )  # fmt: skip
        # As if each had come on a day of its own: those of one day have a budget.
        await owner.execute("DELETE FROM dead_event_usage WHERE tenant_id = $1", staffed.tenant_id)
    retry = (await ask(staffed, error_code="malformed_value", force=True)).json()
    assert (retry["selected"], retry["has_more"]) == (10_000, True)
    assert "More match" in retry["effect"]


async def test_a_long_retry_makes_room_for_other_jobs_and_goes_on_where_it_was(
    staffed, owner, deliver, work_off, monkeypatch
):
    monkeypatch.setattr(many, "_SLICE_SECONDS", -1.0)
    monkeypatch.setattr(many, "_PAGE", 2)
    dead = [(await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id for _ in range(5)]
    retry = (await ask(staffed, source="stripe", force=True)).json()
    progress = []
    while await work_off(staffed.tenant_id):
        shown = (await staffed.ask("GET", retry["status_url"])).json()
        progress.append((shown["status"], shown["retried"]))
    assert progress == [("in_progress", 2), ("in_progress", 4), ("finished", 5)]
    assert [(await state(owner, one))["retry_count"] for one in dead] == [1] * 5


async def test_what_arrives_after_the_request_is_not_retried(staffed, owner, deliver, work_off):
    """Not even in place of one that was resolved meanwhile."""
    body = charge()
    await deliver(staffed, body, OLDER_STRIPE)
    retry = (await ask(staffed, source="stripe", force=True)).json()
    await deliver(staffed, body)
    staffed.clock.advance(1)
    late = (await deliver(staffed, charge(), OLDER_STRIPE)).dead_event_id
    await work_off(staffed.tenant_id)
    assert (await state(owner, late))["retry_count"] == 0
    shown = (await staffed.ask("GET", retry["status_url"])).json()
    assert (shown["status"], shown["selected"], shown["retried"]) == ("finished", 1, 0)


async def test_another_tenants_retry_is_404(staffed, make_site, deliver):
    await deliver(staffed, charge(), OLDER_STRIPE)
    retry = (await ask(staffed, source="stripe", force=True)).json()
    other = await make_site("viewer", "manager")
    for path in (retry["status_url"], f"/api/events/retries/{uuid4()}"):
        assert (await other.ask("GET", path)).status_code == 404
    nothing = (await ask(other, source="stripe", force=True)).json()
    assert (nothing["selected"], nothing["status"]) == (0, "finished")
