"""A bundle, compiled once into what judging needs: a path trie, and per operation its parameters, bodies, answers, security.

Everything keeps the JSON pointer of the place it comes from, so a finding can name the line of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, cast
from urllib.parse import unquote

from tools.conformance.contract import schemas
from tools.conformance.contract.schemas import Compiled, Compiler
from tools.openapi import operations as reader
from tools.openapi import source
from tools.openapi.node import Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter."""

    name: str
    location: reader.Location
    required: bool
    style: str
    explode: bool
    media_type: str | None
    """Set when the value is serialised by `content` instead of by style."""
    schema: Compiled
    pointer: str


@dataclass(frozen=True, slots=True)
class Content:
    """One media type of a body or a reply; `schema` is None when anything goes."""

    media_type: str
    schema: Compiled | None
    pointer: str


@dataclass(frozen=True, slots=True)
class Body:
    """The request body of an operation."""

    required: bool
    contents: tuple[Content, ...]
    pointer: str


@dataclass(frozen=True, slots=True)
class Header:
    """One declared response header; `name` is lower case."""

    name: str
    required: bool
    schema: Compiled | None
    pointer: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One documented response: `status` is `200`, `4XX` or `default`."""

    status: str
    contents: tuple[Content, ...]
    headers: tuple[Header, ...]
    links: dict[str, Any]
    """Link Objects by name."""
    pointer: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of proving who calls: what of the request carries it."""

    name: str
    kind: str
    """`bearer`, `basic`, `header`, `query`, `cookie` or `other`."""
    carrier: str
    """Name of the header (lower case), query parameter or cookie."""


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """One operation: what it takes and what it may answer."""

    key: str
    """`GET /orders/{id}`."""
    method: str
    template: str
    operation_id: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    replies: dict[str, Reply]
    security: tuple[tuple[tuple[Scheme, frozenset[str]], ...], ...]
    """Alternatives; each a set of schemes with the scopes it asks for. Empty: anybody may call."""
    security_pointer: str
    pointer: str
    roots: frozenset[str]
    raw: dict[str, Any] = field(repr=False)

    @property
    def is_public(self) -> bool:
        """Whether a call without any proof is allowed."""
        return not self.security or any(not alternative for alternative in self.security)


class Segment(str):
    """The decoded value of a variable of a path."""

    __slots__ = ("encoded",)

    encoded: str
    """As it was sent."""

    def __new__(cls, encoded: str) -> Self:
        """The value that `encoded` stands for."""
        value = super().__new__(cls, unquote(encoded))
        value.encoded = encoded
        return value


@dataclass(slots=True)
class _Node:
    """A place in the path trie."""

    fixed: dict[str, _Node] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], tuple[str, ...], _Node]] = field(default_factory=list)
    template: str | None = None


@dataclass(slots=True)
class Contract:
    """A compiled bundle."""

    document: Any
    compiler: Compiler
    operations: dict[str, CompiledOperation]
    by_template: dict[str, dict[str, CompiledOperation]]
    """Path template to upper-case method to operation."""
    trie: _Node
    base_path: str = ""

    def match(self, path: str) -> tuple[str | None, dict[str, str]]:
        """Template that `path` (as sent) is for, with the decoded values of its variables; None when there is none."""
        if self.base_path and path.startswith(self.base_path + "/"):
            path = path[len(self.base_path) :]
        return _find(self.trie, path.lstrip("/").split("/"), {})


def _find(node: _Node, segments: list[str], values: dict[str, str]) -> tuple[str | None, dict[str, str]]:
    if not segments:
        return node.template, values
    head, rest = segments[0], segments[1:]
    if head in node.fixed:
        template, path_values = _find(node.fixed[head], rest, values)
        if template is not None:
            return template, path_values
    for pattern, names, child in node.patterns:
        matched = pattern.fullmatch(head)
        if matched:
            more = {**values, **{name: Segment(value) for name, value in zip(names, matched.groups(), strict=True)}}
            template, path_values = _find(child, rest, more)
            if template is not None:
                return template, path_values
    return None, values


def _insert(root: _Node, template: str) -> None:
    node = root
    for segment in template.lstrip("/").split("/"):
        names = tuple(re.findall(r"\{([^}]+)\}", segment))
        if not names:
            node = node.fixed.setdefault(segment, _Node())
            continue
        text = "(.+?)".join(re.escape(part) for part in re.split(r"\{[^}]+\}", segment))
        known = next((child for pattern, _, child in node.patterns if pattern.pattern == text), None)
        if known is None:
            known = _Node()
            node.patterns.append((re.compile(text), names, known))
        node = known
    node.template = template


def compile_contract(
    document: Any,
    *,
    after: Contract | None = None,
    touched: str = "",
    only: Container[str] | None = None,
    base_path: str = "",
) -> Contract:
    """Compile the bundle `document` (self-contained: every `$ref` starts with `#/`).

    With `after`, everything the edit at `touched` does not concern is taken over from that contract, and every operation
    that is not among `only` (keys). Raises `KeyError` for a
    reference that leads nowhere and `ValueError` for a schema that is none.
    """
    compiler = Compiler(document, after.compiler if after else None, touched)
    operations: dict[str, CompiledOperation] = {}
    by_template: dict[str, dict[str, CompiledOperation]] = {}
    # The trie knows templates only, which no edit below a path changes.
    known_trie = after.trie if after is not None and touched.count("/") > 2 else None
    root = known_trie or _Node()
    whole = reader.root_of(document)
    for template, site in whole.entries("paths"):
        if known_trie is None:
            _insert(root, template)
        item = site.target()
        for method, node in reader.methods(item):
            key = f"{method.upper()} {template}"
            known = after.operations.get(key) if after else None
            is_wanted = known is None or only is None or key in only
            if known is None or (is_wanted and schemas.concerns(touched, known.roots)):
                known = _Reader(compiler).operation(reader.Operation(whole, template, method, item, node))
            operations[key] = known
            by_template.setdefault(template, {})[method.upper()] = known
    base_path = base_path or (after.base_path if after is not None else "")
    return Contract(document, compiler, operations, by_template, root, base_path)


class _Reader:
    """Reads one operation, noting every place it passes through."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.roots: set[str] = set()

    def operation(self, declared: reader.Operation) -> CompiledOperation:
        node, raw = declared.node, declared.node.value
        self.roots.add(node.pointer)
        if "parameters" in declared.item.value:
            self.roots.add(source.join(declared.item.pointer, "parameters"))
        parameters = tuple(self._parameters(declared))
        body = self._body(declared)
        replies = {one.status: self._reply(one) for one in declared.replies()}
        security, security_pointer = self._security(declared)
        return CompiledOperation(
            key=declared.key,
            method=declared.method.upper(),
            template=declared.path,
            operation_id=raw.get("operationId", declared.key),
            parameters=parameters,
            body=body,
            replies=replies,
            security=security,
            security_pointer=security_pointer,
            pointer=node.pointer,
            roots=frozenset(self.roots),
            raw=raw,
        )

    def _note(self, site: Node) -> Node:
        """The end of the references at `site`; every place on the way is one that the operation depends on."""
        while site.is_reference:
            site = site.step()
            self.roots.add(site.pointer)
        return site

    def _schema(self, pointer: str, side: schemas.Side) -> Compiled:
        compiled = self.compiler.compile(pointer, side)
        self.roots |= compiled.roots
        return compiled

    def _parameters(self, declared: reader.Operation) -> Iterator[Parameter]:
        for one in declared.parameters():
            self._note(one.site)
            if one.location == "header" and one.name.lower() in reader.IGNORED_HEADERS:
                continue
            pointer = one.node.pointer
            tokens = ("content", one.media_type, "schema") if one.media_type else ("schema",)
            yield Parameter(
                name=one.name,
                location=cast("reader.Location", one.location),
                required=one.is_required,
                style=one.style,
                explode=one.is_exploded or one.style == "deepObject",
                media_type=one.media_type,
                schema=self._schema(source.join(pointer, *tokens), "request"),
                pointer=pointer,
            )

    def _contents(self, raw: dict[str, Any], pointer: str, side: schemas.Side) -> tuple[Content, ...]:
        contents = []
        for media_type, value in raw.get("content", {}).items():
            place = source.join(pointer, "content", media_type)
            schema = self._schema(source.join(place, "schema"), side) if "schema" in value else None
            contents.append(Content(media_type.lower(), schema, place))
        return tuple(contents)

    def _body(self, declared: reader.Operation) -> Body | None:
        site = declared.node.get("requestBody")
        if site is None:
            return None
        node = self._note(site)
        return Body(
            node.value.get("required", False), self._contents(node.value, node.pointer, "request"), node.pointer
        )

    def _reply(self, declared: reader.Reply) -> Reply:
        node = self._note(declared.site)
        headers = tuple(
            self._header(name, site) for name, site in node.entries("headers") if name.lower() != "content-type"
        )
        contents = self._contents(node.value, node.pointer, "response")
        status = declared.status.upper() if declared.status != "default" else declared.status
        return Reply(status, contents, headers, node.value.get("links", {}), declared.site.pointer)

    def _header(self, name: str, site: Node) -> Header:
        node = self._note(site)
        schema = self._schema(source.join(node.pointer, "schema"), "response") if "schema" in node.value else None
        return Header(name.lower(), node.value.get("required", False), schema, node.pointer)

    def _security(self, declared: reader.Operation) -> tuple[Any, str]:
        node = declared.security_node()
        place = node.pointer if node is not None else "/security"
        self.roots.add(place)
        known = reader.schemes(declared.root)
        return tuple(
            tuple((self._scheme(known[name]), frozenset(scopes)) for name, scopes in alternative.items())
            for alternative in declared.security()
        ), place

    def _scheme(self, declared: reader.Scheme) -> Scheme:
        self.roots |= {source.join("", "components", "securitySchemes", declared.name), declared.node.pointer}
        if declared.kind == "apiKey":
            is_header = declared.location == "header"
            return Scheme(
                declared.name, declared.location, declared.parameter.lower() if is_header else declared.parameter
            )
        return Scheme(declared.name, declared.kind, "authorization")
