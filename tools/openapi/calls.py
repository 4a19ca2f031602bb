"""Requests that the examples of a contract add up to: what a mock is asked, what a document shows as curl.

Works on self-contained documents (`bundle`), whose references all lead into the document itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tools.openapi import operations as reader
from tools.openapi import source
from tools.openapi.operations import Operation
from tools.openapi.source import Json

ACCESS_TOKEN, REFRESH_TOKEN, API_KEY = "example.access.token", "example.refresh.token", "example-tenant-key"
"""Placeholders for credentials. Both tokens are bearer tokens; only an access token has scopes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to send."""

    operation_id: str
    method: str
    target: str
    """Path with query."""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One documented reply: a status, and one example of one of its media types."""

    status: int
    media_type: str | None
    """None for a reply without a body."""
    example: str | None
    """Name of the example."""
    value: Json
    schema: Json
    """Schema of the body; its references lead into the document."""
    headers: dict[str, Json]
    """Header objects by name, followed."""


def operations(document: Json) -> Iterator[Operation]:
    """Every operation of `document`, in its order."""
    return reader.operations(reader.root_of(document))


def follow(document: Json, value: Json) -> Json:
    """`value`, or what its reference names, with the keys beside the reference."""
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        beside = {key: child for key, child in value.items() if key != "$ref"}
        value = {**source.resolve(document, value["$ref"][1:]), **beside}
    return value


def example_call(operation: Operation) -> Call:
    """The request that the first examples of `operation` add up to, with placeholders for credentials."""
    path, query, headers = operation.path, list[tuple[str, str]](), dict[str, str]()
    for declared in operation.parameters():
        parameter = declared.node.value
        example = as_text(parameter.get("example"))
        match declared.location:
            case "path":
                path = path.replace(f"{{{parameter['name']}}}", quote(example, safe=""))
            case "query" if parameter.get("required"):
                query.append((parameter["name"], example))
            case "header" if parameter.get("required") or "Signature" in parameter["name"]:
                headers[parameter["name"]] = example
            case _:
                pass
    _add_credentials(operation, headers, query)
    body = _first_body(operation, headers)
    target = f"{path}?{urlencode(query, safe=',')}" if query else path
    return Call(operation.id, operation.method.upper(), target, headers, body)


def replies(operation: Operation) -> Iterator[Reply]:
    """Every documented reply of `operation`: each example of each media type of each status."""
    document = operation.document
    for declared in operation.replies():
        if not declared.status.isdigit():
            continue  # nobody can ask a mock for a range, or for `default`
        status, response = declared.status, declared.node.value
        headers = {name: follow(document, header) for name, header in response.get("headers", {}).items()}
        if not response.get("content"):
            yield Reply(int(status), None, None, None, None, headers)
        for media_type, media in response.get("content", {}).items():
            for name, example in media.get("examples", {}).items():
                value = follow(document, example)["value"]
                yield Reply(int(status), media_type, name, value, media.get("schema"), headers)


def _add_credentials(operation: Operation, headers: dict[str, str], query: list[tuple[str, str]]) -> None:
    """Placeholders for the first alternative of schemes."""
    required, known = operation.security(), reader.schemes(operation.root)
    for name, scopes in required[0].items() if required else ():
        scheme = known[name]
        if scheme.kind != "apiKey":
            headers["Authorization"] = f"Bearer {ACCESS_TOKEN if scopes else REFRESH_TOKEN}"
        elif scheme.location == "header":
            headers[scheme.parameter] = API_KEY
        else:
            query.append((scheme.parameter, API_KEY))


def _first_body(operation: Operation, headers: dict[str, str]) -> bytes | None:
    body: dict[str, Any] | None = follow(operation.document, operation.value.get("requestBody"))
    if body is None:
        return None
    media_type, media = next(iter(body["content"].items()))
    headers["Content-Type"] = media_type
    example = next(iter(media.get("examples", {}).values()), {"value": media.get("example")})
    value = follow(operation.document, example).get("value")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def as_text(value: Any) -> str:
    """A parameter as it stands in a request: lists with commas, as every list parameter here is declared."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
