"""Every webhook operation of every processor over real HTTP: what is wrong with a delivery, and what happens then.

The matrix of the specification: a good delivery, one that is repeated, and each way in which one can be forged, stale, broken or
sent to the wrong place. What is refused leaves no trace; what is authentic is kept, whatever it says.
"""

import asyncio
import json
import time
import uuid

import pytest
import structlog

from generated.governance import mappings
from impl.telemetry import correlation, metrics
from tests.ingestion.deliveries.processors import DOORS, Door

pytestmark = pytest.mark.promise("Q01", "Q03")


def for_each(doors):
    """The test once for each of `doors`."""
    return pytest.mark.parametrize("door", doors, ids=lambda door: door.path.removeprefix("/api/webhooks/"))


each_door = for_each(DOORS)
each_dispatcher = for_each([door for door in DOORS if door.is_dispatcher])
each_event_path = for_each([door for door in DOORS if not door.is_dispatcher])
each_timed_door = for_each([door for door in DOORS if door.is_timed])


@pytest.mark.promise("F19")
@each_door
async def test_a_good_delivery_is_recorded_and_its_repetition_is_known(door: Door, street):
    shop = await street.shop()
    body = door.body()
    first = await shop.post(door, body)
    again = await shop.post(door, body)
    assert (first.status_code, first.json()["outcome"]) == (200, "accepted"), first.text
    assert (again.status_code, again.json()["outcome"]) == (200, "duplicate"), again.text
    assert {name: again.json()[name] for name in ("event_id", "idempotency_key", "correlation_id")} == {
        name: first.json()[name] for name in ("event_id", "idempotency_key", "correlation_id")
    }
    counts = await shop.counts()
    assert (counts["webhook_deliveries"], counts["dead_events"]) == (2, 0)


@pytest.mark.promise("F25")
@each_door
async def test_a_key_of_the_sender_changes_nothing_the_processors_id_decides(door: Door, street):
    shop, body = await street.shop(), door.body()

    async def send(body, key, delivery):
        headers = door.headers(body, shop.secret(door), delivery=delivery) | {"x-idempotency-key": key}
        return (await shop.post(door, body, headers=headers)).json()

    keys = [str(uuid.uuid4()).encode() for _ in range(2)]
    first, again = await send(body, keys[0], "d-1"), await send(body, keys[1], "d-1")
    assert (first["outcome"], again["outcome"]) == ("accepted", "duplicate")
    assert (again["event_id"], again["idempotency_key"]) == (first["event_id"], first["idempotency_key"])
    assert first["idempotency_key"].encode() not in keys
    other = await send(renamed(door), keys[0], "d-2")
    assert other["idempotency_key"] != first["idempotency_key"]
    assert other["event_id"] != first["event_id"]


def renamed(door):
    """The same kind of delivery about something else."""
    payload = door.payload()
    match door.name:
        case "stripe":
            payload["id"] += "x"
            payload["data"]["object"]["id"] += "x"
        case "paypal":
            payload["id"] += "x"
            payload["resource"]["id"] += "x"
        case _:
            payload |= {name: payload[name] + 1 for name in ("id",) if name in payload}
            payload |= {name: payload[name] + "x" for name in ("token",) if name in payload}
            for name in ("refunds", "transactions"):
                payload[name] = [one | {"id": one["id"] + 10} for one in payload.get(name, [])]
    return json.dumps(payload).encode()


@pytest.mark.promise("P070")
@each_door
async def test_a_dead_delivery_is_counted_and_warned_about_with_all_that_is_needed_to_find_it(door: Door, street):
    shop, before = await street.shop(), metrics.EVENTS_DEAD._value.get()
    with structlog.testing.capture_logs(processors=[correlation.add_fields]) as lines:
        answer = await shop.post(door, door.broken())
    assert metrics.EVENTS_DEAD._value.get() == before + 1
    (line,) = [line for line in lines if line["log_level"] == "warning"]
    said = {name: line[name] for name in ("event", "processor", "tenant_id", "error_code", "dead_event_id")}
    assert said == {
        "event": "delivery_dead",
        "processor": door.name,
        "tenant_id": str(shop.tenant_id),
        "error_code": (await shop.dead_codes())[0],
        "dead_event_id": answer.json()["dead_event_id"],
    }
    assert line["correlation_id"] == answer.headers["x-correlation-id"]
    assert line["delivery_correlation_id"] == answer.json()["correlation_id"]


@pytest.mark.promise("F27")
@each_door
async def test_every_dead_delivery_is_answered_with_its_own_id(door: Door, street):
    """Sent at once, so that the newest dead event is somebody else's."""
    shop = await street.shop()
    bodies = [door.broken()[:-1] + f', "number": {number}}}'.encode() for number in range(6)]

    async def send(number, body):
        headers = door.headers(body, shop.secret(door), delivery=f"d-{number}")
        return (await shop.post(door, body, headers=headers)).json()

    answers = await asyncio.gather(*(send(*one) for one in enumerate(bodies)))
    assert {one["outcome"] for one in answers} == {"dead"}
    rows = await street.owner.fetch("SELECT id, idempotency_key FROM dead_events WHERE tenant_id = $1", shop.tenant_id)
    known = {str(row["id"]): str(row["idempotency_key"]) for row in rows}
    assert [known[one["dead_event_id"]] for one in answers] == [one["idempotency_key"] for one in answers]


REFUSED = {
    "no signature": lambda door, body, shop: {
        name: value for name, value in door.headers(body, shop.secret(door)).items() if name != door.signature_header
    },
    "one bit of the signature": lambda door, body, shop: door.other_bit(door.headers(body, shop.secret(door))),
    "one byte of the body": lambda door, body, shop: door.headers(body + b" ", shop.secret(door)),
    "another tenant's secret": lambda door, body, shop: door.headers(body, shop.neighbour_secret(door)),
    "garbage": lambda door, body, shop: (
        door.headers(body, shop.secret(door)) | {door.signature_header: b"t=,v1=;;==" * 50}
    ),
    "empty": lambda door, body, shop: door.headers(body, shop.secret(door)) | {door.signature_header: b""},
    "not ASCII": lambda door, body, shop: (
        door.headers(body, shop.secret(door)) | {door.signature_header: "t=1,v1=é".encode("latin-1") + b"\xff"}
    ),
}


@each_door
@pytest.mark.parametrize("forgery", REFUSED)
async def test_what_is_not_signed_right_is_refused_and_leaves_nothing(door: Door, forgery, street):
    shop = await street.shop()
    body = door.body()
    answer = await shop.post(door, body, headers=REFUSED[forgery](door, body, shop))
    await expect_refusal(answer, shop)


@each_timed_door
@pytest.mark.parametrize("seconds", [-86400, -301, 900, 86400])
async def test_a_signature_of_another_time_is_refused(door: Door, seconds, street):
    shop = await street.shop()
    body = door.body()
    answer = await shop.post(door, body, headers=door.headers(body, shop.secret(door), at=time.time() + seconds))
    await expect_refusal(answer, shop)


@each_door
async def test_a_key_of_nobody_gets_the_same_answer_as_a_bad_signature(door: Door, street):
    shop = await street.shop()
    body = door.body()
    unknown = await shop.post(door, body, key="sk_nobody")
    forged = await shop.post(door, body, headers=door.headers(body, "another secret"))
    await expect_refusal(unknown, shop)
    await expect_refusal(forged, shop)
    same = [{**answer.json(), "timestamp": 0, "correlation_id": 0, "instance": 0} for answer in (unknown, forged)]
    assert same[0] == same[1]


async def expect_refusal(answer, shop) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "www-authenticate" in answer.headers
    assert answer.json()["code"] == "AUTH_UNAUTHORIZED"
    assert sum((await shop.counts()).values()) == 0


KEPT = {
    "not UTF-8": b"\xff\xfe\x00{}",
    "not JSON": b"{not json",
    "empty": b"",
    "an array": b"[]",
    "deep": b'{"a":' * 200 + b"1" + b"}" * 200,
}


@each_door
@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT.keys())
@pytest.mark.promise("P068")
async def test_what_is_signed_and_no_event_is_kept_as_a_dead_event(door: Door, body, street):
    shop = await street.shop()
    await expect_dead(await shop.post(door, body), shop)


@each_door
@pytest.mark.promise("P068", "P071")
async def test_what_its_reader_cannot_read_is_kept_as_a_dead_event(door: Door, street):
    shop = await street.shop()
    await expect_dead(await shop.post(door, door.broken()), shop)


async def expect_dead(answer, shop) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "dead"
    assert await shop.counts() == {
        "webhook_deliveries": 1,
        "attribution_events": 0,
        "revenue_ledger": 0,
        "dead_events": 1,
    }


@each_door
async def test_another_media_type_is_refused(door: Door, street):
    shop = await street.shop()
    body = door.body()
    answer = await shop.post(
        door, body, headers=door.headers(body, shop.secret(door)) | {"content-type": b"text/plain"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert sum((await shop.counts()).values()) == 0


MEBIBYTE = 1_048_576
LARGEST = {"shopify": 5 * MEBIBYTE, "woocommerce": 5 * MEBIBYTE, "stripe": MEBIBYTE, "paypal": MEBIBYTE}
"""Shops send whole orders, with every line; the others send one object."""


@each_door
async def test_too_many_bytes_are_refused_before_anything_is_computed(door: Door, street):
    shop = await street.shop()
    answer = await shop.post(door, b" " * (LARGEST[door.name] + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert sum((await shop.counts()).values()) == 0


@each_dispatcher
async def test_a_body_of_the_largest_size_is_recorded(door: Door, street):
    shop = await street.shop()
    body = door.body()
    padding = b" " * (LARGEST[door.name] - len(body))
    answer = await shop.post(door, body[:-1] + padding + body[-1:])
    assert (answer.status_code, answer.json()["outcome"]) == (200, "accepted"), answer.text
    size = await street.owner.fetchval("SELECT size_bytes FROM webhook_deliveries WHERE tenant_id = $1", shop.tenant_id)
    assert size == LARGEST[door.name]


@each_event_path
async def test_the_wrong_address_is_told_and_the_delivery_kept(door: Door, street):
    shop = await street.shop()
    stranger = next(one for one in DOORS if one.name == door.name and one.event != door.event)
    body = stranger.body()
    answer = await shop.post(door, body, headers=stranger.headers(body, shop.secret(door)))
    assert (answer.status_code, answer.json()["code"]) == (door.mismatch_status, "WEBHOOK_TOPIC_MISMATCH"), answer.text
    counts = await shop.counts()
    assert (counts["dead_events"], counts["attribution_events"]) == (1, 0)


@each_door
async def test_the_answer_never_repeats_what_was_sent(door: Door, street):
    shop = await street.shop()
    body = json.dumps({"note": "SECRET-MARK-1", "id": "SECRET-MARK-2"}).encode()
    answer = await shop.post(door, body)
    assert answer.status_code == 200
    assert "SECRET-MARK" not in answer.text


@each_dispatcher
async def test_a_url_key_of_another_processor_is_refused_like_an_unknown_one(door: Door, street):
    shop = await street.shop()
    body = door.body()
    other = next(one.name for one in DOORS if one.name != door.name)
    for processor, status in ((door.name, 200), (other, 401)):
        await street.owner.execute(
            "UPDATE tenant_api_keys SET processor = $1, key_hash = sha256($2::text::bytea)"
            " WHERE tenant_id = $3 AND purpose = 'url'",
            processor,
            f"sk_{processor}_{shop.tenant_id}",
            shop.tenant_id,
        )
        query = {"tenant_key": f"sk_{processor}_{shop.tenant_id}"}
        answer = await shop.post(door, body, key=None, query=query)
        assert answer.status_code == status, answer.text
    unknown = await shop.post(door, body, key=None, query={"tenant_key": "sk_unknown"})
    changing = {"instance", "correlation_id", "timestamp"}
    assert {k: v for k, v in answer.json().items() if k not in changing} == {
        k: v for k, v in unknown.json().items() if k not in changing
    }
    assert answer.headers["www-authenticate"] == unknown.headers["www-authenticate"]
    assert (await shop.counts())["webhook_deliveries"] == 1


@each_dispatcher
async def test_a_dispatcher_takes_the_url_key_and_its_neighbours_do_not(door: Door, street):
    shop = await street.shop()
    body = door.body()
    by_url = await shop.post(door, body, key=None, query={"tenant_key": shop.url_key})
    assert (by_url.status_code, by_url.json()["outcome"]) == (200, "accepted"), by_url.text
    for other in (one for one in DOORS if one.name == door.name and not one.is_dispatcher):
        refused = await shop.post(other, body, key=None, query={"tenant_key": shop.url_key})
        assert refused.status_code == 401


def of_topic(door: Door, shop, topic: str, values=None):
    """Body and headers of a delivery of `topic`; its own fields are `values`, or those of the sample."""
    name = {"stripe": "type", "paypal": "event_type"}.get(door.name)
    values = door.payload() if values is None else values
    body = json.dumps(values | ({name: topic} if name else {})).encode()
    headers = door.headers(body, shop.secret(door))
    return body, headers | {name: topic.encode() for name in headers if name.endswith("-topic")}


@each_dispatcher
async def test_an_unknown_topic_with_money_is_a_dead_event_that_shows_the_amount(door: Door, street):
    shop = await street.shop()
    body, headers = of_topic(door, shop, "coffee.brewed", {"id": "x-1", "tip": {"amount": 250, "currency": "usd"}})
    await expect_dead(await shop.post(door, body, headers=headers), shop)
    assert await shop.dead_codes() == ["unsupported_money_event"]
    message = await street.owner.fetchval("SELECT error_message FROM dead_events WHERE tenant_id = $1", shop.tenant_id)
    assert message.endswith(
        "'coffee.brewed' is not read and carries " + ("2.50 USD" if door.name == "stripe" else "250 USD")
    )


@each_dispatcher
async def test_an_unknown_topic_without_money_is_a_dead_event_of_its_own_kind(door: Door, street):
    shop = await street.shop()
    body, headers = of_topic(door, shop, "coffee.brewed", {"id": "x-1", "cups": 2})
    await expect_dead(await shop.post(door, body, headers=headers), shop)
    assert await shop.dead_codes() == ["unknown_provider_event"]


NOISE = {
    "stripe": "payout.paid",
    "shopify": "orders/edited",
    "woocommerce": "product.updated",
    "paypal": "CHECKOUT.ORDER.APPROVED",
}


@each_dispatcher
async def test_a_known_topic_without_revenue_is_ignored_whatever_its_amounts(door: Door, street):
    shop = await street.shop()
    # Where the topic is not signed, a body that shows an order is no noise: see test_unsigned_inputs.
    values = {"id": 7, "currency": "USD", "amount": "5.00"} if door.processor.topic_header else None
    body, headers = of_topic(door, shop, NOISE.get(door.name) or mappings.NOT_REVENUE[door.name][0], values)
    answer = await shop.post(door, body, headers=headers)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "ignored"), answer.text
    counts = await shop.counts()
    assert (counts["webhook_deliveries"], counts["dead_events"], counts["revenue_ledger"]) == (1, 0, 0)
