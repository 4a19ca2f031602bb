"""Journey keys: only when switched on, only as keyed hashes, under secrets that rotate."""

import hmac
import json

from impl.db.sealing import Place, Sealed
from impl.ingestion import payloads
from impl.ingestion.journeys import Journeys
from impl.telemetry import metrics

DAY = 86400


async def secrets_of(owner, ring, tenant_id):
    rows = await owner.fetch("SELECT * FROM tenant_journey_secrets WHERE tenant_id = $1 ORDER BY version", tenant_id)
    place = Place(tenant_id, "tenant_journey_secrets", "secret_sealed")
    return {row["version"]: ring.open(Sealed(row["secret_sealed"], row["key_id"]), place) for row in rows}


async def touch_of(owner, tenant_id):
    return await owner.fetchrow("SELECT * FROM touches WHERE tenant_id = $1", tenant_id)


async def test_switched_off_the_key_is_ignored_and_counted(site, owner, ring):
    before = metrics.JOURNEY_KEYS_IGNORED._value.get()
    await site.send(site.touch(journey_key="visitor-7"), site.touch())
    assert metrics.JOURNEY_KEYS_IGNORED._value.get() == before + 1
    assert (await touch_of(owner, site.tenant_id))["journey_hash"] is None
    assert await secrets_of(owner, ring, site.tenant_id) == {}


async def test_switched_on_a_keyed_hash_is_stored_and_nothing_else(site, owner, ring, switch_journeys):
    await switch_journeys(site.tenant_id)
    await site.send(site.touch(journey_key="visitor-7"))
    touch, secrets = await touch_of(owner, site.tenant_id), await secrets_of(owner, ring, site.tenant_id)
    assert touch["journey_hash"] == hmac.digest(secrets[1], b"visitor-7", "sha256")
    assert touch["journey_key_version"] == 1
    assert "visitor-7" not in str(dict(touch))


async def test_a_dead_touch_keeps_the_hash_and_not_the_key(site, owner, ring, switch_journeys):
    await switch_journeys(site.tenant_id)
    await site.send(site.touch(journey_key="visitor-7", kind="glance"))
    dead = await owner.fetchrow("SELECT * FROM dead_events WHERE tenant_id = $1", site.tenant_id)
    sealed = Sealed(dead["payload_sealed"], dead["key_id"])
    opened = json.dumps(payloads.unseal(ring, site.tenant_id, sealed)).encode()
    assert b"visitor-7" not in opened
    secrets = await secrets_of(owner, ring, site.tenant_id)
    assert hmac.digest(secrets[1], b"visitor-7", "sha256").hex().encode() in opened


async def test_the_secret_rotates_after_ninety_days_and_the_previous_one_still_matches(
    app_engine, ring, clock, make_tenant, switch_journeys, owner
):
    tenant_id = await make_tenant()
    await switch_journeys(tenant_id)
    journeys = Journeys(app_engine, ring, clock)
    first = await journeys.keys(tenant_id)
    clock.advance(90 * DAY - 1)
    assert (await journeys.keys(tenant_id)).current == first.current
    clock.advance(61)
    second = await journeys.keys(tenant_id)
    assert (second.version, second.previous) == (2, first.current)
    assert second.previous_hash("visitor-7") == first.hash("visitor-7") != second.hash("visitor-7")
    clock.advance(90 * DAY)
    assert (await journeys.keys(tenant_id)).previous == second.current


async def test_two_processes_hash_alike(app_engine, ring, clock, make_tenant, switch_journeys, owner):
    tenant_id = await make_tenant()
    await switch_journeys(tenant_id)
    one, two = Journeys(app_engine, ring, clock), Journeys(app_engine, ring, clock)
    assert (await one.keys(tenant_id)).current == (await two.keys(tenant_id)).current
    assert len(await secrets_of(owner, ring, tenant_id)) == 1
