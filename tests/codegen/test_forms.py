"""Forms as people send them: JSON parts, files of both versions, encodings, and nothing that the schema does not accept."""

import json

import pytest

CONTRACT = """
paths:
  /upload:
    post:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              additionalProperties: false
              properties:
                file: {type: string, format: binary}
                'files[]': {type: array, items: {type: string, format: binary}}
                picture: {type: string, contentMediaType: image/png}
                anything: {}
                count: {type: integer, maximum: 5}
                meta: {type: object, required: [k], properties: {k: {type: integer}, when: {type: [string, 'null'], format: date}}}
                points: {type: array, items: {type: object, properties: {x: {type: number}}}}
                tags: {type: array, maxItems: 2, uniqueItems: true, items: {type: string}}
                note: {type: string, maxLength: 3}
                id: {type: string, format: uuid}
                word: {not: {const: 'no'}}
      responses: {'204': {description: done}}
  /form:
    post:
      operationId: form
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [kind]
              additionalProperties: false
              properties:
                kind: {enum: [a, b]}
                scope: {type: array, maxItems: 2, items: {type: string}}
                pipes: {type: array, items: {type: integer}}
                csv: {type: array, items: {type: integer}}
                tags: {type: array, items: {type: string}}
                nested: {type: object, required: [x], properties: {x: {type: integer}}}
                doc: {type: object, properties: {x: {type: integer}}}
                n: {type: integer}
            encoding:
              scope: {style: spaceDelimited, explode: false}
              pipes: {style: pipeDelimited, explode: false}
              csv: {explode: false}
              nested: {style: deepObject, explode: true}
      responses: {'204': {description: done}}
  /text:
    post:
      operationId: text
      requestBody: {required: true, content: {text/plain: {schema: {type: string, maxLength: 3}}}}
      responses: {'204': {description: done}}
  /number:
    post:
      operationId: number
      requestBody: {required: true, content: {text/plain: {schema: {type: integer, minimum: 2}}}}
      responses: {'204': {description: done}}
"""
ID = "0190f6d8-aaaa-7000-8000-000000000000"


def part(name, content, *, kind=None, file=None):
    head = f'content-disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
    body = content if isinstance(content, bytes) else content.encode()
    return (
        f"--b\r\n{head}\r\n".encode()
        + (f"content-type: {kind}\r\n".encode() if kind else b"")
        + b"\r\n"
        + body
        + b"\r\n"
    )


@pytest.fixture
def server(build):
    built = build(CONTRACT)
    api = built.module("api")
    seen = []

    class Keeps(api.ApiStub):
        async def upload(self, body, *, call):
            seen.append(body)
            return api.Upload204()

        async def form(self, body, *, call):
            seen.append(body)
            return api.Form204()

        async def text(self, body, *, call):
            seen.append(body)
            return api.Text204()

        async def number(self, body, *, call):
            seen.append(body)
            return api.Number204()

    return built, Keeps(), seen


async def send(server, path, content, kind):
    built, keeps, seen = server
    async with built.client(api=keeps) as client:
        response = await client.post(path, content=content, headers={"content-type": kind})
    if response.status_code == 204:
        return seen.pop()
    assert response.status_code == 400, response.text
    return None


PARTS = [
    ([part("file", b"\xff\x00", file="a.bin", kind="image/png")], {"file": b"\xff\x00"}),
    ([part("file", "plain")], {"file": b"plain"}),
    ([part("files[]", b"\xff", file="a"), part("files[]", b"\xfe", file="b")], {"files[]": [b"\xff", b"\xfe"]}),
    ([part("picture", b"\x89PNG", file="a.png", kind="image/png")], {"picture": b"\x89PNG"}),
    ([part("anything", b"\xff", file="a")], {"anything": b"\xff"}),
    ([part("anything", "text")], {"anything": "text"}),
    ([part("anything", '{"a": [1]}', kind="application/json")], {"anything": {"a": [1]}}),
    ([part("count", "5")], {"count": 5}),
    ([part("count", "5", kind="application/json")], {"count": 5}),
    ([part("count", "6")], None),
    ([part("count", "five")], None),
    ([part("count", '"5"', kind="application/json")], None),
    ([part("meta", '{"k": 1}')], {"meta": {"k": 1}}),
    ([part("meta", '{"k": 1}', kind="application/json")], {"meta": {"k": 1}}),
    ([part("meta", '{"k": 1, "when": null}', kind="application/json; charset=utf-8")], {"meta": {"k": 1, "when": None}}),
    ([part("meta", '{"k": "1"}', kind="application/json")], None),
    ([part("meta", "{}", kind="application/json")], None),
    ([part("meta", "{", kind="application/json")], None),
    ([part("meta", '{"k": NaN}', kind="application/json")], None),
    ([part("points", '{"x": 1.5}'), part("points", '{"x": 2}')], {"points": [{"x": 1.5}, {"x": 2.0}]}),
    ([part("points", '[{"x": 1.5}]', kind="application/json")], {"points": [{"x": 1.5}]}),
    ([part("points", '{"x": "a"}')], None),
    ([part("tags", "a"), part("tags", "b")], {"tags": ["a", "b"]}),
    ([part("tags", "a"), part("tags", "a")], None),
    ([part("tags", "a"), part("tags", "b"), part("tags", "c")], None),
    ([part("note", "abc")], {"note": "abc"}),
    ([part("note", "abcd")], None),
    ([part("note", "a"), part("note", "b")], None),
    ([part("note", b"\xff")], None),
    ([part("id", ID)], {"id": ID}),
    ([part("id", "x")], None),
    ([part("word", "no")], None),
    ([part("word", "yes")], {"word": "yes"}),
    ([part("unknown", "x")], None),
    ([], {}),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "fields"), PARTS)
async def test_parts_are_read_as_the_contract_describes_them(server, parts, fields):
    body = await send(server, "/upload", b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b")
    shown = None if body is None else json.loads(json.dumps(body.model_dump(exclude_unset=True, by_alias=True), default=lambda value: value.decode("latin-1") if isinstance(value, bytes) else str(value)))  # fmt: skip
    expected = fields and json.loads(json.dumps(fields, default=lambda value: value.decode("latin-1")))
    assert shown == expected


FIELDS = [
    ("kind=a", {"kind": "a"}),
    ("kind=c", None),
    ("n=1", None),
    ("kind=a&n=7", {"kind": "a", "n": 7}),
    ("kind=a&n=x", None),
    ("kind=a&kind=b", None),
    ("kind=a&other=x", None),
    ("kind=a&scope=x+y", {"kind": "a", "scope": ["x", "y"]}),
    ("kind=a&scope=x%20y", {"kind": "a", "scope": ["x", "y"]}),
    ("kind=a&scope=x+y+z", None),
    ("kind=a&pipes=1|2", {"kind": "a", "pipes": [1, 2]}),
    ("kind=a&pipes=1%7C2", {"kind": "a", "pipes": [1, 2]}),
    ("kind=a&pipes=1|x", None),
    ("kind=a&csv=1,2", {"kind": "a", "csv": [1, 2]}),
    ("kind=a&csv=1%2C2", None),
    ("kind=a&tags=x&tags=y%26z", {"kind": "a", "tags": ["x", "y&z"]}),
    ("kind=a&nested[x]=1", {"kind": "a", "nested": {"x": 1}}),
    ("kind=a&nested%5Bx%5D=1", {"kind": "a", "nested": {"x": 1}}),
    ("kind=a&nested[x]=a", None),
    ("kind=a&nested[y]=1", None),
    ("kind=a&doc=%7B%22x%22%3A1%7D", {"kind": "a", "doc": {"x": 1}}),
    ("kind=a&doc=%7B%22x%22%3A%221%22%7D", None),
    ("kind=a&doc=x", None),
    ("kind=a&n=%ff", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "fields"), FIELDS)
async def test_fields_are_read_in_their_styles(server, text, fields):
    body = await send(server, "/form", text, "application/x-www-form-urlencoded")
    assert (None if body is None else body.model_dump(exclude_unset=True)) == fields


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [("/text", "abc", "abc"), ("/text", "abcd", None), ("/text", "é日x", "é日x"), ("/number", "2", 2), ("/number", "1", None), ("/number", "x", None), ("/number", "2.0", 2)],
)  # fmt: skip
async def test_a_text_is_checked_and_has_its_type(server, path, text, value):
    assert await send(server, path, text.encode(), "text/plain") == value
