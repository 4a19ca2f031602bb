"""One sale, two sides: an order and its payment are counted once, in every order of arrival (specification: work, section 13.1)."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from impl.kernel import money
from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind, Link, plain_position
from impl.kernel.money import Money
from impl.ledger import Role, Terms, Wait
from tests.fixtures.book import PROCESSORS, Book

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {
    "order_processor": "woocommerce",
    "order_site": "shop.example",
    "order_id": "7",
    "order_name": "order_7",
    "payment_processor": "stripe",
    "payment_id": "ch_1",
}
BY_ORDER, BY_PAYMENT = (Link(**NAMES, how=how) for how in ("order", "payment"))
BEARERS = {"stripe": "stripe", "ppcp-gateway": "paypal", "cod": "none"}
TYPES = {
    FactKind.HOLD: EventType.ORDER_CREATED,
    FactKind.CAPTURED_TOTAL: EventType.PAYMENT_CAPTURED,
    FactKind.COUNTED: EventType.PAYMENT_CAPTURED,
    FactKind.RECOUNTED: EventType.PAYMENT_CAPTURED,
    FactKind.REFUNDED: EventType.PAYMENT_REFUNDED,
    FactKind.DISPUTED: EventType.PAYMENT_DISPUTED,
    FactKind.DISPUTE_ENDED: EventType.DISPUTE_WON,
}


def fact(processor, kind, cents, *, minute=0, id_=None, link=None, currency="USD", gateway=None):
    name = "ch_1" if processor == "stripe" else "order_7"
    at = BEGIN + timedelta(minutes=minute)
    return Fact(
        processor=processor,
        account="acct_1",
        kind=kind,
        type=TYPES[kind],
        object_id=id_ or name,
        money=Money(cents, money.currency(currency)),
        shown_at=at,
        occurred_at=at,
        transaction_id=name,
        processor_event_type="t",
        processor_event_id=f"evt_{processor}_{kind}_{minute}_{id_}",
        links=(link,) if link else (),
        gateway=gateway,
    )


def order(kind, cents, **values):
    return fact("woocommerce", kind, cents, **{"link": BY_ORDER} | values)


def payment(kind, cents, **values):
    return fact("stripe", kind, cents, **values)


ORDER = order(FactKind.CAPTURED_TOTAL, 10000, minute=5)
PAYMENT = payment(FactKind.CAPTURED_TOTAL, 10000)


def terms(role=Role.AUTO):
    return Terms(dict.fromkeys(PROCESSORS, plain_position), lambda *_: role, lambda name: BEARERS.get(name, "unknown"))


def played(*facts, role=Role.AUTO):
    book = Book(terms=terms(role))
    for one in facts:
        book.take([one])
    return book


def kinds(book):
    return [(entry.processor, entry.kind.value, entry.effect_cents) for entry in book.entries]


def test_a_payment_after_its_order_is_evidence_and_before_it_moves():
    assert kinds(played(ORDER, PAYMENT)) == [("woocommerce", "captured", 10000)]
    book = played(PAYMENT, ORDER)
    assert kinds(book) == [
        ("stripe", "captured", 10000),
        ("woocommerce", "captured", 10000),
        ("stripe", "moved", -10000),
    ]
    moved = book.entries[2]
    assert (moved.reverses, moved.occurred_at) == (book.entries[0].id, PAYMENT.occurred_at)


def test_without_a_link_both_count():
    assert played(order(FactKind.CAPTURED_TOTAL, 10000, link=None), PAYMENT).net == 20000


def test_an_order_that_is_not_paid_leaves_its_payment_counted():
    assert played(order(FactKind.HOLD, 10000), PAYMENT).net == 10000


SALES = [
    ([ORDER, PAYMENT, order(FactKind.REFUNDED, 3000, id_="r1"), payment(FactKind.REFUNDED, 3000, id_="re_1")], 7000),
    ([ORDER, PAYMENT, order(FactKind.REFUNDED, 3000, id_="r1"), payment(FactKind.REFUNDED, 5000, id_="re_1")], 5000),
    ([ORDER, PAYMENT, order(FactKind.REFUNDED, 10000, id_="r1"), payment(FactKind.DISPUTED, 10000, id_="du_1")], 0),
    (
        [
            ORDER,
            PAYMENT,
            payment(FactKind.DISPUTED, 10000, id_="du_1"),
            payment(FactKind.DISPUTE_ENDED, 10000, id_="du_1", minute=9),
            order(FactKind.REFUNDED, 2000, id_="r1"),
        ],
        8000,
    ),
    ([ORDER, payment(FactKind.CAPTURED_TOTAL, 13700, currency="CAD"), order(FactKind.REFUNDED, 1000, id_="r1")], 9000),
]


@pytest.mark.parametrize(("facts", "net"), SALES)
def test_what_both_sides_take_back_is_taken_once_in_every_order_of_arrival(facts, net):
    for arrival in itertools.permutations(facts):
        book = played(*arrival, *arrival)
        by_currency = {}
        for entry in book.entries:
            by_currency[entry.currency] = by_currency.get(entry.currency, 0) + entry.effect_cents
        assert {code: cents for code, cents in by_currency.items() if cents} == ({"USD": net} if net else {}), arrival


MARKED = payment(FactKind.CAPTURED_TOTAL, 10000, link=BY_PAYMENT)
COUNTED = payment(FactKind.COUNTED, 0)


def test_a_payment_that_names_an_order_waits_for_it_and_counts_when_it_has_waited():
    book = played(MARKED)
    assert (book.net, [one.fact for one in book.waiting]) == (0, [MARKED])
    (posting,) = book.take([COUNTED])
    assert (posting.effect_cents, posting.wait, book.net) == (10000, Wait.NOT, 10000)
    book.take([ORDER])
    assert book.net == 10000, "late, the payment moves to its order"
    for arrival in itertools.permutations([MARKED, COUNTED, ORDER]):
        assert played(*arrival).net == 10000


def test_a_refund_waits_with_its_payment():
    book = played(MARKED, payment(FactKind.REFUNDED, 3000, id_="re_1"))
    assert book.net == 0
    book.take([COUNTED])
    assert book.net == 7000


@pytest.mark.parametrize(
    ("role", "alone", "linked"), [(Role.AUTO, 10000, 10000), (Role.COUNTS, 10000, 20000), (Role.CONFIRMS, 0, 10000)]
)
def test_the_role_of_an_account_says_how_its_payments_count(role, alone, linked):
    assert played(PAYMENT, role=role).net == alone
    assert {played(*arrival, role=role).net for arrival in ((PAYMENT, ORDER), (ORDER, PAYMENT))} == {linked}


def test_a_payment_whose_role_changes_moves_counts_again_and_moves_again_each_time_once():
    book = played(PAYMENT, ORDER)
    for number, (role, net) in enumerate(
        [(Role.COUNTS, 20000), (Role.AUTO, 10000), (Role.COUNTS, 20000), (Role.AUTO, 10000)]
    ):
        book.terms = terms(role)
        book.take([payment(FactKind.RECOUNTED, 0, id_=f"role_{number}")])
        assert book.net == net
    moved = [entry.reverses for entry in book.entries if entry.kind.value == "moved"]
    assert len(moved) == len(set(moved)) == 3


BACK = (payment(FactKind.REFUNDED, 3000, id_="re_1"),)
GATEWAYS = [
    # (method of the shop's refund of 20.00, who names the other) -> what is left of 100.00 after 30.00 at the processor
    ("stripe", BY_ORDER, 7000),
    ("ppcp-gateway", BY_ORDER, 5000),
    ("cod", BY_ORDER, 5000),
    ("some_gateway", BY_ORDER, 5000),
    (None, BY_ORDER, 7000),
    ("some_gateway", BY_PAYMENT, 7000),
    ("cod", BY_PAYMENT, 5000),
]


@pytest.mark.parametrize(("gateway", "link", "net"), GATEWAYS)
def test_what_the_shop_gave_back_is_compared_with_the_processor_that_bears_it(gateway, link, net):
    links = {
        "order": {"link": link if link is BY_ORDER else None},
        "payment": {"link": link if link is BY_PAYMENT else None},
    }
    facts = [
        order(FactKind.CAPTURED_TOTAL, 10000, minute=5, **links["order"]),
        payment(FactKind.CAPTURED_TOTAL, 10000, **links["payment"]),
        order(FactKind.REFUNDED, 2000, id_="r1", gateway=gateway, **links["order"]),
        *BACK,
    ]
    assert {played(*arrival).net for arrival in itertools.permutations(facts)} == {net}


@pytest.mark.parametrize(
    ("role", "wait"), [(Role.AUTO, Wait.NOT), (Role.COUNTS, Wait.NOT), (Role.CONFIRMS, Wait.UNCONFIRMED)]
)
def test_until_when_a_payment_counts_nothing(role, wait):
    (posting,) = Book(terms=terms(role)).take([PAYMENT])
    assert posting.wait is wait
    marked = Wait.FOR_ORDER if role is Role.AUTO else wait
    (posting,) = Book(terms=terms(role)).take([MARKED])
    assert posting.wait is marked
    assert all(one.wait is Wait.NOT for one in played(ORDER, role=role).take([MARKED]))


def test_a_refund_that_was_known_before_its_marked_payment_waits_with_it():
    """Every order of arrival ends at the same net, also while the payment waits."""
    facts = [MARKED, *BACK]
    assert {played(*arrival).net for arrival in itertools.permutations(facts)} == {0}
    assert {played(*arrival).net for arrival in itertools.permutations([*facts, COUNTED])} == {7000}
