"""One handler for several operations (`x-handler`), of several documents."""

import json

import pytest

HEAD = "openapi: 3.1.0\ninfo: {title: Test, version: 1.0.0}\n"


def operation(path, name, extra="", schema="Seen", handler="see", more=""):
    return f"""
  {path}:
    post:
      operationId: {name}
      {f"x-handler: {handler}" if handler else "x-note: none"}
      {extra}
      responses:
        '200': {{description: seen, content: {{application/json: {{schema: {{$ref: './shared.yaml#/components/schemas/{schema}'}}}}}}}}
        {more}
"""


SHARED = f"""{HEAD}paths: {{}}
components:
  schemas:
    Seen: {{type: object, required: [what], properties: {{what: {{type: string}}}}}}
    Other: {{type: object}}
"""
TOLD_APART = {
    "shared.yaml": SHARED,
    "cats.yaml": HEAD + "paths:" + operation("/cats", "catSeen", "x-animal: {kind: cat, legs: 4}"),
    "birds.yaml": HEAD
    + "paths:"
    + operation(
        "/birds",
        "birdSeen",
        "x-animal: {kind: bird, legs: 2}\n      x-raw-body: true",
        more="'409': {description: gone}",
    )
    + operation("/eggs", "eggSeen", handler=None),
}


@pytest.fixture
def built(build):
    return build(TOLD_APART)


@pytest.fixture
def see(built):
    async def see(*, call):
        return built.module("common").See200(
            body=built.module("models.shared").Seen(what=json.dumps(call.operation.extensions))
        )

    return see


async def test_one_handler_answers_operations_of_several_documents_and_is_told_which(built, see):
    async with built.client(see=see) as client:
        cat, bird, egg = [await client.post(path) for path in ("/cats", "/birds", "/eggs")]
    assert json.loads(cat.json()["what"]) == {"x-animal": {"kind": "cat", "legs": 4}}
    assert json.loads(bird.json()["what"]) == {"x-animal": {"kind": "bird", "legs": 2}}
    assert egg.status_code == 501


def test_a_document_whose_operations_all_have_a_handler_needs_nothing_of_its_own(built):
    assert not hasattr(built.module("cats"), "CatsApi")
    assert [one.id for one in built.module("handlers").SEE] == ["birdSeen", "catSeen"]
    assert [one.id for one in built.module("birds").OWN_OPERATIONS] == ["eggSeen"]


async def test_a_reply_that_only_some_operations_declare_is_refused_at_the_others(built):
    async def gone(*, call):
        raise Gone

    class Gone(built.runtime.ProblemError, status=409, code="GONE", slug="gone"):
        """It is gone."""

    async with built.client(see=gone) as client:
        replies = [await client.post(path) for path in ("/birds", "/cats")]
    assert [reply.status_code for reply in replies] == [409, 500]


async def test_a_stub_stands_in_for_a_handler(built):
    async with built.client(see=built.module("handlers").SeeStub()) as client:
        assert (await client.post("/cats")).status_code == 501


def test_operations_of_one_handler_must_be_alike(complain):
    body = "requestBody: {content: {application/json: {schema: {type: object}}}}"
    contracts = {
        "shared.yaml": SHARED,
        "api.yaml": HEAD
        + "paths:"
        + operation("/a", "a")
        + operation("/b", "b", schema="Other")
        + operation("/c", "c", extra=body)
        + operation("/d", "d", handler="[see]"),
    }
    assert [line.partition(": ")[2] for line in complain(contracts)] == [
        (
            "error[handler-conflict]: the handler 'see' cannot answer 'b' like 'a': their replies 200 application/json differ; "
            "refer to the same schema and the same headers in both"
        ),
        (
            "error[handler-conflict]: the handler 'see' cannot answer 'c' like 'a': one has parameters or a body to decode, and the "
            "other has none; give one of the two another handler"
        ),
        (
            "error[bad-extension]: `x-handler` must be the name of a handler; write a name such as receiveDelivery, the same one at "
            "each operation that this handler answers"
        ),
    ]
