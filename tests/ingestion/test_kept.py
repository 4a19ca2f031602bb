"""A dead event keeps ids, words, times, currencies and amounts by an allow list, and says what it does not keep (red team A6)."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from impl.ingestion import kept, privacy
from impl.platforms import registry
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.notification import Notification
from tests.fixtures import published

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAPS = yaml.safe_load(Path("contracts/governance/mappings.yaml").read_text("utf-8"))["maps"]
VALUES = ("ids", "words", "times", "currencies", "amounts", "flags", "addresses", "encoded", "in_pairs")
OBJECTS = [
    pytest.param(processor, name, id=f"{processor}-{name}")
    for processor in registry.NAMES
    for name in published.objects(processor)
]
SAMPLES = [
    pytest.param(processor, topic, id=f"{processor.name}-{topic}")
    for processor in registry.PROCESSORS
    for topic in processor.samples()
]
VARIANTS = (
    "Name mobile tel surname birthday contactEmail emails email2 shipping_email clientIp ip_addr remote_ip note memo comment"
    " Vorname straße ADDRESS home_phone maiden_name ssn passport iban"
).split()


def planter():
    """Fills every field with a text or number that is found again, whatever its name promises."""
    numbers = itertools.count()

    def fill(name, kind):
        number = next(numbers)
        return {"number": 770_000_000 + number, "bool": True}.get(kind, f"zq{number} Jane Doe")

    return fill


def leaves(value, names=()):
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, (*names, name))
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child, names)
    else:
        yield names, value


@pytest.mark.promise("P061")
@pytest.mark.parametrize(("processor", "name"), OBJECTS)
def test_of_a_published_object_no_leaf_outside_the_list_is_kept(processor, name):
    keep = MAPS[processor]["keep"]
    values = {one for kind in VALUES for one in keep.get(kind, ())} | {
        one.split("/")[0] for one in keep.get("beside", ())
    }
    objects = {*keep["objects"], *keep.get("pairs", ())}
    body = privacy.strip(published.body(processor, name, planter()))
    part = kept.of_delivery(processor, body)
    for names, value in leaves(part.payload):
        assert names[-1] in values, names
        assert set(names[:-1]) <= objects | values, names
        assert value == kept.UNREADABLE or not isinstance(value, str), (names, value)
    assert "zq" not in json.dumps(part.payload)
    assert part.not_kept


@pytest.mark.parametrize(("processor", "name"), OBJECTS)
def test_a_made_up_name_is_not_kept_wherever_it_stands(processor, name):
    body = published.body(processor, name, lambda *_: 1)

    def plant(value):
        if isinstance(value, dict):
            return (
                {key: plant(child) for key, child in value.items()}
                | dict.fromkeys(VARIANTS, "zq")
                | {"o": {"id": "zq"}}
            )
        return [plant(child) for child in value] if isinstance(value, list) else value

    assert "zq" not in json.dumps(kept.of_delivery(processor, plant(body)).payload)


@pytest.mark.parametrize(("processor", "topic"), SAMPLES)
def test_what_is_kept_of_a_sample_is_read_as_the_sample_is(processor, topic):
    """So a dead event can be retried after its cause is gone."""
    payload = privacy.strip(processor.sample(topic))
    part = kept.of_delivery(processor.name, payload).payload
    assert read(processor, topic, part) == read(processor, topic, payload)


def read(processor, topic, payload):
    """The facts, or the error with its code and pointer."""
    try:
        return processor.read(Notification(payload=payload, topic=topic, id="n-1", received_at=NOW))
    except UnusableDelivery as error:
        return error.code, error.pointer
    except NothingToRecord as error:
        return str(error)


@pytest.mark.parametrize(("processor", "topic"), SAMPLES)
def test_a_sample_that_lost_any_field_dies_for_the_same_reason_when_it_is_retried(processor, topic):
    """Each leaf in turn is missing, of another type, or free text: what is kept has the same code at the same place."""
    payload = privacy.strip(processor.sample(topic))
    for change in (
        missing,
        lambda values, name: values.update({name: ["x"]}),
        lambda values, name: values.update({name: "J. Doe"}),
    ):
        for broken in changed(payload, change):
            full = read(processor, topic, broken)
            part = read(processor, topic, kept.of_delivery(processor.name, broken).payload)
            if isinstance(full, tuple) and isinstance(full[0], str):
                assert part[1] == full[1], (full, part)


def missing(values, name):
    del values[name]


def changed(payload, change):
    """The payload with each leaf of its first three levels changed in turn."""
    for path in paths(payload, 4):
        copy = json.loads(json.dumps(payload))
        target = copy
        for step in path[:-1]:
            target = target[step]
        change(target, path[-1])
        yield copy


def paths(value, depth, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, child in items:
        if isinstance(value, dict) and not isinstance(child, dict | list):
            yield (*path, name)
        if depth > 1:
            yield from paths(child, depth - 1, (*path, name))


HINTS = {
    "stripe": {"data": {"object": {"metadata": {"skeldir_session_id": "s", "utm_source": "mail", "name": "zq Doe"}}}},
    "shopify": {"note_attributes": [{"name": "utm_source", "value": "mail"}, {"name": "wish", "value": "zq"}]},
    "woocommerce": {"meta_data": [{"id": 1, "key": "utm_source", "value": "mail"}, {"key": "_vat", "value": "zq"}]},
    "paypal": {"resource": {"custom_id": "utm_source=mail&name=zq+Doe"}},
}


@pytest.mark.parametrize("processor", registry.NAMES)
def test_the_tenants_own_hints_are_kept_and_nothing_else_of_free_form_fields(processor):
    text = json.dumps(kept.of_delivery(processor, HINTS[processor]).payload)
    assert "utm_source" in text
    assert "mail" in text
    assert "zq" not in text
    addressed = json.loads(json.dumps(HINTS[processor]).replace("mail", "zq@shop.example"))
    assert "zq" not in json.dumps(kept.of_delivery(processor, addressed).payload)


def test_an_address_is_kept_without_its_user_query_and_fragment():
    link = {"rel": "self", "href": "https://user:zq@api.paypal.com/v2/payments/captures/C-1?token=zq#zq"}
    part = kept.of_delivery("paypal", {"resource": {"links": [link]}}).payload
    assert part == {"resource": {"links": [{"rel": "self", "href": "https://api.paypal.com/v2/payments/captures/C-1"}]}}


def test_the_token_of_an_order_is_not_kept_and_that_of_a_checkout_is():
    order = {"id": 1, "token": "zq", "order_status_url": "https://shop.example/1/zq"}
    checkout = {"id": 1, "token": "t-1", "abandoned_checkout_url": "https://shop.example/zq"}
    assert kept.of_delivery("shopify", order).payload == {"id": 1}
    assert kept.of_delivery("shopify", checkout).payload == {"id": 1, "token": "t-1"}


def test_what_is_not_kept_is_named_without_a_name_that_a_sender_made_up():
    body = {
        "resource": {
            "id": "C-1",
            "metadata": {"name": "zq"},
            "Jane Doe": 1,
            "amount": {"value": "12 apples", "total": "1.00"},
        }
    }
    part = kept.of_delivery("paypal", body)
    assert part.payload == {"resource": {"id": "C-1", "amount": {"value": "…", "total": "1.00"}}}
    assert part.not_kept == ("/body/resource/amount/value", "/body/resource/metadata", "/body/resource/…")


def test_a_touch_keeps_the_fields_of_the_contract():
    touch = {
        "touch_id": "t-1",
        "occurred_at": "yesterday",
        "utm_source": "jane@shop.example",
        "name": "zq",
        "note": {"a": "zq"},
    }
    part = kept.of_touch(touch)
    assert part.payload == {"touch_id": "t-1", "occurred_at": "yesterday", "utm_source": "…"}
    assert part.not_kept == ("/body/name", "/body/utm_source", "/body/…")


@pytest.mark.parametrize("value", [None, 7, "zq", ["zq", {"id": "i", "name": "zq"}], [[["zq"]]]])
def test_a_body_that_is_no_object_keeps_nothing_that_has_no_name(value):
    assert "zq" not in json.dumps(kept.of_delivery("shopify", value).payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(["id", "data", "object", "metadata", "refunds", "x", "amount", "links", "href", "note_attributes", "name", "value", "key"]), children, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(registry.NAMES), json_values)
def test_keeping_never_fails_and_keeps_nothing_more_the_second_time(processor, value):
    once = kept.of_delivery(processor, value).payload
    assert kept.of_delivery(processor, once).payload == once
