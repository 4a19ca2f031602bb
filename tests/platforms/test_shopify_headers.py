"""Both families of Shopify's headers: `X-Shopify-*`, and the newer `shopify-*`."""

import asyncio
from datetime import UTC, datetime

import pytest

from impl.platforms import registry
from impl.platforms.errors import SignatureMismatch

BODY, SECRETS = b'{"id": 1}', [b"s3cret"]
SHOPIFY = registry.processor("shopify")
OLDER = {
    name.lower(): value.encode()
    for name, value in SHOPIFY.sign(
        BODY, "s3cret", topic="orders/paid", delivery_id="wh-1", at=datetime.now(UTC)
    ).items()
}
NEWER = {name.removeprefix("x-"): value for name, value in OLDER.items()}


def verify(headers):
    return asyncio.run(SHOPIFY.verify(BODY, headers, SECRETS, now=0))


@pytest.mark.parametrize("headers", [OLDER, NEWER, OLDER | NEWER], ids=["older", "newer", "both"])
def test_a_delivery_is_verified_and_named_by_either_family(headers):
    assert verify(headers) == 0
    assert (SHOPIFY.topic({}, headers), SHOPIFY.event_id({}, headers)) == ("orders/paid", "wh-1")


def test_every_header_of_both_families_reaches_the_processor():
    assert set(OLDER | NEWER) < SHOPIFY.headers


def test_the_newer_family_is_read_where_both_are_present():
    """As Shopify's own library does; a signature of the older family cannot stand in for a wrong one."""
    assert SHOPIFY.topic({}, OLDER | {"shopify-topic": b"orders/updated"}) == "orders/updated"
    with pytest.raises(SignatureMismatch):
        verify(OLDER | {"shopify-hmac-sha256": b"d3Jvbmc="})


@pytest.mark.parametrize(
    ("headers", "topic"),
    [
        ({"shopify-topic": b"Order", "shopify-action": b"update"}, "Order/update"),
        ({"shopify-topic": b"orders/paid", "shopify-action": b"update"}, "orders/paid"),
        ({"shopify-topic": b"Order"}, "Order"),
        ({"shopify-action": b"update"}, None),
        ({"shopify-topic": b"\x00"}, None),
    ],
)
def test_an_event_is_named_by_resource_and_action(headers, topic):
    assert SHOPIFY.topic({}, headers) == topic
