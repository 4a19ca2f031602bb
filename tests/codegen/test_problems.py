"""Bad contracts: one positioned message for each thing that is wrong, all together, never a traceback.

`negative/<name>.yaml` must fail with exactly the messages in the comment at its end.
"""

import contextlib
import copy
import io
import json
import random
from pathlib import Path

import pytest

from tools.codegen import generate
from tools.contracts import generating, link, problems, source

FOLDER = Path(__file__).parent / "negative"
MARK = "\n# says\n"


def expected(path):
    return [line.removeprefix("# ") for line in path.read_text().partition(MARK)[2].splitlines()]


def said(folder, shown):
    sources = link.read(folder, shown=shown)
    found = list(sources.problems)
    if not problems.has_errors(found):
        found += generate.build(sources).problems
    return [str(problem) for problem in problems.in_order(found)]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_contract_is_told_exactly_this(path, tmp_path):
    (tmp_path / "api.yaml").write_text(path.read_text().partition(MARK)[0] + "\n")
    found = said(tmp_path, "contracts")
    assert found == expected(path)
    assert found


def test_the_problems_of_all_files_come_together(complain):
    bad = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: NAME, responses: {'200': {$ref: '#/no'}}}}}\n"
    found = complain({"a.yaml": bad.replace("NAME", "a"), "b.yaml": bad.replace("NAME", "b") + "x: [\n"})
    assert [line.split(":")[0] for line in found] == ["contracts/a.yaml", "contracts/b.yaml"]


def test_one_bad_operation_costs_that_operation_and_the_exit_code_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "api.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n"
        "  /good: {get: {operationId: good, responses: {'204': {description: ok}}}}\n"
        "  /bad/{id}: {get: {operationId: bad, responses: {'204': {description: ok}}}}\n"
    )
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        code = generating.run("in", "out")
    assert code == 2
    assert "in/api.yaml:5:15: error[path-parameter]" in errors.getvalue()
    assert "left out because of the errors above: bad" in errors.getvalue()
    made = (tmp_path / "out/server/api.py").read_text()
    assert "async def good" in made
    assert "async def bad" not in made


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
