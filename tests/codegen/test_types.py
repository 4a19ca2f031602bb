"""Mistakes that type checkers reject: both of them, on the same few lines, each beside a line that they accept; and that they
find no error in the output for the torture contracts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NASTY = {path.name: path.read_text() for path in sorted(Path(__file__).parent.glob("torture*.yaml"))}
CONTRACT = """
paths:
  /pets/{id}:
    get:
      operationId: getPet
      security: [{bearer: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200': {description: ok, headers: {ETag: {required: true, schema: {type: string}}}, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/Lost'}}}}
  /pets:
    post:
      operationId: createPet
      security: []
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'201': {description: made}}
  /pets/fed:
    post:
      operationId: petFed
      x-handler: care
      security: []
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/Lost'}}}}
  /pets/washed:
    post:
      operationId: petWashed
      x-handler: care
      security: []
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}}}
    Lost: {type: object, required: [why], properties: {why: {type: string}}}
"""

GOOD = """
from fastapi import FastAPI
from PACKAGE.server import Call, Grant, RawRequest, api, common, handlers
from PACKAGE.server.app import mount
from PACKAGE.server.models import api as models


class Pets:
    async def get_pet(self, params: api.GetPetParams, *, call: Call[str]) -> api.GetPetReply:
        if params.id > 1:
            return api.GetPet404(body=models.Lost(why=call.principal))
        return api.GetPet200(body=models.Pet(name="Rex"), etag="v1")

    async def create_pet(self, body: models.Pet, *, call: Call[None]) -> api.CreatePetReply:
        return api.CreatePet201()


class Care:
    async def __call__(self, body: models.Pet, *, call: Call[None]) -> handlers.CareReply:
        return common.Care200(body=body)


class Known:
    async def bearer(self, credential: str, request: RawRequest) -> Grant[str] | None:
        return Grant(credential)


mount(FastAPI(), api=Pets(), care=Care(), authenticator=Known())
"""

CHANGES = {
    "missing method": ("    async def create_pet", "    async def make_pet"),
    "missing required header": (', etag="v1")', ")"),
    "undeclared status": ("return api.CreatePet201()", 'return api.GetPet404(body=models.Lost(why=""))'),
    "body of another status": ("body=models.Lost(why=call.principal)", 'body=models.Pet(name="Rex")'),
    "widened return": ("-> api.CreatePetReply", "-> api.CreatePetReply | None"),
    "missing handler": ("care=Care(), ", ""),
    "reply that only some operations of a handler declare": (
        "return common.Care200(body=body)",
        'return common.Care404(body=models.Lost(why=""))',
    ),
    "body of another handler": (
        "self, body: models.Pet, *, call: Call[None]) -> handlers",
        "self, body: models.Lost, *, call: Call[None]) -> handlers",
    ),
    "reply of a handler without its body": ("common.Care200(body=body)", "common.Care200()"),
    "forgotten async": ("    async def create_pet", "    def create_pet"),
    "principal of another kind": (
        "Grant[str] | None:\n        return Grant(credential)",
        "Grant[int] | None:\n        return Grant(1)",
    ),
    "parameters of another operation": (
        "create_pet(self, body: models.Pet, *",
        "create_pet(self, body: models.Lost, *",
    ),
}


@pytest.fixture(scope="module")
def folder(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("types")
    shutil.copytree(build(CONTRACT).folder, folder / "pets")
    shutil.copytree(build(NASTY).folder, folder / "nasty")
    good = GOOD.replace("PACKAGE", "pets")
    (folder / "good.py").write_text(good)
    for name, (before, after) in CHANGES.items():
        assert before in good
        (folder / f"{name.replace(' ', '_')}.py").write_text(good.replace(before, after))
    return folder


def failing(lines):
    return {Path(line.partition(":")[0]).stem for line in lines if ": error:" in line}


def test_mypy_refuses_each_mistake_and_nothing_else(folder):
    files = sorted(path.name for path in folder.glob("*.py"))
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--python-version=3.11",
        "--cache-dir=cache",
        "--config-file=",
        *files,
        "pets",
        "nasty",
    ]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert failing(process.stdout.splitlines()) == {name.replace(" ", "_") for name in CHANGES}, (
        process.stdout + process.stderr
    )


def test_pyright_refuses_each_mistake_and_nothing_else(folder):
    root = Path(__file__).parents[2]
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "venvPath": str(root),
        "venv": ".venv",
        "include": ["."],
    }
    settings |= {
        f"reportUnknown{kind}Type": False for kind in ("Member", "Variable", "Argument", "Parameter", "Lambda")
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [root / "tools/node/node_modules/.bin/pyright", "--outputjson"]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    errors = [one for one in json.loads(process.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    assert {Path(one["file"]).stem for one in errors} == {name.replace(" ", "_") for name in CHANGES}, errors
