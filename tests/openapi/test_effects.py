"""A keyword without effect is told with its line, and every tool reads the document as if it were not there."""

import pytest
import yaml

from tools.openapi import link
from tools.openapi.problems import Severity


def warnings(tmp_path, document):
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    sources = link.read(tmp_path / "api.yaml", display_root="")
    assert all(problem.severity is Severity.WARNING for problem in sources.problems)
    return [(sources.line(problem.origin).strip(), problem.message) for problem in sources.problems]


def with_schema(schema, version="3.1.0"):
    body = {"content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "a", "requestBody": body, "responses": {"200": {"description": "ok"}}}
    return {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {"/a": {"post": operation}}}


@pytest.mark.parametrize(
    ("schema", "version", "messages"),
    [
        (
            {"type": "string", "nullable": True},
            "3.1.0",
            ["`nullable` has no effect in OpenAPI 3.1: null is not accepted"],
        ),
        ({"type": "string", "nullable": True}, "3.0.3", []),
        ({"type": "string", "nullable": False}, "3.1.0", []),
        ({"exclusiveMinimum": True, "minimum": 1}, "3.1.0", ["`exclusiveMinimum: true` has no effect in OpenAPI 3.1"]),
        (
            {"exclusiveMaximum": False, "maximum": 1},
            "3.1.0",
            ["`exclusiveMaximum: false` has no effect in OpenAPI 3.1"],
        ),
        ({"exclusiveMinimum": True, "minimum": 1}, "3.0.3", []),
        ({"exclusiveMinimum": 1}, "3.1.0", []),
        ({"type": "string", "enum": []}, "3.1.0", ["an empty `enum` accepts no value"]),
        ({"$dynamicRef": "#node"}, "3.1.0", ["`$dynamicRef` is not followed: it has no effect on what is accepted"]),
        ({"$recursiveRef": "#"}, "3.1.0", ["`$recursiveRef` is not followed: it has no effect on what is accepted"]),
        ({"dependencies": {"a": ["b"]}}, "3.1.0", ["`dependencies` has no effect in OpenAPI 3.1"]),
        ({"properties": {"nullable": {"type": "string"}, "enum": {"type": "string"}}}, "3.1.0", []),
        ({"type": "object", "example": {"nullable": True}, "default": {"enum": []}}, "3.1.0", []),
    ],
)
def test_keywords_of_schemas(tmp_path, schema, version, messages):
    assert [message for _, message in warnings(tmp_path, with_schema(schema, version))] == messages


def test_each_stands_at_its_own_line(tmp_path):
    nested = {"type": "object", "properties": {"a": {"type": "string", "nullable": True}}}
    assert warnings(tmp_path, with_schema(nested))[0][0] == "nullable: true"


OK = {"responses": {"200": {"description": "ok"}}}


@pytest.mark.parametrize(
    ("paths", "line"),
    [
        ({"/a": {"query": OK}}, "query:"),
        ({"/a": {"additionalOperations": {"COPY": OK}}}, "additionalOperations:"),
        ({"/a": {"get": {**OK, "parameters": [{"name": "q", "in": "querystring"}]}}}, "in: querystring"),
        ({"/a": {"get": {"responses": {"200": {"description": "ok", "content": {"a/b": {"itemSchema": {}}}}}}}}, "itemSchema: {}"),
        ({"/files#add": {"get": OK}}, "/files#add:"),
        ({"/files?x=1": {"get": OK}}, "/files?x=1:"),
    ],
)  # fmt: skip
def test_fields_of_3_2_and_paths_that_no_request_reaches(tmp_path, paths, line):
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    assert [where for where, _ in warnings(tmp_path, document)] == [line]


def test_another_dialect_of_schemas_is_told(tmp_path):
    document = {**with_schema({}), "jsonSchemaDialect": "http://json-schema.org/draft-07/schema#"}
    assert "not as 'http://json-schema.org/draft-07/schema#'" in warnings(tmp_path, document)[0][1]
    known = {**with_schema({}), "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base"}
    assert warnings(tmp_path, known) == []


def test_a_part_is_read_by_the_version_of_the_api_that_uses_it(tmp_path):
    (tmp_path / "part.yaml").write_text("components: {schemas: {A: {type: string, nullable: true}}}\n")
    reference = {"$ref": "part.yaml#/components/schemas/A"}
    assert warnings(tmp_path, with_schema(reference, "3.0.3")) == []
    assert len(warnings(tmp_path, with_schema(reference, "3.1.0"))) == 1
