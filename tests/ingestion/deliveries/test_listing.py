"""A merchant sees the correctly signed deliveries of each processor with their outcome, newest first, and nothing of their content."""

import json

from tests.fixtures.service import correlation, log_in, signed, stripe_delivery

DISPATCHER = "/api/webhooks/stripe"
DELIVERIES = "/api/events/deliveries"


async def listed(http, access, **params):
    reply = await http.get(DELIVERIES, params=params, headers=access)
    assert reply.status_code == 200
    return reply.json()


async def test_each_outcome_is_listed_once_and_a_refused_delivery_is_not(http, make_merchant):
    merchant = make_merchant()
    sale = stripe_delivery(merchant)
    forged = stripe_delivery(merchant)
    forged["headers"] |= {"Stripe-Signature": "t=1,v1=00"}
    test_sale = json.loads(sale["content"]) | {"id": "evt_of_test_mode", "livemode": False}
    unreadable = json.dumps(
        {"id": "evt_dead", "type": "charge.succeeded", "livemode": True, "data": {"object": {"object": "charge"}}}
    )
    for request in (
        sale,
        sale,
        signed(merchant, json.dumps(test_sale).encode()),
        signed(merchant, unreadable.encode()),
    ):
        assert (await http.post(DISPATCHER, **request)).status_code == 200
    assert (await http.post(DISPATCHER, **forged)).status_code == 401
    access = await log_in(http, merchant)
    items = (await listed(http, access))["items"]
    assert [one["outcome"] for one in items] == ["dead", "ignored", "duplicate", "accepted"]
    dead, ignored, duplicate, accepted = items
    amount = json.loads(sale["content"])["data"]["object"]["amount"]
    assert (accepted["source"], accepted["event_type"]) == ("stripe", json.loads(sale["content"])["type"])
    assert (accepted["amount_cents"], accepted["event_id"]) == (amount, duplicate["event_id"])
    assert "dead_event_id" in dead
    assert {"event_id", "dead_event_id", "amount_cents", "currency"}.isdisjoint(ignored)
    assert (await http.get(f"/api/events/dead/{dead['dead_event_id']}", headers=access)).status_code == 200


async def test_pages_follow_each_other_without_a_gap_and_stay_within_their_source(http, make_merchant):
    merchant = make_merchant()
    for _ in range(5):
        assert (await http.post(DISPATCHER, **stripe_delivery(merchant))).status_code == 200
    access = await log_in(http, merchant)
    everything = [one["id"] for one in (await listed(http, access))["items"]]
    ids, cursor = [], {}
    while cursor is not None:
        reply = await listed(http, access, limit=2, source="stripe", **cursor)
        ids += [one["id"] for one in reply["items"]]
        cursor = {"cursor": reply["page"]["next_cursor"]} if reply["page"]["has_more"] else None
    assert ids == everything
    assert len(set(ids)) == 5
    assert (await listed(http, access, source="paypal"))["items"] == []
    first = await listed(http, access, limit=2, source="stripe")
    foreign = {"cursor": first["page"]["next_cursor"], "source": "paypal"}
    assert (await http.get(DELIVERIES, params=foreign, headers=access)).status_code == 400


async def test_another_tenant_sees_none_and_a_stranger_nothing(http, make_merchant):
    merchant, other = make_merchant(), make_merchant()
    assert (await http.post(DISPATCHER, **stripe_delivery(merchant))).status_code == 200
    assert (await listed(http, await log_in(http, other)))["items"] == []
    assert (await http.get(DELIVERIES, headers=correlation())).status_code == 401
