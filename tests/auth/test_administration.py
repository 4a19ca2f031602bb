"""What admins do, over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from impl.auth import assembly
from impl.auth.keys import tenant_keys
from impl.auth.keys.tenant_keys import Purpose
from impl.db.sealing import Place, Sealed
from tests.auth.server import application, client, parts

ADMIN = "/api/auth/admin"


@pytest.fixture
async def auth(app_engine, database, ring):
    made = assembly.build(parts(app_engine, database, ring))
    async with made.running():
        yield made


@pytest.fixture
def forgotten():
    return []


@pytest.fixture
async def web(auth, forgotten):
    async with client(application(auth, forget_secret=lambda *changed: forgotten.append(changed))) as made:
        yield made


class Person:
    """A member who is logged in."""

    def __init__(self, web, member, tokens):
        self.web, self.member, self.tokens = web, member, tokens

    def ask(self, method, path, body=None, **headers):
        sent = {"X-Correlation-ID": str(uuid4()), "Authorization": f"Bearer {self.tokens['access_token']}"}
        content = {} if body is None else {"json": body}
        return self.web.request(method, path, headers=sent | headers, **content)

    async def status(self):
        return (await self.ask("GET", "/api/auth/verify")).status_code

    async def refreshed(self):
        token = self.tokens["refresh_token"]
        sent = {"X-Correlation-ID": str(uuid4()), "Authorization": f"Bearer {token}"}
        return (await self.web.post("/api/auth/refresh", json={"refresh_token": token}, headers=sent)).status_code

    async def until_refused(self):
        async with asyncio.timeout(60):
            while await self.status() != 401:
                await asyncio.sleep(0.01)


@pytest.fixture
def log_in(web, make_member):
    async def log_in(role="viewer", tenant_id=None):
        member = await make_member(role, tenant_id=tenant_id)
        return await again(member)

    async def again(member):
        body = {"email": member.email, "password": member.password, "tenant_id": str(member.tenant_id)}
        answer = await web.post("/api/auth/login", json=body, headers={"X-Correlation-ID": str(uuid4())})
        return Person(web, member, answer.json())

    log_in.again = again
    return log_in


def key():
    return {"X-Idempotency-Key": str(uuid4())}


OPERATIONS = [
    ("POST", f"{ADMIN}/token-cutoff", {"user_id": str(uuid4())}),
    ("GET", f"{ADMIN}/rbac-check", None),
    ("POST", f"{ADMIN}/membership-role", {"user_id": str(uuid4()), "role": "viewer"}),
    ("POST", f"{ADMIN}/tenant-keys", {}),
    ("PUT", f"{ADMIN}/webhook-secrets/stripe", {"secret": "12345678"}),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
async def test_only_admins_may(log_in, method, path, body):
    answer = await (await log_in("manager")).ask(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "AUTH_FORBIDDEN")


async def test_the_check_tells_an_admin_who_they_are(log_in):
    admin = await log_in("admin")
    body = (await admin.ask("GET", f"{ADMIN}/rbac-check")).json()
    assert (body["role"], body["user_id"]) == ("admin", str(admin.member.user_id))
    assert body["tenant_id"] == str(admin.member.tenant_id)


class TestCutoff:
    async def test_every_login_of_the_member_ends_and_a_new_one_counts(self, log_in):
        admin = await log_in("admin")
        person = await log_in(tenant_id=admin.member.tenant_id)
        await person.status()
        answer = await admin.ask("POST", f"{ADMIN}/token-cutoff", {"user_id": str(person.member.user_id)})
        assert answer.status_code == 200
        await person.until_refused()
        assert await person.refreshed() == 401
        assert await (await log_in.again(person.member)).status() == 200
        assert await admin.status() == 200

    async def test_a_moment_in_the_past_leaves_later_logins_and_never_moves_back(self, log_in):
        admin = await log_in("admin")
        person = await log_in(tenant_id=admin.member.tenant_id)
        past = datetime.now(UTC) - timedelta(hours=1)
        for moment in (past, past - timedelta(hours=1)):
            body = {"user_id": str(person.member.user_id), "tokens_invalid_before": moment.isoformat()}
            answer = await admin.ask("POST", f"{ADMIN}/token-cutoff", body)
            assert datetime.fromisoformat(answer.json()["tokens_invalid_before"]) == past
        assert await person.status() == 200

    async def test_the_future_is_refused_and_so_is_a_moment_without_a_zone(self, log_in):
        admin = await log_in("admin")
        for moment, code in (
            ((datetime.now(UTC) + timedelta(minutes=1)).isoformat(), "VALIDATION_ERROR"),
            ("2026-01-01T00:00:00", "REQUEST_VALIDATION_FAILED"),
        ):
            body = {"user_id": str(admin.member.user_id), "tokens_invalid_before": moment}
            answer = await admin.ask("POST", f"{ADMIN}/token-cutoff", body)
            assert (answer.status_code, answer.json()["code"]) == (400, code)

    async def test_somebody_of_another_tenant_is_404(self, log_in):
        admin, stranger = await log_in("admin"), await log_in()
        answer = await admin.ask("POST", f"{ADMIN}/token-cutoff", {"user_id": str(stranger.member.user_id)})
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert await stranger.status() == 200


class TestRole:
    async def test_the_role_changes_and_the_tokens_with_the_old_one_end(self, log_in):
        admin = await log_in("admin")
        person = await log_in(tenant_id=admin.member.tenant_id)
        await person.status()
        body = {"user_id": str(person.member.user_id), "role": "manager"}
        answer = (await admin.ask("POST", f"{ADMIN}/membership-role", body)).json()
        assert (answer["role"], answer["revoked_existing_tokens"]) == ("manager", True)
        await person.until_refused()
        assert await person.refreshed() == 401
        assert await (await log_in.again(person.member)).status() == 200

    async def test_the_last_admin_keeps_the_role_and_one_of_two_may_lose_it(self, log_in):
        first = await log_in("admin")
        body = {"user_id": str(first.member.user_id), "role": "viewer"}
        answer = await first.ask("POST", f"{ADMIN}/membership-role", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "STATE_CONFLICT")
        await log_in("admin", tenant_id=first.member.tenant_id)
        assert (await first.ask("POST", f"{ADMIN}/membership-role", body)).status_code == 200

    async def test_two_admins_who_demote_each_other_at_once_do_not_both_succeed(self, log_in):
        for _ in range(5):
            one = await log_in("admin")
            two = await log_in("admin", tenant_id=one.member.tenant_id)
            answers = await asyncio.gather(
                *(
                    who.ask("POST", f"{ADMIN}/membership-role", {"user_id": str(whom.member.user_id), "role": "viewer"})
                    for who, whom in ((one, two), (two, one))
                )
            )
            assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 409])

    async def test_somebody_of_another_tenant_is_404(self, log_in):
        admin, stranger = await log_in("admin"), await log_in()
        body = {"user_id": str(stranger.member.user_id), "role": "admin"}
        assert (await admin.ask("POST", f"{ADMIN}/membership-role", body)).status_code == 404


class TestTenantKey:
    async def rotate(self, admin, **body):
        answer = await admin.ask("POST", f"{ADMIN}/tenant-keys", body)
        assert answer.status_code == 201
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.json()

    async def test_two_keys_of_a_kind_are_good_at_once_and_the_third_ends_the_first(self, log_in, auth):
        admin = await log_in("admin")
        made = [await self.rotate(admin) for _ in range(3)]
        assert made[0]["previous_valid_until"] is None
        assert made[1]["previous_valid_until"] is not None
        found = [await auth.tenant_keys.resolve(one["tenant_key"], Purpose.HEADER) for one in made]
        assert [one is not None for one in found] == [False, True, True]
        assert found[2].tenant_id == admin.member.tenant_id

    async def test_a_key_in_use_ends_here_at_once_when_it_is_the_third(self, log_in, auth):
        admin = await log_in("admin")
        first = (await self.rotate(admin))["tenant_key"]
        await self.rotate(admin)
        assert await auth.tenant_keys.resolve(first, Purpose.HEADER)
        await self.rotate(admin)
        assert await auth.tenant_keys.resolve(first, Purpose.HEADER) is None

    async def test_a_key_in_use_ends_here_at_once_when_it_shall_not_stay_good(self, log_in, auth):
        """As after a leak: this process must not remember it for the usual minute."""
        admin = await log_in("admin")
        leaked = (await self.rotate(admin))["tenant_key"]
        assert await auth.tenant_keys.resolve(leaked, Purpose.HEADER)
        assert (await self.rotate(admin, previous_valid_seconds=0))["previous_valid_until"] is None
        assert await auth.tenant_keys.resolve(leaked, Purpose.HEADER) is None

    async def test_kinds_are_apart(self, log_in, auth):
        admin = await log_in("admin")
        header, url = await self.rotate(admin), await self.rotate(admin, purpose="url", previous_valid_seconds=0)
        assert url["previous_valid_until"] is None
        assert await auth.tenant_keys.resolve(header["tenant_key"], Purpose.HEADER)
        assert await auth.tenant_keys.resolve(url["tenant_key"], Purpose.URL)
        assert await auth.tenant_keys.resolve(url["tenant_key"], Purpose.HEADER) is None

    async def test_url_keys_of_a_processor_are_counted_apart(self, log_in, auth):
        admin = await log_in("admin")
        everywhere = await self.rotate(admin, purpose="url")
        shopify = [await self.rotate(admin, purpose="url", processor="shopify") for _ in range(3)]
        assert (everywhere["processor"], shopify[0]["processor"]) == (None, "shopify")
        assert [one["previous_valid_until"] is None for one in shopify] == [True, False, False]
        found = [await auth.tenant_keys.resolve(one["tenant_key"], Purpose.URL) for one in (everywhere, *shopify)]
        assert [key and key.processor for key in found] == [None, None, "shopify", "shopify"]
        assert [key is not None for key in found] == [True, False, True, True]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"processor": "shopify"}, "VALIDATION_ERROR"),
            ({"purpose": "url", "processor": "square"}, "REQUEST_VALIDATION_FAILED"),
        ],
    )
    async def test_a_header_key_and_an_unknown_processor_are_refused(self, log_in, body, code):
        answer = await (await log_in("admin")).ask("POST", f"{ADMIN}/tenant-keys", body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)

    async def test_the_database_keeps_the_hash_only_and_a_repetition_shows_nothing(self, log_in, owner):
        admin, once = await log_in("admin"), key()
        first = await admin.ask("POST", f"{ADMIN}/tenant-keys", {}, **once)
        again = await admin.ask("POST", f"{ADMIN}/tenant-keys", {}, **once)
        assert (again.status_code, again.json()["code"]) == (409, "SECRET_ALREADY_SHOWN")
        made, tenant_id = first.json()["tenant_key"], admin.member.tenant_id
        rows = await owner.fetch("SELECT * FROM tenant_api_keys WHERE tenant_id = $1", tenant_id)
        kept = await owner.fetch("SELECT * FROM api_idempotency_keys WHERE tenant_id = $1", tenant_id)
        assert [row["key_hash"] for row in rows] == [tenant_keys.hash_of(made)]
        assert [row["response_sealed"] for row in kept] == [None]


class TestWebhookSecret:
    async def test_a_secret_is_sealed_with_a_version_and_never_returned(self, log_in, owner, ring, forgotten):
        admin = await log_in("admin")
        tenant_id = admin.member.tenant_id
        for version in (1, 2, 3):
            answer = await admin.ask("PUT", f"{ADMIN}/webhook-secrets/stripe", {"secret": f"whsec_secret_{version}"})
            assert (answer.status_code, answer.json()["version"]) == (200, version)
            assert "whsec" not in answer.text
        rows = await owner.fetch(
            "SELECT *, coalesce(valid_until > now(), true) AS valid FROM tenant_webhook_secrets"
            " WHERE tenant_id = $1 ORDER BY version", tenant_id,
        )  # fmt: skip
        assert [row["valid"] for row in rows] == [False, True, True]
        sealed = Sealed(rows[-1]["secret_sealed"], rows[-1]["key_id"])
        assert ring.open(sealed, Place(tenant_id, "tenant_webhook_secrets", "secret_sealed")) == b"whsec_secret_3"
        assert forgotten == [(tenant_id, "stripe")] * 3

    @pytest.mark.parametrize(
        ("processor", "body", "status", "code"),
        [
            ("stripe", {}, 400, "VALIDATION_ERROR"),
            ("stripe", {"webhook_id": "WH-1"}, 400, "VALIDATION_ERROR"),
            ("stripe", {"secret": "short"}, 400, "REQUEST_VALIDATION_FAILED"),
            ("stripe", {"secret": " " * 8}, 400, "VALIDATION_ERROR"),
            ("stripe", {"secret": "\0" * 8}, 400, "VALIDATION_ERROR"),
            ("paypal", {"secret": "long enough"}, 400, "VALIDATION_ERROR"),
            ("paypal", {"webhook_id": "WH-1\n"}, 400, "VALIDATION_ERROR"),
            ("stripe", {"secret": "long enough", "webhook_id": "WH-\0"}, 400, "VALIDATION_ERROR"),
            ("square", {"secret": "long enough"}, 404, "PLATFORM_NOT_FOUND"),
            ("Stripe", {"secret": "long enough"}, 404, "PLATFORM_NOT_FOUND"),
        ],
    )
    async def test_what_cannot_be_set_is_refused(self, log_in, processor, body, status, code):
        answer = await (await log_in("admin")).ask("PUT", f"{ADMIN}/webhook-secrets/{processor}", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_paypal_is_known_by_its_webhook_id(self, log_in):
        answer = await (await log_in("admin")).ask("PUT", f"{ADMIN}/webhook-secrets/paypal", {"webhook_id": "WH-1"})
        assert (answer.status_code, answer.json()["provider"]) == (200, "paypal")

    async def test_each_label_has_a_secret_of_its_own(self, log_in):
        admin = await log_in("admin")
        assert await self.listed(admin) == []
        shop = {"label": "outlet", "mode": "test", "account": "outlet.example", "order_prefix": "OUT-"}
        first = await self.put(admin, secret="secret of the first")
        outlet = await self.put(admin, secret="secret of the outlet", **shop)
        again = await self.put(admin, secret="another of the outlet", **shop)
        assert shop.items() <= outlet.items()
        assert ([one["version"] for one in (first, outlet, again)], again["previous_valid_until"] is None) == (
            [1, 1, 2],
            False,
        )
        assert await self.listed(admin) == [first, again]
        assert (first["label"], first["mode"], first["account"], first["order_prefix"]) == (
            "default",
            "live",
            "default",
            None,
        )

    async def test_a_deleted_label_ends_at_once_and_keeps_who_did_it(self, log_in, owner, forgotten):
        admin, other = await log_in("admin"), await log_in("admin")
        await self.put(admin, secret="secret of the first")
        for number in (1, 2):
            await self.put(admin, secret=f"secret {number}", label="a shop: 2")
        await self.put(other, secret="secret of another tenant", label="a shop: 2")
        path = f"{ADMIN}/webhook-secrets/stripe/a%20shop%3A%202"
        assert (await admin.ask("DELETE", path)).json()["message"] == "The secret is no longer valid."
        assert [one["label"] for one in await self.listed(admin)] == ["default"]
        assert [one["label"] for one in await self.listed(other)] == ["a shop: 2"]
        rows = await owner.fetch(
            "SELECT label, set_by, deleted_by, valid_until <= now() AS ended FROM tenant_webhook_secrets"
            " WHERE tenant_id = $1 ORDER BY label, version",
            admin.member.tenant_id,
        )
        by = admin.member.user_id
        assert list(map(tuple, rows)) == [("a shop: 2", by, by, True)] * 2 + [("default", by, None, None)]
        assert forgotten[-1] == (admin.member.tenant_id, "stripe")
        for missing in (path, f"{ADMIN}/webhook-secrets/square/default"):
            answer = await admin.ask("DELETE", missing)
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert (await self.put(admin, secret="secret 3", label="a shop: 2"))["version"] == 3

    async def test_what_cannot_be_a_label_is_refused(self, log_in):
        admin = await log_in("admin")
        for label in ("%00%0A", "a%2Fb", "x" * 65):
            answer = await admin.ask("DELETE", f"{ADMIN}/webhook-secrets/stripe/{label}")
            assert answer.status_code in {400, 404}, label

    async def test_a_ninth_label_is_refused_until_another_one_is_deleted(self, log_in):
        admin = await log_in("admin")
        for number in range(8):
            await self.put(admin, secret=f"secret {number}", label=f"shop {number}")
        body = {"secret": "secret of the ninth", "label": "shop 8"}
        answer = await admin.ask("PUT", f"{ADMIN}/webhook-secrets/stripe", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
        assert len(await self.listed(admin)) == 8
        assert (await self.put(admin, secret="another secret", label="shop 3"))["version"] == 2
        await admin.ask("DELETE", f"{ADMIN}/webhook-secrets/stripe/shop%200")
        assert (await self.put(admin, **body))["version"] == 1

    @pytest.mark.parametrize(
        "body",
        [
            {"label": ""},
            {"label": "a/b"},
            {"label": "x" * 65},
            {"mode": "staging"},
            {"account": "a shop"},
            {"account": "x" * 256},
            {"order_prefix": "x" * 65},
        ],
    )
    async def test_an_endpoint_that_cannot_be_is_refused(self, log_in, body):
        admin = await log_in("admin")
        answer = await admin.ask("PUT", f"{ADMIN}/webhook-secrets/stripe", {"secret": "long enough"} | body)
        assert (answer.status_code, answer.json()["code"]) == (400, "REQUEST_VALIDATION_FAILED")

    async def put(self, admin, **body):
        answer = await admin.ask("PUT", f"{ADMIN}/webhook-secrets/stripe", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(self, admin):
        answer = await admin.ask("GET", f"{ADMIN}/webhook-secrets/stripe")
        assert answer.status_code == 200, answer.text
        assert "secret of" not in answer.text
        return answer.json()["secrets"]


class TestIdempotency:
    async def secret(self, person, secret, **headers):
        return await person.ask("PUT", f"{ADMIN}/webhook-secrets/stripe", {"secret": secret}, **headers)

    async def test_the_same_request_has_one_effect_and_one_answer(self, log_in):
        admin, once = await log_in("admin"), key()
        first, again = await self.secret(admin, "secret-one", **once), await self.secret(admin, "secret-one", **once)
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert first.json() == again.json()
        assert (await self.secret(admin, "secret-one", **key())).json()["version"] == 2

    async def test_another_request_with_the_key_is_409(self, log_in):
        admin, once = await log_in("admin"), key()
        await self.secret(admin, "secret-one", **once)
        answer = await self.secret(admin, "secret-two", **once)
        assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")

    async def test_ten_at_once_have_one_effect(self, log_in):
        admin, once = await log_in("admin"), key()
        answers = await asyncio.gather(*(self.secret(admin, "secret-one", **once) for _ in range(10)))
        assert {answer.json()["version"] for answer in answers} == {1}
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1

    async def test_a_refusal_is_an_answer_too(self, log_in, make_member):
        """What the same request would get a moment later does not change what this key got (api.md 1.8)."""
        admin, once = await log_in("admin"), key()
        body = {"user_id": str(uuid4()), "role": "viewer"}
        first = await admin.ask("POST", f"{ADMIN}/membership-role", body, **once)
        await make_member(tenant_id=admin.member.tenant_id, user_id=UUID(body["user_id"]))
        again = await admin.ask("POST", f"{ADMIN}/membership-role", body, **once)
        said = [("Idempotency-Replayed" in answer.headers, answer.status_code) for answer in (first, again)]
        assert said == [(False, 404), (True, 404)]
        own = {"correlation_id", "instance", "timestamp"}
        assert first.json().keys() == again.json().keys()
        assert {name for name in first.json() if first.json()[name] != again.json()[name]} <= own
        assert again.json()["correlation_id"] == again.headers["X-Correlation-ID"]
        other = await admin.ask("POST", f"{ADMIN}/membership-role", body | {"role": "manager"}, **once)
        assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
        assert (await admin.ask("POST", f"{ADMIN}/membership-role", body, **key())).status_code == 200

    async def test_a_broken_rule_is_answered_again(self, log_in):
        admin, once = await log_in("admin"), key()
        for _ in range(2):
            answer = await admin.ask("PUT", f"{ADMIN}/webhook-secrets/stripe", {"webhook_id": "WH-1"}, **once)
            assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
        assert answer.headers["Idempotency-Replayed"] == "true"

    async def test_a_processor_that_is_unknown_is_an_answer_too(self, log_in):
        admin, once = await log_in("admin"), key()
        for replayed in (None, "true"):
            answer = await admin.ask("PUT", f"{ADMIN}/webhook-secrets/square", {"secret": "long enough"}, **once)
            assert (answer.status_code, answer.headers.get("Idempotency-Replayed")) == (404, replayed)

    async def test_what_breaks_the_contract_leaves_the_key_free(self, log_in):
        admin, once = await log_in("admin"), key()
        assert (await self.secret(admin, "short", **once)).status_code == 400
        assert (await self.secret(admin, "long enough", **once)).status_code == 200

    async def test_keys_of_tenants_and_operations_are_apart(self, log_in):
        one, other, once = await log_in("admin"), await log_in("admin"), key()
        assert (await self.secret(one, "secret-one", **once)).status_code == 200
        assert (await self.secret(other, "secret-two", **once)).status_code == 200
        assert (await one.ask("POST", f"{ADMIN}/tenant-keys", {}, **once)).status_code == 201

    async def test_a_first_request_that_takes_long_is_409_in_progress(self, log_in, database, app_engine):
        from sqlalchemy import text

        from impl.db.transaction import tenant_transaction

        admin, once = await log_in("admin"), key()
        async with tenant_transaction(app_engine, admin.member.tenant_id) as connection:
            await connection.execute(
                text(
                    "INSERT INTO api_idempotency_keys (tenant_id, operation_id, key, request_hash, expires_at)"
                    " VALUES (:tenant, 'putWebhookSecret', :key, '', now())"
                ),
                {"tenant": admin.member.tenant_id, "key": once["X-Idempotency-Key"]},
            )
            answer = await self.secret(admin, "secret-one", **once)
        assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
