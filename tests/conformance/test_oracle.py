"""The oracle on hand-written exchanges: one promise of the shop's contract broken at a time."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools.conformance.contract import compiled as contract
from tools.conformance.drive.exchange import NOT_JSON, Exchange, parse_json
from tools.conformance.judge import conventions, oracle
from tools.conformance.judge.oracle import Credential, Policy
from tools.openapi import source

SHOP = Path(__file__).parent / "fixture_app" / "shop.yaml"
CORRELATION = "0f8fad5b-d9cb-469f-a165-70867728950e"
OWNER = Credential("owner", "token", "Bearer owner", frozenset({"viewer", "manager", "admin"}), "a")
CLERK = Credential("clerk", "token", "Bearer clerk", frozenset({"viewer"}), "a")
POLICY = Policy(credentials=(OWNER, CLERK))
CONVENTIONS = conventions.Conventions("x-correlation-id", "application/problem+json")
ORDER = {
    "id": "5f0c2f0e-7a39-4a0f-8a6f-0f4f0b1c2d3e",
    "sku": "ABC-1",
    "quantity": 2,
    "status": "open",
    "created_at": "2026-11-21T10:00:00Z",
    "kind": "retail",
    "gift_note": None,
    "tags": ["red"],
}
PROBLEM = {"type": "https://a.example/b", "title": "No.", "status": 400, "detail": "No.", "correlation_id": CORRELATION}


@pytest.fixture(scope="module")
def shop() -> contract.Contract:
    document, problems = source.load(SHOP)
    assert document is not None
    assert not problems
    return contract.compile_contract(document.value)


def create(body: Any = None, *, status: int = 201, reply: Any = ORDER, **changed: Any) -> Exchange:
    """A good `createOrder`, but for what is `changed`."""
    values: dict[str, Any] = {
        "id": "x",
        "method": "POST",
        "path": "/api/orders",
        "query": "",
        "headers": (
            ("content-type", "application/json"),
            ("x-correlation-id", CORRELATION),
            ("authorization", "Bearer owner"),
        ),
        "body": json.dumps({"sku": "ABC-1", "quantity": 2} if body is None else body).encode(),
        "status": status,
        "reply_headers": (
            ("content-type", "application/json" if status < 400 else "application/problem+json"),
            ("x-correlation-id", CORRELATION),
            ("location", f"/api/orders/{ORDER['id']}"),
        ),
        "reply_body": json.dumps(reply).encode(),
    }
    return Exchange(**{**values, **changed})


def listing(query: str, *, status: int = 200, cookie: str = "", path: str = "/api/orders") -> Exchange:
    """A read with `query`, answered with a page, a report or a problem."""
    reply = {"items": [], "page": {"limit": 20, "has_more": False}} if status == 200 else PROBLEM
    rates = tuple((f"x-ratelimit-{name}", "9") for name in ("limit", "remaining", "reset"))
    base = create(reply=reply, status=status, method="GET", path=path, query=query, body=None)
    kind = (("content-type", "text/csv"),) if path == "/api/report" and status == 200 else base.reply_headers[:1]
    headers = base.headers[1:] + ((("cookie", cookie),) if cookie else ())
    return replace(base, headers=headers, reply_headers=(*kind, ("x-correlation-id", CORRELATION), *rates))


def rules(shop: contract.Contract, exchange: Exchange) -> list[str]:
    return [finding.rule for finding in oracle.judge(shop, exchange, POLICY)]


def without(exchange: Exchange, name: str) -> tuple[tuple[str, str], ...]:
    return tuple(item for item in exchange.reply_headers if item[0] != name)


def test_a_good_exchange_has_no_finding(shop: contract.Contract) -> None:
    assert rules(shop, create()) == []
    assert rules(shop, listing("limit=5&tags=a,b&sku=abc&sku=def")) == []


REPLIES: dict[str, tuple[Exchange, list[str]]] = {
    "a status nobody documented": (create(status=200), ["undeclared-status"]),
    "a failure of the service": (create(status=500), ["server-error", "undeclared-status"]),
    "an unimplemented operation is counted, not blamed": (create(status=501), []),
    "a field missing": (create(reply={k: v for k, v in ORDER.items() if k != "sku"}), ["invalid-body"]),
    "a field too many": (create(reply={**ORDER, "tenant": "a"}), ["invalid-body"]),
    "a write-only field": (create(reply={**ORDER, "coupon": "SAVE10"}), ["invalid-body"]),
    "a time that is none": (create(reply={**ORDER, "created_at": "2026-11-21 10:00"}), ["invalid-body"]),
    "no JSON": (create(reply_body=b"{"), ["not-json"]),
    "another media type": (
        create(reply_headers=(("content-type", "text/html"), *create().reply_headers[1:])),
        ["undeclared-media-type"],
    ),
    "a required header missing": (create(reply_headers=without(create(), "location")), ["missing-header"]),
    "a header against its pattern": (
        create(reply_headers=(*without(create(), "location"), ("location", "/x"))),
        ["invalid-header"],
    ),
    "a body where there is none": (
        create(method="DELETE", path=f"/api/orders/{ORDER['id']}", status=204, body=None),
        ["unexpected-body"],
    ),
    "a 404 that is no problem": (
        create(method="GET", path="/api/jobs/7", body=None, status=404, reply_headers=create().reply_headers),
        ["undeclared-media-type"],
    ),
    "an undeclared method that works": (create(method="PUT", status=200), ["undeclared-method"]),
    "a 405 without Allow": (create(method="PUT", status=405), ["allow-header"]),
    "an undeclared path that works": (create(path="/api/secret", status=200), ["undeclared-path"]),
    "an undeclared path that does not": (create(path="/api/secret", status=404), []),
}


@pytest.mark.parametrize("name", REPLIES)
def test_answers(shop: contract.Contract, name: str) -> None:
    exchange, expected = REPLIES[name]
    assert rules(shop, exchange) == expected


BODIES: dict[str, tuple[Any, bool]] = {
    "every property": (
        {"sku": "ABC-1", "quantity": 0, "kind": "retail", "gift_note": None, "tags": ["a"], "coupon": "SAVE"},
        True,
    ),
    "an integral float": ({"sku": "ABC-1", "quantity": 2.0}, True),
    "a boolean for an integer": ({"sku": "ABC-1", "quantity": True}, False),
    "a string for an integer": ({"sku": "ABC-1", "quantity": "2"}, False),
    "null where it is not allowed": ({"sku": None, "quantity": 2}, False),
    "a property too many": ({"sku": "ABC-1", "quantity": 2, "x": 1}, False),
    "equal items": ({"sku": "ABC-1", "quantity": 2, "tags": ["a", "a"]}, False),
    "no object": ([], False),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_accepted_or_refused_as_the_contract_says(shop: contract.Contract, name: str) -> None:
    body, is_valid = BODIES[name]
    accepted, refused = create(body), create(body, status=400, reply=PROBLEM)
    assert rules(shop, accepted) == ([] if is_valid else ["accepted-invalid"])
    assert rules(shop, refused) == (["refused-valid"] if is_valid else [])


@pytest.mark.parametrize(
    ("reply", "is_noted"),
    [
        ({"notes": [{"pointer": "/body/sku"}]}, True),
        ({"results": [{"notes": ["one"]}]}, True),
        ({"notes": []}, False),
        ({"notes": None}, False),
        ({"notes": "one"}, False),
        ({"other": ["one"]}, False),
    ],
)
def test_a_note_in_an_accepted_answer_counts_as_a_refusal(reply: dict[str, Any], is_noted: bool) -> None:
    """`*` is any list with items, of the reply or of an item of a batch."""
    exchange = replace(create([]), reply_body=json.dumps(reply).encode())
    policy = Policy(polite_refusals=(("notes", frozenset({"*"})),))
    assert oracle.is_polite_refusal(exchange, policy) == is_noted


def test_a_read_only_property_in_a_request_is_left_to_the_service(shop: contract.Contract) -> None:
    body = {"sku": "ABC-1", "quantity": 2, "id": ORDER["id"]}
    assert rules(shop, create(body)) == []
    assert rules(shop, create(body, status=400, reply=PROBLEM)) == []


QUERIES: dict[str, tuple[str, str]] = {
    "limit=100": ("valid", "/api/orders"),
    "limit=101": ("invalid", "/api/orders"),
    "limit=0": ("invalid", "/api/orders"),
    "limit=abc": ("invalid", "/api/orders"),
    "limit=1.0": ("unsure", "/api/orders"),
    "limit=5&limit=6": ("unsure", "/api/orders"),
    "status=paid": ("valid", "/api/orders"),
    "status=gone": ("invalid", "/api/orders"),
    "tags=a,b,c": ("valid", "/api/orders"),
    "tags=a,b,c,d": ("invalid", "/api/orders"),
    "tags=A": ("invalid", "/api/orders"),
    "sku=abc&sku=defg": ("valid", "/api/orders"),
    "sku=abc,defghijk": ("invalid", "/api/orders"),
    "sku=abc&sku=ab": ("invalid", "/api/orders"),
    "unknown=1": ("valid", "/api/orders"),
    "range%5Bdays%5D=5&range[from]=2026-01-01": ("valid", "/api/report"),
    "range[days]=91": ("invalid", "/api/report"),
    "range[until]=2026-01-01": ("invalid", "/api/report"),
    "totals=true": ("valid", "/api/report"),
    "totals=yes": ("unsure", "/api/report"),
    "totals=maybe": ("invalid", "/api/report"),
}


def test_a_parameter_that_the_operation_does_not_have_may_be_refused_by_name(shop: contract.Contract) -> None:
    refusal = {
        "errors": [{"pointer": "/query/unknown", "field": "unknown", "message": "m", "code": "unknown_parameter"}]
    }
    for query, is_judged in (("unknown=1", False), ("limit=5", True)):
        exchange = listing(query, status=400)
        body = json.dumps(PROBLEM | refusal).encode()
        assert ("refused-valid" in rules(shop, replace(exchange, reply_body=body))) == is_judged


@pytest.mark.parametrize("query", QUERIES)
def test_query_parameters_in_every_style(shop: contract.Contract, query: str) -> None:
    state, path = QUERIES[query]
    assert rules(shop, listing(query, path=path)) == (["accepted-invalid"] if state == "invalid" else [])
    assert rules(shop, listing(query, path=path, status=400)) == (["refused-valid"] if state == "valid" else [])


@pytest.mark.parametrize(
    ("cookie", "expected"), [("theme=dark", []), ("theme=blue", ["accepted-invalid"]), ("other=1", [])]
)
def test_cookie_parameters(shop: contract.Contract, cookie: str, expected: list[str]) -> None:
    assert rules(shop, listing("", path="/api/report", cookie=cookie)) == expected


def test_missing_required_header_and_wrong_media_type(shop: contract.Contract) -> None:
    no_header = replace(create(), headers=tuple(item for item in create().headers if item[0] != "x-correlation-id"))
    other_type = replace(create(), headers=(("content-type", "text/plain"), *create().headers[1:]))
    assert rules(shop, no_header) == ["accepted-invalid"]
    assert rules(shop, other_type) == ["accepted-invalid"]


WHO: dict[str, tuple[str | None, int, list[str]]] = {
    "nobody gets in": (None, 201, ["open-door"]),
    "nobody is kept out": (None, 401, ["missing-header"]),
    "somebody unknown": ("Bearer who", 201, []),
    "a clerk who may not, and does": ("Bearer clerk", 201, ["scope-ignored"]),
    "a clerk who may not": ("Bearer clerk", 403, []),
    "an owner who may, and is refused": ("Bearer owner", 403, ["scope-refused"]),
}


@pytest.mark.parametrize("name", WHO)
def test_who_calls(shop: contract.Contract, name: str) -> None:
    proof, status, expected = WHO[name]
    headers = tuple(item for item in create().headers if item[0] != "authorization")
    headers += (("authorization", proof),) if proof else ()
    exchange = create(status=status, reply=ORDER if status == 201 else {**PROBLEM, "status": status}, headers=headers)
    assert rules(shop, exchange) == expected


def test_a_rule_may_refuse_what_the_contract_allows(shop: contract.Contract) -> None:
    exchange = create(status=400, reply=PROBLEM)
    allowed = replace(exchange, reply_body=json.dumps({**PROBLEM, "code": "TOO_MANY"}).encode())
    policy = Policy(rule_codes=frozenset({"TOO_MANY"}))
    assert "refused-valid" in [finding.rule for finding in oracle.judge(shop, exchange, policy)]
    assert "refused-valid" not in [finding.rule for finding in oracle.judge(shop, allowed, policy)]


def test_a_finding_names_the_line_of_the_contract(shop: contract.Contract) -> None:
    document, _ = source.load(SHOP)
    assert document is not None
    (finding,) = oracle.judge(shop, create(reply={**ORDER, "status": "lost"}), POLICY)
    line = document.line(document.at(finding.pointer).line)
    assert "status: {type: string, enum: [open, paid, refunded]}" in line


HOUSE: dict[str, tuple[Exchange, str]] = {
    "another status in the problem": (create(status=404, reply=PROBLEM), "the problem says status 400"),
    "a stack": (
        create(status=400, reply={**PROBLEM, "detail": "Traceback (most recent call last)"}),
        "shows internals",
    ),
    "no problem at all": (create(status=400, reply_headers=create().reply_headers), "is application/json"),
    "no correlation id": (create(reply_headers=without(create(), "x-correlation-id")), "not a UUID"),
    "another correlation id": (
        create(reply_headers=(*without(create(), "x-correlation-id"), ("x-correlation-id", ORDER["id"]))),
        "returned as",
    ),
    "one rate limit header": (
        create(reply_headers=(*create().reply_headers, ("x-ratelimit-limit", "9"))),
        "all three",
    ),
    "no Retry-After": (create(status=503, reply={**PROBLEM, "status": 503}), "Retry-After"),
}


@pytest.mark.promise("P046")
@pytest.mark.parametrize("name", HOUSE)
def test_convention_checks(name: str) -> None:
    exchange, message = HOUSE[name]
    assert message in " ".join(finding.message for finding in conventions.judge(exchange, CONVENTIONS, "x"))


def test_pages_are_no_longer_than_asked() -> None:
    base = listing("limit=2")
    long = replace(base, reply_body=json.dumps({"items": [1, 2, 3], "page": {"limit": 2, "has_more": False}}).encode())
    other = replace(base, reply_body=json.dumps({"items": [], "page": {"limit": 3, "has_more": False}}).encode())
    lying = replace(base, reply_body=json.dumps({"items": [], "page": {"limit": 2, "has_more": True}}).encode())
    messages = [next(conventions.judge(exchange, CONVENTIONS, "x")).message for exchange in (long, other, lying)]
    assert messages[0] == "the page holds 3 items, the limit is 2"
    assert messages[1] == "page.limit is 3, requested was 2"
    assert "has_more is True" in messages[2]


MOST_CALLS = 160
"""Of functions, for one exchange, as Python counts them, however busy the machine is; there were 111."""


def test_an_exchange_costs_few_calls(shop: contract.Contract) -> None:
    """`make bench-conformance` tells exchanges per second, which depend on the machine; there were 30,000 to 45,000."""
    exchanges = [
        create(),
        listing("limit=5&tags=a,b"),
        create(status=400, body=[], reply=PROBLEM),
        listing("", path="/api/report"),
    ] * 10
    calls = Counter[str]()
    assert oracle.judge_all(shop, exchanges, POLICY) == []  # decodes them
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, argument: calls.update([event]))
    try:
        assert oracle.judge_all(shop, exchanges, POLICY) == []
    finally:
        sys.setprofile(before)
    assert (calls["call"] + calls["c_call"]) / len(exchanges) < MOST_CALLS


def test_half_a_surrogate_is_no_text_and_no_reason_to_fail() -> None:
    """Python reads `"\\ud800"`, and no schema can be asked about it: nothing is claimed."""
    assert parse_json(b'{"a": "\\ud800"}') is NOT_JSON
    assert parse_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}
