"""Bad contracts: one positioned message for each thing that is wrong, all together, never a traceback.

`negative/<name>.yaml` must fail with exactly the messages in the comment at its end.
"""

import copy
import json
import random
from pathlib import Path

import pytest

from tools.cli import generate_command
from tools.codegen import pipeline
from tools.openapi import link, problems, source

FOLDER = Path(__file__).parent / "negative"
MARK = "\n# says\n"


def expected(path):
    return [line.removeprefix("# ") for line in path.read_text().partition(MARK)[2].splitlines()]


def said(folder, shown):
    sources = link.read(folder, display_root=shown)
    complaints = list(sources.problems)
    if not problems.has_errors(complaints):
        complaints += pipeline.build(sources).problems
    return [str(problem) for problem in problems.in_order(complaints)]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_contract_is_told_exactly_this(path, tmp_path):
    (tmp_path / "api.yaml").write_text(path.read_text().partition(MARK)[0] + "\n")
    complaints = said(tmp_path, "contracts")
    assert complaints == expected(path)
    assert complaints


def test_the_problems_of_all_files_come_together(complain):
    bad = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: NAME, responses: {'200': {$ref: '#/no'}}}}}\n"
    complaints = complain({"a.yaml": bad.replace("NAME", "a"), "b.yaml": bad.replace("NAME", "b") + "x: [\n"})
    assert [line.split(":")[0] for line in complaints] == ["contracts/a.yaml", "contracts/b.yaml"]


TWO = """
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /good: {get: {operationId: good, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Good'}}}}}}}
  /bad/{id}: {post: {operationId: bad, PARAMETERS, requestBody: {content: {application/json: {schema: SCHEMA}}}, responses: {'204': {description: ok}}}}
components:
  schemas:
    Good: {type: object, properties: {name: {type: string}}}
    Far: {type: object, properties: {near: {$ref: '#/components/schemas/Near'}}}
    Near: NEAR
"""
PARAMETERS = "parameters: [{name: id, in: path, required: true, schema: {type: string}}]"
BAD = {
    "a path parameter that is not there": {"PARAMETERS": "parameters: []"},
    "a reference to nothing": {"SCHEMA": "{$ref: '#/components/schemas/No'}"},
    "a file that is not there": {"SCHEMA": "{$ref: 'no.yaml#/x'}"},
    "a reference to nothing, further on": {"NEAR": "{type: array, items: {$ref: '#/no'}}"},
    "a circle": {"NEAR": "{$ref: '#/components/schemas/Near'}"},
    "a pattern that cannot be read": {"NEAR": "{type: string, pattern: '['}"},
    "a keyword of the wrong kind": {"NEAR": "{type: string, maxLength: x}"},
    "a key that is repeated": {"NEAR": "{type: string, maxLength: 1, maxLength: 2}"},
    "a name that is taken": {"operationId: bad": "operationId: good"},
}


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_operation_costs_that_operation_and_the_exit_code_says_so(tmp_path, monkeypatch, capsys, bad):
    """Whatever is wrong, and however far from the operation: the rest is made, served and in the bundle."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    text = TWO
    for word, now in {
        **BAD[bad],
        "PARAMETERS": PARAMETERS,
        "SCHEMA": "{$ref: '#/components/schemas/Far'}",
        "NEAR": "{type: string}",
        **BAD[bad],
    }.items():
        text = text.replace(word, now)
    (tmp_path / "in/api.yaml").write_text(text)
    assert generate_command.run("in", "out") == 2
    output = capsys.readouterr().err
    assert "in/api.yaml:" in output
    assert ": error[" in output
    assert "left out because of the errors above: " in output
    module = (tmp_path / "out/server/api.py").read_text()
    assert "async def good" in module
    assert "async def bad" not in module
    served = json.loads((tmp_path / "out/server/openapi.json").read_text())
    assert list(served["paths"]["/good"]) == ["get"]
    assert served["paths"].get("/bad/{id}", {}) == {}


def test_when_nothing_is_left_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/api.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {}}}}\n"
    )
    assert generate_command.run("in", "out") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text", ["\x00", "a: b: c", "[", "openapi: 3.1.0\n\tinfo: x", "{}", "- 1", "openapi: 2.0", "openapi: [3]"]
)
def test_no_text_makes_a_traceback(text, tmp_path):
    (tmp_path / "api.yaml").write_text(text)
    assert said(tmp_path, "contracts")


def test_nothing_there_is_said_plainly(tmp_path):
    assert said(tmp_path / "no", "no") == ["no:1:1: error[no-contracts]: there is no such file or folder"]
    assert said(tmp_path, "empty") == [
        "empty:1:1: error[no-contracts]: there is no OpenAPI document here; an entry file starts with `openapi: 3.1.0`"
    ]


def test_whatever_stands_somewhere_in_a_contract_makes_no_traceback(tmp_path):
    """The torture contract with each value in turn replaced by something that cannot stand there."""
    text = (Path(__file__).parent / "torture.yaml").read_text()
    document, _ = source.parse(text, name="api.yaml")
    chance = random.Random(1)
    places = [pointer for pointer, _ in source.walk(document.value) if pointer]
    for number, pointer in enumerate(chance.sample(places, 150)):
        changed = copy.deepcopy(document.value)
        parent_pointer, _, token = pointer.rpartition("/")
        parent = source.resolve(changed, parent_pointer)
        key = int(token) if isinstance(parent, list) else source.unescape(token)
        parent[key] = chance.choice(
            [None, 5, "x", [], {}, [None], {"a": 1}, True, -1, ["x"], {"$ref": "#/no"}, {"type": 5}]
        )
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "api.yaml").write_text(json.dumps(changed))
        try:
            said(folder, "contracts")
        except Exception as error:
            raise AssertionError(f"{pointer} = {parent[key]!r}") from error


def test_a_document_of_three_megabytes_is_judged_to_its_end(tmp_path):
    operation = {"responses": {"200": {"description": "word " * 300}}}
    paths = {f"/things{number}": {"get": {"operationId": f"thing{number}", **operation}} for number in range(1900)}
    paths["/last/{id}"] = {"get": {"operationId": "thing1", **operation}}
    text = json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}, indent=1)
    assert len(text) > 3_000_000
    (tmp_path / "api.json").write_text(text)
    last = text.count("\n", 0, text.index('"/last/{id}"')) + 1
    first = text.count("\n", 0, text.index('"/things1"')) + 2
    assert said(tmp_path, "contracts") == [
        f"contracts/api.json:{last + 1}:4: error[path-parameter]: the path has {{id}}, but no path parameter has this name; declare 'id' with `in: path`",
        f"contracts/api.json:{last + 2}:5: error[duplicate-operation]: the operation 'thing1' has the same name as the one at contracts/api.json:{first}:4; give it another operationId",
    ]
