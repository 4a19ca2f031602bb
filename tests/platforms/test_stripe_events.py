"""The Stripe integration map: vectors of the specification, and every way a delivery can be unusable."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.platforms import stripe
from impl.platforms.errors import NothingToRecord, UnusableDelivery


def delivery(type_="charge.succeeded", /, created=1609459200, **item):
    values = {"id": "ch_1", "amount": 10000, "currency": "usd", "status": "succeeded"} | item
    return {"id": "evt_1", "type": type_, "created": created, "data": {"object": values}}


def test_the_vector_of_the_specification():
    event = stripe.to_event(delivery())
    assert (event.money.amount_cents, event.money.currency) == (10000, "USD")
    assert event.occurred_at == datetime(2021, 1, 1, tzinfo=UTC)
    assert event.type is EventType.PAYMENT_CAPTURED


@pytest.mark.parametrize(
    ("given", "transaction", "original", "reference", "external"),
    [
        (delivery(payment_intent="pi_1"), "ch_1", "ch_1", "pi_1", "ch_1"),
        (delivery("payment_intent.succeeded", id="pi_1", latest_charge="ch_1"), "ch_1", "ch_1", "pi_1", "pi_1"),
        (delivery("payment_intent.succeeded", id="pi_1", latest_charge={"id": "ch_1"}), "ch_1", "ch_1", "pi_1", "pi_1"),
        (delivery("payment_intent.succeeded", id="pi_1"), "pi_1", "pi_1", "pi_1", "pi_1"),
        (delivery("charge.refunded", amount_refunded=1, payment_intent="pi_1"), "ch_1", "ch_1", "pi_1", "evt_1"),
        (delivery("charge.dispute.created", id="dp_1", charge="ch_1"), "dp_1", "ch_1", None, "dp_1"),
        (delivery("payment_intent.payment_failed", id="pi_1"), "pi_1", "pi_1", "pi_1", "evt_1"),
    ],
)
def test_transactions_are_named_as_the_map_says(given, transaction, original, reference, external):
    event = stripe.to_event(given)
    assert (event.transaction_id, event.original_transaction_id, event.payment_reference) == (
        transaction,
        original,
        reference,
    )
    assert event.external_event_id == external


def test_a_lost_dispute_has_nothing_to_record():
    """The money went when the dispute was opened; no repair would add anything."""
    with pytest.raises(NothingToRecord):
        stripe.to_event(delivery("charge.dispute.closed", charge="ch_1", status="lost"))


@pytest.mark.parametrize(
    ("currency", "amount", "cents"),
    [
        ("usd", 1, 1),
        ("jpy", 100, 100),
        ("kwd", 1234, 1234),
        ("isk", 500, 5),
        ("ugx", 500, 5),
        ("mga", 5, 500),
        ("usd", 5.0, 5),
    ],
)
def test_stripes_minor_units_become_iso_ones(currency, amount, cents):
    assert stripe.to_event(delivery(currency=currency, amount=amount)).money.amount_cents == cents


@pytest.mark.promise("P071")
@pytest.mark.parametrize(
    ("given", "code", "pointer"),
    [
        (delivery("customer.created"), "unknown_provider_event", "/type"),
        (delivery(currency="zzz"), "unknown_currency", "/data/object/currency"),
        (delivery(currency=None), "missing_required_field", "/data/object/currency"),
        (delivery(amount=None), "missing_required_field", "/data/object/amount"),
        (delivery(amount="10"), "malformed_value", "/data/object/amount"),
        (delivery(amount=True), "malformed_value", "/data/object/amount"),
        (delivery(amount=1.5), "malformed_value", "/data/object/amount"),
        (delivery(amount=-1), "malformed_value", "/data/object/amount"),
        (delivery(amount=10**16), "malformed_value", "/data/object/amount"),
        (delivery(currency="isk", amount=501), "malformed_value", "/data/object/amount"),
        (delivery(created=10**15), "malformed_value", "/created"),
        (delivery(created="now"), "malformed_value", "/created"),
        (delivery(id="ch\x00"), "malformed_value", "/data/object/id"),
        (delivery(id=""), "malformed_value", "/data/object/id"),
        (delivery(id="x" * 256), "malformed_value", "/data/object/id"),
        (delivery("charge.refunded"), "missing_required_field", "/data/object/amount_refunded"),
        (delivery("charge.dispute.created", id="dp_1"), "missing_required_field", "/data/object/charge"),
        (
            {"id": "evt_1", "type": "charge.succeeded", "created": 1, "data": []},
            "missing_required_field",
            "/data/object",
        ),
    ],
)
def test_what_is_unusable_says_why_and_where(given, code, pointer):
    with pytest.raises(UnusableDelivery) as caught:
        stripe.to_event(given)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_hints_are_kept_when_they_are_what_they_say():
    session = "6f1c1f0e-94a7-4f86-9a30-1b1a54a1a3d9"
    metadata = {"skeldir_session_id": session, "utm_source": "google", "utm_medium": 5, "utm_campaign": "x" * 300}
    hints = stripe.to_event(delivery(metadata=metadata)).hints
    assert (str(hints.session_id), hints.utm_source, hints.utm_medium, hints.utm_campaign) == (
        session,
        "google",
        None,
        None,
    )


def test_a_session_id_that_is_no_uuid_is_dropped():
    assert stripe.to_event(delivery(metadata={"skeldir_session_id": "bob@example.com"})).hints.session_id is None


def test_the_same_fact_has_the_same_key_and_other_facts_another():
    again = stripe.to_event(delivery(created=1) | {"id": "evt_2"})
    assert stripe.to_event(delivery()).idempotency_key == again.idempotency_key
    refunds = {
        stripe.to_event(delivery("charge.refunded", amount_refunded=1) | {"id": f"evt_{n}"}).idempotency_key
        for n in range(3)
    }
    assert len(refunds) == 3
