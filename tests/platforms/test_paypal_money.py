"""What PayPal's objects mean for the money of a payment, in every order of arrival and with repetitions."""

import itertools
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel.events import EntryKind, EventType
from impl.platforms import registry
from impl.platforms.errors import NothingToRecord
from impl.platforms.notification import Notification
from tests.fixtures.book import Book

PAYPAL = registry.processor("paypal")
RECEIVED = datetime(2026, 12, 31, tzinfo=UTC)
API = "https://api.paypal.com"


def event(topic, number, resource):
    """A delivery: the later its number, the later PayPal made it and updated its resource."""
    at = f"2026-11-30T10:{number:02}:00Z"
    own = {"create_time": f"2026-11-29T{number:02}:00:00Z", "update_time": at}
    return {"id": f"WH-{number}", "event_type": topic, "create_time": at, "resource": own | resource}


def money(text, *, version=2, code="USD"):
    return {"amount": {"total": text, "currency": code} if version == 1 else {"value": text, "currency_code": code}}


def links(*paths):
    return {"links": [{"href": API + path, "rel": "up", "method": "GET"} for path in paths]}


def sale(number, name, text, **more):
    return event(
        "PAYMENT.SALE.COMPLETED",
        number,
        {"id": name, **money(text, version=1), **links(f"/v1/payments/sale/{name}"), **more},
    )


def capture(number, name, text, **more):
    paths = (f"/v2/payments/captures/{name}", f"/v2/payments/captures/{name}/refund", "/v2/checkout/orders/ORDER")
    return event("PAYMENT.CAPTURE.COMPLETED", number, {"id": name, **money(text), **links(*paths), **more})


def refund(number, name, text, about, *, topic="PAYMENT.CAPTURE.REFUNDED", **more):
    paths = (f"/v2/payments/refunds/{name}", f"/v2/payments/captures/{about}")
    return event(topic, number, {"id": name, "status": "COMPLETED", **money(text), **links(*paths), **more})


def reversal(number, name, text, about, **more):
    return refund(number, name, text, about, topic="PAYMENT.CAPTURE.REVERSED", **more)


def dispute(number, name, text, about, outcome=None, *, topic="CUSTOMER.DISPUTE.RESOLVED"):
    resource = {
        "dispute_id": name,
        "dispute_amount": {"value": text, "currency_code": "USD"},
        "disputed_transactions": [{"seller_transaction_id": about}],
    }
    return event(topic, number, resource | ({"dispute_outcome": {"outcome_code": outcome}} if outcome else {}))


def authorization(number, name, text, state, word):
    return event(
        f"PAYMENT.AUTHORIZATION.{word}", number, {"id": name, "state": state, **money(text, version=1), "links": []}
    )


def facts(delivery):
    """The facts of a delivery; none of one that moved no money."""
    notification = Notification(payload=delivery, topic=delivery["event_type"], id=delivery["id"], received_at=RECEIVED)
    try:
        return PAYPAL.read(notification)
    except NothingToRecord:
        return ()


def settle(deliveries):
    """A book for each payment, in the order of arrival. The names of a payment are those that its facts tell."""
    books = {}
    for delivery in deliveries:
        read = facts(delivery)
        if read:
            name = read[0].payment_reference or read[0].transaction_id
            books.setdefault(name, Book(PAYPAL.position)).take(list(read))
    return books


def net(books):
    return sum(book.net for book in books.values())


def every_order(deliveries):
    """Every order of a few deliveries, each with a repetition; of many, some orders."""
    orders = itertools.permutations(deliveries) if len(deliveries) < 6 else None
    random_ = random.Random(7)
    for order in orders or (random_.sample(deliveries, len(deliveries)) for _ in range(150)):
        yield [*order, *order[:2]]


STORIES = {
    "sale refunded by its sale_id": (
        [sale(1, "S", "100.00", parent_payment="P"), event(
            "PAYMENT.SALE.REFUNDED", 2,
            {"id": "R", **money("-30.00", version=1), "sale_id": "S", "parent_payment": "P", "links": []})],
        7000,
    ),
    "sale refunded by its parent payment alone": (
        [sale(1, "S", "100.00", parent_payment="P"), event(
            "PAYMENT.SALE.REFUNDED", 2,
            {"id": "R", **money("-30.00", version=1), "parent_payment": "P", "links": []})],
        7000,
    ),
    "capture of version 1 refunded by its capture_id": (
        [event("PAYMENT.CAPTURE.COMPLETED", 1,
               {"id": "C", "state": "completed", **money("100.00", version=1), "parent_payment": "P", "links": []}),
         event("PAYMENT.CAPTURE.REFUNDED", 2,
               {"id": "R", "state": "completed", **money("-30.00", version=1), "capture_id": "C", "parent_payment": "P",
                **links("/v1/payments/refund/R", "/v1/payments/capture/C")})],
        7000,
    ),
    "order captured in parts": ([capture(1, "C1", "60.00"), capture(2, "C2", "40.00")], 10000),
    "capture told when it was refunded already": (
        [capture(3, "C", "100.00", status="PARTIALLY_REFUNDED"), refund(2, "R", "30.00", "C")], 7000),
    "refund pending": (
        [capture(1, "C", "100.00"), refund(2, "R", "30.00", "C", topic="PAYMENT.REFUND.PENDING", status="PENDING")],
        10000,
    ),
    "refund completed and then failed": (
        [capture(1, "C", "100.00"), refund(2, "R", "30.00", "C"),
         refund(3, "R", "30.00", "C", topic="PAYMENT.REFUND.FAILED", status="FAILED"), refund(4, "R2", "40.00", "C")],
        6000,
    ),
    "refund cancelled": (
        [capture(1, "C", "100.00"), refund(2, "R", "30.00", "C"), refund(3, "R", "30.00", "C", status="CANCELLED")],
        10000,
    ),
    "reversal of the sale itself": (
        [sale(1, "S", "100.00"), event(
            "PAYMENT.SALE.REVERSED", 2,
            {"id": "S", "state": "reversed", **money("100.00", version=1), **links("/v1/payments/sale/S")})],
        0,
    ),
    "reversal without any link": (
        [sale(1, "S", "100.00"), event(
            "PAYMENT.SALE.REVERSED", 2, {"id": "R", **money("-0.49", version=1), **links("/v1/payments/refund/R")})],
        9951,
    ),
    "dispute won": (
        [capture(1, "C", "100.00"), reversal(2, "V", "100.00", "C"),
         dispute(3, "D", "100.00", "C", "RESOLVED_SELLER_FAVOUR")],
        10000,
    ),
    "dispute won in part": (
        [capture(1, "C", "100.00"), reversal(2, "V", "100.00", "C"),
         dispute(3, "D", "40.00", "C", "RESOLVED_SELLER_FAVOUR")],
        4000,
    ),
    "dispute cancelled by the buyer": (
        [capture(1, "C", "100.00"), reversal(2, "V", "100.00", "C"), dispute(3, "D", "100.00", "C", "CANCELED_BY_BUYER")],
        10000,
    ),
    "dispute won that had reversed nothing": (
        [capture(1, "C", "100.00"), dispute(2, "D", "100.00", "C", topic="CUSTOMER.DISPUTE.CREATED"),
         dispute(3, "D", "100.00", "C", "CANCELED_BY_BUYER")],
        10000,
    ),
    "dispute lost": (
        [capture(1, "C", "100.00"), reversal(2, "V", "100.00", "C"),
         dispute(3, "D", "100.00", "C", "RESOLVED_BUYER_FAVOUR")],
        0,
    ),
    "dispute paid by PayPal": (
        [capture(1, "C", "100.00"), dispute(3, "D", "100.00", "C", "RESOLVED_WITH_PAYOUT")], 10000),
    "two reversals, one dispute won": (
        [capture(1, "C", "100.00"), reversal(2, "V1", "60.00", "C"), reversal(3, "V2", "40.00", "C"),
         dispute(4, "D1", "60.00", "C", "RESOLVED_SELLER_FAVOUR"), dispute(5, "D2", "40.00", "C", "RESOLVED_BUYER_FAVOUR")],
        6000,
    ),
    "hold that ends": (
        [authorization(1, "A", "100.00", "authorized", "CREATED"), authorization(2, "A", "100.00", "voided", "VOIDED")], 0),
    "hold that is captured in part and then voided": (
        [authorization(1, "A", "100.00", "authorized", "CREATED"), capture(2, "C", "60.00"),
         authorization(3, "A", "100.00", "voided", "VOIDED")],
        6000,
    ),
    "payment that was denied": ([sale(1, "S", "100.00", state="denied"), capture(2, "C", "5.00", status="PENDING")], 0),
}  # fmt: skip


@pytest.mark.promise("F22", "F23")
@pytest.mark.parametrize("name", STORIES)
def test_the_net_is_the_same_in_every_order_and_with_repetitions(name):
    deliveries, expected = STORIES[name]
    assert {net(settle(order)) for order in every_order(deliveries)} == {expected}


def test_what_a_payment_and_its_reversal_say_of_each_other_stands_under_one_name():
    deliveries, _ = STORIES["capture of version 1 refunded by its capture_id"]
    (book,) = settle(reversed(deliveries)).values()
    assert {entry.original_transaction_id for entry in book.entries} == {"C"}


def test_a_hold_moves_nothing_and_its_end_is_recorded_also_when_its_beginning_was_lost():
    for deliveries in (STORIES["hold that ends"][0], STORIES["hold that ends"][0][1:]):
        (book,) = settle(deliveries).values()
        assert [(entry.kind, entry.effect_cents) for entry in book.entries] == [
            (EntryKind.AUTHORIZED, 0),
            (EntryKind.VOIDED, 0),
        ]


def test_a_dispute_won_before_its_reversal_takes_nothing_and_gives_nothing():
    deliveries, _ = STORIES["dispute won"]
    (book,) = settle([deliveries[2], deliveries[1], deliveries[0]]).values()
    assert [(entry.kind, entry.effect_cents) for entry in book.entries] == [(EntryKind.CAPTURED, 10000)]
    (book,) = settle(deliveries).values()
    assert [entry.effect_cents for entry in book.entries] == [10000, -10000, 10000]
    assert book.entries[2].reverses == book.entries[1].id


def test_a_dispute_without_an_outcome_is_an_event_without_effect():
    (fact,) = facts(dispute(1, "D", "100.00", "C", topic="CUSTOMER.DISPUTE.CREATED"))
    assert (fact.type, fact.cents, fact.transaction_id, fact.object_id) == (EventType.PAYMENT_DISPUTED, 0, "C", "D")


@given(
    refunds=st.lists(
        st.tuples(st.integers(1, 5000), st.sampled_from(["COMPLETED", "PENDING", "FAILED", "CANCELLED"])), max_size=4
    ),
    reversals=st.lists(st.integers(1, 9000), max_size=3),
    wins=st.lists(st.integers(1, 9000), max_size=3),
    seed=st.integers(0, 2**32),
)
def test_any_history_settles_to_what_an_accountant_says(refunds, reversals, wins, seed):
    """The accountant reads the story, not the deliveries."""

    def text(cents):
        return f"{cents // 100}.{cents % 100:02}"

    deliveries, number = [capture(1, "C", "100.00")], itertools.count(2)
    for index, (cents, state) in enumerate(refunds):
        if state in {"FAILED", "CANCELLED"}:
            deliveries.append(refund(next(number), f"R{index}", text(cents), "C"))
        deliveries.append(refund(next(number), f"R{index}", text(cents), "C", status=state))
    deliveries += [reversal(next(number), f"V{index}", text(cents), "C") for index, cents in enumerate(reversals)]
    deliveries += [
        dispute(next(number), f"D{index}", text(cents), "C", "RESOLVED_SELLER_FAVOUR")
        for index, cents in enumerate(wins)
    ]
    expected = 10000 - sum(cents for cents, state in refunds if state == "COMPLETED")
    expected -= max(0, sum(reversals) - sum(wins))
    order = random.Random(seed)
    arrivals = deliveries + order.choices(deliveries, k=3)
    order.shuffle(arrivals)
    assert net(settle(arrivals)) == expected


CASES = Path(__file__).resolve().parents[3] / "shared/cases/deliveries"


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not on this machine")
@pytest.mark.parametrize("name", ["p01-sale-reversed-as-paypal-sends-it", "p03-dispute-won", "p04-v1-capture-refund"])
def test_the_shared_cases_give_the_net_of_their_table(name):
    rows = [line.split("\t") for line in (CASES / "cases.tsv").read_text().splitlines()]
    (expected,) = [int(row[2].split()[1]) for row in rows if row[0] == name]
    deliveries = [json.loads(path.read_text())["body"] for path in sorted((CASES / name).glob("*.json"))]
    assert {net(settle(order)) for order in every_order(deliveries)} == {expected}
