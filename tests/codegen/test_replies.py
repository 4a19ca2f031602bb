"""Replies over ASGI: what is declared goes out, whole; what is not never does."""

import datetime as dt
import json
import uuid

import pytest

PROBLEM = "content: {application/problem+json: {schema: {type: object}}}"
CONTRACT = f"""
paths:
  /widgets/{{id}}:
    get:
      operationId: getWidget
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: string, format: uuid}}}}
        - {{name: If-None-Match, in: header, schema: {{type: string}}}}
      responses:
        '200':
          description: A widget.
          headers:
            ETag: {{required: true, schema: {{type: string}}}}
            Cache-Control: {{required: true, schema: {{const: max-age=30}}}}
            X-Parts: {{schema: {{type: array, items: {{type: integer}}}}}}
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Widget'}}}}}}
        '304': {{description: Same.}}
        '404': {{$ref: '#/components/responses/NotFound'}}
        '503':
          description: Later.
          headers:
            Retry-After: {{required: true, schema: {{type: integer}}}}
            Cache-Control: {{required: true, schema: {{const: no-store}}}}
          {PROBLEM}
        4XX: {{description: Other., {PROBLEM}}}
  /report:
    get:
      operationId: getReport
      responses:
        '200':
          description: A report.
          content:
            text/csv: {{schema: {{type: string}}}}
            application/json: {{schema: {{type: array, items: {{type: integer}}}}}}
            text/plain: {{schema: {{type: string}}}}
        '406': {{description: Nothing fits., {PROBLEM}}}
  /moved:
    get:
      operationId: getMoved
      responses:
        '302': {{description: Elsewhere., headers: {{Location: {{required: true, schema: {{type: string}}}}}}}}
        '204': {{description: Nothing.}}
        default: {{description: Else., {PROBLEM}}}
  /old:
    get:
      operationId: getOld
      deprecated: true
      x-deprecation: {{since: '2026-01-02', sunset: '2027-03-04', successor: getReport}}
      responses: {{'204': {{description: Nothing.}}}}
components:
  responses:
    NotFound: {{description: Not there., {PROBLEM}}}
  schemas:
    Widget:
      type: object
      required: [id, note]
      properties:
        id: {{type: string, format: uuid}}
        note: {{type: [string, 'null']}}
        at: {{type: string, format: date-time}}
        petKind: {{type: string}}
        hint: {{type: [string, 'null']}}
"""
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def built(build):
    return build(CONTRACT)


def answering(built, **answers):
    """An implementation whose methods return, raise or call what is given."""
    api = built.module("api")

    class Api(api.ApiStub):
        pass

    for name, answer in answers.items():

        async def method(self, *arguments, call, answer=answer):
            result = answer(*arguments) if callable(answer) else answer
            if isinstance(result, BaseException):
                raise result
            return result

        setattr(Api, name, method)
    return Api()


async def get(built, url, implementation, *, headers=None, **ports):
    async with built.client(api=implementation, **ports) as client:
        return await client.get(url, headers=headers)


def widget(built, **fields):
    return built.module("models.api").Widget(id=uuid.UUID(ID), note=None, **fields)


async def test_a_reply_has_its_status_its_headers_and_its_body(built):
    api = built.module("api")
    at = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    reply = api.GetWidget200(body=widget(built, at=at, pet_kind="cat"), etag="v1", x_parts=[1, 2])
    response = await get(built, f"/widgets/{ID}", answering(built, get_widget=reply))
    assert response.status_code == 200
    assert response.json() == {"id": ID, "note": None, "at": "2024-01-02T03:04:05Z", "petKind": "cat"}
    expected = {"etag": '"v1"', "cache-control": "max-age=30", "x-parts": "1,2", "content-type": "application/json"}
    assert {name: response.headers[name] for name in expected} == expected


async def test_absent_and_null_are_written_as_they_are(built):
    api = built.module("api")
    assert json.loads(widget(built).model_dump_json()) == {"id": ID, "note": None}
    assert json.loads(widget(built, hint=None).model_dump_json()) == {"id": ID, "note": None, "hint": None}
    assert api.GetWidget200.status == 200


@pytest.mark.parametrize("sent", ['"v1"', 'W/"v1"', '"v0", "v1"', "*"])
async def test_who_has_the_entity_gets_304_without_a_body(built, sent):
    reply = built.module("api").GetWidget200(body=widget(built), etag="v1")
    response = await get(built, f"/widgets/{ID}", answering(built, get_widget=reply), headers={"if-none-match": sent})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"v1"')
    assert response.headers["cache-control"] == "max-age=30"
    assert "content-type" not in response.headers


async def test_another_entity_is_sent_whole(built):
    reply = built.module("api").GetWidget200(body=widget(built), etag="v2")
    response = await get(built, f"/widgets/{ID}", answering(built, get_widget=reply), headers={"if-none-match": '"v1"'})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        (None, 200, "text/csv"),
        ("application/json", 200, "application/json"),
        ("application/json;q=0.5, text/csv;q=0.4", 200, "application/json"),
        ("text/*", 200, "text/csv"),
        ("text/plain, */*;q=0.1", 200, "text/plain; charset=utf-8"),
        ("*/*", 200, "text/csv"),
        ("text/csv;q=0, application/*", 200, "application/json"),
        ("image/png", 406, "application/problem+json"),
    ],
)
async def test_the_caller_chooses_the_media_type(built, accept, status, kind):
    api = built.module("api")

    async def chunks():
        yield b"a,b\n"
        yield b"1,2\n"

    bodies = {
        "text/csv": lambda: api.GetReport200Csv(body=chunks()),
        "application/json": lambda: api.GetReport200Json(body=[1, 2]),
        "text/plain": lambda: api.GetReport200Text(body="zwölf"),
    }
    implementation = answering(built, get_report=lambda params: bodies[params.accept]())
    response = await get(built, "/report", implementation, headers={"accept": accept} if accept else {"accept": ""})
    assert (response.status_code, response.headers["content-type"]) == (status, kind)
    if kind == "text/csv":
        assert response.content == b"a,b\n1,2\n"


async def test_redirects_empty_replies_and_open_statuses(built):
    api = built.module("api")
    moved = await get(built, "/moved", answering(built, get_moved=api.GetMoved302(location="/there")))
    assert (moved.status_code, moved.headers["location"], moved.content) == (302, "/there", b"")
    nothing = await get(built, "/moved", answering(built, get_moved=api.GetMoved204()))
    assert (nothing.status_code, nothing.content, "content-length" in nothing.headers) == (204, b"", False)
    other = await get(built, "/moved", answering(built, get_moved=api.GetMovedDefault(status=418, body={"a": 1})))
    assert (other.status_code, other.json()) == (418, {"a": 1})


async def test_deprecated_operations_say_so_on_every_reply(built):
    response = await get(built, "/old", built.module("api").ApiStub())
    expected = {
        "deprecation": "@1767312000",
        "sunset": "Thu, 04 Mar 2027 00:00:00 GMT",
        "link": '</report>; rel="successor-version"',
    }
    assert {name: response.headers[name] for name in expected} == expected
    assert built.module("api").GET_OLD.is_deprecated


async def test_who_still_calls_what_is_deprecated_is_counted(built):
    """Each answered call of `getOld`, whatever the answer; no call of anything else."""
    counts = built.runtime.CallCounts()
    async with built.client(callers=counts) as client:
        for path in ("/old", "/old", "/report", "/nowhere"):
            await client.get(path)
    assert counts.by_operation == {"getOld": 2}
    assert "getOld" in {one.id for one in built.module("app").OPERATIONS}


class Watching:
    def __init__(self):
        self.exchanges = []

    def started(self, operation, request, correlation_id):
        pass

    def finished(self, exchange):
        self.exchanges.append(exchange)


class TestWhatIsNotDeclared:
    async def test_a_reply_of_another_operation_is_500_and_names_the_contract(self, built):
        watching = Watching()
        reply = built.module("api").GetMoved204()
        response = await get(built, f"/widgets/{ID}", answering(built, get_widget=reply), observer=watching)
        assert response.status_code == 500
        assert "GetMoved204" not in response.text
        assert "contracts/api.yaml:" in watching.exchanges[0].violation
        assert "GetMoved204 is not one of" in watching.exchanges[0].violation

    async def test_an_error_whose_status_is_not_declared_is_500(self, built):
        watching = Watching()
        error = built.runtime.ForbiddenError()
        response = await get(built, "/report", answering(built, get_report=error), observer=watching)
        assert response.status_code == 500
        assert "ForbiddenError has status 403" in watching.exchanges[0].violation

    async def test_a_status_outside_the_range_is_500(self, built):
        reply = built.module("api").GetWidget4XX(status=200, body={})
        assert (await get(built, f"/widgets/{ID}", answering(built, get_widget=reply))).status_code == 500

    async def test_a_header_that_would_split_the_reply_is_500(self, built):
        reply = built.module("api").GetMoved302(location="/a\r\nset-cookie: x=1")
        response = await get(built, "/moved", answering(built, get_moved=reply))
        assert (response.status_code, "set-cookie" in response.headers) == (500, False)

    async def test_a_missing_required_header_cannot_even_be_built(self, built):
        with pytest.raises(TypeError, match="etag"):
            built.module("api").GetWidget200(body=widget(built))


class TestErrors:
    async def test_an_error_becomes_the_declared_problem_with_its_constant_headers(self, built):
        error = built.runtime.ServiceUnavailableError("Not now.", retry_after_seconds=7)
        response = await get(built, f"/widgets/{ID}", answering(built, get_widget=error))
        assert response.status_code == 503
        expected = {"retry-after": "7", "cache-control": "no-store", "content-type": "application/problem+json"}
        assert {name: response.headers[name] for name in expected} == expected
        problem = response.json()
        assert (problem["status"], problem["code"], problem["detail"]) == (503, "SERVICE_UNAVAILABLE", "Not now.")
        assert problem["correlation_id"] == response.headers["x-correlation-id"]

    async def test_an_error_of_a_domain_says_what_its_docstring_says(self, built):
        class LostError(built.runtime.ProblemError, status=410, code="LOST", slug="lost-widget"):
            """The widget is
            lost.

            Not public.
            """

        response = await get(built, f"/widgets/{ID}", answering(built, get_widget=LostError()))
        problem = response.json()
        assert (response.status_code, problem["title"], problem["detail"]) == (
            410,
            "Lost widget",
            "The widget is lost.",
        )

    async def test_anything_else_is_500_without_a_word_about_it(self, built):
        watching = Watching()
        response = await get(
            built, f"/widgets/{ID}", answering(built, get_widget=KeyError("secret")), observer=watching
        )
        assert response.status_code == 500
        assert "secret" not in response.text
        assert isinstance(watching.exchanges[0].error, KeyError)

    async def test_what_is_not_written_is_501(self, built):
        response = await get(built, f"/widgets/{ID}", built.module("api").ApiStub())
        assert (response.status_code, response.json()["code"]) == (501, "NOT_IMPLEMENTED")

    async def test_deep_code_can_answer_with_a_reply(self, built):
        reply = built.module("api").NotFound404(body={"x": 1})
        response = await get(built, f"/widgets/{ID}", answering(built, get_widget=built.runtime.ReplyError(reply)))
        assert (response.status_code, response.json()) == (404, {"x": 1})


class LinkError(Exception):
    """A library's error, which knows nothing of HTTP."""


class CutError(LinkError):
    """A special one."""


class TestErrorMap:
    @pytest.fixture
    def error_map(self, built):
        unavailable = built.runtime.ServiceUnavailableError

        def of_link(error):
            return None if str(error) == "a defect" else unavailable("Not now.")

        return {LinkError: of_link}

    async def test_an_exception_of_a_library_is_the_problem_that_the_application_declared_once(self, built, error_map):
        """Whichever operation raises it; a subclass has its base's entry; the observer is told the cause."""
        watching, error = Watching(), CutError("secret")
        implementation = answering(built, get_widget=error)
        response = await get(built, f"/widgets/{ID}", implementation, observer=watching, error_map=error_map)
        assert (response.status_code, response.json()["detail"]) == (503, "Not now.")
        assert response.headers["cache-control"] == "no-store"
        assert watching.exchanges[0].error.__cause__ is error

    async def test_the_nearest_entry_decides(self, built, error_map):
        nearer = error_map | {CutError: lambda _: built.runtime.NotFoundError()}
        response = await get(built, f"/widgets/{ID}", answering(built, get_widget=CutError()), error_map=nearer)
        assert response.status_code == 404

    @pytest.mark.parametrize("error", [LinkError("a defect"), KeyError("a defect")])
    async def test_what_no_entry_takes_stays_a_defect(self, built, error_map, error):
        watching = Watching()
        implementation = answering(built, get_widget=error)
        response = await get(built, f"/widgets/{ID}", implementation, observer=watching, error_map=error_map)
        assert response.status_code == 500
        assert watching.exchanges[0].error is error

    async def test_a_problem_whose_status_is_not_declared_is_still_500(self, built, error_map):
        watching = Watching()
        implementation = answering(built, get_report=LinkError())
        response = await get(built, "/report", implementation, observer=watching, error_map=error_map)
        assert response.status_code == 500
        assert "ServiceUnavailableError has status 503" in watching.exchanges[0].violation


async def test_a_wrapper_makes_the_handler_of_every_operation(built):
    calls = []

    def wrapper(operation, handler):
        async def wrapped(*arguments, call):
            calls.append((operation.id, call.operation.id))
            return await handler(*arguments, call=call)

        return wrapped

    implementation = answering(built, get_moved=built.module("api").GetMoved204())
    response = await get(built, "/moved", implementation, wrapper=wrapper)
    assert (response.status_code, calls) == (204, [("getMoved", "getMoved")])
