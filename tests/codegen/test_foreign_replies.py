"""Replies and addresses of contracts of others: ranges, event streams, media ranges, base paths."""

import pytest

CONTRACT = """
servers: [{url: 'https://x.example/{stage}/v1', variables: {stage: {default: live}}}]
paths:
  /r:
    get:
      operationId: r
      responses:
        '201': {description: made}
        '404': {description: gone, content: {application/json: {schema: {type: object, required: [why], properties: {why: {type: string}}}}}}
        4XX: {description: no, content: {application/json: {schema: {type: string}}}}
        default: {description: other, content: {application/json: {schema: {type: integer}}}}
  /events:
    get:
      operationId: events
      responses: {'200': {description: ok, content: {text/event-stream: {schema: {$ref: '#/components/schemas/Delta'}}}}}
  /picture:
    get:
      operationId: picture
      responses: {'200': {description: ok, content: {image/*: {}}}}
  /own:
    servers: [{url: /other}]
    get: {operationId: own, responses: {'204': {description: ok}}}
components: {schemas: {Delta: {type: object, required: [text], properties: {text: {type: string}, at: {type: string, format: date}}}}}
"""


@pytest.fixture
def api(build):
    return build(CONTRACT).module("api")


async def get(build, path, name, reply, **mounting):
    built = build(CONTRACT)
    api = built.module("api")

    class Answers(api.ApiStub):
        pass

    async def answer(self, *, call):
        return reply

    setattr(Answers, name, answer)
    async with built.client(api=Answers()) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda api: api.R201(), 201),
        (lambda api: api.R4XX(status=409, body="x"), 409),
        (lambda api: api.R4XX(status=404, body="x"), 500),
        (lambda api: api.R4XX(status=500, body="x"), 500),
        (lambda api: api.RDefault(status=503, body=1), 503),
        (lambda api: api.RDefault(status=301, body=1), 301),
        (lambda api: api.RDefault(status=201, body=1), 500),
        (lambda api: api.RDefault(status=404, body=1), 500),
        (lambda api: api.RDefault(status=422, body=1), 500),
        (lambda api: api.RDefault(status=100, body=1), 500),
    ],
)
async def test_a_status_that_is_declared_has_its_own_reply_only(build, api, make, status):
    assert (await get(build, "/live/v1/r", "r", make(api))).status_code == status


async def test_events_are_sent_one_by_one_with_their_types(build, api):
    runtime, models = build(CONTRACT).runtime, build(CONTRACT).module("models.api")

    async def events():
        yield runtime.ServerEvent(models.Delta(text="a\nb"), event="delta", id="1")
        yield runtime.ServerEvent("[DONE]\nx", retry_milliseconds=5)

    response = await get(build, "/live/v1/events", "events", api.Events200(body=events()))
    assert response.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert response.text == 'event: delta\nid: 1\ndata: {"text":"a\\nb"}\n\nretry: 5\ndata: [DONE]\ndata: x\n\n'


async def test_bytes_of_a_stream_go_out_as_they_are(build, api):
    async def pieces():
        yield b"data: 1\n\n"
        yield b": ping\n\n"

    assert (await get(build, "/live/v1/events", "events", api.Events200(body=pieces()))).text == "data: 1\n\n: ping\n\n"
    assert (await get(build, "/live/v1/events", "events", api.Events200(body=b"data: 1\n\n"))).text == "data: 1\n\n"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("image/png", 200), ("text/plain", 500), ("image/*", 500), ("png", 500), ("image/a\r\nx: y", 500)],
)
async def test_the_type_of_a_media_range_is_chosen_within_it(build, api, content_type, status):
    response = await get(build, "/live/v1/picture", "picture", api.Picture200(body=b"x", content_type=content_type))
    assert response.status_code == status
    assert status == 500 or response.headers["content-type"] == content_type


async def test_operations_are_served_below_the_path_of_their_server(build):
    async with build(CONTRACT).client() as client:
        for path, status in (("/live/v1/r", 501), ("/r", 404), ("/other/own", 501), ("/live/v1/own", 404)):
            assert (await client.get(path)).status_code == status


@pytest.mark.parametrize(
    ("prefix", "path"), [("", "/r"), ("/mine", "/mine/r"), ("/mine/", "/mine/r"), ("/mine", "/mine/own")]
)
async def test_a_prefix_stands_in_place_of_it(build, prefix, path):
    built = build(CONTRACT)
    import httpx2
    from fastapi import FastAPI

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    built.module("app").mount(app, api=built.module("api").ApiStub(), prefix=prefix)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get(path)).status_code == 501
        assert (await client.get("/live/v1/r")).status_code == 404
    assert path in {getattr(route, "path", "") for route in app.routes}
