"""The rule of the ledger: one entry per change of state, and the same net for every order of arrival."""

import itertools
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl import ledger
from impl.kernel import money
from impl.kernel.events import CanonicalEvent, EventType
from impl.kernel.money import Money
from impl.ledger.posting import CurrencyMismatch, History
from tests.fixtures.book import Book


def event(type_, cents=10000, *, transaction="ch_1", about="ch_1", currency="USD", cumulative=False):
    return CanonicalEvent(
        processor="stripe",
        type=type_,
        processor_event_type="t",
        processor_event_id=f"evt_{uuid.uuid4()}",
        external_event_id="x",
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        transaction_id=transaction,
        original_transaction_id=about,
        payment_reference="pi_1",
        money=Money(cents, money.currency(currency)),
        is_cumulative=cumulative,
    )


CAPTURE = event(EventType.PAYMENT_CAPTURED)
DISPUTE = event(EventType.PAYMENT_DISPUTED, 10000, transaction="dp_1")
WIN = event(EventType.DISPUTE_WON, 10000, transaction="dp_1")


def refunded(total):
    return event(EventType.PAYMENT_REFUNDED, total, cumulative=True)


def net_of(*events):
    book = Book()
    for item in events:
        book.add(item)
    return book.net


def test_a_partial_refund_then_the_rest():
    """Stripe reports the running total: 3000 of 10000, then 10000, are entries of −3000 and −7000."""
    book = Book()
    postings = [book.add(item) for item in (CAPTURE, refunded(3000), refunded(10000))]
    assert [posting.effect_cents for posting in postings] == [10000, -3000, -7000]
    assert postings[1].reverses == book.entries[0].id
    assert book.net == 0


def test_a_second_event_for_a_recorded_state_adds_nothing():
    book = Book()
    assert [book.add(CAPTURE).effect_cents, book.add(CAPTURE).effect_cents] == [10000, 0]


def test_an_order_is_authorized_and_has_no_effect():
    assert ledger.post(event(EventType.ORDER_CREATED), History()).effect_cents == 0


def test_a_won_dispute_gives_back_what_it_took():
    book = Book()
    effects = [
        book.add(item).effect_cents
        for item in (CAPTURE, event(EventType.PAYMENT_DISPUTED, 4000, transaction="dp_1"), WIN)
    ]
    assert effects == [10000, -4000, 4000]
    assert book.entries[2].reverses == book.entries[1].id


def test_a_refund_in_another_currency_than_its_capture_is_refused():
    book = Book()
    book.add(CAPTURE)
    with pytest.raises(CurrencyMismatch):
        book.add(event(EventType.PAYMENT_REFUNDED, 5, currency="EUR"))


@pytest.mark.parametrize("type_", [EventType.PAYMENT_REFUNDED, EventType.PAYMENT_DISPUTED])
def test_one_refund_told_under_two_names_is_taken_once(type_):
    """PayPal tells of one refund as SALE.REFUNDED and as CAPTURE.REFUNDED; two refunds of the same amount stay two."""
    book = Book()
    book.add(CAPTURE)
    effects = [book.add(event(type_, 3000, transaction=name)).effect_cents for name in ("re_1", "re_1", "re_2")]
    assert effects == [-3000, 0, -3000]
    assert book.net == 4000


def test_a_failed_payment_records_its_amount_and_no_entry():
    posting = ledger.post(event(EventType.PAYMENT_FAILED), History())
    assert (posting.kind, posting.effect_cents, posting.revenue_cents) == (None, 0, 10000)


def test_entries_net_under_the_first_name_of_the_transaction():
    """A payment intent without a charge is posted under its own id; its refund, which names the charge, follows it there."""
    book = Book()
    book.add(event(EventType.PAYMENT_CAPTURED, transaction="pi_1", about="pi_1"))
    assert book.add(refunded(1000)).original_transaction_id == "pi_1"


@pytest.mark.parametrize(
    "facts", [[CAPTURE, refunded(3000), refunded(10000)], [CAPTURE, DISPUTE, WIN], [CAPTURE, CAPTURE, refunded(2500)]]
)
def test_every_order_of_arrival_settles_to_the_same_net(facts):
    nets = {net_of(*order) for order in itertools.permutations(facts)}
    assert len(nets) == 1


totals = st.lists(st.integers(1, 10000), max_size=4).map(lambda parts: list(itertools.accumulate(parts)))


@given(totals, st.booleans(), st.booleans(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_settles_to_the_same_net(running, is_disputed, is_won, random):
    facts = [CAPTURE, *(refunded(total) for total in running)]
    facts += [DISPUTE] if is_disputed else []
    facts += [WIN] if is_disputed and is_won else []
    expected = 10000 - (running[-1] if running else 0) - (10000 if is_disputed and not is_won else 0)
    shuffled = random.sample(facts, len(facts))
    assert net_of(*shuffled) == expected
    assert net_of(CAPTURE, *shuffled, CAPTURE) == expected
