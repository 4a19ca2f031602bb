"""A refund or dispute in another currency than its payment: repaired by a manager with an amount, on record, shown as repaired."""

import json
from random import Random
from uuid import uuid4

import pytest

from impl.platforms import registry
from tests.ingestion.dead_events.steps import DEAD, OLDER_STRIPE, charge, retry, state, stripe

EARLIER, LATER = 1795166400, 1795170000


def names():
    """Names of a payment that no other test uses."""
    id_ = uuid4().hex[:12]
    return {"charge": f"ch_{id_}", "payment_intent": f"pi_{id_}"}, id_


def paid(payment, cents=10_000, currency="usd"):
    item = {"id": payment["charge"], "payment_intent": payment["payment_intent"], "amount": cents}
    return charge(item | {"currency": currency}, created=EARLIER)


def refunded(payment, id_, cents=1_200, currency="eur", **event):
    item = {"id": f"re_{id_}", "amount": cents, "currency": currency, **payment}
    return stripe("refund.created", item, created=LATER, **event)


def disputed(payment, id_, cents=1_200, currency="eur", **event):
    item = {"id": f"du_{id_}", "amount": cents, "currency": currency, **payment}
    return stripe("charge.dispute.created", item, created=LATER, **event)


async def net(owner, site):
    """What is counted, by currency."""
    rows = await owner.fetch(
        "SELECT currency, sum(effect_cents)::bigint AS net FROM revenue_ledger WHERE tenant_id = $1 GROUP BY 1"
        " HAVING sum(effect_cents) <> 0 ORDER BY 1",
        site.tenant_id,
    )
    return {row["currency"]: row["net"] for row in rows}


async def the_dead(owner, site):
    return await owner.fetchrow(
        "SELECT * FROM dead_events WHERE tenant_id = $1 AND error_code = 'currency_mismatch'", site.tenant_id
    )


@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize(("shown", "kind"), [(refunded, "refunded"), (disputed, "chargeback")])
async def test_it_counts_with_the_amount_that_a_manager_gives(staffed, owner, deliver, work_off, shown, kind, is_first):
    """Whether its payment was known when it came, or came later and took it back."""
    payment, id_ = names()
    bodies = [paid(payment), shown(payment, id_)]
    for body in reversed(bodies) if is_first else bodies:
        await deliver(staffed, body)
    assert await net(owner, staffed) == {"USD": 10_000}
    dead = await the_dead(owner, staffed)
    before = (await staffed.ask("GET", f"{DEAD}/{dead['id']}")).json()
    assert (before["is_redacted"], before["retry"]["needs"]) == (False, "amount")
    assert (before["amount_cents"], before["currency"]) == (1_200, "EUR")
    assert "12.00 EUR" in before["retry"]["effect"]
    answer = await retry(staffed, dead["id"], amount_cents=1_310, currency="USD")
    assert answer.status_code == 202, answer.text
    assert "13.10 USD" in answer.json()["retry"]["effect"]
    assert "in place of 12.00 EUR" in answer.json()["retry"]["effect"]
    await work_off(staffed.tenant_id)
    after = (await staffed.ask("GET", f"{DEAD}/{dead['id']}")).json()
    assert after["remediation_status"] == "resolved", after["error_message"]
    assert (after["repair"]["amount_cents"], after["repair"]["currency"]) == (1_310, "USD")
    assert await net(owner, staffed) == {"USD": 10_000 - 1_310}
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1::uuid", after["resolved_event_id"])
    assert (event["told_cents"], event["told_currency"], event["repaired_dead_event_id"]) == (1_200, "EUR", dead["id"])
    entry = await owner.fetchrow("SELECT * FROM revenue_ledger WHERE event_id = $1", event["id"])
    assert (entry["entry_kind"], entry["effect_cents"], entry["currency"]) == (kind, -1_310, "USD")
    assert entry["verification_source"] == "stripe_repair"
    others = "SELECT DISTINCT verification_source FROM revenue_ledger WHERE tenant_id = $1 AND id <> $2"
    assert [row[0] for row in await owner.fetch(others, staffed.tenant_id, entry["id"])] == ["stripe_webhook"]


async def test_who_gave_which_amount_is_on_record(staffed, owner, deliver, work_off):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = await deliver(staffed, refunded(payment, id_))
    answer = await retry(staffed, dead.dead_event_id, amount_cents=1_310, currency="USD")
    row = await owner.fetchrow("SELECT * FROM dead_event_audit WHERE tenant_id = $1", staffed.tenant_id)
    assert (row["action"], row["dead_event_id"]) == ("repaired", dead.dead_event_id)
    assert (row["amount_cents"], row["currency"], row["told_cents"], row["told_currency"]) == (
        1_310,
        "USD",
        1_200,
        "EUR",
    )
    assert str(row["user_id"]) == answer.json()["repair"]["repaired_by"]
    assert str(row["correlation_id"]) == answer.headers["X-Correlation-ID"]
    for statement in ("UPDATE dead_event_audit SET amount_cents = 1", "DELETE FROM dead_event_audit"):
        with pytest.raises(Exception, match="append-only"):
            await owner.execute(statement)


@pytest.mark.parametrize("shown", [refunded, disputed])
async def test_told_again_it_is_a_duplicate(staffed, owner, deliver, work_off, shown):
    """By the same notification, and by another one about the same: the processor goes on telling its own amount."""
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    body = shown(payment, id_)
    dead = await deliver(staffed, body)
    await retry(staffed, dead.dead_event_id, amount_cents=1_310, currency="USD")
    await work_off(staffed.tenant_id)
    assert [(await deliver(staffed, one)).outcome for one in (body, shown(payment, id_))] == ["duplicate"] * 2
    assert await net(owner, staffed) == {"USD": 10_000 - 1_310}


async def test_told_with_a_third_amount_it_contradicts(staffed, owner, deliver, work_off):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = await deliver(staffed, refunded(payment, id_))
    await retry(staffed, dead.dead_event_id, amount_cents=1_310, currency="USD")
    await work_off(staffed.tenant_id)
    assert (
        await deliver(staffed, refunded(payment, id_, cents=1_311, currency="usd"))
    ).error_code == "contradicts_recorded"
    assert (await deliver(staffed, refunded(payment, id_, cents=1_310, currency="usd"))).outcome == "duplicate"


async def test_the_repaired_refund_may_fail_later(staffed, owner, deliver, work_off):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = await deliver(staffed, refunded(payment, id_))
    await retry(staffed, dead.dead_event_id, amount_cents=1_310, currency="USD")
    await work_off(staffed.tenant_id)
    item = {"id": f"re_{id_}", "amount": 1_200, "currency": "eur", "status": "failed", **payment}
    await deliver(staffed, stripe("refund.failed", item, created=LATER + 60))
    assert await net(owner, staffed) == {"USD": 10_000}


async def test_in_a_third_currency_it_fails_again_and_the_amount_is_forgotten(staffed, owner, deliver, work_off):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = await deliver(staffed, refunded(payment, id_))
    await retry(staffed, dead.dead_event_id, amount_cents=1_310, currency="GBP")
    await work_off(staffed.tenant_id)
    shown = (await staffed.ask("GET", f"{DEAD}/{dead.dead_event_id}")).json()
    assert (shown["remediation_status"], shown["error_code"]) == ("pending", "currency_mismatch")
    assert "GBP" in shown["error_message"]
    assert "repair" not in shown
    assert await net(owner, staffed) == {"USD": 10_000}
    await retry(staffed, dead.dead_event_id, force=True)  # without the amount it is what it was
    await work_off(staffed.tenant_id)
    assert (await state(owner, dead.dead_event_id))["error_code"] == "currency_mismatch"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount_cents": 0, "currency": "USD"}, "/body/amount_cents"),
        ({"amount_cents": -5, "currency": "USD"}, "/body/amount_cents"),
        ({"amount_cents": 10**15 + 1, "currency": "USD"}, "/body/amount_cents"),
        ({"amount_cents": 13.1, "currency": "USD"}, "/body/amount_cents"),
        ({"amount_cents": "1310", "currency": "USD"}, "/body/amount_cents"),
        ({"amount_cents": True, "currency": "USD"}, "/body/amount_cents"),
        ({"amount_cents": 1_310}, "/body"),
        ({"currency": "USD"}, "/body"),
        ({"amount_cents": 1_310, "currency": "usd"}, "/body/currency"),
        ({"amount_cents": 1_310, "currency": "ABC"}, "/body/currency"),
        ({"amount_cents": 1_310, "currency": None}, "/body/currency"),
        ({"amount_cents": 1_310, "currency": "USD", "amount": "13.10"}, "/body/amount"),
    ],
)
async def test_an_amount_that_is_none_is_refused(staffed, owner, deliver, body, pointer):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = await deliver(staffed, refunded(payment, id_))
    answer = await retry(staffed, dead.dead_event_id, **body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert (await state(owner, dead.dead_event_id))["remediation_status"] == "pending"


async def test_an_amount_repairs_only_a_wrong_currency(staffed, deliver):
    dead = await deliver(staffed, charge(), OLDER_STRIPE)
    answer = await retry(staffed, dead.dead_event_id, amount_cents=1_310, currency="USD", force=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "STATE_CONFLICT")
    assert "`currency_mismatch`" in answer.json()["detail"]


async def test_a_wrong_currency_needs_an_amount_or_force(staffed, deliver):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = await deliver(staffed, refunded(payment, id_))
    refused = await retry(staffed, dead.dead_event_id)
    assert refused.status_code == 409
    assert "`amount_cents`" in refused.json()["detail"]


async def test_another_amount_while_it_is_being_repaired_is_refused(staffed, owner, deliver):
    payment, id_ = names()
    await deliver(staffed, paid(payment))
    dead = (await deliver(staffed, refunded(payment, id_))).dead_event_id
    answers = [(await retry(staffed, dead, amount_cents=cents, currency="USD")).status_code for cents in (10, 10, 11)]
    assert answers == [202, 202, 409]
    assert (await state(owner, dead))["repair_cents"] == 10


async def test_one_amount_cannot_stand_for_two(staffed, owner, deliver, work_off, equip):
    dead = await deliver_shopify_refund(staffed, deliver, equip, ["27.00", "3.00"])
    await retry(staffed, dead.dead_event_id, amount_cents=3_310, currency="USD")
    await work_off(staffed.tenant_id)
    row = await state(owner, dead.dead_event_id)
    assert (row["remediation_status"], "2 amounts" in row["error_message"]) == ("pending", True)


SHOPIFY = registry.processor("shopify")


def shopify_refund(amounts):
    """A refund that is told in the buyer's currency, without the shop's beside it, as old versions of the API do."""
    refund = SHOPIFY.sample("refunds/create")
    (item,) = refund["transactions"]
    del item["amount_set"]
    items = [item | {"id": item["id"] + n, "amount": amount, "currency": "EUR"} for n, amount in enumerate(amounts)]
    return refund | {"transactions": items}


async def deliver_shopify(site, deliver, topic, body):
    return await deliver(site, json.dumps(body).encode(), SHOPIFY, topic=topic)


async def deliver_shopify_refund(site, deliver, equip, amounts):
    await equip(site, "shopify")
    return await deliver_shopify(site, deliver, "refunds/create", shopify_refund(amounts))


async def test_a_repaired_refund_of_shopify_is_a_duplicate_wherever_it_is_told_again(
    staffed, owner, deliver, work_off, equip
):
    """It came out dead again, and took the whole order with it that lists it: the body cannot be read without the repair."""
    dead = await deliver_shopify_refund(staffed, deliver, equip, ["27.00"])
    order = SHOPIFY.sample("orders/paid") | {"id": shopify_refund([])["order_id"], "currency": "USD"}
    order |= {"refunds": [shopify_refund(["27.00"])]}
    listed = await deliver_shopify(staffed, deliver, "orders/updated", order)
    assert listed.error_code == "currency_mismatch"
    await retry(staffed, dead.dead_event_id, amount_cents=3_000, currency="USD")
    await work_off(staffed.tenant_id)
    await retry(staffed, listed.dead_event_id, force=True)
    await work_off(staffed.tenant_id)
    row = await state(owner, listed.dead_event_id)
    assert row["remediation_status"] == "resolved", row["error_message"]
    told = shopify_refund(["27.00"])
    transaction = told["transactions"][0] | {"order_id": told["order_id"]}
    for topic, body in (
        ("refunds/create", told),
        ("refunds/create", told | {"note": "another delivery of it"}),
        ("order_transactions/create", transaction),
        ("orders/updated", order | {"tags": "another snapshot"}),
    ):
        assert (await deliver_shopify(staffed, deliver, topic, body)).outcome == "duplicate", topic
    assert await net(owner, staffed) == {"USD": 10_000 - 3_000}
    other = await deliver_shopify(staffed, deliver, "refunds/create", shopify_refund(["28.00"]))
    assert other.error_code == "currency_mismatch"


async def test_a_refund_of_shopify_in_the_buyers_currency_counts_with_the_amount_in_the_shops(
    staffed, owner, deliver, work_off, equip
):
    dead = await deliver_shopify_refund(staffed, deliver, equip, ["27.00"])
    assert dead.error_code == "currency_mismatch"
    await retry(staffed, dead.dead_event_id, amount_cents=3_000, currency="USD")
    await work_off(staffed.tenant_id)
    row = await state(owner, dead.dead_event_id)
    assert row["remediation_status"] == "resolved", row["error_message"]
    assert await net(owner, staffed) == {"USD": -3_000}
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1", row["resolved_event_id"])
    assert (event["told_cents"], event["told_currency"]) == (2_700, "EUR")


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_the_order_of_deliveries_and_repairs_the_net_is_the_same(
    staffed, owner, deliver, work_off, seed
):
    """With repetitions before and after the repairs, the payment among its refunds, and refunds in its own currency too."""
    random = Random(seed)
    payment, id_ = names()
    foreign = {f"{id_}{n}": random.randrange(1, 900) for n in range(3)}
    bodies = [paid(payment), refunded(payment, id_, cents=500, currency="usd")]
    bodies += [random.choice((refunded, disputed))(payment, name) for name in foreign]
    for body in random.sample(bodies * 2, k=2 * len(bodies)):
        await deliver(staffed, body)
    rows = await owner.fetch("SELECT id, external_event_id FROM dead_events WHERE tenant_id = $1", staffed.tenant_id)
    assert len(rows) == len(foreign)
    amounts = iter(random.sample(list(foreign.values()), k=len(foreign)))
    for row in random.sample(rows, k=len(rows)):
        assert (await retry(staffed, row["id"], amount_cents=next(amounts), currency="USD")).status_code == 202
        await work_off(staffed.tenant_id)
    outcomes = [(await deliver(staffed, body)).outcome for body in random.sample(bodies, k=len(bodies))]
    assert outcomes == ["duplicate"] * len(bodies)
    assert await net(owner, staffed) == {"USD": 10_000 - 500 - sum(foreign.values())}
    left = "SELECT count(*) FROM dead_events WHERE tenant_id = $1 AND remediation_status <> 'resolved'"
    assert await owner.fetchval(left, staffed.tenant_id) == 0
