"""What cannot be compared is refused at its place; what can is not."""

import json
from pathlib import Path

import pytest
import yaml

from tests.bench.breaking import contexts, edits, schemas
from tools.breaking.input import documents, inputs, plausible, validity
from tools.breaking.input.documents import BadInputError, Spec
from tools.breaking.schema import patterns
from tools.openapi import source


def spec(document):
    text = yaml.safe_dump(document, sort_keys=False)
    read, problems = source.parse(text, name="f.yaml")
    assert read is not None
    assert problems == []
    return Spec("f.yaml", read, lambda _: None)


def rules(document):
    found = spec(document)
    return [problem.rule for problem in documents.problems_of(found) or validity.check(found)]


def with_schema(schema, version="3.1.0", **components):
    document = contexts.operation(requestBody={"content": {"application/json": {"schema": schema}}})
    document["components"]["schemas"] |= components
    return {**document, "openapi": version}


A, STRING = {"$ref": "#/components/schemas/A"}, {"type": "string"}
BAD_SCHEMAS = [
    ({"type": "string", "pattern": "(["}, {}, ["bad-pattern"]),
    ({"patternProperties": {"(": STRING}}, {}, ["bad-pattern"]),
    ({"type": "strnig"}, {}, ["unknown-type"]),
    ({"$ref": "#/components/schemas/Missing"}, {}, ["dangling-ref"]),
    ({"$ref": "other.yaml#/A"}, {}, ["dangling-ref"]),
    ({"type": "string", "minLength": 5, "maxLength": 2}, {}, ["impossible-schema"]),
    ({"type": "object", "properties": {"a": {"type": "string", "minLength": 5, "maxLength": 2}}}, {}, ["impossible-schema"]),
    ({"type": "array", "items": {"type": "integer", "minimum": 1, "exclusiveMaximum": 1}}, {}, ["impossible-schema"]),
    ({"allOf": [STRING, {"type": "integer"}]}, {}, ["impossible-schema"]),
    ({"type": "string", "enum": [1, 2]}, {}, ["impossible-schema"]),
    ({"type": "object", "required": ["a"], "properties": {"a": False}}, {}, ["impossible-schema"]),
    ({"type": "object", "required": ["a"], "additionalProperties": False}, {}, ["impossible-schema"]),
    ({"type": "object", "minProperties": 2, "maxProperties": 1}, {}, ["impossible-schema"]),
    ({"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "boolean"}}, {}, ["impossible-schema"]),
    ({"type": "string", "pattern": "^a{3}$", "maxLength": 2}, {}, ["impossible-schema"]),
    ({"type": "integer", "multipleOf": 10, "minimum": 1, "maximum": 9}, {}, ["impossible-schema"]),
    (STRING, {"A": {"type": "object", "required": ["a"], "properties": {"a": A}}}, ["impossible-schema"]),
    ({"type": "string", "minLength": -1}, {}, ["malformed"]),
    ({"properties": ["a"]}, {}, ["malformed"]),
    ({"required": "a"}, {}, ["malformed"]),
    ("string", {}, ["not-a-schema"]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "components", "expected"), BAD_SCHEMAS)
def test_a_schema_that_makes_every_answer_worthless_is_refused(schema, components, expected):
    assert list(dict.fromkeys(rules(with_schema(schema, **components)))) == expected


GOOD_SCHEMAS = [
    ({"type": "string", "enum": []}, {}),
    ({"type": "string", "nullable": True}, {}),
    (False, {}),
    ({"not": {}}, {}),
    ({"type": "object", "properties": {"gone": False}}, {}),
    ({"type": "array", "items": False}, {}),
    ({"type": "string", "pattern": "^(a)\\1$"}, {}),
    ({"type": "string", "pattern": "^[\\w-.]+$"}, {}),
    ({"type": "string", "pattern": "^(?<n>a)\\k<n>$"}, {}),
    ({"type": "string", "const": "a", "maxLength": 1}, {}),
    ({"type": ["string", "null"], "enum": ["a", None]}, {}),
    (STRING, {"A": {"type": "object", "properties": {"a": A}}}),
    (STRING, {"A": {"type": "object", "required": ["a"], "properties": {"a": {"anyOf": [A, {"type": "null"}]}}}}),
    ({"type": "object", "properties": {"$ref": STRING, "example": STRING, "default": STRING}}, {}),
    ({"type": "object", "example": {"$ref": "#/is/data"}}, {}),
]


@pytest.mark.parametrize(("schema", "components"), GOOD_SCHEMAS)
def test_a_schema_that_somebody_means_is_taken(schema, components):
    assert rules(with_schema(schema, **components)) == []


def test_the_words_of_3_0_belong_to_3_0():
    assert rules(with_schema({"type": "string", "nullable": True}, version="3.0.3")) == []
    assert rules(with_schema({"type": ["string", "null"]}, version="3.0.3")) == ["mixed-dialects"]
    assert rules(with_schema({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, version="3.0.3")) == []


MALFORMED = [
    {"paths": []},
    {"paths": {"/a": {"get": []}}},
    {"paths": {"/a": {"get": {"responses": []}}}},
    {"paths": {"/a": {"get": {"responses": {"200": "ok"}}}}},
    {"paths": {"/a": {"get": {"parameters": {"in": "query"}}}}},
    {"paths": {"/a": {"get": {"parameters": ["q"]}}}},
    {"paths": {"/a": {"get": {"requestBody": None}}}},
    {"paths": {"/a": {"get": {"security": {"key": []}}}}},
    {"paths": {"/a": {"get": {"security": [{"key": {"a": 1}}]}}}},
    {"paths": {"/a": {"get": {"tags": [1]}}}},
    {"paths": {}, "components": {"schemas": []}},
    {"paths": {}, "components": {"schemas": {"A": {"$ref": 5}}}},
]


@pytest.mark.parametrize("parts", MALFORMED)
def test_what_has_not_the_shape_of_openapi_is_refused(parts):
    assert set(rules({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, **parts})) <= {
        "malformed",
        "bad-ref",
        "not-openapi",
    }
    assert rules({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, **parts}) != []


def test_what_is_left_empty_says_nothing():
    operation = {"get": {"responses": {"200": None}, "parameters": None}, "post": None}
    assert rules({"openapi": "3.1.0", "info": None, "paths": {"/a": operation, "/b": None}, "components": None}) == []


def test_every_problem_has_its_place():
    problems = validity.check(spec(with_schema({"type": "string", "pattern": "(["})))
    assert [(problem.origin.file, problem.origin.line > 1) for problem in problems] == [("f.yaml", True)]


def test_what_is_plainly_possible_is_possible():
    """The shortcut never says yes where the core proves no."""
    maker = schemas.Schemas(11)
    for _ in range(1_500):
        document = documents.inline(with_schema(maker.schema()), "random")
        for at in [document.at("/paths/~1things/post/requestBody/content/application~1json/schema")]:
            if plausible.Plausible(document).accepts_something(at.raw, at.file):
                assert not validity._prover(document)(at), at.raw


def test_no_schema_of_the_systematic_set_is_refused():
    for edit in edits.edits():
        for schema in (edit.before, edit.after):
            if "never" not in edit.name:
                assert validity.check(documents.inline(with_schema(schema), "edit")) == [], edit.name


@pytest.mark.parametrize(
    ("pattern", "spelled"),
    [
        ("[\\w-.]", "[\\w\\-.]"),
        ("[a-\\d]", "[a\\-\\d]"),
        ("[^]", "[\\s\\S]"),
        ("a{,3}", "a\\{,3}"),
        ("\\0", "\\x00"),
        ("[\\b]", "[\\x08]"),
    ],
)
def test_a_pattern_that_the_engine_does_not_read_is_spelled_so_that_it_does(pattern, spelled):
    assert patterns.spelled(pattern) == spelled


DUPLICATE = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\npaths: {}\n"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.yaml", "a: [", "yaml-syntax"),
        ("a.yaml", "", "empty-document"),
        ("a.yaml", DUPLICATE, "duplicate-key"),
        ("a.yaml", b"openapi: \xff", "not-utf8"),
        ("a.json", '{"openapi": "3.1.0", "openapi": "3.1.0"}', "duplicate-key"),
        ("a.json", '{"openapi": "3.1.0"', "json-syntax"),
        ("a.yaml", "openapi: 2.0\npaths: {}", "openapi-version"),
        ("a.yaml", "openapi: 3.1.0", "not-openapi"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name, text, reason):
    good, bad = tmp_path / "good.json", tmp_path / name
    good.write_text(json.dumps(with_schema(STRING)))
    bad.write_bytes(text if isinstance(text, bytes) else text.encode())
    for pair in ((good, bad), (bad, good), (bad, bad)):
        with pytest.raises(BadInputError) as caught:
            inputs.pairs(str(pair[0]), str(pair[1]))
        assert reason in {problem.rule for problem in caught.value.problems}
