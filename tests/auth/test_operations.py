"""The auth contract over HTTP, as its callers see it."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from impl.auth import assembly
from impl.db import engine as engines
from tests.auth.server import application, client, parts

UNAUTHORIZED = {"title": "Authentication failed.", "detail": "Authentication failed.", "code": "AUTH_UNAUTHORIZED"}


@pytest.fixture
async def auth(app_engine, database, ring, clock):
    """One process, running; its clock stands still, so that no test runs into the next window of a limit."""
    made = assembly.build(parts(app_engine, database, ring, clock))
    async with made.running():
        yield made


@pytest.fixture
async def web(auth):
    async with client(application(auth)) as made:
        yield made


def headers(token=None):
    sent = {"X-Correlation-ID": str(uuid4())}
    return sent | ({"Authorization": f"Bearer {token}"} if token is not None else {})


async def log_in(web, member, **changes):
    body = {"email": member.email, "password": member.password, "tenant_id": str(member.tenant_id)} | changes
    return await web.post("/api/auth/login", json=body, headers=headers())


async def refresh(web, token, **body):
    content = {"refresh_token": token} | body
    return await web.post("/api/auth/refresh", json=content, headers=headers(token))


def verify(web, token):
    return web.get("/api/auth/verify", headers=headers(token))


def is_the_one_401(answer):
    problem = answer.json()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]
    assert {name: problem[name] for name in UNAUTHORIZED} == UNAUTHORIZED
    return True


class TestLogin:
    async def test_a_member_gets_both_tokens_and_is_told_who_they_are(self, web, make_member):
        member = await make_member()
        answer = await log_in(web, member)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-RateLimit-Limit"] == "10"
        assert answer.headers["X-RateLimit-Remaining"] == "9"
        body = answer.json()
        assert body["user"] == {
            "id": str(member.user_id),
            "email": member.email,
            "username": member.email.partition("@")[0],
        }
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
        assert (await verify(web, body["access_token"])).status_code == 200

    async def test_wrong_password_and_unknown_address_get_the_same_answer(self, web, make_member):
        member = await make_member()
        answers = [
            await log_in(web, member, password="wrong password"),
            await log_in(web, member, email="nobody@example.com"),
        ]
        for answer in answers:
            problem = answer.json()
            assert answer.status_code == 401
            assert {name: problem[name] for name in UNAUTHORIZED} == UNAUTHORIZED
        assert set(answers[0].headers) == set(answers[1].headers)
        assert set(answers[0].json()) == set(answers[1].json())

    async def test_no_role_in_the_tenant_is_403(self, web, make_member, make_tenant):
        answer = await log_in(web, await make_member(), tenant_id=str(await make_tenant()))
        assert (answer.status_code, answer.json()["code"]) == (403, "AUTH_FORBIDDEN")

    async def test_the_eleventh_attempt_of_a_minute_is_429_even_with_the_right_password(self, web, make_member):
        member = await make_member()
        answers = await asyncio.gather(*(log_in(web, member, password="wrong password") for _ in range(10)))
        assert {answer.status_code for answer in answers} == {401}
        refused = await log_in(web, member)
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["X-RateLimit-Remaining"] == "0"

    async def test_an_address_that_fails_too_often_is_refused_before_the_password_is_looked_at(self, auth, make_member):
        member = await make_member()
        async with client(application(auth), "198.51.100.9") as web:
            for n in range(30):
                await log_in(web, member, email=f"nobody{n}@example.com")
            assert (await log_in(web, member)).status_code == 429
        async with client(application(auth), "198.51.100.10") as elsewhere:
            assert (await log_in(elsewhere, member)).status_code == 200

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"null", b'{"email": "a@example.com"}', b"\xff", b"[" * 100_000,
                 b'{"email": "a@example.com", "password": "12345678", "tenant_id": "1"}']
    )  # fmt: skip
    async def test_a_body_that_is_no_login_is_400(self, web, body):
        answer = await web.post(
            "/api/auth/login", content=body, headers=headers() | {"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "REQUEST_VALIDATION_FAILED")

    @pytest.mark.promise("P039")
    async def test_the_correlation_id_is_optional_echoed_and_a_malformed_one_is_400(self, web, make_member):
        member = await make_member()
        body = {"email": member.email, "password": member.password, "tenant_id": str(member.tenant_id)}
        without = await web.post("/api/auth/login", json=body)
        assert without.status_code == 200
        assert UUID(without.headers["X-Correlation-ID"])
        sent = headers()
        reply = await web.post("/api/auth/login", json=body, headers=sent)
        assert reply.headers["X-Correlation-ID"] == sent["X-Correlation-ID"]
        malformed = await web.post("/api/auth/login", json=body, headers={"X-Correlation-ID": "not-a-uuid"})
        assert (malformed.status_code, malformed.json()["errors"][0]["pointer"]) == (400, "/header/X-Correlation-ID")
        assert UUID(malformed.headers["X-Correlation-ID"]) == UUID(malformed.json()["correlation_id"])

    async def test_a_short_wrong_password_is_a_wrong_password(self, web, make_member):
        member = await make_member()
        body = {"email": member.email, "password": "x", "tenant_id": str(member.tenant_id)}
        assert (await web.post("/api/auth/login", json=body)).status_code == 401
        assert (await web.post("/api/auth/login", json=body | {"password": ""})).status_code == 400


class TestRefresh:
    async def test_a_token_is_good_once_and_its_second_use_ends_the_session(self, web, make_member):
        first = (await log_in(web, await make_member())).json()
        second = await refresh(web, first["refresh_token"])
        assert second.status_code == 200
        assert second.headers["Cache-Control"] == "no-store"
        assert set(second.json()) == {"access_token", "refresh_token", "token_type", "expires_in"}
        third = await refresh(web, second.json()["refresh_token"])
        assert third.status_code == 200
        # Its successor has been used, so this is nobody who missed a reply.
        assert is_the_one_401(await refresh(web, first["refresh_token"]))
        assert is_the_one_401(await refresh(web, third.json()["refresh_token"]))
        assert is_the_one_401(await until_401(web, third.json()["access_token"]))

    async def test_the_token_in_the_body_and_the_tenant_must_be_those_of_the_bearer(self, web, make_member):
        session, other = (
            (await log_in(web, await make_member())).json(),
            (await log_in(web, await make_member())).json(),
        )
        token = session["refresh_token"]
        assert is_the_one_401(await refresh(web, token, refresh_token=other["refresh_token"]))
        assert is_the_one_401(await refresh(web, token, tenant_id=other["refresh_token"][:36]))
        assert (await refresh(web, token, tenant_id=token[:36])).status_code == 200

    @pytest.mark.parametrize("token", ["x", "a.b.c", f"{uuid4()}.{uuid4()}.{'a' * 64}"])
    async def test_what_is_no_token_is_the_one_401_before_the_body_is_looked_at(self, web, token):
        assert is_the_one_401(await refresh(web, token))
        answer = await web.post(
            "/api/auth/refresh", content=b"{", headers=headers(token) | {"Content-Type": "application/json"}
        )
        assert is_the_one_401(answer)

    async def test_an_access_token_does_not_refresh(self, web, make_member):
        session = (await log_in(web, await make_member())).json()
        assert is_the_one_401(await refresh(web, session["access_token"]))


async def until_401(web, token):
    async with asyncio.timeout(60):
        while (answer := await verify(web, token)).status_code != 401:
            await asyncio.sleep(0.01)
    return answer


class TestLogoutAndVerify:
    async def test_verify_tells_what_the_token_stands_for(self, web, make_member):
        member = await make_member()
        session = (await log_in(web, member)).json()
        body = (await verify(web, session["access_token"])).json()
        assert (body["valid"], body["user_id"], body["tenant_id"]) == (True, str(member.user_id), str(member.tenant_id))
        assert body["expires_at"].endswith("Z")

    @pytest.mark.promise("P027", "Q12")
    async def test_after_logout_both_tokens_are_worthless(self, web, make_member):
        session = (await log_in(web, await make_member())).json()
        answer = await web.post("/api/auth/logout", headers=headers(session["access_token"]))
        assert (answer.status_code, answer.json()["success"]) == (200, True)
        assert is_the_one_401(await until_401(web, session["access_token"]))
        assert is_the_one_401(await refresh(web, session["refresh_token"]))

    @pytest.mark.promise("P027")
    @pytest.mark.parametrize(
        "authorization", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer x", "bearer a.b.c", "Bearer \xff\xfe"]
    )
    async def test_whatever_is_no_good_token_gets_the_one_401(self, web, authorization):
        sent = {"X-Correlation-ID": str(uuid4())}
        if authorization is not None:
            sent["Authorization"] = authorization.encode("latin-1")
        assert is_the_one_401(await web.get("/api/auth/verify", headers=sent))

    async def test_after_thirty_failures_a_minute_the_next_is_429_and_a_good_token_still_passes(
        self, auth, make_member
    ):
        member = await make_member()
        async with client(application(auth), "198.51.100.11") as web:
            session = (await log_in(web, member)).json()
            statuses = [(await verify(web, "bad")).status_code for _ in range(31)]
            assert statuses == [401] * 30 + [429]
            assert (await verify(web, session["access_token"])).status_code == 200

    async def test_every_answer_shows_the_tenants_limit(self, web, make_member):
        session = (await log_in(web, await make_member())).json()
        answer = await verify(web, session["access_token"])
        assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("100", "99")
        assert int(answer.headers["X-RateLimit-Reset"]) > 0


async def test_without_the_database_people_are_asked_to_come_back(database, ring, make_member):
    away = engines.create(database.url("app_user").set(port=1), pool_timeout_seconds=1)
    member = await make_member()
    async with client(application(assembly.build(parts(away, database, ring)))) as web:
        answer = await log_in(web, member)
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert int(answer.headers["Retry-After"]) >= 1
        assert "port" not in json.dumps(answer.json())
    await away.dispose()
