"""The one reader of operations: every method of every path, with the parameters, security and replies that apply to it.

It reads linked nodes, so each part keeps its origin, and it is lenient: what is malformed is passed over here, and reported by
the rules and by the generator. All tools read OpenAPI through it, so that all of them see the same operations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from tools.openapi.kinds import METHODS
from tools.openapi.node import Node
from tools.openapi.source import Document, Json

Location = Literal["path", "query", "header", "cookie"]
_STYLES: Mapping[str, str] = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""OpenAPI 3.1.1, 4.8.12: header parameters of these names are ignored; other parts of the contract describe them."""

Alternative = Mapping[str, tuple[str, ...]]
"""Security schemes that must hold together, each with its scopes; empty when no proof is needed."""


class Parameter(NamedTuple):
    """A parameter that applies to an operation."""

    name: str
    location: str
    node: Node
    """The parameter, its references followed."""
    site: Node
    """Where it is listed."""
    is_shared: bool
    """Whether the path declares it for all its operations."""

    @property
    def is_required(self) -> bool:
        """Whether requests must carry it."""
        return self.location == "path" or self.node.value.get("required") is True

    @property
    def style(self) -> str:
        """How its value is written."""
        style = self.node.text("style")
        return style or _STYLES.get(self.location, "simple")

    @property
    def is_exploded(self) -> bool:
        """Whether each item or property is written by itself."""
        explode = self.node.value.get("explode")
        return explode if isinstance(explode, bool) else self.style == "form"

    @property
    def media_type(self) -> str | None:
        """The media type of a value that is written by `content` and not by a style."""
        return next((name for name, _ in self.node.entries("content")), None)


class Reply(NamedTuple):
    """A documented reply."""

    status: str
    """`200`, `4XX` or `default`."""
    node: Node
    """The response, its references followed."""
    site: Node
    """Where it is listed."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme: the part of a request that proves who calls."""

    name: str
    kind: Literal["bearer", "basic", "apiKey", "other"]
    location: str
    """`header`, `query` or `cookie`."""
    parameter: str
    """Name of the header, query parameter or cookie."""
    node: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with what its path and its document say about it."""

    root: Node
    """The document."""
    path: str
    method: str
    """In lower case."""
    item: Node
    """The path item, its references followed."""
    node: Node
    """The operation, its references followed."""

    @property
    def id(self) -> str:
        """Its `operationId`; method and path when it has none."""
        return self.node.text("operationId") or f"{self.method} {self.path}"

    @property
    def value(self) -> Json:
        """The operation as it is written."""
        return self.node.value

    @property
    def document(self) -> Json:
        """The document that it stands in."""
        return self.root.value

    @property
    def key(self) -> str:
        """`GET /orders/{id}`."""
        return f"{self.method.upper()} {self.path}"

    def parameters(self) -> list[Parameter]:
        """Parameters that apply: those of the path, each in its place overridden by the operation's own of the same name."""
        effective: dict[tuple[str, str], Parameter] = {}
        for owner, is_shared in ((self.item, True), (self.node, False)):
            for parameter in listed_parameters(owner, is_shared=is_shared):
                effective[key_of(parameter)] = parameter
        return list(effective.values())

    def security(self) -> list[Alternative]:
        """Alternatives, of which one must hold: the operation's own, else those of the document. None: anybody may call."""
        return alternatives(self.security_node())

    def security_node(self) -> Node | None:
        """Where the security that applies is written."""
        return self.node.get("security") or self.root.get("security")

    @property
    def base_path(self) -> str:
        """Path of the first server that applies, without a slash at the end; variables have their defaults."""
        owners = (self.node, self.item, self.root)
        servers = next((found for owner in owners if (found := owner.get("servers")) is not None), None)
        first = next(iter(servers.elements()), None) if servers is not None else None
        return path_of_server(first.value) if first is not None and first.is_object else ""

    @property
    def is_public(self) -> bool:
        """Whether a call without any proof is allowed."""
        required = self.security()
        return not required or any(not alternative for alternative in required)

    def body(self) -> Node | None:
        """The request body, its references followed."""
        body = self.node.get("requestBody")
        return body.resolved() if body is not None else None

    def replies(self) -> list[Reply]:
        """Documented replies in their order."""
        sites = [(status, site) for status, site in self.node.entries("responses") if not status.startswith("x-")]
        nodes = [(status, site.resolved(), site) for status, site in sites]
        return [Reply(status, node, site) for status, node, site in nodes if node is not None and node.is_object]


_VARIABLE = re.compile(r"\{([^}]*)\}")


def path_of_server(server: Json) -> str:
    """Path of a Server Object, without a slash at the end; variables have their defaults."""
    variables = server.get("variables")
    known = variables if isinstance(variables, dict) else {}

    def default(match: re.Match[str]) -> str:
        variable = known.get(match[1])
        return str(variable.get("default", "")) if isinstance(variable, dict) else match[0]

    return urlsplit(_VARIABLE.sub(default, str(server.get("url", "")))).path.rstrip("/")


def operations(root: Node) -> Iterator[Operation]:
    """Every operation below `paths` of the document `root`."""
    for path, site in root.entries("paths"):
        item = site.resolved() if path.startswith("/") else None
        for method, node in methods(item) if item is not None else ():
            yield Operation(root, path, method, item or site, node)


def methods(item: Node) -> Iterator[tuple[str, Node]]:
    """Operations of a path item by method, in the order of the specification."""
    for method in METHODS:
        site = item.get(method)
        node = site.resolved() if site is not None else None
        if node is not None and isinstance(node.value, dict):
            yield method, node


def listed_parameters(owner: Node, *, is_shared: bool) -> Iterator[Parameter]:
    """The parameters that a path item or an operation lists itself."""
    written = owner.get("parameters")
    group = written.resolved() if written is not None else None
    for site in group.elements() if group is not None else ():
        node = site.resolved()
        if node is None or not isinstance(node.value, dict):
            continue
        name, location = node.text("name"), node.text("in")
        if name is not None and location is not None:
            yield Parameter(name, location, node, site, is_shared)


def key_of(parameter: Parameter) -> tuple[str, str]:
    """Identity of a parameter: place and name, in any case for headers."""
    is_header = parameter.location == "header"
    return parameter.location, parameter.name.lower() if is_header else parameter.name


def alternatives(node: Node | None) -> list[Alternative]:
    """`security` as alternatives; what is no mapping is none."""
    return [
        {name: tuple(map(str, scopes.value)) if isinstance(scopes.value, list) else () for name, scopes in one.items()}
        for one in (node.elements() if node is not None else ())
        if isinstance(one.value, dict)
    ]


def schemes(root: Node) -> dict[str, Scheme]:
    """Security schemes of a document by name."""
    components = root.get("components")
    holder = components.resolved() if components is not None else None
    group = holder.entries("securitySchemes") if holder is not None else ()
    nodes = {name: node for name, site in group if (node := site.resolved()) is not None}
    return {name: scheme(name, node) for name, node in nodes.items() if isinstance(node.value, dict)}


def scheme(name: str, node: Node) -> Scheme:
    """The security scheme at `node`. OAuth and OpenID end in the same header as a bearer token."""
    kind, protocol = node.text("type"), (node.text("scheme") or "").lower()
    if kind == "apiKey":
        return Scheme(name, "apiKey", node.text("in") or "header", node.text("name") or name, node)
    if kind in {"oauth2", "openIdConnect"} or protocol == "bearer":
        return Scheme(name, "bearer", "header", "Authorization", node)
    return Scheme(name, "basic" if protocol == "basic" else "other", "header", "Authorization", node)


class _Single:
    """One self-contained document as a linked set."""

    def __init__(self, value: Any) -> None:
        self.documents: Mapping[str, Document] = {"": Document("", "", value, {})}

    def is_30(self, file: str) -> bool:
        """Whether it is OpenAPI 3.0."""
        return str(self.documents[file].value.get("openapi", "")).startswith("3.0")


def root_of(document: Any) -> Node:
    """The root of a self-contained document, such as a bundle."""
    return Node(_Single(document), "", "", document)
