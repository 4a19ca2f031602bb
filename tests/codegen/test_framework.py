"""Replies of the runtime itself: identity, limits, unknown paths, methods, sizes, media types, correlation."""

import uuid
from typing import ClassVar

import httpx2
import pytest

PROBLEM = "content: {application/problem+json: {schema: {type: object}}}"
CONTRACT = f"""
security: [{{bearer: [read]}}]
paths:
  /open:
    get: {{operationId: getOpen, security: [], responses: {{'200': {{$ref: '#/components/responses/Ok'}}}}}}
    delete: {{operationId: deleteOpen, security: [], responses: {{'200': {{$ref: '#/components/responses/Ok'}}}}}}
  /one:
    get: &one
      operationId: getOne
      x-rate-limit: {{class: api}}
      responses:
        '200': {{$ref: '#/components/responses/Ok'}}
        '401': {{description: Who?, {PROBLEM}}}
        '403': {{description: No., {PROBLEM}}}
        '429': {{description: Slower., headers: {{Retry-After: {{required: true, schema: {{type: integer}}}}}}, {PROBLEM}}}
  /either:
    get: {{<<: *one, operationId: getEither, security: [{{bearer: [write]}}, {{key: []}}]}}
  /both:
    get: {{<<: *one, operationId: getBoth, security: [{{bearer: [], key: []}}]}}
  /optional:
    get: {{<<: *one, operationId: getOptional, security: [{{key: []}}, {{}}]}}
  /query: {{get: {{<<: *one, operationId: getQuery, security: [{{urlKey: []}}]}}}}
  /cookie: {{get: {{<<: *one, operationId: getCookie, security: [{{cookieKey: []}}]}}}}
  /basic: {{get: {{<<: *one, operationId: getBasic, security: [{{basic: []}}]}}}}
  /signed:
    post:
      operationId: postSigned
      security: [{{signature: []}}]
      x-rate-limit: {{class: api}}
      x-max-body-bytes: 100
      x-raw-body: true
      requestBody: {{required: true, content: {{application/json: {{schema: {{type: object, required: [a], properties: {{a: {{type: integer}}}}}}}}}}}}
      responses: {{'200': {{$ref: '#/components/responses/Ok'}}, '401': {{description: Who?, {PROBLEM}}}}}
components:
  responses:
    Ok: {{description: ok, content: {{application/json: {{schema: {{}}}}}}}}
  securitySchemes:
    bearer: {{type: oauth2, flows: {{}}}}
    key: {{type: apiKey, in: header, name: X-Key}}
    urlKey: {{type: apiKey, in: query, name: key}}
    cookieKey: {{type: apiKey, in: cookie, name: key}}
    basic: {{type: http, scheme: basic}}
    signature: {{type: apiKey, in: header, name: X-Signature}}
"""


class Passing:
    """Middleware of an application, which sees every request."""

    seen: ClassVar[list[str]] = []

    def __init__(self, app, telemetry=None):
        self.app, self.telemetry = app, telemetry

    async def __call__(self, scope, receive, send):
        self.seen.append(scope["path"])
        more = {"fastapi.telemetry": None} if self.telemetry else {}
        await self.app({**scope, **more}, receive, send)


class Authenticator:
    """Knows a reader, a writer, a key; a signature is the length of the body."""

    def __init__(self, built):
        self._grant = built.runtime.Grant
        self.asked = []

    async def bearer(self, credential, request):
        self.asked.append("bearer")
        scopes = {"reader": {"read"}, "writer": {"read", "write"}}
        return self._grant(credential, frozenset(scopes[credential])) if credential in scopes else None

    async def key(self, credential, request):
        self.asked.append("key")
        return self._grant(f"key {credential}") if credential == "k" else None

    url_key = cookie_key = key

    async def basic(self, credential, request):
        return self._grant(credential) if credential == "ann:s:1" else None

    async def signature(self, credential, request):
        self.asked.append("signature")
        return self._grant("signed") if credential == str(len(request.body)) else None


class Limiter:
    def __init__(self, built, remaining=5):
        self._limit = built.runtime.RateLimit
        self.remaining = remaining
        self.taken = []

    async def take(self, rate_class, call):
        self.taken.append((rate_class, call.principal))
        return self._state()

    async def take_unauthenticated(self, request):
        self.taken.append(("unknown", request.path))
        return self._state()

    def ask_unauthenticated(self, request):
        return self._limit(limit=5, remaining=self.remaining, reset_at=99)

    def _state(self):
        self.remaining -= 1
        is_refused = self.remaining < 0
        return self._limit(
            limit=5, remaining=max(self.remaining, 0), reset_at=99, is_refused=is_refused, retry_after_seconds=9
        )


@pytest.fixture
def built(build):
    return build(CONTRACT)


class Principals:
    """Answers with the principal of the call."""

    def __init__(self, api):
        self._api = api

    def __getattr__(self, name):
        async def answer(*arguments, call):
            principal = call.principal
            return self._api.Ok200(body=list(principal) if isinstance(principal, tuple) else principal)

        return answer


async def ask(built, method, url, *, limiter=None, authenticator=None, **request):
    implementation = Principals(built.module("api"))
    who = authenticator or Authenticator(built)
    async with built.client(api=implementation, authenticator=who, limiter=limiter) as client:
        return await client.request(method, url, **request)


@pytest.mark.parametrize(
    ("url", "headers", "status", "principal"),
    [
        ("/open", {}, 200, None),
        ("/one", {}, 401, None),
        ("/one", {"authorization": "Bearer reader"}, 200, "reader"),
        ("/one", {"authorization": "bearer  reader"}, 200, "reader"),
        ("/one", {"authorization": "Basic reader"}, 401, None),
        ("/one", {"authorization": "Bearer"}, 401, None),
        ("/one", {"authorization": "Bearer nobody"}, 401, None),
        ("/either", {"authorization": "Bearer reader"}, 403, None),
        ("/either", {"authorization": "Bearer writer"}, 200, "writer"),
        ("/either", {"x-key": "k"}, 200, "key k"),
        ("/either", {"authorization": "Bearer reader", "x-key": "k"}, 200, "key k"),
        ("/both", {"authorization": "Bearer reader"}, 401, None),
        ("/both", {"authorization": "Bearer reader", "x-key": "k"}, 200, ["reader", "key k"]),
        ("/optional", {}, 200, None),
        ("/optional", {"x-key": "k"}, 200, "key k"),
        ("/query?key=k", {}, 200, "key k"),
        ("/query", {"x-key": "k"}, 401, None),
        ("/cookie", {"cookie": "a=1; key=k"}, 200, "key k"),
        ("/basic", {"authorization": "Basic YW5uOnM6MQ=="}, 200, "ann:s:1"),
        ("/basic", {"authorization": "Basic !!"}, 401, None),
    ],
)
async def test_security_is_an_or_of_ands(built, url, headers, status, principal):
    response = await ask(built, "GET", url, headers=headers)
    assert response.status_code == status
    if status == 200:
        assert response.json() == principal
    else:
        assert response.headers["www-authenticate"]


async def test_each_scheme_is_asked_once(built):
    who = Authenticator(built)
    await ask(built, "GET", "/either", authenticator=who, headers={"authorization": "Bearer reader", "x-key": "no"})
    assert who.asked == ["bearer", "key"]


async def test_a_missing_scope_says_which(built):
    response = await ask(built, "GET", "/either", headers={"authorization": "Bearer reader"})
    assert 'error="insufficient_scope", scope="write"' in response.headers["www-authenticate"]


class TestSignedBodies:
    async def ask(self, built, content, **headers):
        who = Authenticator(built)
        kinds = {"content-type": "application/json", **headers}
        response = await ask(built, "POST", "/signed", authenticator=who, content=content, headers=kinds)
        return response.status_code, who.asked

    async def test_the_scheme_sees_the_bytes(self, built):
        assert await self.ask(built, b'{"a": 1}', **{"x-signature": "8"}) == (200, ["signature"])
        assert await self.ask(built, b'{"a": 1}', **{"x-signature": "9"}) == (401, ["signature"])

    async def test_bytes_that_break_the_schema_reach_the_operation(self, built):
        assert (await self.ask(built, b"{nope", **{"x-signature": "5"}))[0] == 200
        invalid = built.module("api").decode_post_signed(b'{"a": "x"}')
        assert (invalid.is_json, [issue.pointer for issue in invalid.issues]) == (True, ["/body/a"])
        assert built.module("api").decode_post_signed(b"{nope").is_json is False
        assert built.module("api").decode_post_signed(b'{"a": 2.0}').a == 2

    async def test_a_body_that_is_too_long_is_refused_before_anything_is_computed_over_it(self, built):
        assert await self.ask(built, b"x" * 101, **{"x-signature": "101"}) == (413, [])

    async def test_so_is_one_without_a_length(self, built):
        async def chunks():
            for _ in range(11):
                yield b"x" * 10

        assert await self.ask(built, chunks(), **{"x-signature": "110"}) == (413, [])

    async def test_a_length_that_is_no_number_is_400(self, built):
        assert (await self.ask(built, b"{}", **{"content-length": "2x", "x-signature": "2"}))[0] == 400

    async def test_another_media_type_is_415_once_the_caller_is_known(self, built):
        assert (await self.ask(built, b"{}", **{"content-type": "text/plain", "x-signature": "2"}))[0] == 415
        assert (await self.ask(built, b"{}", **{"content-type": "application/vnd.x+json", "x-signature": "2"}))[
            0
        ] == 415
        assert (await self.ask(built, b"{}", **{"content-type": "text/plain", "x-signature": "0"}))[0] == 401


class TestLimits:
    RATE = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")

    @pytest.mark.parametrize(
        ("headers", "status", "taken"),
        [
            ({"authorization": "Bearer reader"}, 200, [("api", "reader")]),
            ({"authorization": "Bearer nobody"}, 401, [("unknown", "/one")]),
            ({}, 401, [("unknown", "/one")]),
        ],
    )
    async def test_every_answer_of_a_limited_operation_shows_the_window(self, built, headers, status, taken):
        limiter = Limiter(built)
        response = await ask(built, "GET", "/one", limiter=limiter, headers=headers)
        assert (response.status_code, limiter.taken) == (status, taken)
        assert [response.headers[name] for name in self.RATE] == ["5", "4", "99"]

    async def test_who_may_not_is_counted_as_who_it_is(self, built):
        limiter = Limiter(built)
        response = await ask(built, "GET", "/either", limiter=limiter, headers={"authorization": "Bearer reader"})
        assert (response.status_code, limiter.taken) == (403, [("api", "reader")])
        assert response.headers["x-ratelimit-remaining"] == "4"

    async def test_a_failure_before_the_caller_is_known_shows_the_window_and_counts_nobody(self, built):
        class Broken(Authenticator):
            async def bearer(self, credential, request):
                raise RuntimeError("the table is gone")

        limiter = Limiter(built)
        headers = {"authorization": "Bearer reader"}
        response = await ask(built, "GET", "/one", limiter=limiter, authenticator=Broken(built), headers=headers)
        assert (response.status_code, limiter.taken) == (500, [])
        assert [response.headers[name] for name in self.RATE] == ["5", "5", "99"]

    async def test_a_refused_request_is_429_with_the_time_to_wait(self, built):
        for headers in ({"authorization": "Bearer reader"}, {}):
            response = await ask(built, "GET", "/one", limiter=Limiter(built, 0), headers=headers)
            assert (response.status_code, response.headers["retry-after"]) == (429, "9")
            assert response.headers["x-ratelimit-remaining"] == "0"

    async def test_an_operation_without_a_class_is_not_counted(self, built):
        limiter = Limiter(built)
        assert (await ask(built, "GET", "/open", limiter=limiter)).status_code == 200
        assert limiter.taken == []


class TestAddresses:
    async def test_an_unknown_path_is_404_in_the_declared_shape(self, built):
        response = await ask(built, "GET", "/nothing")
        assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
        assert response.headers["content-type"] == "application/problem+json"

    async def test_an_unknown_method_is_405_and_names_all_that_exist(self, built):
        response = await ask(built, "PATCH", "/open")
        assert (response.status_code, response.headers["allow"]) == (405, "DELETE, GET")

    @pytest.mark.parametrize("path", ["/open/", "//open", "/Open", "/open%2F"])
    async def test_near_misses_are_not_redirected(self, built, path):
        assert (await ask(built, "GET", path)).status_code == 404

    async def test_operations_are_listed_as_routes(self, built):
        app = built.app(authenticator=Authenticator(built))
        names = {route.name for route in app.routes if hasattr(route, "methods")}
        assert {"getOne", "postSigned", "deleteOpen"} <= names
        assert app.url_path_for("getOne") == "/one"

    async def test_the_contract_is_served_as_it_is(self, built):
        response = await ask(built, "GET", "/openapi.json")
        assert response.json()["paths"]["/signed"]["post"]["operationId"] == "postSigned"
        page = await ask(built, "GET", "/docs")
        assert "/signed" in page.text
        assert "http" not in page.text.replace("http-equiv", "")

    async def test_other_routes_of_the_application_stay(self, built):
        app = built.app(authenticator=Authenticator(built))
        app.add_api_route("/mine", lambda: {"mine": True})
        import httpx2

        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
            assert (await client.get("/mine")).json() == {"mine": True}
            assert (await client.get("/nope")).status_code == 404


class TestCorrelation:
    @pytest.mark.parametrize(("method", "url"), [("GET", "/open"), ("GET", "/one"), ("GET", "/nope"), ("PUT", "/open")])
    async def test_the_id_of_the_caller_comes_back_on_every_answer(self, built, method, url):
        request_id = str(uuid.uuid4())
        response = await ask(built, method, url, headers={"x-correlation-id": request_id})
        assert response.headers["x-correlation-id"] == request_id

    @pytest.mark.parametrize(
        "sent", ["", "x", "<script>", "0" * 36, "{0f8fad5b-d9cb-469f-a165-7086772895}", "\xff" * 36]
    )
    async def test_anything_else_is_replaced_and_never_echoed(self, built, sent):
        response = await ask(built, "GET", "/open", headers=[("x-correlation-id", sent.encode("latin-1"))])
        reply_id = response.headers["x-correlation-id"]
        assert reply_id != sent
        assert uuid.UUID(reply_id).version == 4


@pytest.mark.parametrize("telemetry", [False, True], ids=["short way", "long way, measured by FastAPI"])
async def test_middleware_of_the_application_sees_what_the_contract_answers(built, telemetry):
    app = built.app(authenticator=Authenticator(built))
    app.add_middleware(Passing, telemetry=telemetry)
    Passing.seen.clear()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/open")).status_code == 501
        assert (await client.patch("/open")).status_code == 405
        assert (await client.get("/nowhere")).status_code == 404
    assert Passing.seen == ["/open", "/open", "/nowhere"]
