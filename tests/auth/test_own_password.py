"""A stolen password can be taken back by the person it was stolen from (red team A11)."""

import asyncio
from uuid import uuid4

import pytest

from impl.auth import assembly
from tests.auth.server import application, client, parts

NEW = "a better horse"


@pytest.fixture
async def web(app_engine, database, ring, clock):
    auth = assembly.build(parts(app_engine, database, ring, clock))
    async with auth.running(), client(application(auth)) as made:
        yield made


async def log_in(web, member, password=None):
    body = {"email": member.email, "password": password or member.password, "tenant_id": str(member.tenant_id)}
    return await web.post("/api/auth/login", json=body)


def bearer(token, **more):
    return {"Authorization": f"Bearer {token}", **more}


async def change(web, token, current, new=NEW, **headers):
    body = {"current_password": current, "new_password": new}
    return await web.post("/api/auth/password", json=body, headers=bearer(token, **headers))


async def is_over(web, session):
    """The access token is refused within seconds, the refresh token at once."""
    token = session["refresh_token"]
    refreshed = await web.post("/api/auth/refresh", json={"refresh_token": token}, headers=bearer(token))
    async with asyncio.timeout(60):
        while (await web.get("/api/auth/verify", headers=bearer(session["access_token"]))).status_code != 401:
            await asyncio.sleep(0.01)
    return refreshed.status_code == 401


async def test_a_new_password_ends_every_session_of_the_person_in_every_tenant(
    web, make_member, make_tenant, ops_engine, owner, clock
):
    member = await make_member("admin")
    elsewhere = await make_tenant()
    await owner.execute("SELECT ops.set_membership($1, $2, 'viewer')", elsewhere, member.user_id)
    thief, own = (await log_in(web, member)).json(), (await log_in(web, member)).json()
    body = {"email": member.email, "password": member.password, "tenant_id": str(elsewhere)}
    other = (await web.post("/api/auth/login", json=body)).json()
    bystander = await make_member(tenant_id=member.tenant_id)
    stays = (await log_in(web, bystander)).json()

    reply = await change(web, own["access_token"], member.password)
    assert reply.status_code == 200
    assert reply.json()["user_id"] == str(member.user_id)
    for session in (thief, own, other):
        assert await is_over(web, session)
    assert (await web.get("/api/auth/verify", headers=bearer(stays["access_token"]))).status_code == 200
    assert (await log_in(web, member)).status_code == 401
    clock.advance(1)
    assert (await log_in(web, member, NEW)).status_code == 200
    rows = await owner.fetch(
        "SELECT tenant_id, actor, action FROM access_audit WHERE user_id = $1 AND action = 'password_changed'",
        member.user_id,
    )
    assert {row["tenant_id"] for row in rows} == {member.tenant_id, elsewhere}
    assert {row["actor"] for row in rows} == {str(member.user_id)}


async def test_a_wrong_current_password_changes_nothing_and_can_be_guessed_ten_times_a_minute(web, make_member):
    member = await make_member()
    session = (await log_in(web, member)).json()
    replies = [await change(web, session["access_token"], "a guess") for _ in range(11)]
    assert [reply.status_code for reply in replies] == [400] * 10 + [429]
    assert (replies[0].json()["code"], replies[0].json()["detail"]) == (
        "VALIDATION_ERROR",
        "The current password is wrong.",
    )
    assert (await web.get("/api/auth/verify", headers=bearer(session["access_token"]))).status_code == 200
    assert (await log_in(web, member)).status_code == 200


@pytest.mark.parametrize("new", ["short", "", "x" * 1025])
async def test_a_new_password_has_eight_to_1024_characters(web, make_member, new):
    member = await make_member()
    session = (await log_in(web, member)).json()
    reply = await change(web, session["access_token"], member.password, new)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (400, "/body/new_password")


async def test_a_repetition_with_the_same_key_is_answered_again(web, make_member, clock):
    member = await make_member()
    session, key = (await log_in(web, member)).json(), str(uuid4())
    first = await change(web, session["access_token"], member.password, **{"X-Idempotency-Key": key})
    clock.advance(1)
    again = (await log_in(web, member, NEW)).json()
    second = await change(web, again["access_token"], member.password, **{"X-Idempotency-Key": key})
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.json()["tokens_invalid_before"] == first.json()["tokens_invalid_before"]


async def test_of_two_changes_at_once_one_is_made(web, make_member):
    member = await make_member()
    session = (await log_in(web, member)).json()
    replies = await asyncio.gather(
        *(change(web, session["access_token"], member.password, f"new password {n}") for n in range(2))
    )
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses in ([200, 400], [200, 401])
