"""A tenant's rate is the tenant's: strangers, wrong signatures and bad neighbours use up none of it (red team A8)."""

import secrets

import pytest

from impl.auth import assembly
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.handler import DeliveryHandler
from impl.kernel.clock import SystemClock
from tests.auth.server import application, client, parts
from tests.fixtures.service import stripe_delivery
from tests.ingestion.deliveries.processors import configured

URL = "/api/webhooks/stripe"
ADDRESS, ELSEWHERE = "203.0.113.50", "203.0.113.51"


@pytest.fixture
def auth(app_engine, database, ring, clock):
    return assembly.build(parts(app_engine, database, ring, clock))


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def app(auth, app_engine, ring):
    clock = SystemClock()
    receiver = receive.build(app_engine, ring, clock)
    handler = DeliveryHandler(receiver, configured(clock), auth.limiter.deliveries)
    return application(auth, receive_delivery=handler)


async def deliver(app, merchant, address=ADDRESS, *, is_forged=False):
    arguments = stripe_delivery(merchant)
    if is_forged:
        arguments["headers"]["Stripe-Signature"] = "t=1,v1=" + "0" * 64
    async with client(app, address) as web:
        return await web.post(URL, **arguments)


async def knock(app, address=ADDRESS):
    """A delivery with a key that nobody has."""
    async with client(app, address) as web:
        return await web.post(URL, content=b"{}", headers={"X-Skeldir-Tenant-Key": "sk_" + secrets.token_hex(20)})


async def test_an_address_with_unknown_keys_is_refused_before_any_look_up(app, statements):
    statuses = [(await knock(app)).status_code for _ in range(60)]
    assert statuses == [401] * 30 + [429] * 30
    assert sum("resolve_tenant_key" in statement for statement in statements) == 30


async def test_a_known_key_is_admitted_from_an_address_that_strangers_have_used_up(app, merchant):
    assert (await deliver(app, merchant)).status_code == 200
    assert [(await knock(app)).status_code for _ in range(31)][-1] == 429
    assert (await deliver(app, merchant)).status_code == 200


async def test_a_thousand_wrong_signatures_cost_the_tenant_nothing(app, merchant):
    before = int((await deliver(app, merchant, ELSEWHERE)).headers["X-RateLimit-Remaining"])
    statuses = [(await deliver(app, merchant, is_forged=True)).status_code for _ in range(60)]
    assert statuses == [401] * 30 + [429] * 30
    after = await deliver(app, merchant, ELSEWHERE)
    assert (after.status_code, int(after.headers["X-RateLimit-Remaining"])) == (200, before - 1)


async def test_where_authentic_deliveries_come_from_forged_ones_close_nothing(app, merchant):
    """A processor sends for all its customers from few addresses, and the attacker may be one of them."""
    assert (await deliver(app, merchant)).status_code == 200
    assert [(await deliver(app, merchant, is_forged=True)).status_code for _ in range(40)][-1] == 429
    assert (await deliver(app, merchant)).status_code == 200


async def test_wrong_signatures_for_one_key_say_nothing_about_another(app, merchant, make_merchant):
    other = make_merchant()
    for _ in range(31):
        await deliver(app, merchant, is_forged=True)
    assert (await deliver(app, merchant)).status_code == 429
    assert (await deliver(app, other)).status_code == 200


async def test_authentic_deliveries_are_held_to_the_tenants_rate(app, make_merchant, owner):
    merchant = make_merchant()
    await owner.execute("UPDATE tenants SET webhook_rate_per_minute = 5 WHERE id = $1", merchant.tenant_id)
    replies = [await deliver(app, merchant, is_forged=n % 2 == 1) for n in range(14)]
    assert [reply.status_code for reply in replies[::2]] == [200] * 5 + [429] * 2
    assert {reply.status_code for reply in replies[1:9:2]} == {401}
    assert replies[-2].headers["X-RateLimit-Limit"] == "5"


async def test_a_body_of_a_stranger_is_not_read(app):
    async def body():
        yield b"{"
        raise AssertionError("a stranger's body was read")

    async with client(app) as web:
        reply = await web.post(URL, content=body(), headers={"X-Skeldir-Tenant-Key": "sk_" + secrets.token_hex(20)})
    assert reply.status_code == 401


async def test_a_body_that_is_too_large_is_413_for_a_known_key_and_401_for_a_stranger(app, merchant):
    arguments = stripe_delivery(merchant)
    arguments["content"] = b"x" * (1_048_576 + 1)
    async with client(app) as web:
        assert (await web.post(URL, **arguments)).status_code == 413
        arguments["headers"]["X-Skeldir-Tenant-Key"] = "sk_nobody"
        assert (await web.post(URL, **arguments)).status_code == 401
