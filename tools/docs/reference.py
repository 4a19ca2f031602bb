"""One operation as people read it: what it does, what to send, what comes back, and a form to try it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tools.docs import tryout
from tools.docs.html import Markup, join, prose, tag
from tools.docs.samples import JSON, samples
from tools.openapi import calls
from tools.openapi.calls import Reply
from tools.openapi.operations import Operation, Scheme, schemes
from tools.openapi.source import Json

_BOUNDS = {
    "minLength": "at least {} characters", "maxLength": "at most {} characters", "minimum": "at least {}",
    "maximum": "at most {}", "multipleOf": "a multiple of {}", "minItems": "at least {} items",
    "maxItems": "at most {} items", "pattern": "matches {}", "default": "default {}",
}  # fmt: skip
_DEPTH = 6


def operation(one: Operation) -> Markup:
    """The section of one operation."""
    value = one.value
    call = calls.example_call(one)
    title = tag(
        "h2", tag("span", one.method.upper(), class_=f"method {one.method}"), " ", value.get("summary") or one.id
    )
    notes = [tag("p", "Deprecated. ", prose(_successor(value)), class_="warning")] if value.get("deprecated") else []
    description = [
        tag("p", tag("code", one.path), class_="path"), *notes, tag("p", prose(value.get("description") or "")),
        tag("p", _who(one), class_="who"), *_inputs(one), *_replies(one),
    ]  # fmt: skip
    columns = [
        tag("div", description, class_="told"),
        tag("div", _samples(call, media_type(one)), tryout.form(one, call), class_="shown"),
    ]
    return tag("section", title, tag("div", columns, class_="columns"), id=one.id, data_operation=one.id)


def _successor(value: Json) -> str:
    notice = value.get("x-deprecation", {})
    until = f" It will be removed on {notice['sunset']}." if "sunset" in notice else ""
    return f"Use `{notice.get('successor', 'another operation')}` instead.{until}"


def _who(one: Operation) -> Markup:
    """Who may call, in words."""
    if one.is_public:
        return join("Public: needs no credentials.")
    known = schemes(one.root)
    ways = [
        join(*_joined([_way(known.get(name), name, scopes) for name, scopes in alternative.items()], " and "))
        for alternative in one.security()
    ]
    return join("Needs ", *_joined(ways, " or "), ".")


def _joined(parts: list[Markup], word: str) -> list[str]:
    return [text for index, part in enumerate(parts) for text in ([word, part] if index else [part])]


def _way(scheme: Scheme | None, name: str, scopes: tuple[str, ...]) -> Markup:
    """One way to prove who calls."""
    if scheme is None or scheme.kind in {"basic", "other"}:
        return prose(f"`{name}`")
    if scheme.kind == "apiKey":
        return prose(f"the tenant key in the {scheme.location} `{scheme.parameter}`")
    if scopes:
        return prose(f"an access token with the role {' or '.join(scopes)} or higher")
    return join("the refresh token as bearer token")


def _inputs(one: Operation) -> Iterator[Markup]:
    document, value = one.document, one.value
    parameters = one.parameters()
    if parameters:
        yield tag("h3", "Parameters")
        yield tag(
            "dl",
            [
                _field(document, item.name, _schema_of(item.node.value), item.is_required, item.location)
                for item in parameters
            ],
        )
    body = calls.follow(document, value.get("requestBody"))
    if body:
        yield tag("h3", "Body")
        yield tag("p", prose(body.get("description", "")), "" if body.get("required") else " Optional.")
        for media_type, media in body["content"].items():
            yield tag("p", tag("code", media_type))
            yield _shape(document, media.get("schema"), 0)


def _schema_of(parameter: Json) -> Json:
    return {**parameter.get("schema", {}), "description": parameter.get("description", "")}


def _replies(one: Operation) -> Iterator[Markup]:
    yield tag("h3", "Replies")
    statuses: set[int] = set()
    for reply in calls.replies(one):
        if reply.status in statuses:
            continue
        statuses.add(reply.status)
        response = calls.follow(one.document, one.value["responses"][str(reply.status)])
        summary = tag("summary", tag("b", str(reply.status)), " ", prose(response["description"]))
        examples = [item for item in calls.replies(one) if item.status == reply.status and item.example]
        parts = [_headers(reply), *([_shape(one.document, reply.schema, 0)] if reply.status < 400 else [])]
        yield tag(
            "details", summary, *parts, [_example(item) for item in examples], class_="answer", open=reply.status < 300
        )
    for declared in one.replies():
        if not declared.status.isdigit():
            text = prose(declared.node.text("description") or "")
            yield tag("details", tag("summary", tag("b", declared.status), " ", text), class_="reply")


def _headers(reply: Reply) -> Markup:
    rows = [
        join(tag("dt", tag("code", name)), tag("dd", prose(header.get("description", ""))))
        for name, header in reply.headers.items()
    ]
    return tag("details", tag("summary", "Headers"), tag("dl", rows)) if rows else join()


def _example(reply: Reply) -> Markup:
    text = reply.value if isinstance(reply.value, str) else json.dumps(reply.value, indent=2, ensure_ascii=False)
    title = f"{(reply.example or '').replace('_', ' ')} ({reply.media_type})"
    return tag("figure", tag("figcaption", title), tag("pre", text))


def _shape(document: Json, schema: Json, depth: int) -> Markup:
    """The properties of a schema, and theirs."""
    schema = calls.follow(document, schema or {})
    if "items" in schema:
        return _shape(document, schema["items"], depth)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return tag("ul", [tag("li", _shape(document, part, depth)) for part in schema[word]])
    required = schema.get("required", ())
    rows = [
        _field(document, name, child, name in required, "", depth)
        for name, child in schema.get("properties", {}).items()
    ]
    return tag("dl", rows) if rows and depth < _DEPTH else join()


def _field(document: Json, name: str, schema: Json, is_required: bool, where: str, depth: int = 0) -> Markup:
    full = calls.follow(document, schema)
    marks = [where] if where else []
    marks += ["required"] if is_required else []
    head = tag("dt", tag("code", name), " ", tag("span", ", ".join([_type(document, full), *marks]), class_="type"))
    body = [prose(full.get("description", "")), tag("small", prose(_limits(full)))]
    return join(head, tag("dd", *body, _shape(document, full, depth + 1)))


def _type(document: Json, schema: Json) -> str:
    if schema.get("type") == "array":
        return f"list of {_type(document, calls.follow(document, schema.get('items', {})))}"
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    format_ = schema.get("format") or ""
    return f"{words} ({format_})" if format_ else words


def _limits(schema: Json) -> str:
    """Everything that bounds a value, in one line."""
    limits = [text.format(_shown(schema[word])) for word, text in _BOUNDS.items() if word in schema]
    if "enum" in schema:
        limits.insert(0, "one of " + ", ".join(map(_shown, schema["enum"])))
    if "const" in schema:
        limits.insert(0, f"always {_shown(schema['const'])}")
    examples = schema.get("examples")
    if isinstance(examples, list) and examples and "const" not in schema:
        limits.append(f"for example {_shown(examples[0])}")
    return "; ".join(limits)


def _shown(value: Json) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"


def media_type(one: Operation) -> str:
    """Media type of the first successful response that has a body; JSON when none has."""
    return next(
        (media_type_ for reply in calls.replies(one) if reply.status < 300 and (media_type_ := reply.media_type)),
        JSON,
    )


def _samples(call: calls.Call, media_type: str) -> Markup:
    return tag("div", [
        tag("details", tag("summary", language), tag("pre", text), open=language == "curl", name=f"{call.operation_id}-sample")
        for language, text in samples(call, media_type).items()
    ], class_="samples")  # fmt: skip


def sections(operations: Iterable[Operation]) -> Markup:
    """Every operation, one after the other."""
    return join([operation(one) for one in operations])
