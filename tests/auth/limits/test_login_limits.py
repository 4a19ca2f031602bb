"""Nobody can be locked out of logging in by others, and no crowd gets more guesses than the limit (red team A4, A5)."""

import asyncio
import dataclasses
import ipaddress
from uuid import uuid4

import pytest

from impl.auth import assembly
from impl.auth.passwords import Passwords
from tests.auth.conftest import CountingHasher
from tests.auth.server import application, client, parts


@pytest.fixture
def hasher():
    return CountingHasher()


@pytest.fixture
def make_auth(app_engine, database, ring, clock, hasher):
    """Authentication of one process whose clock stands still."""

    def make(**changes):
        usual = parts(app_engine, database, ring, clock)
        return assembly.build(dataclasses.replace(usual, **({"passwords": Passwords(hasher)} | changes)))

    return make


def credentials(member, **changes):
    return {"email": member.email, "password": member.password, "tenant_id": str(member.tenant_id)} | changes


async def log_in(app, member, address, headers=None, **changes):
    async with client(app, address) as web:
        return await web.post("/api/auth/login", json=credentials(member, **changes), headers=headers or {})


async def status(app, member, address, **changes):
    return (await log_in(app, member, address, **changes)).status_code


async def test_requests_without_a_token_lock_nobody_out(make_auth, make_member):
    app, member, address = application(make_auth()), await make_member(), "198.51.100.20"
    async with client(app, address) as web:
        statuses = [(await web.get("/api/auth/verify")).status_code for _ in range(31)]
    assert statuses == [401] * 30 + [429]
    assert await status(app, member, address) == 200


async def test_behind_a_trusted_proxy_every_client_is_counted_apart(make_auth, make_member):
    app = application(make_auth(trusted_proxies=[ipaddress.ip_network("10.0.0.0/8")]))
    member, proxy = await make_member(), "10.0.0.1"
    for n in range(30):
        wrong = {"email": f"nobody{n}@example.com"}
        reply = await log_in(app, member, proxy, {"X-Forwarded-For": "192.0.2.9, 198.51.100.21"}, **wrong)
        assert reply.status_code == 401
    assert (await log_in(app, member, proxy, {"X-Forwarded-For": "192.0.2.10, 198.51.100.21"})).status_code == 429
    assert (await log_in(app, member, proxy, {"X-Forwarded-For": "198.51.100.22"})).status_code == 200


async def test_of_a_hundred_logins_at_once_the_limit_is_hashed_and_no_more(make_auth, make_member, hasher):
    app, member = application(make_auth()), await make_member()
    async with client(app, "198.51.100.23") as web:
        bodies = [credentials(member, email=f"{uuid4().hex}@example.com") for _ in range(100)]
        replies = await asyncio.gather(*(web.post("/api/auth/login", json=body) for body in bodies))
    statuses = [reply.status_code for reply in replies]
    assert {one: statuses.count(one) for one in statuses} == {401: 30, 429: 70}
    assert hasher.verified == 30


async def test_a_right_password_is_no_failure_of_its_address(make_auth, make_member):
    app, members = application(make_auth()), [await make_member() for _ in range(5)]
    statuses = [await status(app, member, "198.51.100.24") for member in members for _ in range(8)]
    assert statuses == [200] * 40


async def test_who_has_no_role_here_has_not_failed_either(make_auth, make_member, make_tenant):
    app, tenant_id = application(make_auth(failures_per_minute=2)), str(await make_tenant())
    for _ in range(4):
        assert await status(app, await make_member(), "198.51.100.25", tenant_id=tenant_id) == 403


async def test_ten_wrong_guesses_elsewhere_do_not_lock_the_owner_out(make_auth, make_member):
    app, member = application(make_auth()), await make_member()
    guesses = [await status(app, member, "192.0.2.1", password="guess") for _ in range(11)]
    assert guesses == [401] * 10 + [429]
    assert await status(app, member, "192.0.2.77", password="guess") == 429  # the same network
    assert await status(app, member, "198.51.100.26") == 200


async def test_strangers_from_many_networks_are_held_together_and_the_owner_gets_in_from_where_they_log_in(
    make_auth, make_member
):
    app, member = application(make_auth(logins_per_identifier=5)), await make_member()
    assert await status(app, member, "198.51.100.27") == 200
    guesses = [await status(app, member, f"10.{n}.0.1", password="guess") for n in range(8)]
    assert guesses == [401] * 4 + [429] * 4
    assert await status(app, member, "198.51.100.99") == 200  # the network of the first login
    assert await status(app, member, "192.0.2.5") == 429
    assert await status(app, member, "198.51.100.99", tenant_id="not a tenant") == 429


async def test_a_network_is_forgotten_after_thirty_days_and_no_address_is_stored(make_auth, make_member, clock, owner):
    app, member = application(make_auth(logins_per_identifier=1)), await make_member()
    first = make_auth()
    assert await status(application(first), member, "198.51.100.28") == 200
    (row,) = await owner.fetch("SELECT * FROM login_networks WHERE tenant_id = $1", member.tenant_id)
    assert len(row["network_hash"]) == 32
    assert await status(app, member, "198.51.100.28") == 200
    await owner.execute("UPDATE login_networks SET last_login_at = $1 WHERE tenant_id = $2",
                        clock.now().replace(year=2025), member.tenant_id)  # fmt: skip
    assert await status(app, member, "198.51.100.28") == 429


async def test_too_many_logins_at_once_are_asked_to_come_back(make_auth, make_member, hasher):
    app, member = application(make_auth(passwords=Passwords(hasher, parallel=1, waiting=0))), await make_member()
    replies = await asyncio.gather(*(log_in(app, member, f"10.{n}.0.1") for n in range(10)))
    refused = [reply for reply in replies if reply.status_code == 503]
    assert refused
    assert {reply.status_code for reply in replies} == {200, 503}
    assert all(int(reply.headers["Retry-After"]) >= 1 for reply in refused)


async def test_a_page_with_an_expired_token_can_still_renew_it(make_auth, make_member):
    app, member, address = application(make_auth()), await make_member(), "198.51.100.29"
    async with client(app, address) as web:
        session = (await web.post("/api/auth/login", json=credentials(member))).json()
        for _ in range(40):
            await web.get("/api/auth/verify", headers={"Authorization": "Bearer expired"})
        token = session["refresh_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await web.post("/api/auth/refresh", json={"refresh_token": token}, headers=headers)).status_code == 200


async def test_a_flood_of_refresh_tokens_that_nobody_has_is_refused_before_any_look_up(
    make_auth, make_member, statements
):
    app, member = application(make_auth()), await make_member()
    junk = [f"{member.tenant_id}.{uuid4()}.{'x' * 64}" for _ in range(60)]
    async with client(app, "198.51.100.30") as web:
        statements.clear()
        statuses = [
            (
                await web.post(
                    "/api/auth/refresh", json={"refresh_token": one}, headers={"Authorization": f"Bearer {one}"}
                )
            )
            for one in junk
        ]
    assert [reply.status_code for reply in statuses] == [401] * 30 + [429] * 30
    assert len(statements) == 30
