"""The oracle itself: on examples computed by hand from the specification, and its two ways to the same books against each other."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from tests.stories import paypal, places, sale, script, shopify, shops, stripe, woocommerce
from tests.stories.paypal import PayPalStory
from tests.stories.sale import SaleStory
from tests.stories.shopify import ShopifyStory
from tests.stories.story import PLACES, Step, Sums, decimal
from tests.stories.stripe import StripeStory
from tests.stories.woocommerce import WooCommerceStory


def steps(*kinds):
    """Steps an hour apart: a kind with its values each."""
    return tuple(Step(kind=kind, at=3600 * number, **values) for number, (kind, values) in enumerate(kinds, 1))


def charge(amount, *kinds, **values):
    return StripeStory(seed=1, currency="USD", amount=amount, steps=steps(*kinds), **values)


def order(amount, *kinds, **values):
    return ShopifyStory(seed=1, currency="USD", amount=amount, steps=steps(*kinds), **values)


def shop(amount, *kinds, method="stripe", **values):
    return WooCommerceStory(seed=1, currency="USD", amount=amount, method=method, steps=steps(*kinds), **values)


def payment(amount, *kinds, family="CAPTURE", **values):
    return PayPalStory(seed=1, family=family, currency="USD", amount=amount, steps=steps(*kinds), **values)


def dispute(*states, amount=10000, currency="USD"):
    return [("dispute", {"status": state, "amount": amount, "currency": currency}) for state in states]


HELD, PAID = ("held", {"amount": 20675}), ("paid", {"amount": 10000})
CAPTURED = ("captured", {"amount": 20300, "is_last": True})
SOLD = [("created", {}), ("sale", {"amount": 10000})]
ORDERED, DONE = ("ordered", {"status": "pending"}), ("completed", {"status": "completed"})
COMPLETED = ("completed", {"amount": 10000})


def refund(name, amount, status="succeeded"):
    return ("refund", {"id": name, "amount": amount, "status": status})


EXAMPLES = {
    # money.md §3
    "206.75 authorised, 203.00 captured": (charge(20675, HELD, CAPTURED), Sums(20300)),
    "a hold that expired": (charge(20675, HELD, ("ended", {"status": "expired"})), Sums()),
    "a hold that nobody ended": (charge(20675, HELD), Sums()),
    "captured in two parts": (charge(20675, HELD, ("captured", {"amount": 5000}), ("captured", {"amount": 100, "is_last": True})), Sums(5100)),
    "a refund of the captured part": (charge(20675, HELD, CAPTURED, refund("a", 300)), Sums(20300, 300)),
    "two refunds": (charge(10000, PAID, refund("a", 3000), refund("b", 7000)), Sums(10000, 10000)),
    "a refund of 100.00 failed, a later one of 40.00 did not": (
        charge(10000, PAID, refund("a", 10000), ("refund ended", {"id": "a", "status": "failed"}), refund("b", 4000)),
        Sums(10000, 4000),
    ),
    "an inquiry": (charge(10000, PAID, *dispute("warning_needs_response", "warning_closed")), Sums(10000)),
    "prevented": (charge(10000, PAID, *dispute("prevented")), Sums(10000)),
    "lost": (charge(10000, PAID, *dispute("needs_response", "lost")), Sums(10000, 0, 10000)),
    "won": (charge(10000, PAID, *dispute("needs_response", "won")), Sums(10000)),
    "lost and reinstated": (charge(10000, PAID, *dispute("needs_response", "lost", "reinstated")), Sums(10000)),
    "at most what is left": (charge(10000, PAID, refund("a", 3000), *dispute("lost")), Sums(10000, 3000, 7000)),
    "told in the settlement currency": (charge(10000, PAID, *dispute("lost", currency="EUR")), Sums(10000)),
    "test mode": (charge(10000, PAID, is_live=False), Sums()),
    "of a connected account": (charge(10000, PAID, account="acct_other"), Sums()),
    "an old version": (charge(20675, HELD, CAPTURED, is_old=True), Sums(20300)),
    # money.md §4
    "paid": (order(10000, *SOLD), Sums(10000)),
    "a deposit of 30.00": (order(10000, ("created", {}), ("sale", {"amount": 3000})), Sums(3000)),
    "a deposit, transactions untold": (order(10000, ("created", {}), ("sale", {"amount": 3000}), tells_transactions=False), Sums(3000)),
    "edited up and paid again": (order(10000, *SOLD, ("edited", {"amount": 2000}), ("sale", {"amount": 2000})), Sums(12000)),
    "edited up and not paid": (order(10000, *SOLD, ("edited", {"amount": 2000})), Sums(10000)),
    "edited down": (order(10000, *SOLD, ("edited", {"amount": -2000})), Sums(10000)),
    "voided": (order(35997, ("created", {}), ("authorized", {"amount": 35997}), ("edited", {"amount": 1000}), ("void", {})), Sums()),
    "a gift card alone": (order(5000, ("created", {}), ("gift card", {"amount": 5000})), Sums()),
    "a gift card beside a card": (
        order(5000, ("created", {}), ("gift card", {"amount": 2000}), ("sale", {"amount": 3000})), Sums(3000),
    ),
    "the buyer's currency": (order(10000, *SOLD, refund("a", 3000, "success"), presentment="CAD"), Sums(10000, 3000)),
    "no shop money told": (order(10000, *SOLD, presentment="CAD", has_amount_set=False), Sums(10000)),
    "a refund that waits": (order(10000, *SOLD, refund("a", 3000, "pending")), Sums(10000)),
    "a refund that failed": (order(10000, *SOLD, refund("a", 3000, "success"), ("refund failed", {"id": "a"})), Sums(10000)),
    "a refund to a gift card": (order(10000, *SOLD, ("refund to gift card", {"id": "a", "amount": 3000})), Sums(10000)),
    "a chargeback": (order(10000, *SOLD, ("chargeback", {"amount": 10000, "status": "lost"})), Sums(10000, 0, 10000)),
    "an inquiry at Shopify": (order(10000, *SOLD, ("inquiry", {"amount": 10000, "status": "lost"})), Sums(10000)),
    "a test order": (order(10000, *SOLD, is_test=True), Sums()),
    # money.md §5
    "paid at processing": (shop(4000, ORDERED, ("paid", {"status": "processing"}), ("moved on", {"status": "shipped"})), Sums(4000)),
    "refunded, no refund listed": (
        shop(4000, ("paid", {"status": "processing"}), ("wholly refunded", {"status": "refunded"})), Sums(4000, 4000),
    ),
    "a refund deleted": (shop(4000, DONE, ("refund", {"id": "r1", "amount": 1000}), ("refund deleted", {"id": "r1"})), Sums(4000)),
    "a total that fell": (shop(4000, DONE, ("edited", {"amount": -500})), Sums(3500)),
    "cash on delivery at processing": (shop(4000, ("packed", {"status": "processing"}), method="cod"), Sums()),
    "cash on delivery, cancelled": (shop(4000, DONE, ("cancelled", {"status": "cancelled"}), method="cod"), Sums()),
    "paid online, cancelled": (shop(4000, DONE, ("cancelled", {"status": "cancelled"})), Sums(4000)),
    "a draft": (shop(4000, ("drafted", {"status": "checkout-draft"})), Sums()),
    # money.md §6
    "a capture": (payment(10000, COMPLETED), Sums(10000)),
    "a capture of version 1, refunded": (payment(10000, COMPLETED, refund("R", 3000, ""), is_old=True), Sums(10000, 3000)),
    "a refund that waits at PayPal": (payment(10000, COMPLETED, ("refund pending", {"id": "R", "amount": 3000})), Sums(10000)),
    "a refund that was cancelled": (
        payment(10000, COMPLETED, refund("R", 3000, ""), ("refund ended", {"id": "R", "amount": 3000, "status": "CANCELLED"})),
        Sums(10000),
    ),
    "reversed": (payment(10000, COMPLETED, ("reversal", {"id": "V", "amount": 10000})), Sums(10000, 0, 10000)),
    "reversed, told as the sale": (
        payment(10000, COMPLETED, ("reversal of the sale", {"amount": 10000}), family="SALE"), Sums(10000, 0, 10000),
    ),
    "reversed, in the seller's favour": (
        payment(
            10000, COMPLETED, ("reversal", {"id": "V", "amount": 10000}),
            ("dispute resolved", {"id": "D", "amount": 10000, "status": "RESOLVED_SELLER_FAVOUR"}),
        ),
        Sums(10000),
    ),
    "denied": (payment(10000, ("pending", {"amount": 10000}), ("denied", {"amount": 10000})), Sums()),
    "a hold voided": (payment(10000, ("authorized", {"amount": 10000}), ("voided", {"amount": 10000})), Sums()),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_computed_by_hand(name):
    story, expected = EXAMPLES[name]
    assert list(story.truth().values()) == ([expected] if expected != Sums() else [])
    assert story.known(story.shown()) == story.truth()


def test_a_reversal_without_a_link_stands_by_itself():
    told = payment(10000, COMPLETED, ("reversal without link", {"id": "V", "amount": 49}), family="SALE")
    assert told.truth() == {(told.id, "USD"): Sums(10000), ("V", "USD"): Sums(0, 0, 49)}


def test_of_older_and_newer_totals_the_newer_counts():
    """A total of 50.00 and an older one of 30.00, in either order; then the newer one alone."""
    told = charge(10000, PAID, refund("a", 3000), refund("b", 2000))
    snapshots = [one for one in told.shown() if isinstance(one, stripe.Charge)]
    for arrived in (snapshots, snapshots[::-1], snapshots[-1:]):
        assert told.known(arrived) == {(told.id, "USD"): Sums(10000, 5000)}
    assert told.known(snapshots[:2]) == {(told.id, "USD"): Sums(10000, 3000)}


def test_a_refund_object_newer_than_every_snapshot_adds():
    told = charge(10000, PAID, refund("a", 3000))
    paid, object_ = told.shown()[0], next(one for one in told.shown() if isinstance(one, stripe.Refund))
    assert told.known([object_, paid]) == {(told.id, "USD"): Sums(10000, 3000)}


def at_both(*, link="by the order", at_shop=(), at_processor=(), reference="ch_story1"):
    """A sale of 100.00, with more that happened on either side."""
    shop_side = shop(10000, ORDERED, ("paid", {"status": "processing"}), *at_shop, reference=reference)
    return SaleStory(order=shop_side, payment=charge(10000, PAID, *at_processor), link=link)


BACK, BACK_AT_SHOP = refund("re", 3000), ("refund", {"id": "r1", "amount": 3000})
SALES = {
    # work.md §13.1
    "R3: linked, the order counts": (at_both(), Sums(10000)),
    "R3: not linked, both count": (at_both(link="none", reference=""), Sums(20000)),
    "R5: a refund that both tell": (at_both(at_shop=[BACK_AT_SHOP], at_processor=[BACK]), Sums(10000, 3000)),
    "R5: a refund that the shop does not know": (at_both(at_processor=[BACK]), Sums(10000, 3000)),
    "R5: a refund that the processor does not know": (at_both(at_shop=[BACK_AT_SHOP]), Sums(10000, 3000)),
    "R5: a refund of both and a dispute": (
        at_both(at_shop=[BACK_AT_SHOP], at_processor=[BACK, *dispute("lost", amount=7000)]), Sums(10000, 10000),
    ),
    "R5: a dispute that was won": (at_both(at_processor=dispute("needs_response", "won")), Sums(10000)),
}  # fmt: skip


@pytest.mark.parametrize("name", SALES)
def test_sales_computed_by_hand(name):
    story, expected = SALES[name]
    assert list(story.truth().values()) == [expected]
    assert story.known(story.shown()) == story.truth()


def test_a_sale_is_linked_by_what_has_arrived():
    story = at_both(at_shop=[("completed", {"status": "completed"})])
    orders = [one for one in story.shown() if one.processor == "woocommerce"]
    payments = [one for one in story.shown() if one.processor == "stripe"]
    assert list(story.known(payments).values()) == [Sums(10000)]
    assert list(story.known([*payments, orders[0]]).values()) == [Sums(10000)]  # not paid yet, and names nothing
    assert list(story.known([*payments, orders[-1]]).values()) == [Sums(10000)]
    assert list(story.known(orders).values()) == [Sums(10000)]


def test_the_ledger_of_a_sale_is_read_as_a_whole():
    story = at_both(at_processor=[BACK])
    order_name, payment_name = sorted(story.names)[::-1]
    ledger = {(order_name, "USD"): Sums(10000), (payment_name, "USD"): Sums(0, 2000, 1000)}
    assert story.fold(ledger) == story.truth()


def test_orders_of_one_number_in_several_shops_are_several_and_a_test_is_none():
    orders = [
        replace(shop(4000 + number, DONE), account=places.PLACES[label].account)
        for number, label in enumerate(shops.LABELS)
    ]
    story = shops.ShopsStory(seed=1, orders=tuple({order.account: order for order in orders}.values()))
    expected = {"north": 4000, "south": 4002}
    assert story.truth() == {
        (f"woocommerce_{name}.example_order_100001", "USD"): Sums(cents) for name, cents in expected.items()
    }
    labels = [sorted(story.labels(one)) for one in story.shown()]
    assert sorted(labels) == [["north"], ["south", "south again"], ["trial"]]


def test_what_the_specification_leaves_open_has_no_books():
    told = charge(10000, PAID, refund("a", 3000))
    assert told.known([one for one in told.shown() if isinstance(one, stripe.Refund)]) is None
    late = charge(20675, HELD, CAPTURED)
    assert late.known([late.shown()[0], late.shown()[-1]]) is None  # the intent knows more than the charge
    foreign = order(10000, *SOLD, presentment="CAD", has_amount_set=False)
    assert foreign.known([one for one in foreign.shown() if isinstance(one, shopify.Transaction)]) is None


def test_a_completed_order_whose_delivery_was_lost_is_told_by_its_refund():
    told = shop(4000, ORDERED, DONE, ("refund", {"id": "r1", "amount": 1500}))
    assert told.known(told.shown()[-1:]) == {("woocommerce_default_order_100001", "USD"): Sums(4000, 1500)}


@pytest.mark.parametrize("kind", script.GENERATORS)
def test_steps_and_deliveries_say_the_same(kind):
    """What happened, and what was announced of it, lead to the same books; in whatever order it is read."""
    for seed in range(400):
        story = script.GENERATORS[kind](seed)
        arrived = list(story.shown())
        Random(seed).shuffle(arrived)
        assert story.known(arrived) == story.truth(), script.write(kind, seed)
        assert story.fold(story.truth()) == story.truth()


STEPS = {
    "stripe": "declined paid held captured ended updated refund refund_settled refund_ended dispute",
    "shopify": (
        "created updated cancelled edited authorized void declined sale capture gift_card refund refund_to_gift_card"
        " refund_settled refund_failed chargeback inquiry"
    ),
    "woocommerce": "drafted ordered packed paid completed moved_on edited cancelled refund refund_deleted wholly_refunded deleted",
    "paypal": (
        "authorized voided pending denied completed refund refund_pending refund_ended reversal reversal_without_link"
        " reversal_of_the_sale dispute dispute_resolved"
    ),
    "sale": "created ordered sale paid completed refund dispute",
    "marked": "ordered paid completed refund refund_by_hand dispute",
    "shops": "drafted ordered packed paid completed moved_on edited cancelled refund refund_deleted wholly_refunded deleted",
}  # fmt: skip


@pytest.mark.parametrize("kind", script.GENERATORS)
def test_every_kind_of_step_and_currency_comes_up(kind):
    """Within the stories that `make test` plays, and some more."""
    stories = [script.GENERATORS[kind](seed) for seed in range(200)]
    counts = Counter(step.kind.replace(" ", "_") for story in stories for step in story.steps)
    counts = Counter({name.rpartition(":_")[2]: number for name, number in counts.items()})
    assert counts.keys() == set(STEPS[kind].split())
    assert {PLACES[story.currency] for story in stories} == {0, 2, 3}


def test_scripts_are_the_same_every_time_and_differ():
    scripts = [str(script.write("paypal", seed)) for seed in range(50)]
    assert scripts == [str(script.write("paypal", seed)) for seed in range(50)]
    assert len(set(scripts)) == 50


def test_a_script_without_a_delivery_is_about_what_is_left():
    whole = next(one for one in (script.write("stripe", seed) for seed in range(50)) if one.is_complete and one.waves)
    for wave in range(len(whole.waves)):
        shorter = whole.without(wave, 0)
        assert sum(map(len, shorter.waves)) == sum(map(len, whole.waves)) - 1
        assert shorter.is_complete == (len(shorter.arrived) == len(whole.arrived))


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [(12999, "USD", "129.99"), (-49, "USD", "-0.49"), (100, "JPY", "100"), (1234, "KWD", "1.234"), (5, "KWD", "0.005")],
)
def test_amounts_are_written_as_processors_write_them(cents, currency, text):
    assert decimal(cents, currency) == text


def test_the_stories_import_nothing_of_what_they_judge():
    for module in (stripe, shopify, woocommerce, paypal, sale, shops, script):
        assert not any(getattr(value, "__module__", "").startswith("impl") for value in vars(module).values())
