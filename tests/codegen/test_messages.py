"""What a caller is told: each mistake in the words of the contract, and query parameters that nobody declares."""

import json

import pytest

from tests.codegen.test_requests import OK, table

BODY = f"""paths:
  /it:
    post:
      operationId: postIt
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
      {OK}
components:
  schemas:
    Thing:
      type: object
      additionalProperties: false
      properties:
        whole: {{type: integer, minimum: 1, maximum: 9, multipleOf: 2}}
        real: {{type: number, exclusiveMinimum: 0, exclusiveMaximum: 2}}
        text: {{type: string, minLength: 2, maxLength: 3, pattern: '^a'}}
        flag: {{type: boolean}}
        list: {{type: array, items: {{type: string}}, minItems: 1, maxItems: 2}}
        word: {{type: string, enum: [one, two]}}
        number: {{enum: [1, 2]}}
        day: {{type: string, format: date}}
        at: {{type: string, format: date-time}}
        id: {{type: string, format: uuid}}
        inner: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}
        pet: {{$ref: '#/components/schemas/Pet'}}
    Pet:
      oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}]
      discriminator: {{propertyName: kind, mapping: {{cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}}}
    Cat: {{type: object, required: [kind], properties: {{kind: {{const: cat}}}}}}
    Dog: {{type: object, required: [kind], properties: {{kind: {{const: dog}}}}}}
"""
MISTAKES = [
    ('{"whole": "5"}', "/body/whole", "Must be an integer"),
    ('{"whole": 1.5}', "/body/whole", "Must be an integer"),
    ('{"whole": 0}', "/body/whole", "Must be at least 1"),
    ('{"whole": 10}', "/body/whole", "Must be at most 9"),
    ('{"whole": 3}', "/body/whole", "Must be a multiple of 2"),
    ('{"real": "x"}', "/body/real", "Must be a number"),
    ('{"real": 0}', "/body/real", "Must be more than 0"),
    ('{"real": 2}', "/body/real", "Must be less than 2"),
    ('{"text": 1}', "/body/text", "Must be a string"),
    ('{"text": "a"}', "/body/text", "Must have at least 2 characters"),
    ('{"text": "aaaa"}', "/body/text", "Must have at most 3 characters"),
    ('{"text": "ba"}', "/body/text", "Must match the pattern ^a"),
    ('{"flag": 1}', "/body/flag", "Must be true or false"),
    ('{"list": {}}', "/body/list", "Must be an array"),
    ('{"list": []}', "/body/list", "Must have at least 1 item"),
    ('{"list": ["a", "b", "c"]}', "/body/list", "Must have at most 2 items"),
    ('{"word": "three"}', "/body/word", "Must be 'one' or 'two'"),
    ('{"number": true}', "/body/number", "Must be 1 or 2"),
    ('{"day": "x"}', "/body/day", "Must be a date, YYYY-MM-DD"),
    ('{"at": "2026-01-01T00:00:00"}', "/body/at", "Must be a date-time with an offset (RFC 3339)"),
    ('{"id": "x"}', "/body/id", "Must be a UUID"),
    ('{"inner": 1}', "/body/inner", "Must be an object"),
    ('{"inner": {}}', "/body/inner/name", "This property is required"),
    ('{"pet": {}}', "/body/pet", "The property 'kind' is required"),
    ('{"pet": {"kind": "secret"}}', "/body/pet", "The property 'kind' must be 'cat', 'dog'"),
    ('{"other": 1}', "/body/other", "Unknown property"),
    ('{"whole": 2,}', "/body", "This is not JSON: trailing comma at line 1 column 13"),
    ("{\n 'whole': 2}", "/body", "This is not JSON: key must be a string at line 2 column 2"),
    ('{"whole": ', "/body", "This is not JSON: EOF while parsing a value at line 1 column 10"),
    ("[]", "/body", "Must be an object"),
]


async def sent(built, url="/it", **request):
    """Status and mistakes of one request, of an operation that refuses what it does not declare."""
    async with built.client(closed_query=lambda operation: True) as client:
        reply = await client.request(request.pop("method", "GET"), url, **request)
    return reply.status_code, json.loads(reply.content).get("errors", [])


@pytest.fixture(scope="module")
def thing(build):
    return build(BODY)


@pytest.mark.parametrize(("body", "pointer", "message"), MISTAKES)
async def test_a_mistake_is_told_in_the_words_of_the_contract(thing, body, pointer, message):
    headers = {"Content-Type": "application/json"}
    status, errors = await sent(thing, method="POST", content=body, headers=headers)
    assert status == 400
    assert [(one["pointer"], one["message"]) for one in errors] == [(pointer, message)]
    assert "secret" not in json.dumps(errors)


OBJECT = "{type: object, properties: {r: {type: integer}}, additionalProperties: false}"
OPEN = "{type: object, additionalProperties: {type: string}}"
STATUS = "{name: status, in: query, schema: {type: string}}"
TWO = f"{STATUS}, {{name: limit, in: query, schema: {{type: integer}}}}"
DEEP = f"{{name: filter, in: query, style: deepObject, schema: {OBJECT}}}"
QUERIES = [
    (STATUS, "?status=a", None),
    (STATUS, "", None),
    (STATUS, "?stauts=a", ("/query/stauts", "Unknown parameter; did you mean status?")),
    (TWO, "?zzz", ("/query/zzz", "Unknown parameter; this operation has status, limit")),
    (STATUS, "?a~b%2Fc=1", ("/query/a~0b~1c", "Unknown parameter; this operation has status")),
    (STATUS, "?%00=1", ("/query/\ufffd", "Unknown parameter; this operation has status")),
    ("", "?status=a", ("/query/status", "Unknown parameter; this operation has none in the query")),
    (DEEP, "?filter[r]=1", None),
    (DEEP, "?filtre[r]=1", ("/query/filtre[r]", "Unknown parameter; did you mean filter?")),
    (f"{{name: any, in: query, schema: {OBJECT}}}", "?r=1", None),
    (
        f"{{name: any, in: query, schema: {OBJECT}}}",
        "?any=1",
        ("/query/any", "Unknown parameter; this operation has r"),
    ),
    (f"{{name: any, in: query, schema: {OPEN}}}", "?whatever=1", None),
]


@pytest.mark.parametrize("number", range(len(QUERIES)))
async def test_a_query_parameter_that_nobody_declares_is_refused_with_what_was_meant(build, number):
    _, query, mistake = QUERIES[number]
    _, errors = await sent(build(table(QUERIES)), f"/{number}/it{query}")
    known = [(one["pointer"], one["message"]) for one in errors if one["code"] == "unknown_parameter"]
    assert known == ([mistake] if mistake else [])


async def test_a_key_in_the_query_is_no_unknown_parameter(build):
    schemes = "components: {securitySchemes: {keyAuth: {type: apiKey, in: query, name: key}}}"
    contract = f"paths:\n  /it:\n    get:\n      operationId: getIt\n      security: [{{keyAuth: []}}]\n      {OK}\n{schemes}\n"
    built = build(contract)

    class Anybody:
        async def key_auth(self, credential, request):
            return built.runtime.Grant(credential)

    for query, status in (("?key=a", 501), ("?key=a&kee=b", 400)):
        async with built.client(authenticator=Anybody(), closed_query=lambda operation: True) as client:
            assert (await client.get(f"/it{query}")).status_code == status


async def test_an_application_that_does_not_ask_for_it_ignores_unknown_parameters(build):
    async with build(table(QUERIES)).client() as client:
        assert (await client.get("/0/it?stauts=a")).status_code == 501


async def test_hundreds_of_unknown_parameters_are_fifty_mistakes(build):
    query = "&".join(f"{'é' * 20}{number}=1" for number in range(400))
    _, errors = await sent(build(table(QUERIES)), f"/0/it?{query}")
    assert 1 <= len(errors) <= 50
    assert all(len(one["field"]) <= 100 for one in errors)
