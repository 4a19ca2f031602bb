"""Responses: one reply for each status and media type."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

from tools.codegen import ir, names
from tools.codegen.read import shapes
from tools.codegen.read.schemas import Reader
from tools.openapi.node import Node
from tools.openapi.problems import Problem

_STATUS = re.compile(r"[1-5][0-9][0-9]\Z|[1-5]XX\Z|default\Z")
ALWAYS_OWNED = frozenset({"x-correlation-id", "www-authenticate", "content-type", "content-length"})
RATE_HEADERS = frozenset({"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"})
NOTICE_HEADERS = frozenset({"deprecation", "sunset", "link"})


Kind: TypeAlias = Literal["json", "text", "bytes", "events", "form", "multipart"]


def media_kind(media_type: str) -> Kind:
    """How a body of this media type is read and written."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        return "json"
    if plain == "application/x-www-form-urlencoded":
        return "form"
    if plain == "multipart/form-data":
        return "multipart"
    return "text" if plain.startswith("text/") and plain != "text/csv" else "bytes"


def media_of(reader: Reader, media_type: str, node: Node, name: str, variant: str) -> ir.Media:
    """One media type of a body."""
    kind = media_kind(media_type)
    schema = node.target().get("schema")
    if kind == "text" and not variant and media_type.partition(";")[0].strip().lower() == "text/event-stream":
        data = reader.type_of(schema, name, variant) if schema is not None else ir.Scalar("string")
        return ir.Media(media_type.lower(), "events", data)
    if kind == "bytes" or (kind == "text" and (schema is None or not variant)):
        return ir.Media(media_type.lower(), kind, ir.Scalar("string" if kind == "text" else "bytes"))
    type_ = reader.type_of(schema, name, variant) if schema is not None else ir.Anything()
    shape = None if kind == "json" else shapes.of(type_, reader.definitions)
    if kind == "text" and not isinstance(shape, str):  # nobody says how an object or a list stands in a text
        return ir.Media(media_type.lower(), kind, ir.Scalar("string"))
    encoding = _encoding(node.target(), shape, kind) if kind in {"form", "multipart"} else ()
    return ir.Media(media_type.lower(), kind, type_, shape, encoding)


def _encoding(media: Node, shape: Any, kind: Kind) -> tuple[tuple[str, tuple[str, bool]], ...]:
    """Fields of a form that are written in a style, or (as every object is, unless a style is said) as JSON."""
    encoding: dict[str, tuple[str, bool]] = {}
    if isinstance(shape, dict):
        encoding = {name: ("json", False) for name, own in shape.items() if isinstance(own, dict) and name != "*"}
    for name, node in media.entries("encoding"):
        target = node.target()
        style, explode = target.text("style"), target.value.get("explode") if target.is_object else None
        if kind == "form" and (style or explode is not None):
            style = style or "form"
            encoding[name] = (style, explode if isinstance(explode, bool) else style == "form")
        elif media_kind(target.text("contentType") or "text/plain") == "json":
            encoding[name] = ("json", False)
    return tuple(sorted(encoding.items()))


def read(
    reader: Reader, operation: Node, operation_id: str, owned: frozenset[str]
) -> tuple[list[ir.Response], list[Problem]]:
    """Every reply of one operation. `owned` are headers that the runtime writes."""
    written = operation.get("responses")
    group = written.target() if written is not None else None
    if group is None or not isinstance(group.value, dict) or not group.value:
        return [], [operation.problem("no-responses", f"the operation {operation_id!r} declares no responses")]
    responses: list[ir.Response] = []
    problems: list[Problem] = []
    for status, node in group.items():
        if status.startswith("x-"):
            continue
        if not _STATUS.match(status):
            hint = "write a status such as 200, a range such as 4XX, or default"
            problems.append(node.problem("bad-status", f"{status!r} is not a status", hint))
            continue
        target = node.target()
        if not isinstance(target.value, dict):
            problems.append(target.problem("bad-response", "a response must be an object"))
            continue
        responses += _responses(reader, node, target, status, operation_id, owned)
    return responses, problems


def _responses(
    reader: Reader, node: Node, target: Node, status: str, operation_id: str, owned: frozenset[str]
) -> list[ir.Response]:
    shared = names.class_name(target.name) if target.place != node.place else None
    base_name = (shared or names.class_name(operation_id)) + names.class_name(status.capitalize()).removeprefix("Model")
    headers = tuple(_headers(reader, target, base_name, owned))
    media = [media_of(reader, key, child, f"{base_name}Body", "") for key, child in target.entries("content")]

    def response(one: ir.Media | None) -> ir.Response:
        return ir.Response(
            key=(target.file, target.pointer),
            shared_name=shared,
            status=status,
            media=one,
            is_one_of_several=len(media) > 1,
            headers=headers,
            description=target.text("description") or "",
            origin=target.origin,
        )

    return [response(one) for one in media] if media else [response(None)]


def _headers(reader: Reader, response: Node, name: str, owned: frozenset[str]) -> list[ir.ReplyHeader]:
    headers: list[ir.ReplyHeader] = []
    for wire_name, node in response.entries("headers"):
        if wire_name.lower() in owned:
            continue
        target = node.target()
        schema = target.get("schema")
        type_ = (
            reader.type_of(schema, name + names.class_name(wire_name)) if schema is not None else ir.Scalar("string")
        )
        headers.append(
            ir.ReplyHeader(
                wire_name,
                type_,
                is_required=isinstance(target.value, dict) and target.value.get("required") is True,
                constant=_constant(type_),
                description=target.text("description") or "",
            )
        )
    return headers


def _constant(type_: ir.Type) -> Any:
    if isinstance(type_, ir.Choice) and len(type_.values) == 1 and isinstance(type_.values[0], str):
        return type_.values[0]
    return None
