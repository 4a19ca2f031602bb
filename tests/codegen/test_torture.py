"""The two torture contracts, as one set: everything imports, every operation is served, every model can be asked for its schema."""

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

HERE = Path(__file__).parent
FILES = {path.name: path.read_text() for path in sorted(HERE.glob("torture*.yaml"))}


@pytest.fixture(scope="module")
def built(build):
    return build(FILES)


class Everybody:
    """Accepts any credential, with every scope."""

    def __init__(self, built):
        self._grant = built.runtime.Grant

    def __getattr__(self, _):
        async def check(credential, request):
            return self._grant("me", frozenset({"read", "write"}))

        return check


async def test_every_operation_is_served(built):
    """A stub answers 501; where the request is not what the contract asks for, the runtime says 400. Nothing else."""
    operations = built.module("app").OPERATIONS
    assert len(operations) == 10
    answers = {}
    headers = {"authorization": "Bearer x", "cookie": "key=x", "x-key": "x", "x-tenant": "x"}
    async with built.client(authenticator=Everybody(built)) as client:
        for one in operations:
            path = re.sub(r"\{[^}]*\}", "1", one.path)
            answers[one.id] = (await client.request(one.method, path, headers=headers)).status_code
        assert (
            await client.get("/jobs/0f8fad5b-d9cb-469f-a165-70867728950e/.1,2?piped=1|2&deep[a]=5", headers=headers)
        ).status_code == 501
    assert set(answers.values()) <= {400, 501}


def test_every_model_has_a_validator(built):
    for name in ("torture", "torture_server"):
        models = built.module(f"models.{name}")
        for key, value in vars(models).items():
            if isinstance(value, type) and value.__module__ == models.__name__:
                assert TypeAdapter(value).core_schema, key


def test_names_that_clash_stay_apart(built):
    models = built.module("models.torture_server")
    fields = models.Class.model_fields
    assert len(fields) == 12
    model = models.Class.model_validate_json(
        '{"class": "a", "class_": "b", "a-b": 1, "a_b": 2, "aB": 3, "": 4, "1": 5, "import": true}'
    )
    assert model.model_dump_json() == '{"class":"a","class_":"b","a-b":1,"a_b":2,"aB":3,"import":true,"1":5,"":4}'
