"""The server accepts exactly what the schema accepts, wherever the schema stands; jsonschema-rs is the judge.

Every value goes to every schema: as a JSON body, as a parameter with JSON in it, and as the JSON part of a form.
"""

import json
from urllib.parse import quote

import jsonschema_rs
import pytest

BIG = 9_007_199_254_740_993
SCHEMAS = {
    # Constants: true is not 1, 1.0 is 1.
    "numbers": {"enum": [0, 1]},
    "one": {"const": 1},
    "yes": {"type": "boolean", "enum": [True]},
    "no": {"const": False},
    "mixed": {"enum": [1, True, "1", None]},
    "fractions": {"enum": [0.5, 1.5]},
    "lists": {"enum": [[1], {"a": 1}]},
    "wrong_type": {"type": "string", "enum": [True, False]},
    "years": {"type": "string", "enum": [2023, 2024]},
    "narrowed": {"type": "string", "enum": ["a", "bb", "ccc"], "maxLength": 2},
    "odd_enum": {"enum": [1, 2, 3, 4], "not": {"multipleOf": 2}},
    # Intersections.
    "never": {"allOf": [{"type": "string"}, {"type": "integer"}]},
    "both": {"allOf": [{"type": ["string", "integer"]}, {"type": ["integer", "null"]}]},
    "thrice": {"allOf": [{"type": "integer", "multipleOf": 4}, {"multipleOf": 6}]},
    "tenths": {"allOf": [{"type": "number", "multipleOf": 0.1}, {"multipleOf": 0.25}]},
    "said_twice": {
        "allOf": [
            {"type": "object", "properties": {"n": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 20}, {"type": "null"}]}}},
            {"type": "object", "properties": {"n": {"type": "integer"}}},
        ]
    },
    "closed_without": {"type": "object", "additionalProperties": False, "properties": {"a": {}}, "required": ["b"]},
    "own_rest": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}},
            {"type": "object", "properties": {"n": {"maximum": 5}}},
        ]
    },
    # Unions.
    "exactly_one": {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]},
    "any": {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "string", "maxLength": 1}]},
    "itself_or": {"$ref": "#/components/schemas/ItselfOr"},
    # What is evaluated.
    "uneval_pattern": {"type": "object", "patternProperties": {"^a": {"type": "integer"}}, "unevaluatedProperties": False},
    "uneval_all": {"type": "object", "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}], "unevaluatedProperties": False},
    "uneval_any": {"type": "object", "anyOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}], "unevaluatedProperties": False},
    "uneval_one": {"type": "object", "oneOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}], "unevaluatedProperties": False},
    "uneval_if": {"type": "object", "properties": {"a": {}}, "if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"properties": {"b": {}}}, "else": {"properties": {"c": {}}}, "unevaluatedProperties": False},
    "uneval_dependent": {"type": "object", "properties": {"a": {}}, "dependentSchemas": {"a": {"properties": {"b": {}}}}, "unevaluatedProperties": False},
    "uneval_schema": {"type": "object", "allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": {"type": "integer"}},
    "uneval_branch": {"type": "object", "allOf": [{"properties": {"a": {}}, "unevaluatedProperties": False}, {"properties": {"b": {}}}]},
    "uneval_items": {"type": "array", "prefixItems": [{"type": "integer"}], "unevaluatedItems": False},
    "uneval_contains": {"type": "array", "contains": {"type": "integer"}, "unevaluatedItems": {"type": "string"}},
    # Keywords without a type of Python.
    "unique": {"type": "array", "items": {}, "uniqueItems": True},
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
    "contains": {"type": "array", "contains": {"type": "string"}, "maxContains": 1},
    "names": {"type": "object", "propertyNames": {"maxLength": 1}},
    "size": {"type": "object", "minProperties": 1, "maxProperties": 1},
    "needs": {"type": "object", "dependentRequired": {"a": ["b"]}},
    "not_null": {"not": {"type": "null"}},
    "optional_not_null": {"type": "object", "properties": {"a": {"not": {"type": "null"}}}},
    # Numbers as they are sent.
    "bounded": {"type": "integer", "maximum": BIG - 1},
    "tens": {"type": "integer", "multipleOf": 10},
    "real_tens": {"type": "number", "multipleOf": 10},
    # Schemas that contain themselves beside other words.
    "node": {"$ref": "#/components/schemas/Node"},
}  # fmt: skip
COMPONENTS = {
    "Node": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Node", "maxProperties": 1}},
    "ItselfOr": {"anyOf": [{"$ref": "#/components/schemas/ItselfOr"}, {"type": "integer"}]},
}
VALUES = [
    None, True, False, 0, 1, 2, 3, 4, 12, 20, 21, -1, 1.0, 0.5, 1.5, 0.1, 0.3, BIG, BIG - 1, BIG + 7, 90071992547409915, 12345678901234567890,
    "", "a", "bb", "ccc", "1", "true", "2023", [], [1], [1, 1], [1, 1.0], [True, 1], ["a"], ["a", 1], ["a", "b"], [1, "a"], [[]],
    {}, {"a": 1}, {"a": None}, {"a": "x"}, {"b": 1}, {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "c": 1}, {"ab": 1}, {"ab": "x"}, {"n": 20},
    {"n": 21}, {"n": None}, {"n": "x"}, {"n": 6, "a": "x"}, {"z": 1}, {"z": "x", "a": 1}, {"a": {}}, {"a": {"b": {}}}, {"a": {"b": {}, "c": {}}},
    {"a": {"b": {"c": {}, "d": {}}}}, {"a": []},
]  # fmt: skip


def operation(name, schema):
    content = {"application/json": {"schema": schema}}
    form = {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["v"], "properties": {"v": schema}},
            "encoding": {"v": {"contentType": "application/json"}},
        }
    }
    ok = {"responses": {"204": {"description": "ok"}}}
    return {
        f"/body/{name}": {"post": {"operationId": f"{name}Body", "requestBody": {"required": True, "content": content}, **ok}},
        f"/query/{name}": {"get": {"operationId": f"{name}Query", "parameters": [{"name": "v", "in": "query", "required": True, "content": content}], **ok}},
        f"/part/{name}": {"post": {"operationId": f"{name}Part", "requestBody": {"required": True, "content": form}, **ok}},
    }  # fmt: skip


@pytest.fixture(scope="module")
def built(build):
    paths = {path: item for name, schema in SCHEMAS.items() for path, item in operation(name, schema).items()}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"schemas": COMPONENTS},
    }
    return build({"api.json": json.dumps(document)})


def judge(name):
    whole = {"components": {"schemas": {**COMPONENTS, "ItselfOr": {"type": "integer"}}}, "allOf": [SCHEMAS[name]]}
    return jsonschema_rs.Draft202012Validator(whole)


@pytest.mark.parametrize("name", SCHEMAS)
async def test_a_value_is_accepted_exactly_where_the_schema_accepts_it(built, name):
    validator = judge(name)
    wrong = []
    async with built.client() as client:
        for value in VALUES:
            text = json.dumps(value)
            part = f'--b\r\ncontent-disposition: form-data; name="v"\r\ncontent-type: application/json\r\n\r\n{text}\r\n--b--\r\n'
            answers = {
                "body": await client.post(f"/body/{name}", content=text, headers={"content-type": "application/json"}),
                "query": await client.get(f"/query/{name}?v={quote(text, safe='')}"),
                "part": await client.post(
                    f"/part/{name}", content=part, headers={"content-type": "multipart/form-data; boundary=b"}
                ),
            }
            if SCHEMAS[name].get("type") == "array" and not isinstance(value, list):
                del answers["part"]  # a part is one item of a list
            expected = 501 if validator.is_valid(value) else 400
            wrong += [(place, text, one.status_code) for place, one in answers.items() if one.status_code != expected]
    assert wrong == []


async def test_an_integer_arrives_as_it_was_sent(build):
    built = build(
        "paths: {/a: {post: {operationId: a, parameters: [{name: q, in: query, schema: {type: integer}}], requestBody: {content: {application/json: {schema: {type: integer}}}}, responses: {'204': {description: ok}}}}}"
    )
    seen = []

    class Keeps(built.module("api").ApiStub):
        async def a(self, params, body, *, call):
            seen.append((params.q, body))
            return built.module("api").A204()

    async with built.client(api=Keeps()) as client:
        for number in (2**53 + 1, -(2**63) - 1, 10**30, 5):
            await client.post(f"/a?q={number}", content=str(number), headers={"content-type": "application/json"})
    assert seen == [(number, number) for number in (2**53 + 1, -(2**63) - 1, 10**30, 5)]


HOSTILE = [
    "1" * 400, "1" * 5000, "1e400", "-1e400", "1e-400", "[" * 150 + "]" * 150, "[" * 5000, '{"a":' * 120 + "1" + "}" * 120, "NaN", "Infinity", "1E5",
    '"\\ud800"', '"\\u0000"', "\ufeff1", "", " ", "{", "nul", '{"a":1,"a":2}', "[1,]", "0x1", "01", "-", "--1", '"' + "x" * 100_000 + '"',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
async def test_no_body_is_the_fault_of_the_server(built, text):
    async with built.client() as client:
        for name in ("numbers", "thrice", "exactly_one", "uneval_if", "unique", "real_tens", "bounded", "node"):
            for path in (f"/body/{name}", f"/part/{name}"):
                kind = "application/json" if "body" in path else "multipart/form-data; boundary=b"
                part = f'--b\r\ncontent-disposition: form-data; name="v"\r\n\r\n{text}\r\n--b--\r\n'
                content = (text if "body" in path else part).encode("utf-8", "surrogatepass")
                response = await client.post(path, content=content, headers={"content-type": kind})
                assert response.status_code in {400, 501}, (path, response.status_code)


async def test_a_schema_that_branches_at_every_level_is_judged_a_hundred_levels_deep(build):
    built = build(
        """
        paths: {/a: {post: {operationId: a, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}, responses: {'204': {description: ok}}}}}
        components: {schemas: {Tree: {oneOf: [{type: integer}, {type: array, items: {$ref: '#/components/schemas/Tree'}}, {type: array, maxItems: 0, items: {type: string}, minItems: 1}]}}}
        """
    )
    async with built.client() as client:
        for text, status in (("[" * 100 + "1" + "]" * 100, 501), ("[" * 100 + '"x"' + "]" * 100, 400)):
            response = await client.post("/a", content=text, headers={"content-type": "application/json"})
            assert response.status_code == status
