"""A bundle, compiled once into what judging needs: a path trie, and per operation its parameters, bodies, answers, security.

Everything keeps the JSON pointer of the place it comes from, so a finding can name the line of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

from tools.conformance.contract import schemas
from tools.conformance.contract.schemas import Compiled, Compiler
from tools.openapi import source

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Location = Literal["path", "query", "header", "cookie"]
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""OpenAPI 3.1 §4.8.12: parameters of these names are ignored; other parts of the contract describe them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter."""

    name: str
    location: Location
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
class Operation:
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
    operations: dict[str, Operation]
    by_template: dict[str, dict[str, Operation]]
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
            more = {**values, **{name: unquote(value) for name, value in zip(names, matched.groups(), strict=True)}}
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
    operations: dict[str, Operation] = {}
    by_template: dict[str, dict[str, Operation]] = {}
    # The trie knows templates only, which no edit below a path changes.
    known_trie = after.trie if after is not None and touched.count("/") > 2 else None
    root = known_trie or _Node()
    for template, item, pointer in _path_items(document):
        if known_trie is None:
            _insert(root, template)
        for method in METHODS:
            if method not in item:
                continue
            key = f"{method.upper()} {template}"
            known = after.operations.get(key) if after else None
            is_wanted = known is None or only is None or key in only
            if known is None or (is_wanted and schemas.concerns(touched, known.roots)):
                known = _Reader(document, compiler).operation(template, method, item, pointer)
            operations[key] = known
            by_template.setdefault(template, {})[method.upper()] = known
    return Contract(document, compiler, operations, by_template, root, base_path)


def _path_items(document: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    for template, item in document.get("paths", {}).items():
        pointer = source.join("", "paths", template)
        if isinstance(item.get("$ref"), str):
            pointer = item["$ref"][1:]
            item = source.resolve(document, pointer)  # noqa: PLW2901  # the item is what the reference leads to
        yield template, item, pointer


class _Reader:
    """Reads one operation, noting every place it passes through."""

    def __init__(self, document: Any, compiler: Compiler) -> None:
        self.document = document
        self.compiler = compiler
        self.roots: set[str] = set()

    def operation(self, template: str, method: str, item: dict[str, Any], item_pointer: str) -> Operation:
        raw = item[method]
        pointer = source.join(item_pointer, method)
        self.roots.add(pointer)
        if "parameters" in item:
            self.roots.add(source.join(item_pointer, "parameters"))
        parameters = self._parameters(item.get("parameters", []), source.join(item_pointer, "parameters"))
        parameters |= self._parameters(raw.get("parameters", []), source.join(pointer, "parameters"))
        body = self._body(raw, pointer)
        replies = {
            status: self._reply(status, value, source.join(pointer, "responses", status))
            for status, value in raw.get("responses", {}).items()
        }
        security, security_pointer = self._security(raw, pointer)
        return Operation(
            key=f"{method.upper()} {template}",
            method=method.upper(),
            template=template,
            operation_id=raw.get("operationId", f"{method.upper()} {template}"),
            parameters=tuple(parameters.values()),
            body=body,
            replies=replies,
            security=security,
            security_pointer=security_pointer,
            pointer=pointer,
            roots=frozenset(self.roots),
            raw=raw,
        )

    def _follow(self, value: Any, pointer: str) -> tuple[Any, str]:
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            pointer = value["$ref"][1:]
            value = source.resolve(self.document, pointer)
            self.roots.add(pointer)
        return value, pointer

    def _schema(self, pointer: str, side: schemas.Side) -> Compiled:
        compiled = self.compiler.compile(pointer, side)
        self.roots |= compiled.roots
        return compiled

    def _parameters(self, values: list[Any], pointer: str) -> dict[tuple[str, str], Parameter]:
        parameters = {}
        for index, item in enumerate(values):
            raw, place = self._follow(item, source.join(pointer, index))
            if raw["in"] == "header" and raw["name"].lower() in _IGNORED_HEADERS:
                continue
            parameters[raw["in"], raw["name"]] = self._parameter(raw, place)
        return parameters

    def _parameter(self, raw: dict[str, Any], pointer: str) -> Parameter:
        media_type = next(iter(raw["content"]), None) if "content" in raw else None
        where = source.join(pointer, "content", media_type, "schema") if media_type else source.join(pointer, "schema")
        style = raw.get("style", _STYLES[raw["in"]])
        return Parameter(
            name=raw["name"],
            location=raw["in"],
            required=raw.get("required", False),
            style=style,
            explode=raw.get("explode", style in {"form", "deepObject"}),
            media_type=media_type,
            schema=self._schema(where, "request"),
            pointer=pointer,
        )

    def _contents(self, raw: dict[str, Any], pointer: str, side: schemas.Side) -> tuple[Content, ...]:
        contents = []
        for media_type, value in raw.get("content", {}).items():
            place = source.join(pointer, "content", media_type)
            schema = self._schema(source.join(place, "schema"), side) if "schema" in value else None
            contents.append(Content(media_type.lower(), schema, place))
        return tuple(contents)

    def _body(self, raw: dict[str, Any], pointer: str) -> Body | None:
        if "requestBody" not in raw:
            return None
        value, place = self._follow(raw["requestBody"], source.join(pointer, "requestBody"))
        return Body(value.get("required", False), self._contents(value, place, "request"), place)

    def _reply(self, status: str, value: Any, pointer: str) -> Reply:
        raw, place = self._follow(value, pointer)
        headers = tuple(
            self._header(name, item, source.join(place, "headers", name))
            for name, item in raw.get("headers", {}).items()
            if name.lower() != "content-type"
        )
        contents = self._contents(raw, place, "response")
        name = status.upper() if status != "default" else status
        return Reply(name, contents, headers, raw.get("links", {}), pointer)

    def _header(self, name: str, value: Any, pointer: str) -> Header:
        raw, place = self._follow(value, pointer)
        schema = self._schema(source.join(place, "schema"), "response") if "schema" in raw else None
        return Header(name.lower(), raw.get("required", False), schema, place)

    def _security(self, raw: dict[str, Any], pointer: str) -> tuple[Any, str]:
        place = source.join(pointer, "security") if "security" in raw else "/security"
        self.roots.add(place)
        alternatives = raw.get("security", self.document.get("security", []))
        return tuple(
            tuple((self._scheme(name), frozenset(scopes)) for name, scopes in alternative.items())
            for alternative in alternatives
        ), place

    def _scheme(self, name: str) -> Scheme:
        place = source.join("", "components", "securitySchemes", name)
        raw, _ = self._follow(source.resolve(self.document, place), place)
        self.roots.add(place)
        if raw["type"] == "apiKey":
            return Scheme(name, raw["in"], raw["name"].lower() if raw["in"] == "header" else raw["name"])
        if raw["type"] == "http":
            kind = raw["scheme"].lower()
            return Scheme(name, kind if kind in {"bearer", "basic"} else "other", "authorization")
        return Scheme(name, "bearer" if raw["type"] in {"oauth2", "openIdConnect"} else "other", "authorization")
