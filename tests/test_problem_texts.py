"""Problems are served as the registry and the examples of the contract show them."""

from __future__ import annotations

import importlib
import pkgutil
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

import impl
from generated.server import ProblemError
from generated.server.app import OPERATIONS
from impl.app.assembly import has_closed_query
from impl.cli.tenant import NewTenant
from tests.fixtures.service import log_in, stripe_delivery

ROOT = Path(__file__).parents[1]
OUTSIDE_THE_CONTRACT = {
    "NOT_ACCEPTABLE",
    "METHOD_NOT_ALLOWED",
    "NOT_IMPLEMENTED",
    "REQUEST_TIMEOUT",
    "URI_TOO_LONG",
    "REQUEST_HEADERS_TOO_LARGE",
}
"""Codes of replies that no operation declares, which therefore have no example. No operation of ours insists on `Accept`."""
SPECIFIC = {"VALIDATION_ERROR", "STATE_CONFLICT", "PLATFORM_NOT_FOUND"}
"""Codes whose detail says which rule of the operation was violated; an example shows one of several."""
STATEFUL = {"RepeatedRefusalError"}
"""Classes that repeat a stored problem; code, title and text are those of an instance."""


@cache
def registry() -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load((ROOT / "contracts/governance/problems.yaml").read_text(encoding="utf-8"))["problems"]
    return {entry["code"]: entry for entry in listed}


def _problems(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if {"type", "title", "status", "code", "instance"} <= value.keys() and isinstance(value["code"], str):
            yield value
        for part in value.values():
            yield from _problems(part)
    elif isinstance(value, list):
        for part in value:
            yield from _problems(part)


@cache
def examples() -> list[dict[str, Any]]:
    """Every example of a problem in the contract."""
    return list(_problems(yaml.load((ROOT / "generated/bundles/openapi.yaml").read_text("utf-8"), yaml.CSafeLoader)))


def classes() -> list[type[ProblemError]]:
    """Every class of problems in the program."""
    for module in pkgutil.walk_packages(impl.__path__, "impl."):
        importlib.import_module(module.name)

    def below(base: type[ProblemError]) -> Iterator[type[ProblemError]]:
        yield base
        for one in base.__subclasses__():
            yield from below(one)

    ours = ("impl.", "generated.")
    return sorted({one for one in below(ProblemError) if one.__module__.startswith(ours)}, key=lambda one: one.__name__)


def test_every_class_of_problems_is_an_entry_of_the_registry():
    known = classes()
    assert len(known) > 15
    for one in known:
        if one.__name__ in STATEFUL or one.code == "NOT_ACCEPTABLE":
            continue
        entry = registry()[one.code]
        assert one.status in {entry["status"], *entry.get("also_status", ())}, one
        assert (one.slug, one.title) == (entry["slug"], entry["title"]), one


def test_the_text_of_every_class_is_that_of_an_example():
    for one in classes():
        if one.__name__ not in STATEFUL and one.code not in OUTSIDE_THE_CONTRACT | SPECIFIC:
            assert one.text in {example["detail"] for example in examples() if example["code"] == one.code}, one


def _as_documented(reply: httpx2.Response, code: str) -> None:
    """`reply` has the type, title and detail of the registry and of an example of its status, and the messages of its errors."""
    problem = reply.json()
    entry = registry()[code]
    assert (problem["code"], problem["status"]) == (code, reply.status_code), problem
    assert problem["type"] == f"https://api.skeldir.com/problems/{entry['slug']}"
    assert problem["title"] == entry["title"]
    if code in OUTSIDE_THE_CONTRACT:
        return
    documented = [one for one in examples() if (one["code"], one["status"]) == (code, reply.status_code)]
    assert problem["detail"] in {one["detail"] for one in documented}
    for error in problem.get("errors", ()):
        shown = [item for one in documented for item in one.get("errors", ()) if item["pointer"] == error["pointer"]]
        assert error in shown or not shown, error


VERIFY, LOGIN, STRIPE = "/api/auth/verify", "/api/auth/login", "/api/webhooks/stripe"
REQUESTS = {
    "an unknown path": ("GET", "/api/nothing", {}, "NOT_FOUND"),
    "a method that the path does not support": ("DELETE", LOGIN, {}, "METHOD_NOT_ALLOWED"),
    "a malformed correlation id": ("GET", "/api/health", {"headers": {"X-Correlation-ID": "x"}}, "REQUEST_VALIDATION_FAILED"),
    "no credential": ("GET", VERIFY, {}, "AUTH_UNAUTHORIZED"),
    "a body that is no JSON": ("POST", LOGIN, {"content": b"a=1", "headers": {"Content-Type": "text/plain"}}, "UNSUPPORTED_MEDIA_TYPE"),
    "a body of 2 MiB": ("POST", LOGIN, {"content": bytes(2 << 20), "headers": {"Content-Type": "application/json"}}, "PAYLOAD_TOO_LARGE"),
}  # fmt: skip


@pytest.mark.parametrize("case", REQUESTS)
async def test_a_refusal_of_anybody_is_served_as_documented(http, case):
    method, path, sent, code = REQUESTS[case]
    _as_documented(await http.request(method, path, **sent), code)


async def test_a_refusal_of_a_known_caller_is_served_as_documented(http: httpx2.AsyncClient, merchant: NewTenant):
    admin = await log_in(http, merchant)
    malformed = await http.get(VERIFY, headers=admin | {"X-Correlation-ID": "x"})
    _as_documented(malformed, "REQUEST_VALIDATION_FAILED")
    _as_documented(await http.get(f"/api/events/dead/{uuid.uuid4()}", headers=admin), "NOT_FOUND")
    for path in ("/api/attribution/channels", "/api/llm/budget"):
        reply = await http.get(path, headers=admin)
        if reply.status_code == 501:
            _as_documented(reply, "NOT_IMPLEMENTED")


async def test_a_reused_idempotency_key_is_served_as_documented(http: httpx2.AsyncClient, make_merchant):
    admin = await log_in(http, make_merchant()) | {"X-Idempotency-Key": str(uuid.uuid4())}
    path = "/api/auth/admin/tenant-keys"
    assert (await http.post(path, json={}, headers=admin)).status_code == 201
    _as_documented(await http.post(path, json={}, headers=admin), "SECRET_ALREADY_SHOWN")
    _as_documented(await http.post(path, json={"purpose": "url"}, headers=admin), "IDEMPOTENCY_KEY_REUSED")


async def test_a_delivery_for_another_path_is_served_as_documented(http: httpx2.AsyncClient, merchant: NewTenant):
    reply = await http.post(f"{STRIPE}/charge/refunded", **stripe_delivery(merchant, "charge.succeeded"))
    _as_documented(reply, "WEBHOOK_TOPIC_MISMATCH")


async def test_unknown_query_parameters_are_refused_where_our_clients_write_them(
    http: httpx2.AsyncClient, merchant: NewTenant
):
    admin = await log_in(http, merchant)
    reply = await http.get("/api/events/dead?stauts=pending", headers=admin)
    assert reply.status_code == 400
    problem = reply.json()
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["field"]) == ("/query/stauts", "stauts")
    assert problem["errors"][0]["message"].startswith("Unknown parameter; ")
    assert (await http.get("/api/health/live?probe=1")).status_code == 200
    assert (await http.post(f"{STRIPE}?utm_source=x", content=b"{}")).status_code == 401
    open_to_others = {one.path for one in OPERATIONS if not has_closed_query(one)}
    health = {"/api/health", "/api/health/ready", "/api/health/live"}
    callback, touches = "/api/attribution/platform-oauth/{platform}/callback", "/api/events"
    webhooks = {one.path for one in OPERATIONS if one.path.startswith("/api/webhooks/")}
    assert open_to_others == health | webhooks | {callback, touches}


async def test_a_short_wrong_password_is_a_failed_login(http: httpx2.AsyncClient, merchant: NewTenant):
    body = {"email": merchant.email, "password": "x", "tenant_id": str(merchant.tenant_id)}
    _as_documented(await http.post(LOGIN, json=body), "AUTH_UNAUTHORIZED")


async def test_broken_json_is_told_with_its_position(http: httpx2.AsyncClient):
    sent = {"content": b'{"email": "a",}', "headers": {"Content-Type": "application/json"}}
    error = (await http.post(LOGIN, **sent)).json()["errors"][0]
    assert error["message"] == "This is not JSON: trailing comma at line 1 column 15"
