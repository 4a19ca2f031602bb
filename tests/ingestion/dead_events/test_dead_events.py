"""Dead events over HTTP: listed by pages, looked at, given up; what was sent is never shown."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

DEAD = "/api/events/dead"


async def bury(site, count=1, **changes):
    """Ids of new dead events, in the order they were sent."""
    answer = await site.send(*(site.touch(kind="glance", **changes) for _ in range(count)))
    return [line["dead_event_id"] for line in answer.json()["results"]]


async def pages(site, limit, **filters):
    found, query = [], {"limit": limit} | filters
    while True:
        answer = await site.ask("GET", DEAD + "?" + "&".join(f"{name}={value}" for name, value in query.items()))
        assert answer.status_code == 200, answer.text
        found.append([item["id"] for item in answer.json()["items"]])
        page = answer.json()["page"]
        assert page["has_more"] == ("next_cursor" in page)
        if not page["has_more"]:
            return found
        query["cursor"] = page["next_cursor"]


async def test_pages_hold_everything_once_newest_first(staffed):
    """Also when many came at the same instant."""
    first = await bury(staffed, 5)
    staffed.clock.advance(1)
    second = await bury(staffed, 2)
    found = await pages(staffed, 3)
    assert [len(page) for page in found] == [3, 3, 1]
    every = [id_ for page in found for id_ in page]
    assert set(every[:2]) == set(second)
    assert set(every[2:]) == set(first)


async def test_a_page_that_ends_the_list_says_so(staffed):
    await bury(staffed, 3)
    assert [len(page) for page in await pages(staffed, 3)] == [3]


async def test_filters_narrow_the_list(staffed):
    (malformed,) = await bury(staffed)
    await staffed.send(staffed.touch(session_id=None))
    assert await pages(staffed, 50, error_code="malformed_value") == [[malformed]]
    assert await pages(staffed, 50, source="stripe") == [[]]
    assert len((await pages(staffed, 50, status="pending", source="touch"))[0]) == 2
    assert await pages(staffed, 50, status="resolved") == [[]]
    # No text of the database has this character.
    assert await pages(staffed, 50, source="touch%00", error_code="%00") == [[]]


async def test_a_damaged_or_foreign_cursor_is_400(staffed, make_site):
    await bury(staffed, 2)
    other = await make_site("viewer")
    await bury(other, 2)
    cursor = (await staffed.ask("GET", f"{DEAD}?limit=1")).json()["page"]["next_cursor"]
    foreign = (await other.ask("GET", f"{DEAD}?limit=1")).json()["page"]["next_cursor"]
    for query in (f"cursor={cursor[:-4]}AAAA", "cursor=AAAA", f"cursor={foreign}", f"source=touch&cursor={cursor}"):
        answer = await staffed.ask("GET", f"{DEAD}?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["pointer"] == "/query/cursor"
    assert (await staffed.ask("GET", f"{DEAD}?limit=7&cursor={cursor}")).status_code == 200


async def test_one_is_shown_without_its_content(staffed):
    answer = await staffed.send(staffed.touch(touch_id="t-1", kind="glance", utm_source="shown-nowhere"))
    dead_id = answer.json()["results"][0]["dead_event_id"]
    shown = await staffed.ask("GET", f"{DEAD}/{dead_id}")
    assert shown.status_code == 200
    body = shown.json()
    assert "shown-nowhere" not in shown.text
    assert (body["id"], body["tenant_id"]) == (dead_id, str(staffed.tenant_id))
    assert (body["source"], body["event_type"], body["external_event_id"]) == ("touch", "touch", "t-1")
    assert (body["error_code"], body["remediation_status"], body["is_redacted"]) == (
        "malformed_value",
        "pending",
        False,
    )
    assert body["correlation_id"] == answer.headers["X-Correlation-ID"]


async def test_another_tenants_dead_event_is_404(staffed, make_site):
    other = await make_site("viewer", "manager")
    (dead_id,) = await bury(staffed)
    note = {"notes": "not mine"}
    for answer in (
        await other.ask("GET", f"{DEAD}/{dead_id}"),
        await other.ask("GET", f"{DEAD}/{uuid4()}"),
        await other.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body=note),
    ):
        assert answer.status_code == 404
        assert answer.json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize("action", ["retry", "abandon"])
async def test_a_viewer_may_only_look(staffed, action):
    (dead_id,) = await bury(staffed)
    answer = await staffed.ask("POST", f"{DEAD}/{dead_id}/{action}", body={"notes": "give up"})
    assert answer.status_code == 403


async def test_given_up_with_a_note(staffed):
    (dead_id,) = await bury(staffed)
    answer = await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body={"notes": "A test of ours"})
    assert answer.status_code == 200
    assert answer.json()["remediation_status"] == "abandoned"
    assert answer.json()["remediation_notes"] == "A test of ours"
    assert await pages(staffed, 5, status="abandoned") == [[dead_id]]


async def test_a_note_may_hold_what_the_database_cannot(staffed):
    """The contract allows every character; a NUL, which PostgreSQL takes in no text, is kept as the sign for a lost one."""
    (dead_id,) = await bury(staffed)
    answer = await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body={"notes": "ours\0"})
    assert (answer.status_code, answer.json()["remediation_notes"]) == (200, "ours\ufffd")


async def test_what_was_resolved_cannot_be_given_up(staffed, owner):
    (dead_id,) = await bury(staffed)
    await owner.execute(
        "UPDATE dead_events SET remediation_status = 'resolved', resolved_at = now() WHERE id = $1", dead_id
    )
    answer = await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body={"notes": "too late"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "STATE_CONFLICT"


async def test_giving_up_twice_with_one_key_does_it_once(staffed, owner):
    (dead_id,) = await bury(staffed)
    key, path = {"X-Idempotency-Key": str(uuid4())}, f"{DEAD}/{dead_id}/abandon"
    first = await staffed.ask("POST", path, role="manager", body={"notes": "no longer needed"}, **key)
    await owner.execute("UPDATE dead_events SET remediation_status = 'pending' WHERE id = $1", dead_id)
    second = await staffed.ask("POST", path, role="manager", body={"notes": "no longer needed"}, **key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await pages(staffed, 5, status="pending") == [[dead_id]]  # the repetition did nothing
    other = await staffed.ask("POST", path, role="manager", body={"notes": "another request"}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_refusal_with_a_key_is_the_answer_to_its_repetition(staffed, owner):
    """Whatever becomes of the dead event meanwhile (api.md 1.8)."""
    (dead_id,) = await bury(staffed)
    key, notes = {"X-Idempotency-Key": str(uuid4())}, {"notes": "too late"}
    set_status = "UPDATE dead_events SET remediation_status = $2, resolved_at = $3 WHERE id = $1"
    await owner.execute(set_status, dead_id, "resolved", datetime.now(UTC))
    first = await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body=notes, **key)
    await owner.execute(set_status, dead_id, "pending", None)
    again = await staffed.ask("POST", f"{DEAD}/{dead_id}/abandon", role="manager", body=notes, **key)
    assert [(one.status_code, one.headers.get("Idempotency-Replayed")) for one in (first, again)] == [
        (409, None),
        (409, "true"),
    ]
    assert first.json()["detail"] == again.json()["detail"]
    unknown, other = f"{DEAD}/{uuid4()}/retry", {"X-Idempotency-Key": str(uuid4())}
    answers = [await staffed.ask("POST", unknown, role="manager", **other) for _ in range(2)]
    assert [(one.status_code, one.headers.get("Idempotency-Replayed")) for one in answers] == [
        (404, None),
        (404, "true"),
    ]
