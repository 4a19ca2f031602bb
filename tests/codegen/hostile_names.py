"""Contracts in which every name that generated text uses stands in every position where an author may choose a name."""

import ast
import builtins
import json
import keyword
from pathlib import Path

from tools.codegen import vocabulary

RUNTIME = Path("tools/codegen/runtime")


def runtime_names():
    """Every class, function and constant that a module of the runtime defines."""
    names = set()
    for path in RUNTIME.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                names.add(node.target.id)
    return names


ODD = {
    "", " ", "1", "a-b", "a_b", "aB", "AB", "a1", "a_1", "获取", "get", "GET", "get200", "GET200", "default", "self", "cls", "_", "__init__", "model_config",
    "model_fields", "contract_check", "__pydantic_extra__", "pets_models", "decode_x", "range", "ETag", "Range", "Accept", "json", "text", "empty",
    "bytes", "problem", "operations", "own_operations", "class", "match", "type", "print", "async", "None", "True", "x" * 80, "Pet", "pet", "PetT", "unse",
    "OPERATIONS", "param", "params", "reply", "stub", "api", "body", "status", "call", "request", "credential",
}  # fmt: skip
NAMES = sorted(
    ODD | vocabulary.USED | vocabulary.MOUNTING | vocabulary.MODULES | vocabulary.OF_MODELS | runtime_names()
    | set(keyword.kwlist) | {name for name in dir(builtins) if name.islower()}
)  # fmt: skip
PROPERTIES = [name for name in NAMES if name]
TOKENS = [name for name in NAMES if name.isascii() and name.replace("_", "").replace("-", "").isalnum()]
"""Names that a header, a component and a security scheme may have."""


def _unlike(names):
    """Those of `names` of which no two are the same operation: an operationId is claimed by its name in Python."""
    from tools.codegen import names as naming

    return list({naming.method_name(name): name for name in reversed(names)}.values())


def _schema(index):
    """An object with a property of every kind of annotation, and one that must be called otherwise."""
    return {
        "type": "object",
        "required": ["class"],
        "properties": {"class": {"type": "string"}, "fooBar": {"type": "string", "minLength": 1}, "next": {"$ref": f"#/components/schemas/{TOKENS[index - bool(index % 5)]}"}},
    }  # fmt: skip


KINDS = (
    {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"}, {"type": "array", "items": {"type": "integer"}, "minItems": 1}, {"type": ["string", "null"]}, {"enum": ["a", "b"]},
    {"type": "object", "additionalProperties": {"type": "integer"}}, {"type": "string", "pattern": "^a"}, {"type": "integer", "minimum": 2},
    {"not": {"type": "null"}}, True,
)  # fmt: skip


def _kind(index):
    return KINDS[index % len(KINDS)]


def one_file():
    """Every name as property, parameter (at all four places), reply header, schema, operationId, scheme and tag."""
    everything = {name: _kind(index) for index, name in enumerate(PROPERTIES)}
    parameters = [
        {"name": name, "in": place, "schema": {"type": "string", **({"enum": ["a"]} if index % 3 else {})}}
        for place in ("query", "cookie")
        for index, name in enumerate(PROPERTIES)
    ]
    parameters += [
        {"name": name, "in": "header", "schema": {"type": "integer"}} for name in dict.fromkeys(map(str.lower, TOKENS))
    ]
    parameters.append(
        {"name": "thing", "in": "query", "style": "deepObject", "schema": {"$ref": "#/components/schemas/Mapping"}}
    )
    headers = {name: {"schema": {"type": "integer", "minimum": 0}} for name in dict.fromkeys(map(str.title, TOKENS))}
    paths = {
        "/all": {
            "post": {
                "operationId": "everything",
                "parameters": parameters,
                "requestBody": _json({"type": "object", "properties": everything}),
                "responses": {"200": {"description": "ok", "headers": headers, **_json({"type": "object", "required": PROPERTIES, "properties": everything})}},
            }
        }
    }  # fmt: skip
    for index, name in enumerate(_unlike(PROPERTIES)):
        token = TOKENS[index % len(TOKENS)]
        paths[f"/one/{index}/{{id}}"] = {
            "post": {
                "operationId": name,
                "tags": [name],
                "security": [{token: []}] if index % 2 else [],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "requestBody": _json({"$ref": f"#/components/schemas/{token}"}),
                "responses": {
                    "200": {"description": "ok", **_json({"type": "array", "items": {"$ref": f"#/components/schemas/{token}"}})},
                    "4XX": {"$ref": f"#/components/responses/{token}"},
                },
            }
        }  # fmt: skip
    schemes = {name: {"type": "http", "scheme": "bearer"} for name in TOKENS}
    schemas = {name: _schema(index) for index, name in enumerate(TOKENS)}
    responses = {name: {"description": "no", **_json({"$ref": f"#/components/schemas/{name}"})} for name in TOKENS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Names", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes, "responses": responses},
    }


def _json(schema):
    return {"content": {"application/json": {"schema": schema}}}


def many_files():
    """Every name as the name of a file, each with a `Pet` of its own that another file refers to."""
    files = {}
    stems = list({name.lower(): name for name in TOKENS if not name.startswith("_")}.values())
    for index, stem in enumerate(stems):
        other = stems[index - bool(index % 5)]
        operation = {
            "operationId": f"op{index}",
            "requestBody": _json({"$ref": f"{other}.json#/components/schemas/Pet"}),
            "responses": {"204": {"description": "done"}},
        }
        pet = {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"const": stem}, "friend": {"$ref": f"{other}.json#/components/schemas/Pet"}},
        }
        files[f"{stem}.json"] = json.dumps(
            {
                "openapi": "3.1.0",
                "info": {"title": stem, "version": "1"},
                "paths": {f"/{stem}": {"post": operation}},
                "components": {"schemas": {"Pet": pet}},
            }
        )  # fmt: skip
    return files
