"""What is not signed never decides about money: each header of each processor, with every value that means something (A2)."""

import json
import uuid
from datetime import UTC, datetime

import pytest

from generated.governance import mappings
from impl.ingestion.deliveries import interpret
from impl.ingestion.deliveries.interpret import Inbound
from impl.ingestion.deliveries.secrets import WebhookSecret
from impl.kernel.facts import Report
from impl.platforms import registry

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TENANT = uuid.UUID(int=1)
SECRET = WebhookSecret(version=1, secret=b"secret", account="shop.example")
NAMED_BY_HEADER = [processor for processor in registry.PROCESSORS if processor.topic_header]
CASES = [
    pytest.param(processor, topic, id=f"{processor.name}-{topic}")
    for processor in NAMED_BY_HEADER
    for topic in processor.samples()
]


def topics_of(processor):
    """Every topic that a list names, one for each beginning, and one that nobody knows."""
    name = processor.name
    listed = [topic for topics in mappings.READ[name].values() for topic in topics]
    beginnings = [f"{one}anything" for one in mappings.NOT_REVENUE_PREFIXES[name]]
    return [*listed, *mappings.NOT_REVENUE[name], *beginnings, "unheard/of"]


def meaning(processor, payload, topic, delivery="d-1"):
    body = json.dumps(payload).encode()
    signed = processor.sign(body, "secret", topic=topic, delivery_id=delivery, at=NOW)
    headers = {name.lower(): value.encode() for name, value in signed.items()}
    inbound = Inbound(tenant_id=TENANT, body=body, headers=headers, check=lambda topic: ())
    reading = interpret.read(processor, inbound, SECRET)
    assert isinstance(reading, interpret.Reading)
    return interpret.interpret(reading, NOW)


def money(report):
    return {(fact.kind, fact.object_id, fact.money, fact.shown_at, fact.transaction_id) for fact in report.facts}


@pytest.mark.parametrize(("processor", "topic"), CASES)
def test_a_body_means_the_same_money_under_every_topic_or_none_at_all(processor, topic):
    payload = processor.sample(topic)
    truth = meaning(processor, payload, topic)
    assert isinstance(truth, Report)
    for other in topics_of(processor):
        said = meaning(processor, payload, other)
        assert not isinstance(said, Report) or money(said) == money(truth), other


@pytest.mark.parametrize(("processor", "topic"), CASES)
def test_no_topic_makes_money_disappear_without_an_alarm(processor, topic):
    """A body that shows an order, transaction, refund or dispute is dead under a topic that is without revenue, never ignored."""
    payload = processor.sample(topic)
    if processor.kind_of(payload) is None:
        assert topic.startswith("checkouts/")
        return
    for other in {
        *mappings.NOT_REVENUE[processor.name],
        *(f"{one}x" for one in mappings.NOT_REVENUE_PREFIXES[processor.name]),
    }:
        said = meaning(processor, payload, other)
        assert getattr(said, "code", None) == "topic_mismatch", other


@pytest.mark.parametrize(("processor", "topic"), CASES)
def test_the_id_of_a_delivery_in_a_header_names_nothing(processor, topic):
    payload = processor.sample(topic)
    one, other = (meaning(processor, payload, topic, delivery=name) for name in ("d-1", "d-2"))
    assert one == other


def test_every_header_that_is_read_is_a_signature_or_decides_nothing_about_money():
    """A header that is new here needs a case above."""
    known = {
        "stripe": {"stripe-signature"},
        "shopify": {f"{x}shopify-{name}" for x in ("", "x-") for name in ("hmac-sha256", "topic", "webhook-id", "action")},
        "woocommerce": {"x-wc-webhook-signature", "x-wc-webhook-topic", "x-wc-webhook-delivery-id"},
        "paypal": {f"paypal-{name}" for name in ("transmission-id", "transmission-time", "transmission-sig", "auth-algo", "cert-url")},
    }  # fmt: skip
    assert {processor.name: set(processor.headers) for processor in registry.PROCESSORS} == known
