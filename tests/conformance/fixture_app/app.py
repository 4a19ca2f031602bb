"""The fixture shop: a small service that keeps its contract (`shop.yaml`), unless `PLANT` names a defect to have."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.conformance.fixture_app import rules
from tests.conformance.fixture_app.rules import Refused, need, planted

Handler = Callable[[Request, "Caller"], Awaitable[Response]]
SCOPES = {"viewer": {"viewer"}, "manager": {"viewer", "manager"}, "admin": {"viewer", "manager", "admin"}}
USERS = {
    "clerk": ("tenant-a", "viewer"),
    "seller": ("tenant-a", "manager"),
    "owner": ("tenant-a", "admin"),
    "rival": ("tenant-b", "admin"),
}
KEYS = {"key-of-tenant-a": "tenant-a", "key-of-tenant-b": "tenant-b"}
URL_KEYS = {"url-key-of-tenant-a": "tenant-a"}
HOOK_SECRETS = {"tenant-a": b"hook-secret-a", "tenant-b": b"hook-secret-b"}
PASSWORD = "open sesame"


class Caller:
    """Who asks."""

    def __init__(self, tenant: str, scopes: set[str]) -> None:
        self.tenant = tenant
        self.scopes = scopes


class Shop:
    """The state of one run."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.payments: dict[str, set[str]] = {"tenant-a": set(), "tenant-b": set()}
        self.jobs: dict[str, int] = {"tenant-a": 3, "tenant-b": 3}
        self.clock = itertools.count(1)
        self.extra_payments = 0


SHOP = Shop()


def problem(request: Request, status: int, title: str, detail: str = "") -> Response:
    body: dict[str, Any] = {
        "type": f"https://shop.example/problems/{status}",
        "title": title,
        "status": 400 if planted("problem-status-differs") and status == 404 else status,
        "detail": detail or title,
        "correlation_id": str(uuid.uuid4()) if planted("correlation-differs-in-body") else correlation(request),
    }
    if planted("stack-in-problem") and status == 404:
        body["detail"] = 'Traceback (most recent call last):\n  File "/srv/shop/app.py", line 1, in get'
    kind = "application/json" if planted("D6-404-not-problem") and status == 404 else "application/problem+json"
    return JSONResponse(body, status, media_type=kind)


def correlation(request: Request) -> str:
    """The id of this request: the caller's when it is a UUID."""
    if not hasattr(request.state, "correlation"):
        header = request.headers.get("x-correlation-id", "")
        request.state.correlation = (
            header.lower() if rules.is_uuid(header) and not planted("correlation-not-echoed") else str(uuid.uuid4())
        )
    return str(request.state.correlation)


def caller_of(request: Request) -> Caller | None:
    header = request.headers.get("authorization", "")
    user = SHOP.tokens.get(header.removeprefix("Bearer ")) if header.startswith("Bearer ") else None
    if user is None:
        return (
            Caller("tenant-a", SCOPES["admin"])
            if planted("P7-auth-ignored") and request.url.path.startswith("/api/report")
            else None
        )
    tenant, role = USERS[user]
    return Caller(tenant, SCOPES[role])


def guarded(scope: str | None, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """`handler` behind identity, scope and the correlation header."""

    async def endpoint(request: Request) -> Response:
        try:
            response = await admitted(scope, handler, request)
        except Refused as error:
            response = problem(request, error.status, error.title, error.detail)
        if response.status_code == 401 and not planted("no-www-authenticate"):
            response.headers["WWW-Authenticate"] = 'Bearer realm="shop"'
        response.headers["X-Correlation-ID"] = correlation(request)
        return response

    return endpoint


async def admitted(scope: str | None, handler: Handler, request: Request) -> Response:
    if scope is None:
        if planted("needless-401") and request.url.path == "/api/health" and not caller_of(request):
            raise Refused(401, "Authentication failed.")
        return await handler(request, Caller("", set()))
    caller = caller_of(request)
    if caller is None:
        raise Refused(401, "Authentication failed.")
    if scope not in caller.scopes and not (planted("scope-ignored") and scope == "admin"):
        raise Refused(403, "Access denied.")
    if planted("scope-too-strict") and scope == "manager" and "admin" in caller.scopes:
        raise Refused(403, "Access denied.")
    need(
        rules.is_uuid(request.headers.get("x-correlation-id", "")) or planted("required-header-ignored"),
        "/header/X-Correlation-ID",
    )
    return await handler(request, caller)


async def health(request: Request, _: Caller) -> Response:
    return JSONResponse({"status": "up"})


async def login(request: Request, _: Caller) -> Response:
    body = rules.parse(await request.body(), request.headers.get("content-type", ""))
    rules.check_object(body, rules.LOGIN, ("user", "password"))
    if body["user"] not in USERS or body["password"] != PASSWORD:
        raise Refused(401, "Authentication failed.")
    token = secrets.token_hex(16)
    SHOP.tokens[token] = body["user"]
    reply = {"access_token": token, "expires_in": 900}
    if planted("secret-echoed"):
        reply["password"] = body["password"]
    return JSONResponse(reply)


def new_order(tenant: str, body: dict[str, Any]) -> dict[str, Any]:
    number = next(SHOP.clock)
    return {
        "tenant": tenant,
        "number": number,
        "coupon": body.get("coupon", "NONE"),
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "sku": body["sku"],
        "quantity": int(body["quantity"]),
        "status": "open",
        "created_at": "2026-11-21 10:00" if planted("D5-date-time") else "2026-11-21T10:00:00Z",
        "kind": body.get("kind", "retail"),
        "gift_note": body.get("gift_note"),
        "tags": body.get("tags", []),
    }


def shown(order: dict[str, Any]) -> dict[str, Any]:
    view = {name: value for name, value in order.items() if name not in {"tenant", "number", "coupon"}}
    if planted("D4-enum-drift") and order["kind"] == "wholesale":
        view["kind"] = "bulk"
    if planted("D11-wrong-after-change") and order["status"] == "refunded":
        view["status"] = "returned"
    if planted("write-only-shown"):
        view["coupon"] = order["coupon"]
    if planted("P4-additional-property"):
        view["tenant"] = order["tenant"]
    return view


async def create_order(request: Request, caller: Caller) -> Response:
    raw = await request.body()
    body = rules.parse(raw, request.headers.get("content-type", ""))
    if planted("P8-any-body") and isinstance(body, dict):
        body = {"sku": "ABC-1", "quantity": 1}
    rules.check_object(body, rules.NEW_ORDER, ("sku", "quantity"))
    if planted("P6-500-at-boundary") and body["quantity"] == 0:
        raise RuntimeError("division by zero")
    order = new_order(caller.tenant, body)
    if not planted("D2-not-readable"):
        SHOP.orders[order["id"]] = order
    place = f"/api/orders/{uuid.uuid4() if planted('D10-location-nowhere') else order['id']}"
    status = 200 if planted("P1-wrong-status") else 201
    return JSONResponse(shown(order), status, headers={} if planted("no-location") else {"Location": place})


def found(request: Request, caller: Caller) -> dict[str, Any]:
    key = request.path_params["order_id"]
    need(rules.is_uuid(key), "/path/order_id")
    order = SHOP.orders.get(key.lower())
    mine = order is not None and order["tenant"] == caller.tenant
    leak = (planted("D3-other-tenant-reads") and request.method == "GET") or (
        planted("other-tenant-deletes") and request.method == "DELETE"
    )
    if order is None or not (mine or leak) or (order.get("gone") and not planted("D1-use-after-delete")):
        raise Refused(404, "Not found.")
    return order


async def get_order(request: Request, caller: Caller) -> Response:
    order = found(request, caller)
    known = request.headers.get("if-none-match")
    need(known is None or 3 <= len(known) <= 80, "/header/If-None-Match")
    body = shown(order)
    if planted("P3-field-missing"):
        del body["created_at"]
    tag = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    tag = f'"{secrets.token_hex(8) if planted("etag-changes") else tag}"'
    if known == tag:
        return Response(status_code=304, headers={} if planted("no-etag-on-304") else {"ETag": tag})
    if planted("P5-wrong-content-type"):
        return Response(json.dumps(body), media_type="text/html", headers={"ETag": tag})
    return JSONResponse(body, headers={"ETag": tag})


async def change_order(request: Request, caller: Caller) -> Response:
    body = rules.parse(await request.body(), request.headers.get("content-type", ""))
    rules.check_object(body, rules.ORDER_CHANGE, ())
    need(bool(body) or planted("min-properties-ignored"), "/body")
    order = found(request, caller)
    order.update({name: int(value) if name == "quantity" else value for name, value in body.items()})
    return JSONResponse(shown(order))


async def remove_order(request: Request, caller: Caller) -> Response:
    found(request, caller)["gone"] = True
    return Response(status_code=204)


def listed(name: str, values: list[str], most: int, item: Callable[[str], bool]) -> list[str]:
    need(len(values) <= most or planted("max-items-ignored"), f"/query/{name}")
    need(all(item(value) for value in values) or planted("array-items-ignored"), f"/query/{name}")
    return values


def list_filters(query: dict[str, list[str]]) -> tuple[str | None, str, int]:
    status = query.get("status", [None])[-1]
    need(status in (None, "open", "paid", "refunded") or planted("query-enum-ignored"), "/query/status")
    sort = query.get("sort", ["asc"])[-1]
    need(sort in ("asc", "desc"), "/query/sort")
    limit = rules.whole(query.get("limit", ["20"])[-1], "/query/limit", 0 if planted("limit-zero") else 1, 100)
    cursor = query.get("cursor", ["c1"])[-1]
    ok = len(cursor) <= 40 and cursor[:1] == "c" and cursor[1:].isascii() and cursor[1:].isdecimal()
    need(ok or planted("cursor-unchecked"), "/query/cursor")
    if "tags" in query:
        listed(
            "tags",
            query["tags"][-1].split(","),
            3,
            lambda text: 1 <= len(text) <= 8 and text.isascii() and text.isalpha() and text.islower(),
        )
    listed("sku", query.get("sku", []), 4, lambda text: 3 <= len(text) <= 8)
    if planted("D9-500-in-a-corner") and status == "refunded" and sort == "desc" and 90 < limit < 100:
        raise RuntimeError("corner")
    return status, sort, limit


async def list_orders(request: Request, caller: Caller) -> Response:
    status, sort, limit = list_filters(parse_qs(request.url.query, keep_blank_values=True))
    everything = [
        order
        for order in SHOP.orders.values()
        if (order["tenant"] == caller.tenant or planted("list-leaks-tenants"))
        and not order.get("gone")
        and status in (None, order["status"])
    ]
    everything.sort(key=lambda order: order["number"], reverse=sort == "asc")
    page = everything[: limit + 5 if planted("D12-page-too-long") else limit]
    more = len(everything) > limit
    body: dict[str, Any] = {"items": [shown(order) for order in page], "page": {"limit": limit, "has_more": more}}
    if more:
        body["page"]["next_cursor"] = f"c{page[-1]['number'] if page else 0}"
    headers = {
        "X-RateLimit-Limit": "many" if planted("P2-header-type") else "100",
        "X-RateLimit-Reset": str(int(time.time()) + 60),
    }
    if not planted("rate-header-missing"):
        headers["X-RateLimit-Remaining"] = "101" if planted("remaining-overstated") else "99"
    return JSONResponse(body, headers=headers)


async def report(request: Request, _: Caller) -> Response:
    theme = request.cookies.get("theme")
    need(theme in (None, "dark", "light") or planted("cookie-ignored"), "/cookie/theme")
    query = parse_qs(request.url.query, keep_blank_values=True)
    for name, values in query.items():
        if name == "totals":
            need(values[-1] in ("true", "false"), "/query/totals")
        elif name == "range" or name.startswith("range["):
            need(planted("deep-object-ignored") or is_range(name, values[-1]), "/query/range")
    return Response("sku,total\r\nABC-1,3\r\n", media_type="text/csv")


def is_range(name: str, text: str) -> bool:
    if name == "range[from]":
        return rules.is_date(text)
    return (
        name == "range[days]"
        and text.isascii()
        and text.isdecimal()
        and (len(text) == 1 or text[0] != "0")
        and 1 <= int(text) <= 90
    )


async def put_settings(request: Request, _: Caller) -> Response:
    body = rules.parse(await request.body(), request.headers.get("content-type", ""))
    rules.check_object(body, rules.SETTINGS, ("currency", "rate"))
    return Response(status_code=204)


async def start_job(_: Request, caller: Caller) -> Response:
    SHOP.jobs[caller.tenant] += 1
    number = SHOP.jobs[caller.tenant] + 50_000 * planted("link-to-nothing")
    headers = {"Location": f"/api/jobs/{SHOP.jobs[caller.tenant]}", "X-Job-Number": str(number)}
    if not planted("no-retry-after"):
        headers["Retry-After"] = "1"
    return Response(status_code=202, headers=headers)


async def get_job(request: Request, caller: Caller) -> Response:
    text = request.path_params["job_id"]
    if planted("huge-number-500") and len(text) > 15:
        raise OverflowError(text)
    number = rules.whole(text, "/path/job_id", 1, 100000)
    if number > SHOP.jobs[caller.tenant]:
        raise Refused(404, "Not found.")
    return JSONResponse({"job_id": number, "state": "done" if number < 3 else "running"})


def is_signed(raw: bytes, header: str, secret: bytes) -> bool:
    """`t=<seconds>,v1=<hex>` over `<seconds>.<bytes>`, at most 300 seconds off."""
    parts = dict(piece.partition("=")[::2] for piece in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        return False
    if abs(time.time() - int(stamp)) > 300 and not planted("old-signature"):
        return False
    expected = hmac.new(secret, stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    proof = parts.get("v1", "")
    if planted("signature-prefix-only"):
        return proof[:10] == expected[:10]
    if planted("signature-crash"):
        return hmac.compare_digest(expected, proof)
    return hmac.compare_digest(expected.encode(), proof.encode("utf-8", "surrogateescape"))


def hook_tenant(request: Request, *, url_key: bool) -> str | None:
    tenant = KEYS.get(request.headers.get("x-shop-key", ""))
    if tenant is None and (url_key or planted("url-key-everywhere")):
        tenant = URL_KEYS.get(request.query_params.get("shop_key", ""))
    return tenant


async def hook(request: Request, *, url_key: bool) -> Response:
    tenant = hook_tenant(request, url_key=url_key)
    raw = await request.body()
    header = request.headers.get("pay-signature", "")
    if planted("tell-tale-401") and tenant is not None and not header:
        raise Refused(400, "Bad request.", "The signature is missing.")
    secret = HOOK_SECRETS.get("tenant-b" if planted("wrong-secret") else tenant or "", b"nobody")
    genuine = is_signed(raw, header, secret) or planted("D8-signature-unchecked")
    if tenant is None or not genuine:
        if planted("side-effect-on-401"):
            SHOP.extra_payments += 1
        raise Refused(401, "Authentication failed.")
    body = rules.parse(raw, request.headers.get("content-type", ""))
    rules.check_object(body, rules.PAYMENT, ("id", "amount_cents"), closed=False)
    known = body["id"] in SHOP.payments[tenant]
    SHOP.payments[tenant].add(body["id"])
    if known and planted("replay-counted"):
        SHOP.extra_payments += 1
        known = False
    count = len(SHOP.payments[tenant]) + SHOP.extra_payments
    return JSONResponse({"outcome": "duplicate" if known else "accepted", "payments": count})


async def pay(request: Request, _: Caller) -> Response:
    return await hook(request, url_key=True)


async def settled(request: Request, _: Caller) -> Response:
    return await hook(request, url_key=False)


async def extra(_: Request) -> Response:
    return JSONResponse({"hidden": True})


ROUTES: dict[str, dict[str, tuple[str | None, Handler]]] = {
    "/api/health": {"GET": (None, health)},
    "/api/login": {"POST": (None, login)},
    "/api/orders": {"GET": ("viewer", list_orders), "POST": ("manager", create_order)},
    "/api/orders/{order_id}": {
        "GET": ("viewer", get_order),
        "PATCH": ("manager", change_order),
        "DELETE": ("manager", remove_order),
    },
    "/api/report": {"GET": ("viewer", report)},
    "/api/settings": {"PUT": ("admin", put_settings)},
    "/api/jobs": {"POST": ("manager", start_job)},
    "/api/jobs/{job_id}": {"GET": ("viewer", get_job)},
    "/api/hooks/pay": {"POST": (None, pay)},
    "/api/hooks/pay/settled": {"POST": (None, settled)},
}


def routes() -> list[Route]:
    """One route per path, so that a 405 names every method."""
    table = []
    for path, methods in ROUTES.items():
        endpoints = {method: guarded(scope, handler) for method, (scope, handler) in methods.items()}
        if planted("route-missing") and path == "/api/settings":
            continue
        table.append(Route(path, dispatcher(endpoints), methods=list(ALL_METHODS)))
    if planted("extra-route"):
        table.append(Route("/api/hidden", extra))
    table.append(Route("/routes", list_routes))
    return table


async def list_routes(request: Request) -> Response:
    """Routes the application really serves, for the static comparison."""
    rows = []
    for route in request.app.routes:
        if route.path != "/routes":
            rows += [{"method": method, "path": route.path} for method in ROUTES.get(route.path, {"GET": None})]
    return JSONResponse(rows)


ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


def dispatcher(
    endpoints: dict[str, Callable[[Request], Awaitable[Response]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def dispatch(request: Request) -> Response:
        endpoint = endpoints.get(request.method)
        if endpoint is None and planted("P9-undeclared-method") and request.method == "DELETE":
            endpoint = next(iter(endpoints.values()))
        if endpoint is not None:
            return await endpoint(request)
        response = problem(request, 405, "Method not allowed.")
        if not planted("D7-no-allow"):
            response.headers["Allow"] = ", ".join(endpoints)
        response.headers["X-Correlation-ID"] = correlation(request)
        return response

    return dispatch


async def on_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = problem(request, status, "Not found." if status == 404 else "Internal error.")
    response.headers["X-Correlation-ID"] = correlation(request)
    return response


def build() -> Starlette:
    """The shop, with every order of a run still to come but a few of each tenant."""
    SHOP.__init__()  # type: ignore[misc]  # one shop per process, emptied
    for tenant in ("tenant-a", "tenant-b"):
        for number in range(8):
            order = new_order(tenant, {"sku": f"ABC-{number}", "quantity": number})
            SHOP.orders[order["id"]] = order
    return Starlette(routes=routes(), exception_handlers={HTTPException: on_http_error, Exception: on_http_error})
