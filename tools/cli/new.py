"""`contracts new`: an operation, a schema or an API that already passes `contracts check`, to be filled with meaning.

Text is inserted where it belongs; what people wrote stays as it is, comments and all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tools.openapi import link, source
from tools.openapi.source import Document

_CAMEL_CASE = re.compile(r"[a-z][A-Za-z0-9]*\Z")
_PASCAL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_FIRST_PORT = 4030
_EXAMPLE_ID = "6f1f1d1e-2c7a-4f0e-9a35-0d0a6b3f5c11"
_SCOPES = ("viewer", "manager", "admin")
_METHODS = ("get", "post", "put")


class NewError(Exception):
    """The request cannot be carried out; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NewOperation:
    """An operation to be added."""

    method: str
    path: str
    operation_id: str
    scope: str = "viewer"

    def __post_init__(self) -> None:
        """Refuse what no contract could hold."""
        if self.method not in _METHODS:
            raise NewError(f"{self.method!r} is not one of {', '.join(_METHODS)}")
        if not self.path.startswith("/api/"):
            raise NewError(f"{self.path!r} does not start with /api/")
        if not _CAMEL_CASE.match(self.operation_id):
            raise NewError(f"{self.operation_id!r} is not camelCase")
        if self.scope not in _SCOPES:
            raise NewError(f"{self.scope!r} is not one of {', '.join(_SCOPES)}")

    @property
    def schema(self) -> str:
        """Name of the schema of its answer."""
        return f"{self.operation_id[0].upper()}{self.operation_id[1:]}Answer"


def operation(contracts: Path, api: str, spec: NewOperation) -> Path:
    """Add an operation, and the schemas of its bodies, to the file of `api`. Returns the file. Raises `NewError`."""
    path = contracts / f"{api}.yaml"
    document = _load(path)
    sources = link.read(contracts)
    for file in sources.entries:
        for known, item in (sources.documents[file].value.get("paths") or {}).items():
            if known == spec.path:
                raise NewError(f"{known} exists in {file}; add the new method there")
            if any(isinstance(one, dict) and one.get("operationId") == spec.operation_id for one in item.values()):
                raise NewError(f"{spec.operation_id!r} is already an operation in {file}")
    text = _insert(document, "/paths", _operation_lines(spec, _tag(document), "../" * api.count("/")))
    for name, lines in _schemas(spec).items():
        text = _insert(_parsed(text, path), "/components/schemas", _schema_lines(name, lines))
    path.write_text(text, encoding="utf-8")
    return path


def schema(contracts: Path, api: str, name: str) -> Path:
    """Add a schema to the file of `api`. Returns the file. Raises `NewError`."""
    if not _PASCAL_CASE.match(name):
        raise NewError(f"{name!r} is not PascalCase")
    path = contracts / f"{api}.yaml"
    document = _load(path)
    if f"/components/schemas/{name}" in document.marks:
        raise NewError(f"{name!r} exists in {path}")
    lines = _schema_lines(name, _object("Say here what this is.", is_request=False))
    path.write_text(_insert(document, "/components/schemas", lines), encoding="utf-8")
    return path


def api(contracts: Path, name: str, spec: NewOperation) -> list[Path]:
    """Make a new API with one operation, and give its mock a port. Returns the files. Raises `NewError`."""
    path = contracts / f"{name}.yaml"
    if path.exists():
        raise NewError(f"{path} exists; add to it with `contracts new operation`")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise NewError(f"{name!r} is not lower case with dashes")
    path.write_text("\n".join(_api_lines(name)) + "\n", encoding="utf-8")
    try:
        operation(contracts, name, spec)
    except NewError:
        path.unlink()
        raise
    return [path, _give_port(contracts, name)]


def _load(path: Path) -> Document:
    document, problems = source.load(path)
    if document is None or problems:
        raise NewError(f"{problems[0]}" if problems else f"cannot read {path}")
    return document


def _parsed(text: str, path: Path) -> Document:
    document, problems = source.parse(text, name=path.as_posix())
    if document is None or problems:
        raise NewError(f"{problems[0]}")
    return document


def _tag(document: Document) -> str:
    return str(document.value["tags"][0]["name"])


def _insert(document: Document, pointer: str, lines: list[str]) -> str:
    """Text of `document` with `lines` at the end of the mapping at `pointer`."""
    if pointer not in document.marks:
        raise NewError(f"{document.path} has no {pointer.strip('/').replace('/', '.')}")
    text = document.text.rstrip("\n").split("\n")
    depth = document.marks[pointer].key_column
    start = document.marks[pointer].key_line
    end = next(
        (number for number in range(start, len(text)) if text[number].strip() and not _is_deeper(text[number], depth)),
        len(text),
    )
    return "\n".join([*text[:end], *(" " * (depth + 1) + line if line else "" for line in lines), *text[end:]]) + "\n"


def _is_deeper(line: str, column: int) -> bool:
    return len(line) - len(line.lstrip()) >= column


def _operation_lines(spec: NewOperation, tag: str, up: str) -> list[str]:
    common = f"{up or './'}_common"
    has_body = spec.method != "get"
    parameters = ["CorrelationId", *(["IdempotencyKey"] if has_body else [])]
    in_path = re.findall(r"\{([^}]+)\}", spec.path)
    lines = [
        f"{spec.path}:",
        f"  {spec.method}:",
        f"    operationId: {spec.operation_id}",
        f"    tags: [{tag}]",
        "    summary: Say here in a few words what it does",
        "    description: Say here what a shop owner gets from it.",
        "    security:",
        f"      - accessBearerAuth: [{spec.scope}]",
        "    x-rate-limit: {class: api}",
        "    parameters:",
        *(f"      - {{$ref: '{common}/parameters.yaml#/components/parameters/{name}'}}" for name in parameters),
    ]
    for name in in_path:
        lines += _path_parameter(name)
    lines += _request(spec) if has_body else []
    return [*lines, *_responses(spec, common, has_body=has_body, is_found=bool(in_path))]


def _path_parameter(name: str) -> list[str]:
    return [
        f"      - name: {name}",
        "        in: path",
        "        required: true",
        "        description: Say here which one.",
        "        schema: {type: string, format: uuid}",
        f"        example: {_EXAMPLE_ID}",
    ]


def _request(spec: NewOperation) -> list[str]:
    return [
        "    requestBody:",
        "      required: true",
        "      description: Say here what to send.",
        "      content:",
        "        application/json:",
        f"          schema: {{$ref: '#/components/schemas/{spec.schema.removesuffix('Answer')}Request'}}",
        "          examples:",
        "            usual:",
        "              summary: The usual case",
        "              value: {name: example}",
    ]


def _responses(spec: NewOperation, common: str, *, has_body: bool, is_found: bool) -> list[str]:
    headers = ["X-Correlation-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
    names = ["CorrelationId", "RateLimitLimit", "RateLimitRemaining", "RateLimitReset"]
    failures = {"400": "BadRequest", "401": "Unauthorized", "403": "Forbidden"}
    failures |= {"404": "NotFound"} if is_found else {}
    failures |= {"409": "Conflict", "413": "PayloadTooLarge", "415": "UnsupportedMediaType"} if has_body else {}
    failures |= {"429": "TooManyRequests", "500": "InternalError", "503": "ServiceUnavailable"}
    success = (
        f"          {h}: {{$ref: '{common}/headers.yaml#/components/headers/{n}'}}"
        for h, n in zip(headers, names, strict=True)
    )
    return [
        "    responses:",
        "      '200':",
        "        description: Say here what comes back.",
        "        headers:",
        *success,
        "        content:",
        "          application/json:",
        f"            schema: {{$ref: '#/components/schemas/{spec.schema}'}}",
        "            examples:",
        "              usual:",
        "                summary: The usual case",
        "                value: {name: example}",
        *(f"      '{s}': {{$ref: '{common}/responses.yaml#/components/responses/{n}'}}" for s, n in failures.items()),
    ]


def _schemas(spec: NewOperation) -> dict[str, list[str]]:
    schemas = {spec.schema: _object("Say here what comes back.", is_request=False)}
    if spec.method != "get":
        name = f"{spec.schema.removesuffix('Answer')}Request"
        schemas[name] = _object("Say here what to send.", is_request=True)
    return schemas


def _object(description: str, *, is_request: bool) -> list[str]:
    return [
        f"description: {description}",
        "required: [name]",
        *(["additionalProperties: false"] if is_request else []),
        "properties:",
        "  name:",
        "    type: string",
        "    minLength: 1",
        "    maxLength: 255",
        "    description: Say here what it means.",
        "    examples: [example]",
    ]


def _schema_lines(name: str, lines: list[str]) -> list[str]:
    return [f"{name}:", "  type: object", f"  title: {name}", *(f"  {line}" for line in lines)]


def _api_lines(name: str) -> list[str]:
    scheme = "{$ref: './_common/security.yaml#/components/securitySchemes/accessBearerAuth'}"
    return [
        "openapi: 3.1.0",
        "info:",
        f"  title: Skeldir {name}",
        "  version: 1.0.0",
        "  summary: Say here in a few words what it is for.",
        "  description: Say here what a shop owner gets from it.",
        "  license: {name: MIT, identifier: MIT}",
        "  contact: {name: Skeldir, url: 'https://api.skeldir.com'}",
        "servers:",
        "  - url: https://api.skeldir.com",
        "    description: Production",
        "tags:",
        f"  - name: {name}",
        "    description: Say here in a few words what it is for.",
        "paths:",
        "components:",
        "  securitySchemes:",
        f"    accessBearerAuth: {scheme}",
        "  schemas:",
    ]


def _give_port(contracts: Path, name: str) -> Path:
    """Add the mock of API `name` to the registry, on the first free port."""
    path = contracts.parent.parent / "governance" / "mocks.yaml"
    document = _load(path)
    ports = {mock["port"] for mock in document.value["mocks"]}
    port = next(number for number in range(_FIRST_PORT, 65536) if number not in ports)
    path.write_text(f"{document.text.rstrip()}\n  - {{api: {name}, port: {port}}}\n", encoding="utf-8")
    return path
