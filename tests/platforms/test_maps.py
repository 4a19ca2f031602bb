"""Code and contracts say the same: idempotency keys, topics, events, and the amounts kept as vectors."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from impl.kernel import money
from impl.kernel.facts import delivery_key
from impl.kernel.money import MoneyError
from impl.platforms import registry, topics
from impl.platforms.errors import UnusableDelivery
from impl.platforms.notification import Notification

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
GOVERNANCE = yaml.safe_load((CONTRACTS / "governance/mappings.yaml").read_text())
PLATFORMS = yaml.safe_load((CONTRACTS / "governance/platforms.yaml").read_text())["platforms"]
MAPS, VECTORS = GOVERNANCE["maps"], GOVERNANCE["vectors"]
AMOUNTS = {"shopify": ("orders/paid", "total_price"), "woocommerce": ("order.completed", "total")}


def report(processor, topic, **changes):
    payload = registry.processor(processor).sample(topic) | changes
    notification = Notification(
        payload=payload, topic=topic, id="delivery-7", received_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return registry.processor(processor).read(notification)


def operations(processor):
    document = yaml.safe_load((CONTRACTS / f"openapi/v1/webhooks/{processor}.yaml").read_text())
    return [item["post"] for item in document["paths"].values() if "x-idempotency-key" in item["post"]]


@pytest.mark.parametrize(
    "operation",
    [(processor, one) for processor in registry.NAMES for one in operations(processor)],
    ids=lambda pair: pair[1]["operationId"],
)
def test_the_key_of_a_delivery_is_what_its_contract_says(operation):
    """The id inside the signed body; where only a header names one, which nobody signs, the body itself."""
    name, declared = operation
    processor = registry.processor(name)
    if not processor.has_signed_event_id:
        assert declared["x-idempotency-key"] == "hmac-sha256(secret, body)"
        return
    sample = processor.sample(declared["x-mapping"]["topic"])
    text = declared["x-idempotency-key"].replace("{id}", processor.event_id(sample, {}))
    assert delivery_key(name, sample["id"]) == uuid.uuid5(uuid.NAMESPACE_URL, text)


@pytest.mark.parametrize("processor", registry.PROCESSORS, ids=lambda one: one.name)
def test_every_topic_that_a_reader_knows_is_on_the_list_of_topics_that_are_read(processor):
    assert {name for name in processor.topics if topics.kind_of(processor.name, name) is None} == set()


@pytest.mark.parametrize("processor", registry.PROCESSORS, ids=lambda one: one.name)
def test_the_event_of_a_topic_is_one_that_its_object_can_show(processor):
    for name, topic in processor.topics.items():
        shows = MAPS[processor.name]["read"][topics.kind_of(processor.name, name)]["shows"]
        assert topic.event is None or topic.event.value in shows


def test_every_event_of_stripe_carries_the_object_of_its_list():
    carried = {name: topic.carries for name, topic in registry.processor("stripe").topics.items()}
    assert carried == {name: kind for kind, one in MAPS["stripe"]["read"].items() for name in one["topics"]}


def test_the_contract_lists_the_processors_of_the_registry():
    auth = yaml.safe_load((CONTRACTS / "openapi/v1/auth.yaml").read_text())
    listed = auth["components"]["schemas"]["WebhookSecret"]["properties"]["provider"]["enum"]
    assert sorted(listed) == sorted(registry.NAMES)


def test_reference_table_names_the_processors_of_the_registry_with_their_credentials():
    rows = {row["name"]: row["webhook_credential"] for row in PLATFORMS}
    processors = {name: credential for name, credential in rows.items() if credential is not None}
    assert processors == {processor.name: processor.credential for processor in registry.PROCESSORS}


def test_reference_table_has_the_platforms_of_the_contract():
    schemas = yaml.safe_load((CONTRACTS / "openapi/v1/_common/schemas.yaml").read_text())["components"]["schemas"]
    assert sorted(schemas["Platform"]["enum"]) == sorted(row["name"] for row in PLATFORMS)


@pytest.mark.parametrize("processor", AMOUNTS)
@pytest.mark.parametrize("vector", VECTORS["amounts"], ids=lambda one: f"{one['amount']} {one['currency']}")
def test_amounts_become_minor_units_exactly(processor, vector):
    topic, field = AMOUNTS[processor]
    (fact,) = report(processor, topic, **{field: vector["amount"], "currency": vector["currency"]})
    assert fact.money.amount_cents == vector["cents"]
    assert money.parse(vector["amount"], money.currency(vector["currency"])).amount_cents == vector["cents"]


@pytest.mark.parametrize("processor", AMOUNTS)
@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda one: repr(one["amount"]))
def test_amounts_that_would_need_rounding_are_refused(processor, vector):
    topic, field = AMOUNTS[processor]
    with pytest.raises(UnusableDelivery):
        report(processor, topic, **{field: vector["amount"], "currency": vector["currency"]})
    with pytest.raises(MoneyError):
        money.parse(vector["amount"], money.currency(vector["currency"]))


@pytest.mark.parametrize("processor", registry.NAMES)
def test_there_is_a_sample_of_every_topic_to_select(processor):
    samples, known = set(registry.processor(processor).samples()), set(registry.processor(processor).topics)
    assert samples <= known
    assert set(MAPS[processor]["subscribe"]) & known <= samples


@pytest.mark.parametrize(("processor", "event"), [("stripe", "charge.brewed"), ("barter", "charge.succeeded")])
def test_a_sample_that_is_not_there_is_named(processor, event):
    with pytest.raises(KeyError, match="there is no"):
        registry.processor(processor).sample(event)
