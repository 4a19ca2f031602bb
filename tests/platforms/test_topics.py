"""Noise is not an alarm: which topics are read, which are without revenue, and what an unknown one with money becomes."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from generated.governance import mappings
from impl.platforms import registry, topics
from impl.platforms.errors import NothingToRecord
from impl.platforms.notification import Notification

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"


def unlisted(payload, processor="shopify", topic="coffee/brewed"):
    notification = Notification(payload=payload, topic=topic, id="d-1", received_at=datetime(2026, 1, 1, tzinfo=UTC))
    return topics.unlisted(registry.processor(processor), notification)


@pytest.mark.parametrize(
    ("processor", "topic"),
    [
        *(("stripe", f"{name}x") for name in ("payout.", "transfer.", "invoice.", "checkout.session.", "product.")),
        *(("stripe", name) for name in ("price.created", "customer.subscription.updated")),
        *(("stripe", name) for name in ("charge.pending", "payment_intent.processing", "balance.available")),
        *(("paypal", f"{name}.X") for name in ("CHECKOUT.ORDER", "BILLING.PLAN", "INVOICING.INVOICE", "PAYOUTSBATCH")),
        *(("paypal", f"PAYMENT.SALE.{name}") for name in ("PENDING", "DENIED")),
        *(("paypal", f"PAYMENT.CAPTURE.{name}") for name in ("PENDING", "DENIED", "DECLINED")),
        ("paypal", "PAYMENT.PAYOUTS-ITEM.SUCCEEDED"),
        *(("woocommerce", name) for name in ("product.updated", "customer.created", "coupon.deleted", "order.deleted")),
        *(
            ("shopify", name)
            for name in ("draft_orders/update", "products/create", "customers/redact", "orders/edited")
        ),
    ],
)
def test_a_topic_without_revenue_is_known_as_such(processor, topic):
    assert topics.is_not_revenue(processor, topic)
    assert topics.kind_of(processor, topic) is None
    notification = Notification(payload={}, topic=topic, id=None, received_at=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(NothingToRecord):
        topics.read(registry.processor(processor), notification)


@pytest.mark.parametrize("topic", [None, "", "charge.brewed", "payouts.paid", "Payout.paid", "application_fee.created"])
def test_the_lists_are_closed(topic):
    assert not topics.is_not_revenue("stripe", topic)
    assert topics.kind_of("stripe", topic) is None


@pytest.mark.parametrize("processor", registry.NAMES)
def test_no_topic_is_on_two_lists_and_what_is_to_be_selected_is_on_one(processor):
    read = [topic for kind in mappings.READ[processor].values() for topic in kind]
    assert len(read) == len(set(read))
    assert [topic for topic in read if topics.is_not_revenue(processor, topic)] == []
    by_name, prefixes = mappings.NOT_REVENUE[processor], mappings.NOT_REVENUE_PREFIXES[processor]
    assert len(by_name) == len(set(by_name))
    assert [name for name in by_name if name.startswith(prefixes)] == []
    assert [topic for topic in mappings.SUBSCRIBE[processor] if topic not in {*read, *by_name}] == []


@pytest.mark.parametrize("processor", registry.NAMES)
def test_the_documentation_of_the_one_address_names_the_topics_to_select(processor):
    document = yaml.safe_load((CONTRACTS / f"openapi/v1/webhooks/{processor}.yaml").read_text())
    description = document["paths"][f"/api/webhooks/{processor}"]["post"]["description"]
    assert tuple(re.findall(r"`([^`]+)`", description.partition("\n")[0])) == mappings.SUBSCRIBE[processor]


@pytest.mark.parametrize(
    ("payload", "text", "pointer"),
    [
        ({"amount": 250, "currency": "usd"}, "250 USD", "/amount"),
        ({"total": "12.50", "currency": "EUR"}, "12.50 EUR", "/total"),
        ({"fee": -3, "currency_code": "JPY"}, "-3 JPY", "/fee"),
        ({"rate": 0.5, "presentment_currency": "CAD"}, "0.5 CAD", "/rate"),
        ({"a/b": [{}, {"value": "7", "currency": "USD"}]}, "7 USD", "/a~1b/1/value"),
        ({"currency": "USD", "id": 4, "tax": "1.00", "amount": "9.00"}, "9.00 USD", "/amount"),
    ],
)
def test_money_in_an_unknown_topic_is_named(payload, text, pointer):
    error = unlisted(payload)
    assert (error.code, error.pointer) == ("unsupported_money_event", pointer)
    assert str(error).endswith(f"is not read and carries {text}")


def test_minor_units_are_written_as_decimals():
    assert str(unlisted({"amount": 250, "currency": "usd"}, "stripe")).endswith("carries 2.50 USD")
    assert str(unlisted({"amount": 250, "currency": "jpy"}, "stripe")).endswith("carries 250 JPY")
    assert str(unlisted({"amount": 250, "currency": "zzz"}, "stripe")).endswith("carries 250 ZZZ")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"amount": 250},
        {"currency": "USD"},
        {"amount": 250, "inner": {"currency": "USD"}},
        {"amount": "many", "currency": "USD"},
        {"amount": True, "currency": "USD"},
        {"amount": 10**30, "currency": "USD"},
        {"amount": 250, "currency": "points"},
        {"id": 1, "order_id": 2, "created": 1700000000, "updated_at": 1700000000, "currency": "USD"},
    ],
)
def test_what_carries_no_money_is_an_unknown_event(payload):
    assert unlisted(payload).code == "unknown_provider_event"
