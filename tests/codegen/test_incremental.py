"""The store between runs never changes the output: after any edits, and with damaged cache files, the bytes are those of a
first run; and only modules that an edit can change are generated again."""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.cli import generate_command
from tools.codegen import disk
from tools.codegen.read import api as reading
from tools.openapi import bundle, link
from tools.openapi.store import MOST_FILES, NOTHING_KEPT, Store

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NUMBERS = itertools.count()
SHARED = """
components:
  schemas:
    Money: {type: object, required: [cents], properties: {cents: {type: integer}, currency: {$ref: '#/components/schemas/Currency'}}}
    Currency: {enum: [EUR, USD]}
    Problem: {type: object, properties: {title: {type: string}}}
  responses:
    Conflicts: {description: No., content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
"""
API = """
openapi: 3.1.0
info: {title: NAME, version: 1.0.0}
security: [{key: []}]
paths:
  /NAME/{id}:
    get:
      operationId: getNAME
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '403': {$ref: '_shared/parts.yaml#/components/responses/Conflicts'}
    delete:
      operationId: deleteNAME
      deprecated: true
      x-deprecation: {since: '2026-01-01', successor: getNAME}
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}}
    patch:
      operationId: patchNAME
      x-handler: patch
      x-fruit: {name: NAME}
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: changed, content: {application/json: {schema: {type: string}}}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Thing: {type: object, properties: {price: {$ref: '_shared/parts.yaml#/components/schemas/Money'}, inner: {type: object, properties: {a: {type: integer}}}}}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in/_shared").mkdir(parents=True)
    (tmp_path / "in/_shared/parts.yaml").write_text(SHARED)
    for name in ("apples", "pears", "plums"):
        (tmp_path / f"in/{name}.yaml").write_text(API.replace("NAME", name))
    for name in ("unions", "replies"):
        shutil.copy(HERE / "golden" / name / "api.yaml", tmp_path / f"in/{name}.yaml")
    return tmp_path


def first_run(folder):
    """Exit code and files of a run that knows of no other."""
    shutil.rmtree("first", ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate_command, "CACHE", f"nothing-kept-{next(NUMBERS)}")
        code = generate_command.run(folder, "first")
    return code, on_disk("first")


def on_disk(folder):
    return {
        str(path.relative_to(folder)): path.read_text() for path in sorted(Path(folder).rglob("*")) if path.is_file()
    }


def _documents(chance):
    path = chance.choice(sorted(Path("in").rglob("*.yaml")))
    return path, yaml.safe_load(path.read_text())


def edit(chance):
    """One change somewhere, of a kind that authors make: words, properties, operations, names, whole files, mistakes."""
    path, document = _documents(chance)
    schemas = document.setdefault("components", {}).setdefault("schemas", {"Lone": {"type": "string"}})
    name = chance.choice(sorted(schemas))
    paths = document.get("paths") or {}
    kind = chance.choice("word property drop operation remove rename file comment mistake".split())
    if kind == "word":
        schemas[name]["description"] = f"Words {chance.random()}."
    elif kind == "property":
        schemas[name].setdefault("properties", {})[f"p{chance.randrange(9)}"] = {"type": "integer"}
    elif kind == "drop":
        schemas[name].pop("required", None)
    elif kind == "operation" and paths:
        number = chance.randrange(99)
        responses = {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}
        paths[f"/{path.stem}/more{number}"] = {"post": {"operationId": f"more{number}", "responses": responses}}
    elif kind == "remove" and len(paths) > 1:
        paths.pop(chance.choice(sorted(paths)))
    elif kind == "rename":
        text = (
            json.dumps(document)
            .replace(f"/schemas/{name}", f"/schemas/{name}New")
            .replace(f'"{name}":', f'"{name}New":')
        )
        document = json.loads(text)
    elif kind == "file":
        path = path.with_name(f"new{chance.randrange(3)}.yaml") if paths else path
    elif kind == "mistake" and paths:
        item = next(iter(paths.values()))
        next(iter(item.values()))["parameters"] = [{"name": "x", "in": "nowhere", "schema": {}}]
    text = yaml.safe_dump(document, sort_keys=False)
    path.write_text(f"# {chance.random()}\n{text}" if kind == "comment" else text)


def test_after_any_edits_the_bytes_are_those_of_a_first_run(here):
    chance = random.Random(7)
    texts = {path: path.read_text() for path in Path("in").rglob("*.yaml")}
    for number in range(14):
        edit(chance)
        if number % 6 == 5:  # an author goes back
            for path, text in texts.items():
                path.write_text(text)
        code, expected = first_run("in")
        assert generate_command.run("in", "out") == code
        assert on_disk("out") == expected or code == 1


def test_one_edit_reads_one_api_again_and_formats_only_what_changed(here, monkeypatch):
    generate_command.run("in", "out")
    read, formatted = [], []
    was = reading.read
    monkeypatch.setattr(reading, "read", lambda sources, file, owned: read.append(file) or was(sources, file, owned))
    was_formatted = disk.formatted
    monkeypatch.setattr(
        disk,
        "formatted",
        lambda files: formatted.extend(name for name in files if name.endswith(".py")) or was_formatted(files),
    )
    path = here / "in/pears.yaml"
    path.write_text(path.read_text().replace("description: gone", "description: eaten"))
    assert generate_command.run("in", "out") == 0
    assert read == ["in/pears.yaml"]
    assert [name for name in formatted if "_runtime" not in name and name.count("/")] == ["server/pears.py"]


@pytest.mark.parametrize("damage", ["emptied", "cut", "flipped", "noise", "removed", "folder is a file"])
def test_damaged_results_are_as_if_they_were_not_there(here, damage):
    generate_command.run("in", "out")
    expected = on_disk("out")
    folder = here / generate_command.CACHE
    chance = random.Random(3)
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        if damage == "emptied":
            path.write_bytes(b"")
        elif damage == "cut":
            path.write_bytes(raw[: chance.randrange(len(raw))])
        elif damage == "flipped":
            at = chance.randrange(len(raw))
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 255]) + raw[at + 1 :])
        elif damage == "noise":
            path.write_bytes(chance.randbytes(200))
        elif chance.random() < 0.5 or damage == "folder is a file":
            path.unlink()
    if damage == "folder is a file":
        folder.rmdir()
        folder.write_text("")
    shutil.rmtree("out")
    assert generate_command.run("in", "out") == 0
    assert on_disk("out") == expected


def test_runs_at_the_same_time_do_not_disturb_each_other(here):
    _, expected = first_run("in")
    command = [
        sys.executable,
        "-c",
        "import sys; from tools.cli import generate_command; sys.exit(generate_command.run('in', sys.argv[1]))",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen([*command, f"out{number}"], env=environment, stdout=subprocess.DEVNULL) for number in range(3)
    ]
    assert [one.wait() for one in running] == [0, 0, 0]
    for number in range(3):
        assert on_disk(f"out{number}") == expected


def test_a_result_is_kept_under_all_that_it_depends_on(tmp_path):
    store = Store(str(tmp_path), "generator 1")
    store.put({"a": (1, None, "x")}, "module", "k")
    assert store.get("module", "k") == {"a": (1, None, "x")}
    assert store.get("module", "other") is None
    assert Store(str(tmp_path), "generator 2").get("module", "k") is None
    assert NOTHING_KEPT.get("module", "k") is None


def test_what_is_kept_does_not_grow_without_end(tmp_path):
    store = Store(str(tmp_path), "")
    for number in range(MOST_FILES):
        (tmp_path / f"old{number}").touch()
    store.put(1, "new")
    store.sweep()
    assert len(list(tmp_path.iterdir())) <= MOST_FILES // 2 + 1
    assert store.get("new") == 1


def test_a_document_in_pieces_is_the_same_text():
    """The joined document is written in pieces that are kept; YAML written at once says the same."""
    sources = link.read(ROOT / "contracts/openapi/v1", display_root="contracts/openapi/v1")
    writer = bundle.Writer({})
    joined = bundle.join(sources, "Skeldir")
    assert writer.to_yaml(joined) == bundle.to_yaml(joined)
    again = bundle.Writer(writer.chunks)
    for entry in sources.entries[:6]:
        one = bundle.bundle(sources, entry)
        assert again.to_yaml(one) == bundle.to_yaml(one)
    assert (
        bundle.Writer({}).to_yaml({"paths": {}, "components": {"schemas": {}}})
        == "paths: {}\ncomponents:\n  schemas: {}\n"
    )
