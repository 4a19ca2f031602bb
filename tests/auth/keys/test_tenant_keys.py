import asyncio
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import text

from impl.auth.fair_queue import QueueFullError
from impl.auth.keys import tenant_keys
from impl.auth.keys.tenant_keys import Purpose, TenantKeys
from impl.db.transaction import tenant_transaction


@pytest.fixture
def keys(app_engine, clock):
    return TenantKeys(app_engine, clock)


@pytest.fixture
def make_key(app_engine, make_tenant):
    async def make(purpose="header", **columns):
        key, tenant_id = tenant_keys.new(), await make_tenant()
        values = {"tenant": tenant_id, "purpose": purpose, "hash": tenant_keys.hash_of(key)}
        names = "".join(f", {name}" for name in columns)
        marks = "".join(f", :{name}" for name in columns)
        statement = f"INSERT INTO tenant_api_keys (tenant_id, purpose, key_hash{names}) VALUES (:tenant, :purpose, :hash{marks})"
        async with tenant_transaction(app_engine, tenant_id) as connection:
            await connection.execute(text(statement), values | columns)
        return key, tenant_id

    return make


async def test_a_key_leads_to_its_tenant_and_its_limit(keys, make_key):
    key, tenant_id = await make_key()
    found = await keys.resolve(key, Purpose.HEADER)
    assert (found.tenant_id, found.rate_per_minute) == (tenant_id, 1000)
    assert found.key_hash == tenant_keys.hash_of(key)


async def test_a_key_is_good_for_its_purpose_only(keys, make_key):
    header, _ = await make_key("header")
    url, _ = await make_key("url")
    assert await keys.resolve(header, Purpose.URL) is None
    assert await keys.resolve(url, Purpose.HEADER) is None
    assert await keys.resolve(url, Purpose.URL)


@pytest.mark.parametrize("key", ["", "sk_", "sk_" + "x" * 43, "é" * 20, "\ud800", "a" * 100_000, "' OR 1=1 --"])
async def test_what_is_no_key_leads_nowhere(keys, key):
    assert await keys.resolve(key, Purpose.HEADER) is None


async def test_a_key_that_was_taken_back_or_has_ended_leads_nowhere(keys, make_key, clock):
    past = clock.now() - timedelta(minutes=1)
    revoked, _ = await make_key(revoked_at=past)
    ended, _ = await make_key(valid_until=past)
    assert await keys.resolve(revoked, Purpose.HEADER) is None
    assert await keys.resolve(ended, Purpose.HEADER) is None


async def test_a_known_key_costs_no_read_for_a_minute(keys, make_key, statements, clock):
    key, _ = await make_key()
    await keys.resolve(key, Purpose.HEADER)
    statements.clear()
    clock.advance(59)
    assert await keys.resolve(key, Purpose.HEADER)
    assert statements == []
    clock.advance(1)
    await keys.resolve(key, Purpose.HEADER)
    assert len(statements) == 1


async def test_a_key_that_is_taken_back_ends_within_a_minute_and_here_at_once(keys, make_key, owner, clock):
    key, tenant_id = await make_key()
    await keys.resolve(key, Purpose.HEADER)
    await owner.execute("UPDATE tenant_api_keys SET revoked_at = now() WHERE tenant_id = $1", tenant_id)
    clock.advance(60)
    assert await keys.resolve(key, Purpose.HEADER) is None
    other, tenant_id = await make_key()
    await keys.resolve(other, Purpose.HEADER)
    await owner.execute("UPDATE tenant_api_keys SET revoked_at = now() WHERE tenant_id = $1", tenant_id)
    keys.forget(tenant_keys.hash_of(other))
    assert await keys.resolve(other, Purpose.HEADER) is None


async def test_unknown_keys_push_out_no_known_one(keys):
    for _ in range(20):
        await keys.resolve(secrets.token_urlsafe(32), Purpose.HEADER)
    assert len(keys._known) == 0


async def test_an_unknown_key_costs_one_read_in_five_seconds(keys, statements, clock):
    stranger = secrets.token_urlsafe(32)
    for _ in range(20):
        assert await keys.resolve(stranger, Purpose.HEADER) is None
    assert len(statements) == 1
    clock.advance(5)
    await keys.resolve(stranger, Purpose.HEADER)
    assert len(statements) == 2


async def test_strangers_take_four_connections_at_most_and_the_next_ones_are_asked_to_come_back(keys):
    """1,500 connections with unknown keys had the whole pool (red team A5, A8)."""
    strangers = [keys.resolve(secrets.token_urlsafe(32), Purpose.HEADER, subject=f"{n}") for n in range(400)]
    replies = await asyncio.gather(*strangers, return_exceptions=True)
    refused = [reply for reply in replies if isinstance(reply, QueueFullError)]
    assert len(refused) == 400 - 4 - 256
    assert all(reply is None for reply in replies if reply not in refused)


async def test_a_burst_with_one_key_is_one_look_up_also_when_the_first_sender_hangs_up(keys, make_key, statements):
    key, tenant_id = await make_key()
    statements.clear()
    burst = [asyncio.create_task(keys.resolve(key, Purpose.HEADER)) for _ in range(400)]
    await asyncio.sleep(0)
    burst[0].cancel()
    replies = await asyncio.gather(*burst, return_exceptions=True)
    assert {reply.tenant_id for reply in replies[1:]} == {tenant_id}
    assert len(statements) == 1


async def test_a_key_that_was_valid_lately_is_no_stranger_also_when_it_must_be_read_again(keys, make_key, clock, owner):
    key, tenant_id = await make_key()
    assert not keys.is_vouched(key, Purpose.HEADER)
    await keys.resolve(key, Purpose.HEADER)
    clock.advance(3600)
    assert keys.is_vouched(key, Purpose.HEADER)
    assert not keys.is_vouched(key, Purpose.URL)
    await owner.execute("UPDATE tenant_api_keys SET revoked_at = now() WHERE tenant_id = $1", tenant_id)
    assert await keys.resolve(key, Purpose.HEADER) is None
    assert not keys.is_vouched(key, Purpose.HEADER)


def test_a_new_key_is_random_and_recognisable():
    made = {tenant_keys.new() for _ in range(50)}
    assert len(made) == 50
    assert all(key.startswith("skt_") and len(key) == 47 for key in made)
