"""A change is an error only where the same payload is accepted once this change alone is taken back."""

import datetime as dt

import pytest

from tools.breaking.input import documents
from tools.breaking.rules import compare
from tools.breaking.rules.options import Options

S, I = {"type": "string"}, {"type": "integer"}  # noqa: E741  (types, as short as in the tables)


def document(schema, *, reply=False, components=None, version="3.1.0", paths=None, schemes=None, **words):
    content = {"content": {"application/json": {"schema": schema}}}
    ok = {"200": {"description": "ok", **(content if reply else {})}}
    operation = {
        "operationId": "t",
        "responses": ok,
        **({} if reply else {"requestBody": {"required": True, **content}}),
    }
    whole = {
        "openapi": version,
        "info": {"title": "T", "version": "1.0.0"},
        "paths": paths or {"/t": {"post": operation}},
        **words,
    }
    return {**whole, "components": {"schemas": components or {}, "securitySchemes": schemes or {}}}


def levels(base, head):
    options = Options(dt.date(2026, 11, 20), 0)
    result = compare.compare(documents.inline(base, "base"), documents.inline(head, "head"), options)
    return {one.id: one.level.value for one in result.findings if not one.documentation_only}, result


def obj(required=(), **properties):
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


NEIGHBOURS = [
    # What breaks, beside what is harmless: (before, after, errors, the others).
    ("an inline object gains a property", obj(x=S, n=obj()), obj(x=I, n=obj(note=S)), "request-property-type-changed", "new-optional-request-property"),
    ("the value of a map does", obj(x=S, m={"type": "object", "additionalProperties": obj()}), obj(x=I, m={"type": "object", "additionalProperties": obj(note=S)}), "request-property-type-changed", "new-optional-request-property"),
    ("an item of a list does", obj(x=S, m={"type": "array", "items": obj()}), obj(x=I, m={"type": "array", "items": obj(note=S)}), "request-property-type-changed", "new-optional-request-property"),
    ("a maximum is raised", obj(x=S, s={"type": "string", "maxLength": 3}), obj(x=I, s={"type": "string", "maxLength": 5}), "request-property-type-changed", "request-property-max-length-increased"),
    ("a minimum is lowered", obj(x=S, s={"type": "integer", "minimum": 3}), obj(x=I, s={"type": "integer", "minimum": 1}), "request-property-type-changed", "request-property-min-decreased"),
    ("a property becomes optional", obj(["s"], x=S, s=S), obj([], x=I, s=S), "request-property-type-changed", "request-property-became-optional"),
    ("an enum grows", obj(x=S, e={"enum": ["a"]}), obj(x=I, e={"enum": ["a", "b"]}), "request-property-type-changed", "request-property-enum-value-added"),
    ("a pattern goes", obj(x=S, e={"type": "string", "pattern": "^a"}), obj(x=I, e=S), "request-property-type-changed", "request-property-pattern-removed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "error", "other"), [row[1:] for row in NEIGHBOURS], ids=[row[0] for row in NEIGHBOURS]
)
def test_what_stands_beside_a_break_is_judged_by_itself(before, after, error, other):
    found, _ = levels(document(before), document(after))
    assert [name for name, level in found.items() if level == "error"] == [error]
    assert found[other] == "info"


def test_a_union_in_a_reply_that_narrows_is_no_break_beside_one_that_grows():
    before = obj(e={"enum": ["x"]}, p={"anyOf": [S, {"type": "number"}]})
    after = obj(e={"enum": ["x", "y"]}, p={"anyOf": [S, I]})
    found, _ = levels(document(before, reply=True), document(after, reply=True))
    assert [name for name, level in found.items() if level == "error"] == ["response-property-enum-value-added"]


def test_two_breaks_are_two_errors_each_with_a_payload_of_its_own():
    found, result = levels(document(obj(a=S, b=S)), document(obj(a=I, b={"type": "boolean"})))
    assert [level for level in found.values() if level == "error"] == ["error"]
    witnesses = [one.witness for one in result.findings if one.level.value == "error"]
    assert witnesses == [{"a": "a"}, {"b": "a"}] or [list(one) for one in witnesses] == [["a"], ["b"]]


def test_what_breaks_only_together_is_told_of_the_whole():
    """Neither bound refuses anything that the other does not refuse too."""
    before, after = {"type": "integer"}, {"type": "integer", "minimum": 5, "exclusiveMinimum": 4}
    found, _ = levels(document(before), document(after))
    assert "error" in found.values()


PETS = {"get": {"operationId": "pets", "responses": {"200": {"description": "ok"}}}}


def served(url, path):
    return document(S, paths={path: PETS}, servers=[{"url": url}])


@pytest.mark.parametrize(
    ("before", "after", "errors"),
    [
        (("https://x.example/v1", "/pets"), ("https://x.example", "/v1/pets"), set()),
        (("https://x.example", "/v1/pets"), ("https://x.example/v1", "/pets"), set()),
        (("https://x.example/v1", "/pets"), ("https://y.example/v1", "/pets"), set()),
        (("https://x.example/v1/", "/pets"), ("/v1", "/pets"), set()),
        (("https://x.example/v1", "/pets"), ("https://x.example/v2", "/pets"), {"api-base-path-changed"}),
        (("https://x.example/v1", "/pets/{id}"), ("https://x.example", "/v1/pets/{key}"), set()),
    ],
)
def test_an_address_is_the_path_of_a_server_and_the_path_of_an_operation(before, after, errors):
    found, _ = levels(served(*before), served(*after))
    assert {name for name, level in found.items() if level == "error"} == errors


def one_pet(schema, *more):
    item = {
        "get": {
            "operationId": "one",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": schema}],
            "responses": {"200": {"description": "ok"}},
        }
    }
    return document(
        S, paths={"/p/{id}": item, **{path: {"get": {**PETS["get"], "operationId": path}} for path in more}}
    )


@pytest.mark.parametrize(
    ("schema", "path", "is_shadowed"),
    [
        (S, "/p/latest", True),
        ({"type": "string", "maxLength": 3}, "/p/latest", False),
        ({"type": "string", "format": "uuid"}, "/p/latest", False),
        ({"type": "string", "enum": ["latest", "x"]}, "/p/latest", True),
        (I, "/p/latest", False),
        (I, "/p/7", True),
        (S, "/p/latest/more", False),
        (S, "/q/latest", False),
    ],
)
def test_a_new_path_must_not_take_the_requests_of_a_parameter(schema, path, is_shadowed):
    found, _ = levels(one_pet(schema), one_pet(schema, path))
    assert (found.get("path-shadowed") == "error") == is_shadowed


def test_a_path_that_was_there_before_shadows_nothing():
    found, _ = levels(one_pet(S, "/p/latest"), one_pet(S, "/p/latest"))
    assert "path-shadowed" not in found


def secured(name, scheme):
    return document(S, security=[{name: []}], schemes={name: scheme})


@pytest.mark.parametrize(
    ("before", "after", "breaks"),
    [
        ({"type": "http", "scheme": "bearer"}, {"type": "http", "scheme": "Bearer"}, False),
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            False,
        ),
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            {"type": "apiKey", "in": "header", "name": "X-Other"},
            True,
        ),
        ({"type": "http", "scheme": "bearer"}, {"type": "http", "scheme": "basic"}, True),
    ],
)
def test_a_scheme_that_only_changes_its_name_asks_for_the_same(before, after, breaks):
    found, _ = levels(secured("old", before), secured("new", after))
    assert ("error" in found.values()) == breaks


def offered(*media_types, reply=False):
    content = {"content": {name: {"schema": obj(a=S)} for name in media_types}}
    operation = {"operationId": "t", "responses": {"200": {"description": "ok", **(content if reply else {})}}}
    return document(S, paths={"/t": {"post": {**operation, **({} if reply else {"requestBody": content})}}})


@pytest.mark.parametrize(
    ("before", "after", "reply", "breaks"),
    [
        (["application/json"], ["application/*"], False, False),
        (["application/json"], ["*/*"], False, False),
        (["application/json"], ["text/*"], False, True),
        (["application/*"], ["application/json"], False, True),
        (["application/json"], ["application/*"], True, True),
    ],
)
def test_a_range_of_media_types_takes_what_it_covers(before, after, reply, breaks):
    found, _ = levels(offered(*before, reply=reply), offered(*after, reply=reply))
    assert ("error" in found.values()) == breaks


@pytest.mark.parametrize(
    ("before", "after", "breaks"),
    [
        (r"^[\p{L}\d]+$", r"^\p{L}+$", True),
        (r"^\p{L}+$", r"^[\p{L}\d]+$", False),
        (r"^\p{Lu}$", r"^\p{L}$", False),
        (r"^\p{L}$", r"^\p{Lu}$", True),
        (r"^\P{L}$", r"^[^\p{L}]$", False),
    ],
)
def test_classes_of_unicode_are_reasoned_about(before, after, breaks):
    found, _ = levels(document({"type": "string", "pattern": before}), document({"type": "string", "pattern": after}))
    assert ("error" in found.values()) == breaks


def test_nullable_without_a_type_says_nothing_in_openapi_30():
    before = document(
        obj(a={"nullable": True, "allOf": [{"$ref": "#/components/schemas/O"}]}),
        version="3.0.3",
        components={"O": obj(b=S)},
    )
    after = document(
        obj(a={"allOf": [{"$ref": "#/components/schemas/O"}]}), version="3.0.3", components={"O": obj(b=S)}
    )
    assert "error" not in levels(before, after)[0].values()


def test_a_tag_that_is_no_longer_mapped_is_refused_by_whoever_chooses_by_it():
    members = {"A": obj(["k"], k=S), "B": obj(["k", "n"], k=S, n=I)}
    union = {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}

    def tagged(**mapping):
        return {**union, "discriminator": {"propertyName": "k", "mapping": mapping}}

    found, _ = levels(
        document(tagged(a="A", aa="A", b="B"), components=members), document(tagged(a="A", b="B"), components=members)
    )
    assert found["request-body-discriminator-mapping-deleted"] == "error"
    found, _ = levels(
        document(tagged(a="A", b="B"), components=members), document(tagged(a="A", aa="A", b="B"), components=members)
    )
    assert "error" not in found.values()
