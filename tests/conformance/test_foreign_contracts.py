"""Contracts of others: 3.0 with its own dialect, base paths, and lists that are split before they are decoded."""

import pytest

from tools.conformance import recording
from tools.conformance.contract import compiled
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.target import Target
from tools.conformance.judge import decoding
from tools.openapi import modern
from tools.openapi.source import Document


def contract(parameters=(), *, path="/a", version="3.1.0", reply=None, **words):
    content = {"content": {"application/json": {"schema": reply}}} if reply else {}
    operation = {
        "operationId": "a",
        "parameters": list(parameters),
        "responses": {"200": {"description": "ok", **content}},
    }
    return {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {path: {"get": operation}}, **words}


def asked(path, query=""):
    return Exchange(
        id="1",
        method="GET",
        path=path,
        query=query,
        headers=(),
        body=None,
        status=200,
        reply_headers=(),
        reply_body=b"",
    )


def listed(style="form", place="query", **schema):
    words = {"required": True} if place == "path" else {}
    return {"name": "v", "in": place, "style": style, "explode": False, "schema": {"type": "array", **schema}, **words}


SHORT = {"items": {"type": "string", "maxLength": 3}}


@pytest.mark.parametrize(
    ("parameter", "query", "verdict"),
    [
        (listed(**SHORT), "v=a,b", "valid"),
        (listed(**SHORT), "v=abc,def", "valid"),
        (listed(**SHORT), "v=a%2Cb", "valid"),
        (listed(**SHORT), "v=abc%2Cdef", "invalid"),
        (listed(**SHORT, maxItems=1), "v=a%2Cb", "valid"),
        (listed(**SHORT, maxItems=1), "v=a,b", "invalid"),
        (listed(items={"type": "integer"}), "v=1,2", "valid"),
        (listed(items={"type": "integer"}), "v=1%2C2", "invalid"),
        (listed("spaceDelimited", **SHORT), "v=abc%20def", "valid"),
        (listed("spaceDelimited", **SHORT), "v=abc+def", "valid"),
        (listed("pipeDelimited", **SHORT), "v=abc|def", "valid"),
        (listed("pipeDelimited", **SHORT), "v=abc%7Cdef", "valid"),
        (listed("pipeDelimited", **SHORT), "v=abc,def", "invalid"),
    ],
)
def test_a_list_is_split_before_its_items_are_decoded(parameter, query, verdict):
    whole = compiled.compile_contract(contract([parameter]))
    (own,) = whole.operations["GET /a"].parameters
    assert decoding.judge_parameter(own, asked("/a", query), {}) == verdict


@pytest.mark.parametrize(
    ("path", "verdict"),
    [("/a/x,y", "valid"), ("/a/abc%2Cde", "invalid"), ("/a/x%2Cy", "valid"), ("/a/abcd", "invalid")],
)
def test_so_it_is_in_a_path(path, verdict):
    whole = compiled.compile_contract(contract([listed("simple", "path", **SHORT)], path="/a/{v}"))
    (own,) = whole.operations["GET /a/{v}"].parameters
    _, values = whole.match(path)
    assert decoding.judge_parameter(own, asked(path), values) == verdict


def test_the_value_of_a_path_is_plain_text_for_everybody_else():
    _, values = compiled.compile_contract(contract(path="/a/{v}")).match("/a/x%20y")
    assert values == {"v": "x y"}


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string"}, None, False),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 1, False),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2, True),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": False}, 1, True),
    ],
)
def test_openapi_30_is_judged_by_its_own_dialect(schema, value, fits):
    whole = compiled.compile_contract(modern.upgraded(contract(version="3.0.3", reply=schema)))
    (content,) = whole.operations["GET /a"].replies["200"].contents
    assert content.schema.is_valid(value) == fits


@pytest.mark.parametrize(
    ("servers", "url", "at"),
    [
        (None, "http://x.example", "http://x.example"),
        ([{"url": "/"}], "http://x.example", "http://x.example"),
        ([{"url": "https://y.example/v1"}], "http://x.example", "http://x.example/v1"),
        ([{"url": "/v1/"}], "http://x.example/", "http://x.example/v1"),
        ([{"url": "https://y.example/{stage}", "variables": {"stage": {"default": "live"}}}], "http://x.example", "http://x.example/live"),
        ([{"url": "https://y.example/v1"}], "http://x.example/v2", "http://x.example/v2"),
        ([{"url": "/v1"}, {"url": "/v2"}], "http://x.example", "http://x.example/v1"),
    ],
)  # fmt: skip
def test_a_service_is_asked_below_its_base_path(servers, url, at, tmp_path):
    value = contract(**({"servers": servers} if servers else {}))
    target = Target(url=url, contract=tmp_path / "api.json")
    assert recording.at_base(target, Document("api.json", "", value, {})).url == at


def test_an_address_below_the_base_path_is_that_of_its_operation():
    whole = compiled.compile_contract(contract(path="/a/{v}"), base_path="/v1")
    assert whole.match("/v1/a/x")[0] == "/a/{v}"
    again = compiled.compile_contract(contract(path="/a/{v}"), after=whole, touched="/paths/~1a~1{v}/get/responses")
    assert again.match("/v1/a/x")[0] == "/a/{v}"
