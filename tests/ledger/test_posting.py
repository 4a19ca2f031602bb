"""The rule of the ledger: what it posts is the difference between all facts together and its entries, in every order of arrival."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel import money
from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind, Repair
from impl.kernel.money import Money
from impl.ledger import History, Terms
from impl.ledger.posting import ContradictsRecorded, CurrencyMismatch, mismatched, post
from impl.ledger.sales import Role
from impl.platforms import registry
from tests.fixtures.book import Book

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = {
    FactKind.HOLD: EventType.ORDER_CREATED,
    FactKind.HOLD_ENDED: EventType.AUTHORIZATION_ENDED,
    FactKind.CAPTURED_TOTAL: EventType.PAYMENT_CAPTURED,
    FactKind.CAPTURED: EventType.PAYMENT_CAPTURED,
    FactKind.REFUNDED_TOTAL: EventType.PAYMENT_REFUNDED,
    FactKind.REFUNDED: EventType.PAYMENT_REFUNDED,
    FactKind.REFUND_ENDED: EventType.REFUND_REVERSED,
    FactKind.DISPUTED: EventType.PAYMENT_DISPUTED,
    FactKind.DISPUTE_ENDED: EventType.DISPUTE_WON,
    FactKind.PAYMENT_FAILED: EventType.PAYMENT_FAILED,
}


def fact(kind, cents=10000, *, minute=0, id_="ch_1", currency="USD", event="evt"):
    at = BEGIN + timedelta(minutes=minute)
    return Fact(
        processor="stripe",
        kind=kind,
        type=TYPES[kind],
        object_id=id_,
        money=Money(cents, money.currency(currency)),
        shown_at=at,
        occurred_at=at,
        transaction_id="ch_1",
        payment_reference="pi_1",
        processor_event_type="t",
        processor_event_id=event,
    )


CAPTURE = fact(FactKind.CAPTURED_TOTAL)
DISPUTE = fact(FactKind.DISPUTED, 4000, minute=1, id_="dp_1")
WIN = fact(FactKind.DISPUTE_ENDED, 4000, minute=2, id_="dp_1")
HOLD = fact(FactKind.HOLD)
HOLD_ENDED = fact(FactKind.HOLD_ENDED, minute=9)


def refund(cents, id_="re_1", **changes):
    return fact(FactKind.REFUNDED, cents, id_=id_, **changes)


def effects(book, *facts):
    """Effects of single deliveries, one after the other."""
    return [[one.effect_cents for one in book.take([item])] for item in facts]


def kinds(book):
    return [(entry.kind.value, entry.effect_cents) for entry in book.entries]


def test_a_running_total_of_refunds_posts_what_it_grew_by():
    """3000 of 10000, then 10000 in all, are entries of −3000 and −7000 that reverse the capture."""
    book = Book()
    totals = (fact(FactKind.REFUNDED_TOTAL, cents, minute=minute) for minute, cents in ((1, 3000), (2, 10000)))
    assert effects(book, CAPTURE, *totals) == [[10000], [-3000], [-7000]]
    assert book.entries[1].reverses == book.entries[0].id
    assert book.net == 0


def test_captures_in_parts_are_entries_with_rising_ordinals():
    book = Book()
    parts = [fact(FactKind.CAPTURED_TOTAL, cents, minute=minute) for minute, cents in enumerate((3000, 5000, 10000))]
    postings = [book.add(part) for part in parts]
    assert [(one.entry.ordinal, one.effect_cents) for one in postings] == [(1, 3000), (2, 2000), (3, 5000)]
    assert book.add(fact(FactKind.CAPTURED_TOTAL, 4000, minute=1)).entry is None, "an older snapshot changes nothing"


def test_a_lowered_total_is_a_capture_with_a_negative_effect():
    book = Book()
    assert effects(book, CAPTURE, fact(FactKind.CAPTURED_TOTAL, 8000, minute=1)) == [[10000], [-2000]]
    assert book.entries[1].reverses == book.entries[0].id
    assert kinds(book)[1] == ("captured", -2000)


def test_a_fact_that_is_known_posts_nothing_and_a_newer_snapshot_an_event_without_effect():
    book = Book()
    assert effects(book, CAPTURE, CAPTURE, fact(FactKind.CAPTURED_TOTAL, minute=1)) == [[10000], [], [0]]


def test_a_refund_that_failed_is_given_back_with_a_pointer_to_it():
    book = Book()
    failed = fact(FactKind.REFUND_ENDED, 3000, minute=5, id_="re_1")
    assert effects(book, CAPTURE, refund(3000), failed) == [[10000], [-3000], [3000]]
    assert book.entries[2].reverses == book.entries[1].id
    assert book.net == 10000


def test_a_dispute_that_was_won_gives_back_what_it_took():
    book = Book()
    assert effects(book, CAPTURE, DISPUTE, WIN) == [[10000], [-4000], [4000]]
    assert book.entries[2].reverses == book.entries[1].id
    assert effects(Book(), CAPTURE, WIN, DISPUTE) == [[10000], [0], [0]], "won before it was known to be open"


def test_a_hold_has_no_effect_and_ends_once():
    book = Book()
    assert effects(book, HOLD, HOLD_ENDED, HOLD_ENDED) == [[0], [0], []]
    assert kinds(book) == [("authorized", 0), ("voided", 0)]
    assert kinds_of(HOLD_ENDED) == [], "what was never held cannot end"
    assert kinds_of(HOLD_ENDED, HOLD) == [("authorized", 0), ("voided", 0)], "the end is posted by an event of its own"


def kinds_of(*facts):
    book = Book()
    effects(book, *facts)
    return kinds(book)


def test_an_order_that_arrives_after_its_payment_is_no_longer_open():
    assert kinds_of(CAPTURE, HOLD) == [("captured", 10000)]


def test_one_refund_shown_in_two_deliveries_is_taken_once():
    book = Book()
    again = refund(3000, event="evt_2", minute=3)
    assert effects(book, CAPTURE, refund(3000), again, refund(3000, "re_2")) == [[10000], [-3000], [], [-3000]]


@pytest.mark.parametrize("other", [refund(4000), refund(3000, currency="EUR")])
def test_a_refund_that_is_shown_with_another_amount_or_currency_contradicts(other):
    book = Book()
    book.add(refund(3000))
    with pytest.raises(ContradictsRecorded):
        book.add(other)
    with pytest.raises(ContradictsRecorded):
        post([refund(3000), other], History(), book.terms)


@pytest.mark.parametrize("second", [refund(5, currency="EUR"), fact(FactKind.DISPUTED, 5, id_="dp_1", currency="EUR")])
def test_in_another_currency_than_the_capture_the_second_to_arrive_is_refused(second):
    book = Book()
    book.add(CAPTURE)
    with pytest.raises(CurrencyMismatch):
        book.add(second)


def test_what_arrived_first_in_another_currency_is_taken_back_when_the_capture_comes():
    book = Book()
    foreign = fact(FactKind.DISPUTED, 10900, id_="dp_1", currency="EUR")
    book.add(foreign)
    assert [known.shown.object_id for known in mismatched([CAPTURE], book.history([CAPTURE]))] == ["dp_1"]
    postings = book.take([CAPTURE])
    assert [(one.type, one.effect_cents, one.currency, one.is_derived) for one in postings] == [
        (EventType.PAYMENT_CAPTURED, 10000, "USD", False),
        (EventType.DISPUTE_WON, 10900, "EUR", True),
    ]
    assert mismatched([CAPTURE], book.history([CAPTURE])) == [], "told once"
    assert effects(book, fact(FactKind.DISPUTE_ENDED, 1, id_="dp_1", currency="EUR")) == [[0]], "nothing to give back"


def test_what_holds_no_money_contradicts_no_currency():
    book = Book()
    nothing = fact(FactKind.DISPUTED, 0, id_="dp_1", currency="EUR")
    assert effects(book, CAPTURE, nothing, fact(FactKind.PAYMENT_FAILED, 5, currency="EUR")) == [[10000], [0], [0]]


def test_one_delivery_with_several_facts_posts_each_by_its_own_event():
    book = Book()
    postings = book.take([CAPTURE, refund(3000), refund(2000, "re_2")])
    assert [(one.type, one.effect_cents, one.fact.object_id) for one in postings] == [
        (EventType.PAYMENT_CAPTURED, 10000, "ch_1"),
        (EventType.PAYMENT_REFUNDED, -3000, "re_1"),
        (EventType.PAYMENT_REFUNDED, -2000, "re_2"),
    ]
    assert all(abs(one.effect_cents) in (0, one.revenue_cents) for one in postings)


def test_entries_net_under_the_first_name_of_the_payment():
    book = Book()
    book.add(CAPTURE)
    assert book.add(refund(1000)).original_transaction_id == "ch_1"


MOVES = [
    [HOLD, CAPTURE, refund(3000), fact(FactKind.REFUND_ENDED, 3000, minute=3)],
    [CAPTURE, DISPUTE, WIN, refund(1000)],
    [CAPTURE, fact(FactKind.CAPTURED_TOTAL, 7000, minute=4), fact(FactKind.CAPTURED_TOTAL, 9000, minute=2), DISPUTE],
    [fact(FactKind.REFUNDED_TOTAL, 50, minute=5), fact(FactKind.REFUNDED_TOTAL, 30, minute=3), CAPTURE],
    [HOLD, HOLD_ENDED, fact(FactKind.CAPTURED_TOTAL, 0, minute=1)],
]


@pytest.mark.parametrize("facts", MOVES)
def test_every_order_of_arrival_settles_to_the_same_net(facts):
    nets = set()
    for order in itertools.permutations(facts):
        book = Book()
        effects(book, *order, *order)
        nets.add(book.net)
    assert len(nets) == 1


snapshots = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10000)), max_size=4)


@given(snapshots, st.dictionaries(st.integers(1, 3), st.integers(1, 3000)), st.booleans(), st.booleans(), st.randoms())
def test_any_order_and_any_repetition_settles_to_the_same_net(totals, refunds, is_disputed, is_won, random):
    facts = [fact(FactKind.CAPTURED_TOTAL, cents, minute=minute) for minute, cents in totals]
    facts += [refund(cents, f"re_{number}") for number, cents in refunds.items()]
    facts += [DISPUTE] if is_disputed else []
    facts += [WIN] if is_won else []
    expected = (max(totals)[1] if totals else 0) - sum(refunds.values()) - (4000 if is_disputed and not is_won else 0)
    book = Book()
    for item in random.sample(facts, len(facts)) + random.sample(facts, len(facts)):
        book.add(item)
    assert book.net == expected
    ordinals = [entry for entry in book.entries if entry.kind.value == "captured"]
    assert len({entry.original_transaction_id for entry in ordinals}) <= 1


def repaired(known, cents, *, refused=False):
    """A fact with the amount that a manager gave in the currency of the capture."""
    key = known.idempotency_key if refused else None
    why = Repair(told=known.money, dead_event_id=uuid4(), refused_key=key)
    return replace(known, money=Money(cents, money.currency("USD")), repair=why)


@pytest.mark.parametrize("kind", [FactKind.REFUNDED, FactKind.DISPUTED])
def test_a_repaired_fact_takes_the_given_amount_and_is_known_by_the_one_that_was_told(kind):
    told = fact(kind, 1200, minute=1, id_="x_1", currency="EUR")
    book = Book()
    book.take([CAPTURE])
    assert [one.effect_cents for one in book.take([repaired(told, 1310)])] == [-1310]
    assert book.take([told]) == []


def test_what_was_taken_back_counts_with_the_given_amount():
    told = fact(FactKind.REFUNDED, 1200, id_="re_1", currency="EUR")
    book = Book()
    book.take([told])
    book.take([CAPTURE])
    assert [one.effect_cents for one in book.take([repaired(told, 1310, refused=True)])] == [-1310]
    net = {code: sum(e.effect_cents for e in book.entries if e.currency == code) for code in ("EUR", "USD")}
    assert net == {"EUR": 0, "USD": 10000 - 1310}


def test_the_given_amount_has_to_be_in_the_currency_of_the_capture():
    told = fact(FactKind.REFUNDED, 1200, id_="re_1", currency="EUR")
    book = Book()
    book.take([fact(FactKind.CAPTURED_TOTAL, currency="GBP")])
    with pytest.raises(CurrencyMismatch):
        book.take([repaired(told, 1310)])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("processor", registry.PROCESSORS, ids=lambda one: one.name)
@pytest.mark.parametrize("kind", FactKind)
def test_the_first_fact_of_a_payment_is_posted_as_among_others(kind, processor, role):
    """Alone it takes a shorter way than told twice at once, to the same event and entry."""
    terms = Terms({one.name: one.position for one in registry.PROCESSORS}, lambda *_: role)
    for type_, cents, id_ in itertools.product(EventType, (0, 4000), ("ch_1", "pi_1", "re_1")):
        one = replace(fact(FactKind.HOLD, cents, id_=id_), kind=kind, type=type_, processor=processor.name)
        alone, among = (post(facts, History(), terms) for facts in ([one], [one, one]))
        assert list(map(without_entry_id, alone)) == list(map(without_entry_id, among))


def without_entry_id(posting):
    return replace(posting, entry=posting.entry and replace(posting.entry, id=UUID(int=0)))
