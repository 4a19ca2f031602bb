"""Reply classes: status and media type in the class, body and headers as arguments."""

from __future__ import annotations

from tools.codegen import ir, names
from tools.codegen.emit.module import Module
from tools.codegen.emit.python_server.types import Types
from tools.codegen.plan import Plan

_BASES = {
    "text": "TextReply",
    "bytes": "BytesReply",
    "events": "EventReply",
    "json": "JsonReply",
    "form": "BytesReply",
    "multipart": "BytesReply",
}
_DEFAULT_MEDIA = {
    "JsonReply": "application/json",
    "ProblemReply": "application/problem+json",
    "TextReply": "text/plain",
    "BytesReply": "application/octet-stream",
    "EventReply": "text/event-stream",
}


_RESERVED = frozenset("body content_type data header_names media_range media_type range status statuses".split())


def emit(module: Module, types: Types, plan: Plan, response: ir.Response) -> None:
    """The class of one reply."""
    name = plan.reply(response).name
    module.symbol(name, response.origin)
    module.lines(["", "", f"@{types.typing('final')}"])
    module.line(f"@{module.use('dataclasses', 'dataclass')}(frozen=True, slots=True, kw_only=True)")
    base = _base(response)
    with module.block(f"class {name}({types.runtime('replies', base)}):"):
        module.docstring(response.description or f"{response.status}.")
        module.line()
        _constants(module, types, response, base)
        attributes = _attributes(response)
        if attributes:
            pairs = ", ".join(f"({attribute!r}, {header.name!r})" for attribute, header in attributes)
            module.line(f"header_names: {types.typing('ClassVar')} = ({pairs},)")
        _fields(module, types, response, attributes)


def _base(response: ir.Response) -> str:
    if response.media is None:
        return "EmptyReply"
    if response.media.media_type.partition(";")[0] == "application/problem+json":
        return "ProblemReply"
    return _BASES[response.media.kind]


def _constants(module: Module, types: Types, response: ir.Response, base: str) -> None:
    class_var = types.typing("ClassVar")
    if response.status.isdecimal():
        module.line(f"status: {class_var}[int] = {response.status}")
    else:
        first, last = (200, 600) if response.status == "default" else (int(response.status[0]) * 100,) * 2
        last = last if response.status == "default" else first + 100
        module.line(f"statuses: {class_var}[range] = range({first}, {last})")
    if response.media is not None and response.media.media_type != _DEFAULT_MEDIA[base]:
        word = "media_range" if "*" in response.media.media_type else "media_type"
        kind = "str" if word == "media_range" else "str | None"
        module.line(f"{word}: {class_var}[{kind}] = {response.media.media_type!r}")
    if response.media is not None and response.media.kind == "events":
        module.line(f"data: {class_var}[object] = {types.expression(response.media.type)}")


def _attributes(response: ir.Response) -> list[tuple[str, ir.ReplyHeader]]:
    reserved: set[str] = set(_RESERVED)
    attributes: list[tuple[str, ir.ReplyHeader]] = []
    for header in response.headers:
        attribute: str = names.header_name(header.name)
        while attribute in reserved:
            attribute += "_"
        reserved.add(attribute)
        attributes.append((attribute, header))
    return attributes


def _fields(module: Module, types: Types, response: ir.Response, attributes: list[tuple[str, ir.ReplyHeader]]) -> None:
    if not response.status.isdecimal():
        module.line("status: int")
    if response.media is not None:
        module.line(f"body: {_body(module, types, response.media)}")
        if "*" in response.media.media_type:
            module.line("content_type: str")
            module.docstring(f"The media type of this reply, one of {response.media.media_type}.")
    for attribute, header in attributes:
        annotation = types.expression(header.type)
        if header.constant is not None and header.is_required:
            module.line(f"{attribute}: {annotation} = {header.constant!r}")
        elif header.is_required:
            module.line(f"{attribute}: {annotation}")
        else:
            module.line(f"{attribute}: {annotation} | None = None")
        module.docstring(header.description)


def _body(module: Module, types: Types, media: ir.Media) -> str:
    if media.kind == "json":
        return types.expression(media.type)
    if media.kind == "text":
        return "str"
    if media.kind == "events":
        event = f"{types.runtime('events', 'ServerEvent')}[{types.expression(media.type)}]"
        iterable = module.use("collections.abc", "AsyncIterable")
        return f"bytes | {iterable}[{event}] | {iterable}[bytes]"
    return f"bytes | {module.use('collections.abc', 'AsyncIterable')}[bytes]"
