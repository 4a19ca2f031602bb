"""Several secrets of one processor: each verifies, the one that did says whose books and which mode; money.md §2 and §7."""

import json

import pytest
from sqlalchemy import text

from impl.db.transaction import tenant_transaction
from tests.ingestion.deliveries.processors import DOORS
from tests.ingestion.deliveries.street import set_secret

DISPATCHERS = {door.name: door for door in DOORS if door.is_dispatcher}
OF_ANOTHER_MODE = "This is a {} object, but the secret is for {} objects; it was ignored."
NO_SANDBOX = "Test objects count only for a sandbox tenant; this one was ignored."


async def post(shop, door, secret, **changes):
    body = json.dumps(door.payload() | changes).encode()
    answer = await shop.post(door, body, headers=door.headers(body, secret))
    return answer.status_code, answer.json()


async def row(shop, table, columns):
    found = await shop.street.owner.fetchrow(f"SELECT {columns} FROM {table} WHERE tenant_id = $1", shop.tenant_id)
    return tuple(found)


@pytest.mark.parametrize("door", DISPATCHERS.values(), ids=DISPATCHERS)
async def test_the_secret_that_matched_says_whose_books_they_are(door, street):
    shop = await street.shop()
    secrets = {name: await set_secret(shop, door.name, label=name, account=f"{name}.example") for name in "abcdef"}
    twin = await set_secret(shop, door.name, label="twin", account="d.example")
    status, receipt = await post(shop, door, secrets["d"])
    assert (status, receipt["outcome"]) == (200, "accepted"), receipt
    columns = "secret_label, secret_version, account"
    assert await row(shop, "webhook_deliveries", columns) == ("d", 1, "d.example")
    assert await row(shop, "attribution_events", "account") == ("d.example",)
    assert await row(shop, "revenue_ledger", "account") == ("d.example",)
    # Told by another endpoint of the same account it is the same fact.
    assert (await post(shop, door, twin))[1]["outcome"] == "duplicate"


async def test_a_secret_that_was_deleted_verifies_nothing(street):
    shop, door = await street.shop(), DISPATCHERS["stripe"]
    secret = await set_secret(shop, "stripe", label="old")
    async with tenant_transaction(street.engine, shop.tenant_id) as connection:
        await connection.execute(text("UPDATE tenant_webhook_secrets SET valid_until = now() WHERE label = 'old'"))
    assert (await post(shop, door, secret))[0] == 401


@pytest.mark.parametrize(
    ("processor", "mode", "is_sandbox", "changes", "message"),
    [
        ("stripe", "live", False, {"livemode": False}, OF_ANOTHER_MODE.format("test", "live")),
        ("stripe", "live", True, {"livemode": False}, OF_ANOTHER_MODE.format("test", "live")),
        ("stripe", "test", False, {"livemode": False}, NO_SANDBOX),
        ("stripe", "test", True, {"livemode": True}, OF_ANOTHER_MODE.format("live", "test")),
        ("stripe", "live", False, {"livemode": False, "type": "coffee.brewed"}, OF_ANOTHER_MODE.format("test", "live")),
        ("stripe", "test", True, {"livemode": False}, None),
        ("shopify", "live", True, {"test": True}, OF_ANOTHER_MODE.format("test", "live")),
        ("shopify", "test", False, {"test": True}, NO_SANDBOX),
        ("shopify", "test", True, {"test": True}, None),
        ("shopify", "test", True, {"test": False}, OF_ANOTHER_MODE.format("live", "test")),
        ("paypal", "test", False, {}, NO_SANDBOX),
        ("paypal", "test", True, {}, None),
        ("woocommerce", "test", False, {}, NO_SANDBOX),
        ("woocommerce", "test", True, {}, None),
        ("woocommerce", "live", True, {}, None),
    ],
)
async def test_test_objects_count_for_a_sandbox_and_under_a_test_secret_only(
    processor, mode, is_sandbox, changes, message, street
):
    shop, door = await street.shop(), DISPATCHERS[processor]
    operator = "UPDATE tenants SET sandbox = $1 WHERE id = $2"
    await street.owner.execute(operator, is_sandbox, shop.tenant_id)
    secret = await set_secret(shop, processor, label="till", mode=mode)
    status, receipt = await post(shop, door, secret, **changes)
    assert status == 200
    if message is None:
        assert receipt["outcome"] == "accepted"
    else:
        assert (receipt["outcome"], receipt["message"]) == ("ignored", message)
    assert (await shop.counts())["revenue_ledger"] == (message is None)
    assert (await shop.counts())["webhook_deliveries"] == 1


async def test_a_dead_event_keeps_the_account_for_its_retry(street):
    shop, door = await street.shop(), DISPATCHERS["stripe"]
    secret = await set_secret(shop, "stripe", label="outlet", account="acct_outlet")
    status, receipt = await post(shop, door, secret, type="coffee.brewed")
    assert (status, receipt["outcome"]) == (200, "dead")
    assert await row(shop, "dead_events", "account") == ("acct_outlet",)
    assert await row(shop, "webhook_deliveries", "secret_label, account") == ("outlet", "acct_outlet")
