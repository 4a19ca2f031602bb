"""Touches over HTTP: a result for each, in order; what is bad is kept and spoils nothing else."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog

from impl.db.sealing import Sealed
from impl.ingestion import payloads
from impl.telemetry import metrics


def results(answer):
    assert answer.status_code == 200, answer.text
    return [(line["result"], line.get("error_code")) for line in answer.json()["results"]]


async def rows(owner, site, table="touches"):
    return await owner.fetch(f"SELECT * FROM {table} WHERE tenant_id = $1", site.tenant_id)


async def test_each_touch_gets_its_result_in_request_order(site, owner):
    good, bad = site.touch(), site.touch(session_id=None)
    answer = await site.send(good, bad, good, site.touch())
    assert results(answer) == [
        ("accepted", None),
        ("dead", "missing_required_field"),
        ("duplicate", None),
        ("accepted", None),
    ]
    body = answer.json()
    assert (body["accepted"], body["duplicate"], body["dead"]) == (2, 1, 1)
    assert [line["index"] for line in body["results"]] == [0, 1, 2, 3]
    assert body["results"][1]["touch_id"] == bad["touch_id"]
    assert len(await rows(owner, site)) == 2


@pytest.mark.promise("P068", "P069", "P071")
@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"touch_id": None}, "missing_required_field", "/body/touches/0/touch_id"),
        ({"occurred_at": None}, "missing_required_field", "/body/touches/0/occurred_at"),
        ({"session_id": "not-a-uuid"}, "malformed_value", "/body/touches/0/session_id"),
        ({"occurred_at": "yesterday"}, "malformed_value", "/body/touches/0/occurred_at"),
        ({"occurred_at": "2026-11-21T09:00:00"}, "malformed_value", "/body/touches/0/occurred_at"),  # no offset
        ({"kind": "glance"}, "malformed_value", "/body/touches/0/kind"),
        ({"utm_source": 7}, "malformed_value", "/body/touches/0/utm_source"),
        ({"utm_source": "a\x00b"}, "malformed_value", "/body/touches/0/utm_source"),
        ({"touch_id": "x" * 201}, "malformed_value", "/body/touches/0/touch_id"),
        ({"surprise": 1}, "schema_validation", "/body/touches/0/…"),
        ({"channel": "billboard"}, "fk_constraint", "/body/touches/0/channel"),
    ],
)
async def test_what_breaks_the_contract_is_a_dead_event_with_a_pointer(site, owner, change, code, pointer):
    answer = await site.send(site.touch(**change))
    assert results(answer) == [("dead", code)]
    (dead,) = await rows(owner, site, "dead_events")
    assert str(dead["id"]) == answer.json()["results"][0]["dead_event_id"]
    assert (dead["source"], dead["error_code"], dead["remediation_status"]) == ("touch", code, "pending")
    assert json.loads(dead["error_detail"])["pointer"] == pointer
    assert dead["payload_sealed"] is not None
    assert await rows(owner, site) == []


async def test_a_name_that_somebody_made_up_is_not_kept(site, owner):
    """It may be a person's; what was sent is sealed, and what the contract calls so stays."""
    await site.send(
        site.touch(utm_source=7, **{"jane.doe@shop.example": 1, "Jane Doe": {"deep": 1}, "491701234567": 1})
    )
    (dead,) = await rows(owner, site, "dead_events")
    kept = dead["error_message"] + dead["error_detail"] + dead["raw_payload"]
    assert not [name for name in ("ane", "49170") if name in kept]
    pointers = {issue["pointer"] for issue in json.loads(dead["error_detail"])["issues"]}
    assert pointers == {"/body/touches/0/…", "/body/touches/0/utm_source"}


@pytest.mark.parametrize("sent", [7, "text", None, [], {}, {"touch_id": {"deep": [1]}}])
async def test_anything_may_stand_in_a_batch(site, sent):
    answer = await site.send(sent, site.touch())
    assert [result for result, _ in results(answer)] == ["dead", "accepted"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"touches": {}}',
        b'{"touches": []}',
        b'{"touches": [{}], "more": 1}',
        b'{"touches": [NaN]}',
        json.dumps({"touches": [{}] * 1001}).encode(),
    ],
)
async def test_a_body_that_is_no_batch_is_400(site, body):
    answer = await site.post("/api/events", body, **{"X-Skeldir-Tenant-Key": site.key})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "REQUEST_VALIDATION_FAILED"
    assert answer.json()["errors"]


async def test_without_the_tenant_key_it_is_401(site):
    answer = await site.post("/api/events", {"touches": [site.touch()]}, **{"X-Skeldir-Tenant-Key": "sk_wrong"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("offset", "result"),
    [
        (timedelta(minutes=5), "accepted"),
        (timedelta(minutes=5, seconds=1), "dead"),
        (-timedelta(days=90), "accepted"),
        (-timedelta(days=90, seconds=1), "dead"),
    ],
)
async def test_touches_happen_between_ninety_days_ago_and_five_minutes_ahead(site, offset, result):
    answer = await site.send(site.touch(occurred_at=(site.clock.now() + offset).isoformat()))
    assert results(answer)[0][0] == result


async def test_a_session_lives_thirty_minutes_across_batches_and_within_one(site):
    session, start = str(uuid4()), site.clock.now() - timedelta(hours=2)

    def at(minutes):
        return site.touch(session_id=session, occurred_at=(start + timedelta(minutes=minutes)).isoformat())

    assert results(await site.send(at(10))) == [("accepted", None)]
    answer = await site.send(at(41), at(40), at(5), at(36), at(-21))
    expired = ("dead", "session_expired")  # the touch at minute 5 is the session's first from here on
    assert results(answer) == [expired, expired, ("accepted", None), expired, expired]


async def test_the_order_within_a_batch_decides_nothing(site):
    start = site.clock.now() - timedelta(hours=1)
    found = []
    for order in ([0, 20, 35], [35, 20, 0], [20, 35, 0]):
        session = str(uuid4())
        sent = [
            site.touch(session_id=session, occurred_at=(start + timedelta(minutes=minute)).isoformat())
            for minute in order
        ]
        answer = results(await site.send(*sent))
        found.append({minute: result for minute, (result, _) in zip(order, answer, strict=True)})
    assert found == [{0: "accepted", 20: "accepted", 35: "dead"}] * 3


@pytest.mark.parametrize(
    ("hints", "channel"),
    [
        ({}, "direct"),
        ({"channel": "tiktok_paid", "utm_source": "google", "utm_medium": "cpc"}, "tiktok_paid"),
        ({"utm_source": "Google", "utm_medium": "CPC"}, "google_search_paid"),
        ({"utm_source": "facebook_ads", "utm_medium": "FB_BRAND"}, "facebook_brand"),
        ({"referrer_host": "blog.example"}, "referral"),
        ({"utm_source": "bing", "utm_medium": "cpc", "referrer_host": "blog.example"}, "referral"),
        ({"utm_source": "bing", "utm_medium": "cpc"}, "unknown"),
        ({"campaign_id": "42"}, "unknown"),
    ],
)
async def test_channel_comes_from_its_own_word_then_utm_then_referrer(site, owner, hints, channel):
    unmapped = metrics.CHANNELS_UNMAPPED._value.get()
    await site.send(site.touch(**hints))
    (row,) = await rows(owner, site)
    assert row["channel_code"] == channel
    assert metrics.CHANNELS_UNMAPPED._value.get() - unmapped == (channel == "unknown")


async def test_a_referrer_that_is_the_shop_itself_is_no_origin(site, owner):
    await owner.execute(
        "INSERT INTO platform_connections (tenant_id, platform, platform_account_id, status)"
        " VALUES ($1, 'shopify', 'Corner.Example', 'active')",
        site.tenant_id,
    )
    await site.send(site.touch(referrer_host="www.corner.example"))
    (row,) = await rows(owner, site)
    assert row["channel_code"] == "direct"


async def test_the_same_touch_counts_once_however_often_and_at_once_it_is_sent(site, owner):
    sent = [site.touch() for _ in range(20)]
    answers = await asyncio.gather(*(site.send(*(sent if n % 2 else reversed(sent))) for n in range(6)))
    assert sum(answer.json()["accepted"] for answer in answers) == 20
    assert sum(answer.json()["duplicate"] for answer in answers) == 100
    assert len(await rows(owner, site)) == 20


async def test_the_same_broken_touch_dies_once(site, owner):
    broken, nameless = site.touch(session_id=None), {"utm_source": "google"}
    first, second = await site.send(broken, nameless), await site.send(nameless, broken, broken)
    assert {line["dead_event_id"] for line in second.json()["results"]} == {
        line["dead_event_id"] for line in first.json()["results"]
    }
    assert len(await rows(owner, site, "dead_events")) == 2


async def test_two_tenants_may_use_the_same_touch_id(site, make_site, owner):
    other, touch = await make_site(), site.touch()
    assert results(await site.send(touch)) == results(await other.send(touch)) == [("accepted", None)]


@pytest.mark.promise("P072")
async def test_personal_data_is_stripped_and_the_touch_still_counts(site, owner, ring):
    """What cannot be stored for another reason is kept without it."""
    answer = await site.send(site.touch(email="a@example.com"), site.touch(email="b@example.com", more=1))
    assert results(answer) == [("accepted", None), ("dead", "schema_validation")]
    (dead,) = await rows(owner, site, "dead_events")
    opened = payloads.unseal(ring, site.tenant_id, Sealed(dead["payload_sealed"], dead["key_id"]))
    assert opened["touch"].keys() == site.touch().keys()
    assert json.loads(dead["error_detail"])["not_kept"] == ["/body/…"]


@pytest.mark.promise("P070")
async def test_every_dead_touch_is_counted_and_warned_about(site):
    before = metrics.EVENTS_DEAD._value.get()
    with structlog.testing.capture_logs() as lines:
        await site.send(site.touch(kind="glance"), site.touch())
    assert metrics.EVENTS_DEAD._value.get() == before + 1
    (line,) = [line for line in lines if line["log_level"] == "warning"]
    assert line["event"] == "touch_dead"
    assert line["error_code"] == "malformed_value"


async def test_a_thousand_touches_take_one_look_and_one_write(site, statements):
    session = str(uuid4())
    answer = await site.send(*(site.touch(session_id=session) for _ in range(1000)))
    assert answer.json()["accepted"] == 1000
    assert len([one for one in statements if "touches" in one]) == 2
