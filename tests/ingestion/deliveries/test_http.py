"""The Stripe webhooks over real HTTP: what is refused, how, and that nothing is left behind."""

import asyncio
import json
import time
import uuid

import pytest

from tests.fixtures.service import log_in, signed, stripe_delivery

DISPATCHER = "/api/webhooks/stripe"
ADDRESSES = {
    DISPATCHER: "charge.succeeded",
    "/api/webhooks/stripe/charge/succeeded": "charge.succeeded",
    "/api/webhooks/stripe/payment_intent/succeeded": "payment_intent.succeeded",
    "/api/webhooks/stripe/payment_intent_succeeded": "payment_intent.succeeded",
    "/api/webhooks/stripe/charge/refunded": "charge.refunded",
}
ROWS = """
    SELECT (SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1) + (SELECT count(*) FROM attribution_events WHERE tenant_id = $1)
         + (SELECT count(*) FROM revenue_ledger WHERE tenant_id = $1) + (SELECT count(*) FROM dead_events WHERE tenant_id = $1)
"""


def problem_of(response, status: int, code: str) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["correlation_id"] == response.headers["x-correlation-id"]
    assert problem["instance"] == f"urn:skeldir:error:{problem['correlation_id']}"
    return problem


def without_identity(problem: dict) -> dict:
    return {name: value for name, value in problem.items() if name not in {"correlation_id", "instance", "timestamp"}}


@pytest.mark.parametrize(("address", "event_type"), ADDRESSES.items())
async def test_every_address_takes_its_event_once(http, make_merchant, owner, address, event_type):
    merchant = make_merchant()
    delivery = stripe_delivery(
        merchant, event_type, id=f"ch_{uuid.uuid4().hex}", amount_refunded=0 if event_type != "charge.refunded" else 5
    )
    first, again = await http.post(address, **delivery), await http.post(address, **delivery)
    assert (first.json()["outcome"], again.json()["outcome"]) == ("accepted", "duplicate")
    assert first.json()["event_id"] == again.json()["event_id"]
    assert first.headers["x-ratelimit-limit"] == "1000"
    count = await owner.fetchval("SELECT count(*) FROM revenue_ledger WHERE tenant_id = $1", merchant.tenant_id)
    assert count == (2 if event_type == "charge.refunded" else 1), "a refunded charge shows its capture as well"


@pytest.mark.promise("Q02", "Q03")
async def test_the_same_delivery_200_times_at_once_over_http(http, make_merchant, owner):
    merchant = make_merchant()
    delivery = stripe_delivery(merchant, id="ch_storm")
    answers = await asyncio.gather(*(http.post(DISPATCHER, **delivery) for _ in range(200)))
    assert [answer.status_code for answer in answers] == [200] * 200
    assert sorted(answer.json()["outcome"] for answer in answers) == ["accepted"] + ["duplicate"] * 199
    for table in ("attribution_events", "revenue_ledger"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", merchant.tenant_id) == 1


async def test_every_cause_of_a_401_looks_the_same_and_leaves_nothing(http, make_merchant, owner):
    """Bad, missing, non-ASCII, old and future signatures, another tenant's secret, unknown and missing keys: one answer."""
    merchant, other = make_merchant(), make_merchant()
    good = stripe_delivery(merchant)
    body, headers = good["content"], good["headers"]
    now = time.time()

    def with_headers(**changes):
        return {name: value for name, value in (headers | changes).items() if value is not None}

    causes = {
        "missing signature": with_headers(**{"Stripe-Signature": None}),
        "empty signature": with_headers(**{"Stripe-Signature": ""}),
        "garbage signature": with_headers(**{"Stripe-Signature": "t=1,v1=" + "0" * 64}),
        "no ascii": with_headers(**{"Stripe-Signature": b"t=1,v1=\xff\xfe"}),
        "one bit": with_headers(**{"Stripe-Signature": headers["Stripe-Signature"][:-1] + "x"}),
        "old": signed(merchant, body, at=now - 400)["headers"],
        "future": signed(merchant, body, at=now + 400)["headers"],
        "other secret": with_headers(**{"Stripe-Signature": signed(other, body)["headers"]["Stripe-Signature"]}),
        "other key": with_headers(**{"X-Skeldir-Tenant-Key": other.tenant_key}),
        "unknown key": with_headers(**{"X-Skeldir-Tenant-Key": "sk_unknown"}),
        "missing key": with_headers(**{"X-Skeldir-Tenant-Key": None}),
        "no ascii key": with_headers(**{"X-Skeldir-Tenant-Key": b"sk_\xff"}),
    }
    seen = set()
    for cause, changed in causes.items():
        response = await http.post(DISPATCHER, content=body, headers=changed)
        problem = problem_of(response, 401, "AUTH_UNAUTHORIZED")
        assert problem["title"] == problem["detail"] == "Authentication failed.", cause
        assert "www-authenticate" in response.headers
        seen.add(json.dumps(without_identity(problem)))
    assert len(seen) == 1
    changed_body = await http.post(DISPATCHER, content=body + b" ", headers=headers)
    problem_of(changed_body, 401, "AUTH_UNAUTHORIZED")
    assert await owner.fetchval(ROWS, merchant.tenant_id) == await owner.fetchval(ROWS, other.tenant_id) == 0


@pytest.mark.promise("Q22")
async def test_a_body_over_the_cap_is_refused_before_anything_is_computed_over_it(http, merchant, monkeypatch):
    hashed = []
    monkeypatch.setattr("impl.platforms.stripe.signature._digest", lambda *_: hashed.append(1) or "")
    too_large = b"x" * (1_048_576 + 1)
    headers = {"Content-Type": "application/json", "X-Skeldir-Tenant-Key": merchant.tenant_key}
    problem_of(await http.post(DISPATCHER, content=too_large, headers=headers), 413, "PAYLOAD_TOO_LARGE")

    async def without_length():
        yield too_large[:600_000]
        yield too_large[600_000:]

    problem_of(await http.post(DISPATCHER, content=without_length(), headers=headers), 413, "PAYLOAD_TOO_LARGE")
    assert hashed == []


async def test_a_body_at_the_cap_is_read(http, merchant):
    body = b" " * 1_048_576
    assert (await http.post(DISPATCHER, **signed(merchant, body))).json()["outcome"] == "dead"


@pytest.mark.promise("P068", "P070")
@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"",
        b"[]",
        b"{}",
        b'{"id":"evt_1","type":"charge.succeeded","created":"x","data":{"object":{}}}',
        b"\xff",
    ],
)
async def test_what_is_signed_and_wrong_is_a_dead_event_with_200(http, make_merchant, owner, body):
    merchant = make_merchant()
    response = await http.post(DISPATCHER, **signed(merchant, body))
    assert response.status_code == 200, response.text
    assert response.json()["outcome"] == "dead"
    assert await owner.fetchval("SELECT count(*) FROM dead_events WHERE tenant_id = $1", merchant.tenant_id) == 1
    assert await owner.fetchval("SELECT count(*) FROM revenue_ledger WHERE tenant_id = $1", merchant.tenant_id) == 0


async def test_a_schema_break_names_the_field(http, make_merchant, owner):
    merchant = make_merchant()
    response = await http.post("/api/webhooks/stripe/charge/succeeded", **stripe_delivery(merchant, amount="129.999"))
    receipt = response.json()
    assert (receipt["error_code"], receipt["pointer"]) == ("malformed_value", "/body/data/object/amount")
    row = await owner.fetchrow(
        "SELECT error_type, error_detail FROM dead_events WHERE tenant_id = $1", merchant.tenant_id
    )
    assert row["error_type"] == "malformed_value"
    assert json.loads(row["error_detail"])["pointer"] == "/body/data/object/amount"


async def test_a_name_that_somebody_made_up_is_not_kept(http, make_merchant, owner):
    merchant = make_merchant()
    metadata = {"Jane Doe, +49 170 1234567": 7}
    answer = await http.post("/api/webhooks/stripe/charge/succeeded", **stripe_delivery(merchant, metadata=metadata))
    query = "SELECT schema_notes FROM webhook_deliveries WHERE tenant_id = $1"
    (noted,) = json.loads(await owner.fetchval(query, merchant.tenant_id))
    assert noted["pointer"] == "/body/data/object/metadata/…"
    assert (answer.json()["outcome"], answer.json()["schema_notes"]) == ("accepted", [noted])
    assert "Jane" not in noted["message"]


async def test_the_wrong_address_is_a_400_and_kept(http, make_merchant, owner):
    merchant = make_merchant()
    response = await http.post("/api/webhooks/stripe/charge/refunded", **stripe_delivery(merchant))
    problem_of(response, 400, "WEBHOOK_TOPIC_MISMATCH")
    assert (
        await owner.fetchval("SELECT error_type FROM dead_events WHERE tenant_id = $1", merchant.tenant_id)
        == "topic_mismatch"
    )


async def test_a_type_that_is_not_known_is_dead_at_the_dispatcher(http, merchant):
    body = json.dumps(
        {"id": "evt_x", "type": "novelty.created", "created": 1, "data": {"object": {"id": "nov_1"}}}
    ).encode()
    assert (await http.post(DISPATCHER, **signed(merchant, body))).json()["outcome"] == "dead"


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/merge-patch+json", ""],
)
async def test_another_media_type_is_a_415(http, merchant, media_type):
    delivery = stripe_delivery(merchant)
    delivery["headers"]["Content-Type"] = media_type
    problem_of(await http.post(DISPATCHER, **delivery), 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.promise("P046")
async def test_unknown_paths_and_methods_are_problems(http):
    problem_of(await http.get("/api/nothing"), 404, "NOT_FOUND")
    response = await http.get(DISPATCHER)
    problem_of(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"


async def test_the_deprecated_address_says_so(http, merchant):
    delivery = stripe_delivery(merchant, "payment_intent.succeeded", id=f"pi_{uuid.uuid4().hex}")
    response = await http.post("/api/webhooks/stripe/payment_intent_succeeded", **delivery)
    assert {"deprecation", "sunset", "link"} <= set(response.headers)
    assert 'rel="successor-version"' in response.headers["link"]


@pytest.mark.promise("P039")
async def test_a_correlation_id_is_echoed_made_when_missing_and_400_when_malformed(http, merchant):
    mine = str(uuid.uuid4())
    delivery = stripe_delivery(merchant)
    assert uuid.UUID((await http.post(DISPATCHER, **delivery)).headers["x-correlation-id"]) != uuid.UUID(mine)
    delivery["headers"]["X-Correlation-ID"] = mine
    assert (await http.post(DISPATCHER, **delivery)).headers["x-correlation-id"] == mine
    delivery["headers"]["X-Correlation-ID"] = "not-a-uuid"
    malformed = await http.post(DISPATCHER, **delivery)
    assert malformed.status_code == 400
    replaced = malformed.headers["x-correlation-id"]
    assert uuid.UUID(replaced) != uuid.UUID(mine)


@pytest.mark.usefixtures("one_day")
@pytest.mark.promise("P026", "P040")
async def test_money_that_arrived_is_todays_revenue_and_304_until_more_comes(http, make_merchant):
    merchant = make_merchant()
    bearer = await log_in(http, merchant)
    await http.post(DISPATCHER, **stripe_delivery(merchant, id="ch_1", amount=1000, payment_intent=None))
    first = await http.get("/api/v1/revenue/realtime", headers=bearer)
    revenue = first.json()
    assert (revenue["revenue_total_cents"], revenue["revenue_total"], revenue["verified"]) == (1000, 10.0, False)
    assert first.headers["cache-control"] == "max-age=30"
    same = await http.get("/api/v1/revenue/realtime", headers=bearer | {"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    await http.post(
        DISPATCHER,
        **stripe_delivery(
            merchant, "charge.refunded", id="ch_1", amount=1000, amount_refunded=250, payment_intent=None
        ),
    )
    changed = await http.get("/api/v1/revenue/realtime", headers=bearer | {"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["revenue_total_cents"]) == (200, 750)


@pytest.mark.promise("P012", "P028")
async def test_another_tenants_money_is_not_mine(http, make_merchant):
    mine, other = make_merchant(), make_merchant()
    await http.post(DISPATCHER, **stripe_delivery(other, id="ch_other"))
    revenue = await http.get("/api/v1/revenue/realtime", headers=await log_in(http, mine))
    assert revenue.json()["revenue_total_cents"] == 0
    assert revenue.json()["sources"] == []


async def test_null_where_the_contract_allows_only_absence_is_noted_and_the_money_counts(http, merchant):
    event = json.loads(stripe_delivery(merchant, id=f"ch_{uuid.uuid4().hex}")["content"])
    event["data"]["object"]["paid"] = None
    reply = await http.post(f"{DISPATCHER}/charge/succeeded", **signed(merchant, json.dumps(event).encode()))
    assert (reply.status_code, reply.json()["outcome"]) == (200, "accepted")
    assert [note["pointer"] for note in reply.json()["schema_notes"]] == ["/body/data/object/paid"]


async def test_a_notification_that_says_something_else_the_second_time_is_dead_and_changes_nothing(
    http, make_merchant, owner
):
    merchant, charge = make_merchant(), f"ch_{uuid.uuid4().hex}"
    now = int(time.time())

    async def post(event_id: str, created: int, refunded: int) -> str:
        kind = "charge.refunded" if refunded else "charge.succeeded"
        event = json.loads(stripe_delivery(merchant, kind, id=charge, amount_refunded=refunded)["content"])
        event |= {"id": event_id, "created": created}
        reply = await http.post(DISPATCHER, **signed(merchant, json.dumps(event).encode()))
        assert reply.status_code == 200, reply.text
        return reply.json()["outcome"]

    net = "SELECT sum(effect_cents) FROM revenue_ledger WHERE tenant_id = $1"
    assert [await post("evt_a", now - 50, 0), await post("evt_b", now - 40, 500)] == ["accepted"] * 2
    after_refund = await owner.fetchval(net, merchant.tenant_id)
    assert await post("evt_c", now - 30, 0) == "accepted"
    before = await owner.fetchval(net, merchant.tenant_id)
    assert before == after_refund + 500, "a newer snapshot without the refund takes it back"
    assert await post("evt_b", now - 20, 500) == "dead"
    assert await owner.fetchval(net, merchant.tenant_id) == before
    codes = await owner.fetch("SELECT error_code FROM dead_events WHERE tenant_id = $1", merchant.tenant_id)
    assert [row["error_code"] for row in codes] == ["contradicts_recorded"]
