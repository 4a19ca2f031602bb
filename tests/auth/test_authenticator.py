import asyncio
from uuid import uuid4

import pytest

from generated.server import Call, Operation, ProblemError, RawRequest
from impl.app import error_map
from impl.auth import assembly, sessions
from impl.auth.errors import KeysUnavailableError
from impl.auth.keys import signing_keys, tenant_keys
from impl.auth.roles import Role
from impl.auth.tokens import access_tokens, refresh_tokens
from impl.db import engine as engines
from impl.db import outage
from impl.kernel.clock import SystemClock
from impl.telemetry import correlation
from tests.auth.conftest import TOKEN_AUDIENCE
from tests.auth.server import parts

REQUEST = RawRequest(client_host="203.0.113.7", body=b"{}")
OPERATION = Operation(id="verifyToken", method="GET", path="/x", handler="x", replies=frozenset(), origin="auth.yaml:1")


@pytest.fixture
async def auth(app_engine, database, ring, clock):
    """One process, running, that shares its signing keys and its clock with `dependencies`."""
    made = assembly.build(parts(app_engine, database, ring, clock))
    async with made.running():
        yield made


@pytest.fixture
def call():
    def call(principal, body=b"", host="203.0.113.7"):
        return Call(OPERATION, RawRequest(body=body, client_host=host), principal, uuid4())

    return call


class TestAccessBearer:
    async def test_a_good_token_grants_its_scopes(self, auth, make_member, log_in):
        member = await make_member("manager")
        session = await log_in(member)
        grant = await auth.authenticator.access_bearer_auth(session.access_token, REQUEST)
        assert grant.scopes == {"viewer", "manager"}
        assert (grant.principal.tenant_id, grant.principal.user_id) == (member.tenant_id, member.user_id)

    @pytest.mark.promise("P028")
    async def test_the_tenant_of_the_token_is_on_every_later_log_line(self, auth, make_member, log_in):
        session = await log_in(await make_member())
        grant = await auth.authenticator.access_bearer_auth(session.access_token, REQUEST)
        assert correlation.fields()["tenant_id"] == str(grant.principal.tenant_id)
        correlation.clear()

    async def test_a_token_of_a_key_that_is_not_ours_is_nobodys(self, auth, make_member, ring):
        member = await make_member()
        foreign = signing_keys.generate(SystemClock().now())
        token = access_tokens.issue(
            member.tenant_id, member.user_id, Role.ADMIN, family_id=uuid4(), now=SystemClock().now()
        )
        signed = access_tokens.sign(token, kid=foreign.kid, key=foreign.private, token_audience=TOKEN_AUDIENCE)
        assert await auth.authenticator.access_bearer_auth(signed, REQUEST) is None
        known = await auth.keys.signer()
        signed = access_tokens.sign(token, kid=known.kid, key=foreign.private, token_audience=TOKEN_AUDIENCE)
        assert await auth.authenticator.access_bearer_auth(signed, REQUEST) is None

    async def test_after_logout_the_token_is_nobodys(self, auth, make_member, log_in):
        session = await log_in(await make_member())
        grant = await auth.authenticator.access_bearer_auth(session.access_token, REQUEST)
        await sessions.logout(auth.login.engine, SystemClock(), grant.principal)
        async with asyncio.timeout(60):
            while await auth.authenticator.access_bearer_auth(session.access_token, REQUEST) is not None:
                await asyncio.sleep(0.01)

    @pytest.mark.promise("Q13")
    async def test_a_warm_process_asks_the_database_nothing(self, auth, make_member, log_in, statements):
        session = await log_in(await make_member())
        while not auth.listener._revocations.is_synchronised:
            await asyncio.sleep(0.01)
        await auth.authenticator.access_bearer_auth(session.access_token, REQUEST)
        statements.clear()
        for _ in range(50):
            assert await auth.authenticator.access_bearer_auth(session.access_token, REQUEST)
        assert statements == []

    async def test_a_token_that_cannot_be_checked_is_refused_with_503(self, database, ring):
        away = engines.create(database.url("app_user").set(port=1), pool_timeout_seconds=1)
        alone = assembly.build(parts(away, database, ring))
        token = access_tokens.issue(uuid4(), uuid4(), Role.ADMIN, family_id=uuid4(), now=SystemClock().now())
        key = signing_keys.generate(SystemClock().now())
        signed = access_tokens.sign(token, kid=key.kid, key=key.private, token_audience=TOKEN_AUDIENCE)
        for check in (
            alone.authenticator.access_bearer_auth(signed, REQUEST),
            alone.authenticator.refresh_bearer_auth(str(refresh_tokens.new(uuid4())), REQUEST),
            alone.authenticator.tenant_key_auth("x", REQUEST),
        ):
            with pytest.raises((KeysUnavailableError, *outage.DATABASE_ERRORS)) as caught:
                await check
            problem = caught.value if isinstance(caught.value, ProblemError) else error_map.unavailable(caught.value)
            assert problem is not None
            assert problem.status == 503
        await away.dispose()


class TestOtherSchemes:
    async def test_a_refresh_token_leads_to_its_holder_and_junk_to_nobody(self, auth, make_member, log_in):
        member = await make_member()
        session = await log_in(member)
        grant = await auth.authenticator.refresh_bearer_auth(str(session.refresh_token), REQUEST)
        assert grant.principal.user_id == member.user_id
        for junk in ("", "x", session.access_token, str(session.refresh_token)[:-1]):
            assert await auth.authenticator.refresh_bearer_auth(junk, REQUEST) is None

    async def test_a_refresh_token_opens_nothing_else(self, auth, make_member, log_in):
        session = await log_in(await make_member())
        assert await auth.authenticator.access_bearer_auth(str(session.refresh_token), REQUEST) is None
        assert await auth.authenticator.tenant_key_auth(str(session.refresh_token), REQUEST) is None

    async def test_header_and_url_keys_are_not_exchangeable(self, auth, make_tenant, owner):
        header, url, tenant_id = tenant_keys.new(), tenant_keys.new(), await make_tenant()
        for key, purpose in ((header, "header"), (url, "url")):
            await owner.execute(
                "INSERT INTO tenant_api_keys (tenant_id, purpose, key_hash) VALUES ($1, $2, $3)",
                tenant_id, purpose, tenant_keys.hash_of(key),
            )  # fmt: skip
        assert (await auth.authenticator.tenant_key_auth(header, REQUEST)).principal.tenant_id == tenant_id
        assert (await auth.authenticator.tenant_url_key_auth(url, REQUEST)).principal.tenant_id == tenant_id
        assert await auth.authenticator.tenant_key_auth(url, REQUEST) is None
        assert await auth.authenticator.tenant_url_key_auth(header, REQUEST) is None


def token_of(tenant_id, user_id=None):
    return access_tokens.issue(tenant_id, user_id or uuid4(), Role.VIEWER, family_id=uuid4(), now=SystemClock().now())


@pytest.fixture
def limiter(app_engine, database, ring, clock):
    """The limiter of a process whose clock stands still, so that no test runs into the next window."""
    return assembly.build(parts(app_engine, database, ring, clock)).limiter


@pytest.mark.promise("Q21")
class TestLimiter:
    async def test_people_of_one_tenant_share_a_hundred_requests_a_minute(self, limiter, call, make_tenant):
        tenant_id = await make_tenant()
        answers = [await limiter.take("api", call(token_of(tenant_id))) for _ in range(101)]
        assert [answer.is_refused for answer in answers] == [False] * 100 + [True]
        assert answers[0].limit == 100
        assert not (await limiter.take("api", call(token_of(await make_tenant())))).is_refused

    async def test_the_limit_of_a_tenant_can_be_raised(self, limiter, call, make_tenant, owner):
        tenant_id = await make_tenant()
        await owner.execute("UPDATE tenants SET api_rate_per_minute = 250 WHERE id = $1", tenant_id)
        assert (await limiter.take("api", call(token_of(tenant_id)))).limit == 250

    async def test_a_tenant_key_has_a_thousand_a_minute(self, limiter, call):
        key = tenant_keys.TenantKey(tenant_id=uuid4(), key_hash=uuid4().bytes * 2, rate_per_minute=1000)
        answers = [await limiter.take("webhook", call(key)) for _ in range(1001)]
        assert [answer.is_refused for answer in answers] == [False] * 1000 + [True]

    async def test_a_login_is_counted_per_address_in_any_case_before_any_hashing(self, limiter, call):
        name = uuid4().hex
        bodies = [
            b'{"email": "%s@Example.com", "password": "x"}' % name.encode(),
            b'{"email":"%s@example.com"}' % name.encode(),
        ]
        answers = [await limiter.take("login", call(None, bodies[n % 2])) for n in range(11)]
        assert [answer.is_refused for answer in answers] == [False] * 10 + [True]
        assert not (await limiter.take("login", call(None, b'{"email": "other@example.com"}'))).is_refused

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"email": 1}', b"\xff", b"[" * 200_000, b'"x"', b"null"])
    async def test_a_login_without_an_address_counts_against_the_caller(self, limiter, call, body):
        host = f"198.51.100.{len(body) % 250}"
        answers = [await limiter.take("login", call(None, body, host)) for _ in range(31)]
        assert [answer.is_refused for answer in answers] == [False] * 30 + [True]

    async def test_the_thirty_first_failure_of_an_address_is_refused(self, limiter):
        host = "198.51.100.251"
        for _ in range(30):
            assert not (await limiter.take_unauthenticated(RawRequest(client_host=host))).is_refused
        assert (await limiter.take_unauthenticated(RawRequest(client_host=host))).is_refused

    async def test_errors_are_counted_per_person(self, limiter, call, make_tenant):
        tenant_id, user_id = await make_tenant(), uuid4()
        answers = [await limiter.take("errors", call(token_of(tenant_id, user_id))) for _ in range(21)]
        assert [answer.is_refused for answer in answers] == [False] * 20 + [True]
        assert not (await limiter.take("errors", call(token_of(tenant_id)))).is_refused

    async def test_a_class_that_counts_nobody_is_a_mistake_of_ours(self, limiter, call):
        with pytest.raises(AssertionError, match="verifyToken has the rate class 'api'"):
            await limiter.take("api", call(None))

    async def test_without_the_database_a_process_counts_alone(self, database, ring, call, clock):
        away = engines.create(database.url("app_user").set(port=1), pool_timeout_seconds=1)
        alone, tenant_id = assembly.build(parts(away, database, ring, clock)), uuid4()
        answers = [await alone.limiter.take("api", call(token_of(tenant_id))) for _ in range(110)]
        assert [answer.is_refused for answer in answers] == [False] * 100 + [True] * 10
        await away.dispose()
