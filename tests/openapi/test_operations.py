"""The one reader of operations: effective parameters and security, in both versions, across files, with origins."""

from pathlib import Path

import pytest
import yaml

from tools.docs import reference
from tools.openapi import calls, link
from tools.openapi import operations as reader
from tools.rules import ALL, Contract

API = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "security": [{"token": ["read"]}, {"key": [], "tenant": []}],
    "paths": {
        "/a/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 7},
                {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string"}, "example": "t1"},
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
            ],
            "get": {
                "operationId": "getA",
                "parameters": [
                    {"name": "x-trace", "in": "header", "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}, "example": 3},
                    {"name": "page", "in": "cookie", "schema": {"type": "integer"}},
                ],
                "responses": {"200": {"description": "ok"}, "4XX": {"$ref": "#/components/responses/Bad"}},
            },
            "put": {"security": [], "responses": {"default": {"description": "ok"}}},
            "post": {"security": [{}, {"key": []}], "responses": {"200": {"description": "ok"}}},
        }
    },
    "components": {
        "responses": {"Bad": {"description": "bad"}},
        "securitySchemes": {
            "token": {"type": "oauth2", "flows": {}},
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "tenant": {"type": "http", "scheme": "Basic"},
        },
    },
}


def by_method(document=API):
    return {one.method: one for one in reader.operations(reader.root_of(document))}


def test_every_method_of_every_path_in_the_order_of_the_specification():
    assert [(one.key, one.id) for one in by_method().values()] == [
        ("GET /a/{id}", "getA"),
        ("PUT /a/{id}", "put /a/{id}"),
        ("POST /a/{id}", "post /a/{id}"),
    ]


def test_an_operation_overrides_a_parameter_of_its_path_in_its_place():
    parameters = by_method()["get"].parameters()
    assert [(one.location, one.name, one.is_required, one.is_shared) for one in parameters] == [
        ("path", "id", True, True),
        ("header", "x-trace", False, False),  # names of headers are the same in any case
        ("query", "page", True, False),
        ("cookie", "page", False, False),
    ]
    assert [one.name for one in by_method()["put"].parameters()] == ["id", "X-Trace", "page"]


def test_security_of_the_document_applies_where_the_operation_says_nothing():
    everywhere = [{"token": ("read",)}, {"key": (), "tenant": ()}]
    assert [by_method()[method].security() for method in ("get", "put", "post")] == [everywhere, [], [{}, {"key": ()}]]
    assert [by_method()[method].is_public for method in ("get", "put", "post")] == [False, True, True]


def test_a_scheme_says_which_part_of_a_request_carries_it():
    schemes = reader.schemes(reader.root_of(API))
    assert {name: (one.kind, one.location, one.parameter) for name, one in schemes.items()} == {
        "token": ("bearer", "header", "Authorization"),
        "key": ("apiKey", "header", "X-Key"),
        "tenant": ("basic", "header", "Authorization"),
    }


def test_replies_are_followed_and_keep_their_site():
    replies = by_method()["get"].replies()
    assert [(one.status, one.node.pointer, one.site.pointer) for one in replies] == [
        ("200", "/paths/~1a~1{id}/get/responses/200", "/paths/~1a~1{id}/get/responses/200"),
        ("4XX", "/components/responses/Bad", "/paths/~1a~1{id}/get/responses/4XX"),
    ]


@pytest.mark.parametrize(
    ("parameter", "style", "is_exploded"),
    [
        ({"in": "query"}, "form", True),
        ({"in": "cookie"}, "form", True),
        ({"in": "path"}, "simple", False),
        ({"in": "header", "explode": True}, "simple", True),
        ({"in": "query", "style": "pipeDelimited"}, "pipeDelimited", False),
        ({"in": "query", "explode": False}, "form", False),
    ],
)
def test_styles_have_the_defaults_of_the_specification(parameter, style, is_exploded):
    operation = {"parameters": [{"name": "p", **parameter}], "responses": {}}
    (one,) = by_method({"openapi": "3.1.0", "paths": {"/a": {"get": operation}}})["get"].parameters()
    assert (one.style, one.is_exploded) == (style, is_exploded)


MALFORMED = [
    {"paths": None},
    {"paths": {"/a": None}},
    {"paths": {"/a": {"get": None}}},
    {"paths": {"a": {"get": {}}}},
    {"paths": {"/a": {"$ref": "#/nowhere"}}},
    {"paths": {"/a": {"get": {"$ref": "#/nowhere"}}}},
    {"paths": {"/a": {"fetch": {"responses": {}}}}},
    {"paths": {"/a": {"query": {"responses": {}}}}},
]


@pytest.mark.parametrize("document", MALFORMED)
def test_what_is_no_operation_is_passed_over(document):
    assert by_method(document) == {}


@pytest.mark.parametrize(
    "operation",
    [
        {"parameters": 5, "security": 5, "responses": 5, "requestBody": 5},
        {"parameters": [5, {}, {"name": 1, "in": 2}, {"$ref": "#/nowhere"}], "security": [5], "responses": {"200": {"$ref": "#/x"}}},
        {"parameters": [None], "responses": {"200": None}},
    ],
)  # fmt: skip
def test_malformed_parts_of_an_operation_are_passed_over(operation):
    one = by_method({"openapi": "3.1.0", "paths": {"/a": {"get": operation}}})["get"]
    assert (one.parameters(), one.security(), one.replies()) == ([], [], [])


def test_origins_are_those_of_the_files(tmp_path: Path):
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {$ref: part.yaml}\n"
    )
    (tmp_path / "part.yaml").write_text(
        "get:\n  parameters:\n  - {name: q, in: query, schema: {}}\n  responses: {'200': {description: ok}}\n"
    )
    sources = link.read(tmp_path, display_root="c")
    (one,) = reader.operations(sources.root("c/api.yaml"))
    assert str(one.node.origin) == "c/part.yaml:1:1"
    assert str(one.parameters()[0].node.origin) == "c/part.yaml:3:5"
    assert one.node.is_30


class TestWhatWasReadWrongly:
    """Each stood in a tool of its own that read OpenAPI by itself."""

    def test_documentation_knows_the_security_of_the_document(self):
        pages = {method: str(reference.operation(one)) for method, one in by_method().items()}
        assert "an access token with the role read or higher" in pages["get"]
        assert "X-Key" in pages["get"]
        assert "needs no credentials" not in pages["get"]
        assert "needs no credentials" in pages["put"]

    def test_documentation_and_mocks_know_the_parameters_of_the_path(self):
        one = by_method()["post"]
        assert "X-Trace" in str(reference.operation(one))
        call = calls.example_call(one)
        assert call.target == "/a/7"
        assert call.headers["X-Trace"] == "t1"

    def test_an_override_is_no_duplicate_and_a_repetition_is(self, tmp_path: Path):
        def findings(document):
            (tmp_path / "api.yaml").write_text(yaml.safe_dump(document))
            sources = link.read(tmp_path, display_root="c")
            return [one.message for one in ALL["unique-parameters"].problems(Contract(sources.documents))]

        assert findings(API) == []
        parameter = {"name": "q", "in": "query", "schema": {}}
        twice = {"get": {"operationId": "a", "parameters": [parameter, parameter], "responses": {}}}
        assert findings({**API, "paths": {"/a": twice}}) == ["a declares 'q' twice"]
        other = {"name": "Q", "in": "query", "schema": {}}
        apart = {"get": {"operationId": "a", "parameters": [parameter, other], "responses": {}}}
        assert findings({**API, "paths": {"/a": apart}}) == []
