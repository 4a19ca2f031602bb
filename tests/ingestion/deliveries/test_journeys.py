"""Journeys of conversions: the keyed hash only, only for tenants that switched journeys on; the key is nowhere."""

import hmac
import json
import uuid
from urllib.parse import urlencode

import pytest

from impl.db.sealing import Place, Sealed
from impl.ingestion import payloads
from impl.ingestion.journeys import Journeys
from impl.kernel.clock import SystemClock
from impl.telemetry import metrics
from tests.ingestion.deliveries.processors import DOORS

KEY = "visitor-4711-of-the-shop"
SESSION = "0b6f8f0e-6a2c-4a5e-9d2f-3c1f0e7a9b10"
HINTS = {"skeldir_journey_key": KEY, "skeldir_session_id": SESSION, "utm_source": "newsletter", "utm_medium": "email"}
SALES = [door for door in DOORS if door.is_dispatcher]
EVERY_TABLE = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname IN ('public', 'queue')
"""
each_processor = pytest.mark.parametrize("door", SALES, ids=lambda door: door.name)


def hinted(door, **changes):
    """A sale with the hints where its processor carries them."""
    payload = door.payload() | changes
    match door.name:
        case "stripe":
            payload["data"]["object"]["metadata"] = HINTS
        case "shopify":
            payload["note_attributes"] = [{"name": name, "value": value} for name, value in HINTS.items()]
        case "woocommerce":
            payload["meta_data"] = [{"id": 1, "key": name, "value": value} for name, value in HINTS.items()]
        case "paypal":
            payload["resource"]["custom_id"] = urlencode(HINTS)
    return json.dumps(payload).encode()


async def secrets_of(owner, ring, tenant_id):
    rows = await owner.fetch("SELECT * FROM tenant_journey_secrets WHERE tenant_id = $1 ORDER BY version", tenant_id)
    place = Place(tenant_id, "tenant_journey_secrets", "secret_sealed")
    return [ring.open(Sealed(row["secret_sealed"], row["key_id"]), place) for row in rows]


async def mentions(owner, word):
    """Tables in which `word` stands anywhere, as text or in bytes."""
    found = []
    for (table,) in await owner.fetch(EVERY_TABLE):
        query = f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1 OR t::text LIKE $2"
        if await owner.fetchval(query, f"%{word}%", f"%{word.encode().hex()}%"):
            found.append(table)
    return found


@pytest.mark.promise("F21")
@each_processor
async def test_switched_on_a_conversion_holds_the_keyed_hash_and_the_key_is_nowhere(
    street, owner, door, switch_journeys
):
    shop = await street.shop()
    await switch_journeys(shop.tenant_id)
    assert (await shop.post(door, hinted(door))).json()["outcome"] == "accepted"
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE tenant_id = $1", shop.tenant_id)
    (secret,) = await secrets_of(owner, street.ring, shop.tenant_id)
    assert event["journey_hash"] == hmac.digest(secret, KEY.encode(), "sha256")
    assert event["journey_hash_previous"] is None
    assert (str(event["session_id"]), event["utm_source"]) == (SESSION, "newsletter")
    assert await mentions(owner, KEY) == []
    # Where the search looks is proven by what it must find.
    assert "attribution_events" in await mentions(owner, event["journey_hash"].hex())


@each_processor
async def test_switched_off_the_key_is_counted_and_nothing_of_it_is_kept(street, owner, door):
    shop, before = await street.shop(), metrics.JOURNEY_KEYS_IGNORED._value.get()
    assert (await shop.post(door, hinted(door))).json()["outcome"] == "accepted"
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE tenant_id = $1", shop.tenant_id)
    assert (event["journey_hash"], event["journey_hash_previous"]) == (None, None)
    assert await secrets_of(owner, street.ring, shop.tenant_id) == []
    assert metrics.JOURNEY_KEYS_IGNORED._value.get() == before + 1
    assert await mentions(owner, KEY) == []


@each_processor
async def test_two_tenants_have_two_hashes_of_one_key(street, owner, door, switch_journeys):
    hashes = []
    for _ in range(2):
        shop = await street.shop()
        await switch_journeys(shop.tenant_id)
        await shop.post(door, hinted(door))
        query = "SELECT journey_hash FROM attribution_events WHERE tenant_id = $1"
        hashes.append(await owner.fetchval(query, shop.tenant_id))
    assert len(set(hashes)) == 2


@each_processor
async def test_after_a_rotation_a_conversion_holds_the_hash_under_the_secret_before_too(
    street, owner, door, switch_journeys
):
    shop = await street.shop()
    await switch_journeys(shop.tenant_id)
    await Journeys(street.engine, street.ring, SystemClock()).keys(shop.tenant_id)
    await owner.execute(
        "UPDATE tenant_journey_secrets SET created_at = now() - interval '91 days' WHERE tenant_id = $1", shop.tenant_id
    )
    await shop.post(door, hinted(door))
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE tenant_id = $1", shop.tenant_id)
    first, second = await secrets_of(owner, street.ring, shop.tenant_id)
    assert event["journey_hash"] == hmac.digest(second, KEY.encode(), "sha256")
    assert event["journey_hash_previous"] == hmac.digest(first, KEY.encode(), "sha256")


@each_processor
async def test_a_dead_delivery_keeps_the_hash_sealed_and_no_key(street, owner, door, switch_journeys):
    shop = await street.shop()
    await switch_journeys(shop.tenant_id)
    broken = json.loads(hinted(door))
    for name in ("total_price", "total", "created"):
        broken.pop(name, None)
    broken.get("resource", {}).pop("amount", None)
    assert (await shop.post(door, json.dumps(broken).encode())).json()["outcome"] == "dead"
    row = await owner.fetchrow("SELECT * FROM dead_events WHERE tenant_id = $1", shop.tenant_id)
    sealed = Sealed(row["payload_sealed"], row["key_id"])
    opened = json.dumps(payloads.unseal(street.ring, shop.tenant_id, sealed)).encode()
    (secret,) = await secrets_of(owner, street.ring, shop.tenant_id)
    assert KEY.encode() not in opened
    assert hmac.digest(secret, KEY.encode(), "sha256").hex().encode() in opened
    assert await mentions(owner, KEY) == []


async def test_a_session_that_is_no_uuid_is_dropped_and_one_that_could_name_somebody_is_not_kept(street, owner):
    door = SALES[0]
    shop, payload = await street.shop(), door.payload()
    name = "jane.quillfeather"  # as long as nothing can be that a hash happens to spell
    payload["data"]["object"]["metadata"] = {"skeldir_session_id": f"{name}@shop.example", "note": f"call {name}"}
    payload["data"]["object"]["id"] = f"ch_{uuid.uuid4().hex}"
    await shop.post(door, json.dumps(payload).encode())
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE tenant_id = $1", shop.tenant_id)
    assert event["session_id"] is None
    assert await mentions(owner, name) == []
