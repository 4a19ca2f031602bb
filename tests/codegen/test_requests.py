"""Requests over ASGI: parameters in every style, bodies by the rules of JSON Schema."""

import json

import pytest

OK = "responses: {'200': {description: ok, content: {application/json: {schema: {}}}}}"


def echo(built, method="get_it"):
    """An implementation that answers with what it was given, as JSON."""
    api = built.module("api")
    reply = next(value for name, value in vars(api).items() if name.endswith("200"))

    class Echo(api.ApiStub):
        pass

    async def answer(self, *arguments, call):
        values = [
            {name: getattr(one, name) for name in one.__slots__}
            if hasattr(one, "__slots__") and not hasattr(one, "model_dump")
            else one
            for one in arguments
        ]
        return reply(body=values[0] if len(values) == 1 else values)

    setattr(Echo, method, answer)
    return Echo()


async def ask(built, url, **request):
    async with built.client(api=echo(built)) as client:
        response = await client.request(request.pop("method", "GET"), url, **request)
    return response.status_code, json.loads(response.content)


def one_parameter(yaml, path="/it"):
    return f"paths:\n  {path}:\n    get:\n      operationId: getIt\n      parameters: [{yaml}]\n      {OK}\n"


def table(cases, path="/it"):
    """One contract with a path for each case, so that it is generated once: `/0/it`, `/1/it`…"""
    items = [
        f"  /{number}{path}:\n    get:\n      operationId: get{number}\n      parameters: [{case[0]}]\n      {OK}\n"
        for number, case in enumerate(cases)
    ]
    return "paths:\n" + "".join(items)


class EchoAll:
    """Answers every operation with its parameters."""

    def __init__(self, api):
        self._api = api

    def __getattr__(self, name):
        number = name.removeprefix("get_").removeprefix("get")

        async def answer(params, *, call):
            return getattr(self._api, f"Get{number}_200")(body={one: getattr(params, one) for one in params.__slots__})

        return answer


async def ask_case(built, number, url, **request):
    async with built.client(api=EchoAll(built.module("api"))) as client:
        response = await client.get(f"/{number}{url}", **request)
    return response.status_code, json.loads(response.content)


OBJECT = "{type: object, properties: {r: {type: integer}, g: {type: string}}}"


QUERY = [
    ("{name: a, in: query, schema: {type: integer}}", "/it?a=5", 5),
    ("{name: a, in: query, schema: {type: integer}}", "/it?a=5.0", 5),
    ("{name: a, in: query, schema: {type: number}}", "/it?a=1e2", 100.0),
    ("{name: a, in: query, schema: {type: boolean}}", "/it?a=true", True),
    ("{name: a, in: query, schema: {type: string}}", "/it?a=%C3%A9+b", "é b"),
    ("{name: a, in: query, schema: {type: [integer, string]}}", "/it?a=5", 5),
    ("{name: a, in: query, schema: {type: [integer, string]}}", "/it?a=x", "x"),
    ("{name: a, in: query, schema: {enum: [1, 2]}}", "/it?a=2", 2),
    ("{name: a, in: query, schema: {type: array, items: {type: integer}}}", "/it?a=1&a=2", [1, 2]),
    ("{name: a, in: query, explode: false, schema: {type: array, items: {type: integer}}}", "/it?a=1,2", [1, 2]),
    (
        "{name: a, in: query, explode: false, schema: {type: array, items: {type: string}}}",
        "/it?a=1%2C2,3",
        ["1,2", "3"],
    ),
    (
        "{name: a, in: query, style: spaceDelimited, explode: false, schema: {type: array, items: {type: integer}}}",
        "/it?a=1%202",
        [1, 2],
    ),
    (
        "{name: a, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: integer}}}",
        "/it?a=1|2",
        [1, 2],
    ),
    (f"{{name: a, in: query, schema: {OBJECT}}}", "/it?r=1&g=x", {"r": 1, "g": "x"}),
    (f"{{name: a, in: query, explode: false, schema: {OBJECT}}}", "/it?a=r,1,g,x", {"r": 1, "g": "x"}),
    (f"{{name: a, in: query, style: deepObject, schema: {OBJECT}}}", "/it?a[r]=1&a[g]=x", {"r": 1, "g": "x"}),
    ("{name: a, in: query, content: {application/json: {schema: {type: object}}}}", '/it?a={"x":1}', {"x": 1}),
    ("{name: a, in: query, schema: {type: integer, default: 7}}", "/it", 7),
    ("{name: a, in: query, schema: {type: integer}}", "/it", None),
    ("{name: a, in: query, schema: {type: string, format: date}}", "/it?a=2024-02-29", "2024-02-29"),
]
PATH = [
    ("{name: a, in: path, required: true, schema: {type: string}}", "/it/x%2Fy", "x/y"),
    ("{name: a, in: path, required: true, schema: {type: array, items: {type: integer}}}", "/it/1,2", [1, 2]),
    ("{name: a, in: path, required: true, style: label, schema: {type: integer}}", "/it/.5", 5),
    (
        "{name: a, in: path, required: true, style: label, explode: true, schema: {type: array, items: {type: integer}}}",
        "/it/.1.2",
        [1, 2],
    ),
    ("{name: a, in: path, required: true, style: matrix, schema: {type: integer}}", "/it/;a=5", 5),
    (
        "{name: a, in: path, required: true, style: matrix, explode: true, schema: {type: array, items: {type: integer}}}",
        "/it/;a=1;a=2",
        [1, 2],
    ),
    (f"{{name: a, in: path, required: true, schema: {OBJECT}}}", "/it/r,1,g,x", {"r": 1, "g": "x"}),
    (f"{{name: a, in: path, required: true, explode: true, schema: {OBJECT}}}", "/it/r=1,g=x", {"r": 1, "g": "x"}),
]
HEADERS = [
    ("{name: X-A, in: header, schema: {type: integer}}", {"x-a": "5"}, {"x_a": 5}),
    ("{name: X-A, in: header, schema: {type: array, items: {type: integer}}}", {"x-a": "1, 2"}, {"x_a": [1, 2]}),
    (f"{{name: X-A, in: header, schema: {OBJECT}}}", {"x-a": "r,1,g,x"}, {"x_a": {"r": 1, "g": "x"}}),
    ("{name: a, in: cookie, schema: {type: integer}}", {"cookie": "b=1; a=5"}, {"a": 5}),
]
WRONG = [
    ("{name: a, in: query, schema: {type: integer}}", "x"),
    ("{name: a, in: query, schema: {type: integer}}", "1_0"),
    ("{name: a, in: query, schema: {type: integer}}", "+1"),
    ("{name: a, in: query, schema: {type: integer}}", ""),
    ("{name: a, in: query, schema: {type: integer, maximum: 3}}", "4"),
    ("{name: a, in: query, schema: {type: boolean}}", "yes"),
    ("{name: a, in: query, schema: {type: boolean}}", "True"),
    ("{name: a, in: query, schema: {type: number}}", "NaN"),
    ("{name: a, in: query, schema: {type: string, minLength: 2}}", "a"),
    ("{name: a, in: query, schema: {type: string, format: uuid}}", "{12345678-1234-5678-1234-567812345678}"),
    ("{name: a, in: query, schema: {type: string, format: uuid}}", "12345678123456781234567812345678"),
    ("{name: a, in: query, schema: {type: string}}", "%FF"),
    ("{name: a, in: query, schema: {enum: [a]}}", "b"),
]


class TestParameters:
    @pytest.mark.parametrize("number", range(len(QUERY)))
    async def test_query(self, build, number):
        _, url, value = QUERY[number]
        assert await ask_case(build(table(QUERY)), number, url) == (200, {"a": value})

    @pytest.mark.parametrize("number", range(len(PATH)))
    async def test_path(self, build, number):
        _, url, value = PATH[number]
        assert await ask_case(build(table(PATH, "/it/{a}")), number, url) == (200, {"a": value})

    @pytest.mark.parametrize("number", range(len(HEADERS)))
    async def test_header_and_cookie(self, build, number):
        _, headers, value = HEADERS[number]
        assert await ask_case(build(table(HEADERS)), number, "/it", headers=headers) == (200, value)

    @pytest.mark.parametrize("number", range(len(WRONG)))
    async def test_what_does_not_fit_is_named_and_not_repeated(self, build, number):
        _, text = WRONG[number]
        status, problem = await ask_case(build(table(WRONG)), number, f"/it?a={text}")
        assert status == 400
        assert [issue["pointer"] for issue in problem["errors"]] == ["/query/a"]
        assert len(text) < 2 or text not in problem["errors"][0]["message"]

    async def test_every_mistake_is_in_one_answer(self, build):
        built = build(
            one_parameter(
                "{name: a, in: query, required: true, schema: {type: integer}}, {name: X-B, in: header, required: true, schema: {type: string}}"
            )
        )
        _, problem = await ask(built, "/it?a=x")
        assert [issue["pointer"] for issue in problem["errors"]] == ["/query/a", "/header/X-B"]

    async def test_a_parameter_sent_twice_is_refused_when_it_is_no_list(self, build):
        status, _ = await ask(build(one_parameter("{name: a, in: query, schema: {type: integer}}")), "/it?a=1&a=2")
        assert status == 400


def with_body(schema, extra=""):
    return f"""
paths:
  /it:
    post:
      operationId: getIt
      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}
      {OK}
{extra}"""


async def send(built, raw, **headers):
    async with built.client(api=echo(built)) as client:
        content = raw if isinstance(raw, bytes) else raw.encode()
        response = await client.post("/it", content=content, headers={"content-type": "application/json", **headers})
    return response.status_code, json.loads(response.content)


TORTURE = """{type: object, additionalProperties: false, required: [id], minProperties: 2, dependentRequired: {a: [b]}, properties: {
  id: {type: integer, format: int64}, a: {type: string}, b: {type: [string, 'null']}, price: {type: number, multipleOf: 0.01},
  tags: {type: array, uniqueItems: true, items: {type: string}}, at: {type: string, format: date-time}, kind: {const: x},
  nested: {type: object, properties: {deep: {type: boolean}}}}}"""


class TestBodies:
    @pytest.mark.parametrize(
        "raw",
        [
            '{"id": 528.0, "kind": "x"}',
            '{"id": 9223372036854775807, "b": null}',
            '{"id": 1, "a": "", "b": "c"}',
            '{"id": 1, "price": 0.07}',
            '{"id": 1, "price": 1e2}',
            '{"id": 1, "tags": ["a", "b"]}',
            '{"id": 1, "at": "2024-02-29T23:59:59.5+02:00"}',
            '{"id": 1, "nested": {"deep": true, "other": [1]}}',
        ],
    )
    async def test_what_the_schema_allows_passes(self, build, raw):
        status, body = await send(build(with_body(TORTURE)), raw)
        assert status == 200, body

    @pytest.mark.parametrize(
        ("raw", "pointer"),
        [
            ('{"id": "528", "a": "x", "b": "c"}', "/body/id"),
            ('{"id": true, "b": "c"}', "/body/id"),
            ('{"id": 1.5, "b": "c"}', "/body/id"),
            ('{"id": 9223372036854775808, "b": "c"}', "/body/id"),
            ('{"id": 1}', "/body"),
            ('{"id": 1, "a": "x"}', "/body"),
            ('{"id": 1, "a": null, "b": "c"}', "/body/a"),
            ('{"id": 1, "price": 0.071}', "/body/price"),
            ('{"id": 1, "price": NaN}', "/body"),
            ('{"id": 1, "tags": ["a", "a"]}', "/body/tags"),
            ('{"id": 1, "at": "2024-02-30T00:00:00Z"}', "/body/at"),
            ('{"id": 1, "at": "2024-02-03T00:00:00"}', "/body/at"),
            ('{"id": 1, "at": 1700000000}', "/body/at"),
            ('{"id": 1, "kind": "y"}', "/body/kind"),
            ('{"id": 1, "zzz": "y"}', "/body/zzz"),
            ('{"id": 1, "nested": {"deep": "true"}}', "/body/nested/deep"),
            ('{"b": 1, "a": "x"}', "/body"),
            ("[1]", "/body"),
            ("null", "/body"),
            ("{", "/body"),
            (b'{"id": 1, "a": "\xff"}', "/body"),
            ("", "/body"),
        ],
    )
    async def test_what_the_schema_refuses_is_named(self, build, raw, pointer):
        status, problem = await send(build(with_body(TORTURE)), raw)
        assert status == 400
        assert [issue["pointer"] for issue in problem["errors"]][:1] == [pointer] or problem["errors"][0][
            "pointer"
        ].startswith(pointer)

    async def test_names_that_nobody_chose_are_named_in_a_readable_way(self, build):
        """A pointer has no line end that would look like one of ours in a log, and each mistake is told by itself."""
        body = {"id": 1, "a": "x", "b": "c", "x\ny\u2028~/\0": 1, "n" * 5000: 1, "n" * 5001: 1}
        status, problem = await send(build(with_body(TORTURE)), json.dumps(body))
        issues = [(issue["pointer"], issue["field"]) for issue in problem["errors"]]
        odd, long = ("/body/x\ufffdy\ufffd~0~1\ufffd", "x\ufffdy\ufffd~/\ufffd"), "n" * 99 + "…"
        assert (status, issues) == (400, [odd, (f"/body/{long}", long), (f"/body/{long}", long)])

    async def test_a_pointer_ends_where_its_next_name_would_make_it_too_long(self, build):
        tree = "{type: object, additionalProperties: {$ref: '#/components/schemas/Tree'}}"
        built = build(with_body("{$ref: '#/components/schemas/Tree'}", f"components: {{schemas: {{Tree: {tree}}}}}\n"))
        body: object = 7
        for _ in range(9):
            body = {"~" * 90: body}
        status, problem = await send(built, json.dumps(body))
        (issue,) = problem["errors"]
        assert (status, issue["pointer"], issue["field"]) == (400, "/body" + f"/{'~0' * 90}" * 2 + "/…", "~" * 90)

    async def test_absent_null_and_value_are_three_things(self, build):
        built = build(with_body("{type: object, properties: {a: {type: [string, 'null']}}}"))
        values = []
        api = built.module("api")

        class Api(api.ApiStub):
            async def get_it(self, body, *, call):
                values.append(body.a)
                return api.GetIt200(body=None)

        async with built.client(api=Api()) as client:
            for raw in ("{}", '{"a": null}', '{"a": "x"}'):
                await client.post("/it", content=raw, headers={"content-type": "application/json"})
        assert values == [built.runtime.UNSET, None, "x"]

    async def test_what_is_read_only_is_not_asked_of_the_caller(self, build):
        built = build(
            with_body(
                "{$ref: '#/components/schemas/Pet'}",
                """
components: {schemas: {Pet: {type: object, required: [id, name, secret], properties: {
  id: {type: integer, readOnly: true}, name: {type: string}, secret: {type: string, writeOnly: true}}}}}
""",
            )
        )
        assert await send(built, '{"name": "Rex", "secret": "s"}') == (200, {"name": "Rex", "secret": "s"})
        pet = built.module("models.api").Pet
        assert sorted(pet.model_fields) == ["id", "name"]

    async def test_a_tag_chooses_the_member_of_a_union(self, build):
        built = build(
            with_body(
                "{$ref: '#/components/schemas/Pet'}",
                """
components:
  schemas:
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: Dog}}
    Cat: {type: object, required: [kind, lives], properties: {kind: {type: string}, lives: {type: integer}}}
    Dog: {type: object, required: [kind, tricks], properties: {kind: {type: string}, tricks: {type: integer}}}
""",
            )
        )
        assert await send(built, '{"kind": "dog", "tricks": 3}') == (200, {"kind": "dog", "tricks": 3})
        status, problem = await send(built, '{"kind": "dog", "lives": 9}')
        assert (status, [issue["pointer"] for issue in problem["errors"]]) == (400, ["/body/tricks"])
        assert (await send(built, '{"kind": "cow"}'))[0] == 400

    async def test_one_of_means_exactly_one(self, build):
        built = build(with_body("{oneOf: [{type: integer, multipleOf: 2}, {type: integer, multipleOf: 3}]}"))
        assert [(await send(built, raw))[0] for raw in ("2", "3", "6", "5")] == [200, 200, 400, 400]

    async def test_schemas_may_contain_themselves(self, build):
        built = build(
            with_body(
                "{$ref: '#/components/schemas/Tree'}",
                "components: {schemas: {Tree: {type: object, required: [name], properties: {name: {type: string}, "
                "children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}}}",
            )
        )
        assert (await send(built, '{"name": "a", "children": [{"name": "b"}]}'))[0] == 200
        status, problem = await send(built, '{"name": "a", "children": [{"name": "b", "children": [{}]}]}')
        assert (status, problem["errors"][0]["pointer"]) == (400, "/body/children/0/children/0/name")

    async def test_several_media_types(self, build):
        built = build(
            f"""
paths:
  /it:
    post:
      operationId: getIt
      requestBody:
        content:
          application/json: {{schema: {{type: object, properties: {{a: {{type: integer}}}}}}}}
          application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{a: {{type: integer}}, b: {{type: array, items: {{type: string}}}}}}}}}}
          text/plain: {{schema: {{type: string}}}}
      {OK}
"""
        )
        assert await send(built, '{"a": 1}') == (200, {"a": 1})
        assert await send(built, "a=1&b=x&b=y", **{"content-type": "application/x-www-form-urlencoded"}) == (
            200,
            {"a": 1, "b": ["x", "y"]},
        )
        assert await send(built, "hé", **{"content-type": "text/plain; charset=utf-8"}) == (200, "hé")
        assert (await send(built, "{}", **{"content-type": "application/xml"}))[0] == 415

    async def test_files_arrive_as_bytes(self, build):
        built = build(
            f"""
paths:
  /it:
    post:
      operationId: getIt
      requestBody: {{required: true, content: {{multipart/form-data: {{schema: {{type: object, required: [file], properties: {{
        file: {{type: string, format: binary}}, note: {{type: string}}}}}}}}}}}}
      {OK}
"""
        )
        api = built.module("api")

        class Api(api.ApiStub):
            async def get_it(self, body, *, call):
                return api.GetIt200(body=[len(body.file), body.note])

        async with built.client(api=Api()) as client:
            response = await client.post("/it", files={"file": ("a.bin", b"\x00\xff\r\n--x")}, data={"note": "n"})
        assert response.json() == [7, "n"]
