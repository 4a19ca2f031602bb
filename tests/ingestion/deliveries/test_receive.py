"""A delivery ends as an event with its entry, a duplicate, or a dead event; once, in one transaction, on real PostgreSQL."""

import asyncio
import json

import pytest

from impl.db.sealing import Sealed
from impl.ingestion import payloads
from impl.ingestion.deliveries.delivery import Outcome
from impl.ingestion.deliveries.handler import to_api_receipt
from impl.platforms.errors import SignatureMismatch
from impl.platforms.stripe import samples
from impl.telemetry import correlation


def charge(**item):
    return samples.load("charge.succeeded", item=item)


def body_of(payload) -> bytes:
    return json.dumps(payload).encode()


async def counts(owner, shop) -> dict[str, int]:
    tables = ("webhook_deliveries", "attribution_events", "revenue_ledger", "dead_events")
    return {
        table: await owner.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", shop.tenant_id)
        for table in tables
    }


async def test_a_sale_becomes_a_delivery_an_event_and_an_entry(shop, owner):
    receipt = await shop.deliver(body_of(charge()))
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.channel == "google_search_paid"
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1", receipt.event_id)
    entry = await owner.fetchrow("SELECT * FROM revenue_ledger WHERE event_id = $1", receipt.event_id)
    delivery = await owner.fetchrow("SELECT * FROM webhook_deliveries WHERE event_id = $1", receipt.event_id)
    assert (event["effect_cents"], event["currency"], event["event_type"]) == (12999, "USD", "PaymentCaptured")
    assert (entry["entry_kind"], entry["effect_cents"], entry["payment_reference"]) == (
        "captured",
        12999,
        "pi_3Example",
    )
    assert (delivery["outcome"], delivery["secret_version"]) == ("accepted", 1)
    assert event["correlation_id"] == delivery["correlation_id"] == receipt.correlation_id


async def test_the_line_of_the_request_says_what_became_of_the_delivery(shop):
    body = body_of(charge())
    for outcome in ("accepted", "duplicate"):
        receipt = await shop.deliver(body)
        said = correlation.fields()
        assert (said["outcome"], said["event_id"]) == (outcome, str(receipt.event_id))
        assert (said["processor"], said["delivery_correlation_id"]) == ("stripe", str(receipt.correlation_id))


@pytest.mark.promise("P066", "Q02")
async def test_the_same_delivery_200_times_at_once_is_one_event_and_one_entry(shop, owner):
    body = body_of(charge())
    receipts = await asyncio.gather(*(shop.deliver(body) for _ in range(200)))
    outcomes = [receipt.outcome for receipt in receipts]
    assert (outcomes.count(Outcome.ACCEPTED), outcomes.count(Outcome.DUPLICATE)) == (1, 199)
    assert len({receipt.event_id for receipt in receipts}) == 1
    assert await counts(owner, shop) == {
        "webhook_deliveries": 200,
        "attribution_events": 1,
        "revenue_ledger": 1,
        "dead_events": 0,
    }


async def test_a_charge_and_its_payment_intent_at_once_are_one_entry(shop, owner):
    intent = samples.load(
        "payment_intent.succeeded", item={"id": "pi_9", "latest_charge": None, "amount_received": 500}
    )
    both = [body_of(charge(id="ch_9", payment_intent="pi_9", amount_captured=500)), body_of(intent)]
    receipts = await asyncio.gather(*(shop.deliver(body) for body in both * 10))
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED, Outcome.DUPLICATE}
    assert (await counts(owner, shop))["revenue_ledger"] == 1
    assert (
        await owner.fetchval("SELECT sum(effect_cents) FROM attribution_events WHERE tenant_id = $1", shop.tenant_id)
        == 500
    )


async def test_refunds_settle_whatever_order_they_arrive_in(make_shop, owner):
    sale = body_of(charge())
    refunds = [
        body_of(samples.load("charge.refunded", event={"id": f"evt_{total}"}, item={"amount_refunded": total}))
        for total in (3000, 5000, 12999)
    ]
    for order in ([sale, *refunds], [*refunds, sale], [refunds[2], sale, refunds[0], refunds[1]]):
        shop = await make_shop()
        for body in order:
            await shop.deliver(body)
        rows = await owner.fetch("SELECT * FROM revenue_ledger_current WHERE tenant_id = $1", shop.tenant_id)
        assert [(row["net_amount_cents"], row["state"]) for row in rows] == [(0, "refunded")]


@pytest.mark.promise("P061", "F24")
async def test_nothing_personal_is_stored_anywhere(shop, owner):
    await shop.deliver(body_of(charge()))
    await shop.deliver(body_of(charge(id="ch_x", amount="nonsense")))
    for table in ("attribution_events", "dead_events", "revenue_ledger", "webhook_deliveries"):
        rows = await owner.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE tenant_id = $1", shop.tenant_id)
        assert rows
        for row in rows:
            assert "shopper@example.com" not in row["row"]
            assert "Example Street" not in row["row"]


@pytest.mark.promise("P068", "P069")
async def test_a_delivery_that_makes_no_sense_is_kept_sealed(shop, owner):
    receipt = await shop.deliver(body_of(charge(amount="129.999")))
    assert receipt.outcome is Outcome.DEAD
    row = await owner.fetchrow("SELECT * FROM dead_events WHERE id = $1", receipt.dead_event_id)
    assert (row["error_type"], json.loads(row["error_detail"])["pointer"]) == (
        "malformed_value",
        "/body/data/object/amount",
    )
    payload = payloads.unseal(shop.receiver.ring, shop.tenant_id, Sealed(row["payload_sealed"], row["key_id"]))
    assert payload["data"]["object"]["amount"] == "129.999"
    assert "billing_details" not in payload["data"]["object"]
    assert (await counts(owner, shop))["revenue_ledger"] == 0


async def test_the_same_broken_delivery_dies_once(shop, owner):
    receipts = await asyncio.gather(*(shop.deliver(body_of(charge(amount=None))) for _ in range(20)))
    assert len({receipt.dead_event_id for receipt in receipts}) == 1
    assert await counts(owner, shop) == {
        "webhook_deliveries": 20,
        "attribution_events": 0,
        "revenue_ledger": 0,
        "dead_events": 1,
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"{",
        b"\xff\xfe",
        b'{"id": NaN}',
        b"[" * 5000,
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b'"\\ud800"',
        b"[]",
        b"1",
        b"null",
        b'{"id": "evt_1", "type": "charge.succeeded\\u0000", "created": 1, "data": {"object": {}}}',
        b'{"id": "evt_\\u0000", "type": "charge.succeeded", "created": 1, "data": {"object": {"id": "\\u0000"}}}',
        b'{"id": "evt_1", "type": {"$ne": 1}, "data": 7}',
        b'{"id": 123456789012345678901234567890, "type": "charge.succeeded"}',
    ],
)
async def test_whatever_is_signed_is_kept(shop, owner, body):
    receipt = await shop.deliver(body)
    assert receipt.outcome is Outcome.DEAD
    assert (await shop.deliver(body)).dead_event_id == receipt.dead_event_id
    assert (await counts(owner, shop))["dead_events"] == 1


async def test_a_body_that_is_no_json_leaves_no_trace_of_itself(shop, owner):
    await shop.deliver(b"shopper@example.com is not json")
    row = await owner.fetchrow("SELECT * FROM dead_events WHERE tenant_id = $1", shop.tenant_id)
    assert row["payload_sealed"] is None
    assert "shopper" not in str(dict(row))
    assert "31 bytes" in row["error_message"]


def note(field):
    """What the schema of the contract has against a field."""
    return {"pointer": f"/body/{field}", "message": "Input should be a valid text", "code": "str_type", "field": field}


NOTES = "SELECT schema_notes FROM webhook_deliveries WHERE tenant_id = $1 ORDER BY received_at"


async def test_what_the_reader_does_not_read_is_noted_and_the_money_counts(shop, owner):
    """On every delivery of the same event, since each body is what its own delivery brought."""
    outcomes = [await shop.deliver(body_of(charge()), check=lambda topic: (note("livemode"),)) for _ in range(2)]
    assert [receipt.outcome for receipt in outcomes] == [Outcome.ACCEPTED, Outcome.DUPLICATE]
    assert [receipt.schema_notes for receipt in outcomes] == [(note("livemode"),)] * 2
    noted = [{"pointer": "/body/livemode", "message": "Input should be a valid text"}]
    assert [json.loads(row["schema_notes"]) for row in await owner.fetch(NOTES, shop.tenant_id)] == [noted] * 2
    assert (await counts(owner, shop))["revenue_ledger"] == 1


async def test_a_body_like_its_schema_has_no_note(shop, owner):
    assert (await shop.deliver(body_of(charge()))).schema_notes == ()
    assert [row["schema_notes"] for row in await owner.fetch(NOTES, shop.tenant_id)] == [None]


async def test_of_many_differences_the_first_twenty_are_noted(shop, owner):
    notes = [note(f"{number}") for number in range(30)]
    assert (await shop.deliver(body_of(charge()), check=lambda topic: notes)).schema_notes == tuple(notes[:20])
    assert [len(json.loads(row["schema_notes"])) for row in await owner.fetch(NOTES, shop.tenant_id)] == [20]


async def test_what_is_not_about_revenue_is_noted_too(shop, owner):
    other = samples.load("charge.succeeded", event={"account": "acct_of_somebody_else"})
    receipt = await shop.deliver(body_of(other), check=lambda topic: (note("livemode"),))
    assert (receipt.outcome, receipt.schema_notes) == (Outcome.IGNORED, (note("livemode"),))
    assert [len(json.loads(row["schema_notes"])) for row in await owner.fetch(NOTES, shop.tenant_id)] == [1]


async def test_an_object_of_a_connected_account_without_a_connection_is_ignored_naming_the_account(shop, owner):
    receipt = await shop.deliver(body_of(samples.load("charge.succeeded", event={"account": "acct_of_somebody_else"})))
    assert to_api_receipt(receipt).message == (
        "There was nothing to record: the object belongs to the connected account acct_of_somebody_else, which is not connected."
    )
    query = "SELECT count(*) FROM attribution_events WHERE tenant_id = $1"
    assert await owner.fetchval(query, shop.tenant_id) == 0


async def test_a_dead_event_names_what_the_reader_refuses_before_what_only_the_schema_does(shop, owner):
    """Once each, where both point at the same field."""
    notes = (note("livemode"), note("created"))
    receipt = await shop.deliver(body_of(charge() | {"created": "yesterday"}), check=lambda topic: notes)
    row = await owner.fetchrow("SELECT * FROM dead_events WHERE id = $1", receipt.dead_event_id)
    refused = {"pointer": "/body/created", "message": "created is not an integer", "code": "malformed_value"}
    assert (row["error_type"], receipt.schema_notes) == ("malformed_value", notes)
    detail = json.loads(row["error_detail"])
    assert (detail["pointer"], detail["issues"]) == ("/body/created", [refused, note("livemode")])
    assert "/body/created" in detail["not_kept"]
    assert [len(json.loads(row["schema_notes"])) for row in await owner.fetch(NOTES, shop.tenant_id)] == [2]


async def test_the_wrong_address_is_told_and_kept(shop, owner):
    receipt = await shop.deliver(body_of(charge()), topic="charge.refunded")
    assert (receipt.outcome, receipt.error_code) == (Outcome.DEAD, "topic_mismatch")
    assert (
        await owner.fetchval("SELECT error_type FROM dead_events WHERE tenant_id = $1", shop.tenant_id)
        == "topic_mismatch"
    )


async def test_a_refund_in_another_currency_is_dead_and_changes_nothing(shop, owner):
    await shop.deliver(body_of(charge()))
    receipt = await shop.deliver(body_of(samples.load("charge.refunded", item={"currency": "eur"})))
    assert (receipt.outcome, receipt.error_code) == (Outcome.DEAD, "currency_mismatch")
    assert await counts(owner, shop) == {
        "webhook_deliveries": 2,
        "attribution_events": 1,
        "revenue_ledger": 1,
        "dead_events": 1,
    }


async def test_a_signature_of_another_tenant_is_refused_and_leaves_nothing(make_shop, owner):
    mine, other = await make_shop(), await make_shop()
    with pytest.raises(SignatureMismatch):
        await mine.deliver(body_of(charge()), secret=other.webhook_secret)
    assert sum((await counts(owner, mine)).values()) == 0


async def test_a_tenant_without_a_secret_takes_nothing(make_shop):
    shop = await make_shop(is_equipped=False)
    with pytest.raises(SignatureMismatch):
        await shop.deliver(body_of(charge()))


async def test_two_tenants_may_have_the_same_transaction(make_shop, owner):
    for shop in (await make_shop(), await make_shop()):
        assert (await shop.deliver(body_of(charge()))).outcome is Outcome.ACCEPTED
        assert (await counts(owner, shop))["revenue_ledger"] == 1
