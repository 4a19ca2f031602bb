"""What objects of Stripe show: vectors of the specification, and every way a delivery can be unusable."""

from datetime import UTC, datetime

import pytest

from impl.kernel.events import EventType
from impl.kernel.facts import FactKind
from impl.platforms import stripe
from impl.platforms.errors import NothingToRecord, UnusableDelivery

CAPTURED = {"captured": True, "status": "succeeded", "amount_captured": 10000}
HOLD = {"captured": False, "status": "succeeded", "amount_captured": 0}
FACT = FactKind


def delivery(type_="charge.succeeded", /, created=1609459200, **item):
    values = {"id": "ch_1", "amount": 10000, "currency": "usd", "status": "succeeded"} | item
    kept = {name: value for name, value in values.items() if value != ()}
    return {"id": "evt_1", "type": type_, "created": created, "data": {"object": kept}}


def shown(type_, /, **item):
    """Kind and amount of each fact."""
    return [(fact.kind, fact.cents) for fact in stripe.to_facts(delivery(type_, **item))]


def only(payload):
    (fact,) = stripe.to_facts(payload)
    return fact


def test_the_vector_of_the_specification():
    fact = only(delivery())
    assert (fact.cents, fact.money.currency) == (10000, "USD")
    assert fact.occurred_at == datetime(2021, 1, 1, tzinfo=UTC)
    assert fact.type is EventType.PAYMENT_CAPTURED


@pytest.mark.parametrize(
    ("given", "object_id", "transaction", "reference"),
    [
        (delivery(payment_intent="pi_1"), "ch_1", "ch_1", "pi_1"),
        (delivery("payment_intent.succeeded", id="pi_1", latest_charge="ch_1"), "pi_1", "ch_1", "pi_1"),
        (delivery("payment_intent.succeeded", id="pi_1", latest_charge={"id": "ch_1"}), "pi_1", "ch_1", "pi_1"),
        (delivery("payment_intent.succeeded", id="pi_1"), "pi_1", "pi_1", "pi_1"),
        (delivery("refund.created", id="re_1", charge="ch_1", payment_intent="pi_1"), "re_1", "ch_1", "pi_1"),
        (delivery("refund.created", id="re_1", charge=None, payment_intent="pi_1"), "re_1", "pi_1", "pi_1"),
        (delivery("charge.dispute.created", id="dp_1", charge="ch_1"), "dp_1", "ch_1", None),
        (delivery("payment_intent.payment_failed", id="pi_1"), "pi_1", "pi_1", "pi_1"),
    ],
)
def test_payments_are_named_by_their_charge_and_their_intent(given, object_id, transaction, reference):
    fact = only(given)
    assert (fact.object_id, fact.transaction_id, fact.payment_reference) == (object_id, transaction, reference)


@pytest.mark.parametrize(
    ("type_", "item", "expected"),
    [
        ("charge.succeeded", CAPTURED, [(FACT.CAPTURED_TOTAL, 10000)]),
        ("charge.succeeded", {}, [(FACT.AUTHORIZED_TOTAL, 10000)]),
        ("charge.succeeded", HOLD, [(FACT.HOLD, 10000)]),
        (
            "charge.captured",
            {"captured": True, "amount": 20675, "amount_captured": 20300, "amount_refunded": 375},
            [(FACT.CAPTURED_TOTAL, 20300)],
        ),
        ("charge.refunded", CAPTURED | {"amount_refunded": 3000}, [(FACT.CAPTURED_TOTAL, 10000), (FACT.REFUNDED_TOTAL, 3000)]),
        ("charge.refunded", HOLD | {"amount_refunded": 10000, "refunded": True}, [(FACT.HOLD, 10000), (FACT.HOLD_ENDED, 10000)]),
        ("charge.expired", HOLD | {"amount_refunded": 10000}, [(FACT.HOLD, 10000), (FACT.HOLD_ENDED, 10000)]),
        ("charge.failed", {"status": "failed", "captured": True}, [(FACT.PAYMENT_FAILED, 10000)]),
        ("charge.updated", {"status": "pending", "captured": True}, [(FACT.CAPTURED_TOTAL, 0)]),
        ("payment_intent.succeeded", {"amount_received": 9000}, [(FACT.INTENT_TOTAL, 9000)]),
        ("payment_intent.canceled", {"amount_received": 0}, [(FACT.HOLD_ENDED, 10000)]),
        ("payment_intent.amount_capturable_updated", {"amount_capturable": 8000}, [(FACT.HOLD, 8000)]),
        ("payment_intent.payment_failed", {}, [(FACT.PAYMENT_FAILED, 10000)]),
        ("refund.created", {"charge": "ch_1", "status": "pending"}, [(FACT.REFUNDED, 10000)]),
        ("refund.updated", {"charge": "ch_1", "status": "canceled"}, [(FACT.REFUNDED, 10000), (FACT.REFUND_ENDED, 10000)]),
        ("refund.failed", {"charge": "ch_1"}, [(FACT.REFUNDED, 10000), (FACT.REFUND_ENDED, 10000)]),
        ("charge.refund.updated", {"charge": "ch_1", "status": "failed"}, [(FACT.REFUNDED, 10000), (FACT.REFUND_ENDED, 10000)]),
        ("charge.dispute.created", {"charge": "ch_1", "status": "needs_response"}, [(FACT.DISPUTED, 10000)]),
        ("charge.dispute.updated", {"charge": "ch_1", "status": "under_review"}, [(FACT.DISPUTED, 10000)]),
        ("charge.dispute.closed", {"charge": "ch_1", "status": "lost"}, [(FACT.DISPUTED, 10000)]),
        ("charge.dispute.closed", {"charge": "ch_1", "status": "won"}, [(FACT.DISPUTE_ENDED, 10000)]),
        ("charge.dispute.created", {"charge": "ch_1", "status": "warning_needs_response"}, [(FACT.DISPUTED, 0)]),
        ("charge.dispute.closed", {"charge": "ch_1", "status": "warning_closed"}, [(FACT.DISPUTED, 0)]),
        ("charge.dispute.closed", {"charge": "ch_1", "status": "prevented"}, [(FACT.DISPUTED, 0)]),
        ("charge.dispute.closed", {"charge": "ch_1", "status": "charge_refunded"}, [(FACT.DISPUTED, 0)]),
        ("charge.dispute.closed", {"charge": "ch_1", "status": "brewed"}, [(FACT.DISPUTED, 0)]),
        ("charge.dispute.funds_withdrawn", {"charge": "ch_1", "status": "brewed"}, [(FACT.DISPUTED, 10000)]),
        ("charge.dispute.funds_reinstated", {"charge": "ch_1", "status": "lost"}, [(FACT.DISPUTE_ENDED, 10000)]),
    ],
)  # fmt: skip
def test_what_an_object_shows_is_read_whatever_the_event_is_called(type_, item, expected):
    assert shown(type_, **item) == expected


def test_an_object_that_another_one_brings_along_is_read_too():
    """An expanded charge is a snapshot of that moment; versions before 2022-11-15 list the charges of an intent."""
    charge = {"id": "ch_1", "amount": 10000, "currency": "usd", "payment_intent": "pi_1", **CAPTURED}
    expected = [(FACT.INTENT_TOTAL, 10000), (FACT.CAPTURED_TOTAL, 10000)]
    for item in ({"latest_charge": charge}, {"charges": {"data": [charge]}}):
        facts = stripe.to_facts(delivery("payment_intent.succeeded", id="pi_1", **item))
        assert [(fact.kind, fact.cents) for fact in facts] == expected
        assert {(fact.transaction_id, fact.payment_reference) for fact in facts} == {("ch_1", "pi_1")}
    refund = delivery("refund.created", id="re_1", charge=charge | {"amount_refunded": 500}, amount=500)
    assert [fact.kind for fact in stripe.to_facts(refund)] == [FACT.REFUNDED, FACT.CAPTURED_TOTAL, FACT.REFUNDED_TOTAL]
    dispute = delivery("charge.dispute.created", id="dp_1", charge=charge, status="lost")
    assert [fact.kind for fact in stripe.to_facts(dispute)] == [FACT.DISPUTED, FACT.CAPTURED_TOTAL]


def test_the_time_is_that_of_the_object_where_it_has_one():
    at, event = datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 1, 2, tzinfo=UTC)
    values = {"created": 1609459200}

    def times(type_, **item):
        payload = delivery(type_, **item)
        payload["data"]["object"] |= values
        return [fact.occurred_at for fact in stripe.to_facts(payload | {"created": 1609545600})]

    assert times("charge.succeeded", **CAPTURED) == [at]
    assert times("charge.captured", **CAPTURED) == [event], "a later capture"
    assert times("charge.refunded", **CAPTURED, amount_refunded=5) == [at, event], "a running total"
    assert times("refund.created", charge="ch_1") == [at]
    assert times("charge.dispute.created", charge="ch_1") == [at]
    assert times("payment_intent.succeeded") == [event], "an intent is made before it is paid"


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
    assert only(delivery(currency=currency, amount=amount)).cents == cents


@pytest.mark.promise("P071")
@pytest.mark.parametrize(
    ("given", "code", "pointer"),
    [
        (delivery("customer.created"), "unknown_provider_event", "/type"),
        (delivery(object="refund"), "topic_mismatch", "/data/object/object"),
        (delivery(currency="zzz"), "unknown_currency", "/data/object/currency"),
        (delivery(currency=None), "missing_required_field", "/data/object/currency"),
        (delivery(amount=None), "missing_required_field", "/data/object/amount"),
        (delivery(status=None), "missing_required_field", "/data/object/status"),
        (delivery(amount="10"), "malformed_value", "/data/object/amount"),
        (delivery(amount=True), "malformed_value", "/data/object/amount"),
        (delivery(amount=1.5), "malformed_value", "/data/object/amount"),
        (delivery(amount=-1), "malformed_value", "/data/object/amount"),
        (delivery(amount=10**16), "malformed_value", "/data/object/amount"),
        (delivery(amount_captured="1"), "malformed_value", "/data/object/amount_captured"),
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
        stripe.to_facts(given)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_an_object_of_another_account_is_not_recorded():
    payload = delivery() | {"account": "acct_7"}
    with pytest.raises(NothingToRecord, match="acct_7"):
        stripe.to_facts(payload)
    assert stripe.to_facts(payload, "acct_7")[0].account == "acct_7"


def test_hints_are_kept_when_they_are_what_they_say():
    session = "6f1c1f0e-94a7-4f86-9a30-1b1a54a1a3d9"
    metadata = {"skeldir_session_id": session, "utm_source": "google", "utm_medium": 5, "utm_campaign": "x" * 300}
    hints = only(delivery(metadata=metadata)).hints
    assert (str(hints.session_id), hints.utm_source, hints.utm_medium, hints.utm_campaign) == (
        session,
        "google",
        None,
        None,
    )


def test_a_session_id_that_is_no_uuid_is_dropped():
    assert only(delivery(metadata={"skeldir_session_id": "bob@example.com"})).hints.session_id is None


def test_the_same_fact_has_the_same_key_and_another_snapshot_another():
    fact = only(delivery())
    assert fact.idempotency_key == only(delivery() | {"id": "evt_2"}).idempotency_key
    assert fact.idempotency_key != only(delivery(created=1)).idempotency_key
    assert fact.idempotency_key != only(delivery(amount=9)).idempotency_key
    assert fact.idempotency_key != stripe.to_facts(delivery(), "acct_7")[0].idempotency_key
    refund = {"id": "re_1", "charge": "ch_1"}
    assert len({only(delivery("refund.created", created=at, **refund)).idempotency_key for at in range(3)}) == 1
