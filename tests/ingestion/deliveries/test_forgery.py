"""A captured delivery signs nothing but itself, and a header that is not signed moves no money (red team A1, A2)."""

import asyncio
import copy
import json
from datetime import timedelta

import pytest

from impl.auth.keys import tenant_keys
from impl.db import bootstrap
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.interpret import Inbound
from impl.kernel.clock import FixedClock, SystemClock
from impl.platforms.errors import SignatureMismatch
from impl.platforms.notices import OperatorNotice
from impl.tenants import create as tenants
from tests.fixtures.checksums import same_checksum
from tests.ingestion.deliveries.processors import DOORS, configured

PAYPAL = next(door for door in DOORS if door.name == "paypal" and door.is_dispatcher)
EVERYTHING = (
    "SELECT (SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1) + (SELECT count(*) FROM attribution_events"
    " WHERE tenant_id = $1) + (SELECT count(*) FROM dead_events WHERE tenant_id = $1)"
)


def capture(amount="1.00", **changes):
    event = copy.deepcopy(PAYPAL.payload()) | changes
    event["resource"]["amount"] = {"value": amount, "currency_code": "USD"}
    return event


def fortune(body: bytes) -> bytes:
    """A body of 999,999.99 with the checksum of `body`."""
    made_up = capture("999999.99", id="WH-made-up")
    made_up["resource"]["id"] = "made-up"
    return same_checksum(body, made_up)


async def test_the_headers_of_a_capture_sign_no_other_body_with_its_checksum(street):
    shop, body = await street.shop(), json.dumps(capture()).encode()
    headers = PAYPAL.headers(body, shop.secret(PAYPAL))
    assert (await shop.post(PAYPAL, body, headers=headers)).json()["outcome"] == "accepted"
    forged = await shop.post(PAYPAL, fortune(body), headers=headers)
    assert forged.status_code == 401, forged.text
    assert (await shop.post(PAYPAL, body, headers=headers)).json()["outcome"] == "duplicate"
    assert await shop.current() == [(100, "captured")]
    assert (await shop.counts())["webhook_deliveries"] == 2


@pytest.fixture
async def paypal_shop(app_engine, ring, make_tenant):
    """A receipt of its own, with the notices that operators got."""
    heard: list[OperatorNotice] = []
    clock = SystemClock()
    receiver = receive.build(app_engine, ring, clock, heard.append)
    processor = next(one for one in configured(clock) if one.name == "paypal")
    tenant_id, webhook = await make_tenant(), processor.new_secret()
    await tenants.equip(
        app_engine, ring, tenant_id, key_hash=tenant_keys.hash_of(tenant_keys.new()), secrets={"paypal": webhook}
    )

    async def deliver(body, headers):
        inbound = Inbound(tenant_id=tenant_id, body=body, headers=headers, check=lambda topic: ())
        return await receive.receive(receiver, processor, inbound)

    return deliver, heard, webhook, tenant_id


async def test_a_second_body_under_one_signature_is_an_alarm(paypal_shop, owner):
    deliver, heard, webhook, tenant_id = paypal_shop
    body = json.dumps(capture()).encode()
    headers = PAYPAL.headers(body, webhook)
    await deliver(body, headers)
    before = await owner.fetchval(EVERYTHING, tenant_id)
    with pytest.raises(SignatureMismatch):
        await deliver(fortune(body), headers)
    assert await owner.fetchval(EVERYTHING, tenant_id) == before
    (notice,) = heard
    assert (notice.source, notice.code, notice.detail) == (
        "paypal",
        "transmission_reused",
        {"tenant_id": str(tenant_id)},
    )


async def test_of_many_bodies_at_once_under_one_signature_one_is_believed(paypal_shop):
    deliver, heard, webhook, _ = paypal_shop
    body = json.dumps(capture()).encode()
    headers, forged = PAYPAL.headers(body, webhook), fortune(body)
    replies = await asyncio.gather(*(deliver(one, headers) for one in [body, forged] * 6), return_exceptions=True)
    refused = [one for one in replies if isinstance(one, SignatureMismatch)]
    recorded = {one.event_id for one in replies if not isinstance(one, BaseException)}
    assert (len(refused), len(recorded), len(heard)) == (6, 1, 6)


async def test_what_a_signature_is_bound_to_tells_nothing_and_goes_after_five_days(paypal_shop, owner, database):
    deliver, _, webhook, tenant_id = paypal_shop
    body = json.dumps(capture()).encode()
    await deliver(body, PAYPAL.headers(body, webhook))
    row = await owner.fetchrow("SELECT * FROM webhook_transmissions WHERE tenant_id = $1", tenant_id)
    assert len(row["body_hash_sealed"]) == 73 + 32 + 16
    worker = await bootstrap.connect(database.url("app_worker"))
    admin = await bootstrap.connect(database.url())
    try:
        for age, left in ((timedelta(days=5, hours=-1), 1), (timedelta(days=5, hours=1), 0)):
            at = row["first_received_at"] - age
            await admin.execute(
                "UPDATE webhook_transmissions SET first_received_at = $2 WHERE tenant_id = $1", tenant_id, at
            )
            await worker.fetchval("SELECT maintenance.gc_transmissions()")
            count = "SELECT count(*) FROM webhook_transmissions WHERE tenant_id = $1"
            assert await owner.fetchval(count, tenant_id) == left
    finally:
        await worker.close()
        await admin.close()


async def test_a_signature_of_another_time_of_the_service_is_refused(app_engine, ring, make_tenant):
    """The window is measured by the clock of the service, not by what the delivery says of itself."""
    clock = FixedClock(SystemClock().now() + timedelta(days=4, minutes=1))
    receiver, processor = (
        receive.build(app_engine, ring, clock),
        next(one for one in configured(clock) if one.name == "paypal"),
    )
    tenant_id, webhook = await make_tenant(), processor.new_secret()
    await tenants.equip(
        app_engine, ring, tenant_id, key_hash=tenant_keys.hash_of(tenant_keys.new()), secrets={"paypal": webhook}
    )
    body = json.dumps(capture()).encode()
    inbound = Inbound(tenant_id=tenant_id, body=body, headers=PAYPAL.headers(body, webhook), check=lambda topic: ())
    with pytest.raises(SignatureMismatch):
        await receive.receive(receiver, processor, inbound)
