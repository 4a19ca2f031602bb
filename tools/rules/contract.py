"""A contract as the rules see it: typed objects with positions, references followed, operations with what applies to them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import quote

import jsonschema_rs

from tools.openapi import kinds, refs, source, versions
from tools.openapi import node as linked
from tools.openapi.operations import Alternative, Operation, listed_parameters, operations
from tools.openapi.problems import Origin
from tools.openapi.source import Document, Json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tools.openapi.kinds import Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"

MAX_HOPS = 50
"""A chain of references longer than this is a circle."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document, and what it is."""

    document: Document = field(repr=False)
    pointer: str
    value: Json = field(repr=False)
    kind: Kind

    def at(self, *tokens: str | int) -> Origin:
        """Position of the key of this value, or of the one at `tokens` below it; of its nearest parent when it is missing."""
        return self.document.at(source.join(self.pointer, *tokens))

    def value_at(self, *tokens: str | int) -> Origin:
        """Position of the value itself, or of the one at `tokens` below it."""
        return self.document.at(source.join(self.pointer, *tokens), value=True)

    def child(self, kind: Kind, *tokens: str | int) -> Node:
        """The value at `tokens` below this one. Raises `KeyError` when there is none."""
        return Node(
            self.document,
            source.join(self.pointer, *tokens),
            source.resolve(self.value, source.join("", *tokens)),
            kind,
        )

    def get(self, name: str, default: Json = None) -> Json:
        """Field `name`; `default` when it is missing or this is no object."""
        return self.value.get(name, default) if isinstance(self.value, dict) else default

    def text(self, name: str) -> str:
        """Field `name` when it is a string, else an empty one."""
        value = self.get(name)
        return value if isinstance(value, str) else ""

    def mapping(self, name: str) -> dict[str, Json]:
        """Field `name` when it is an object, else an empty one."""
        value = self.get(name)
        return value if isinstance(value, dict) else {}

    def listed(self, name: str) -> list[Json]:
        """Field `name` when it is a list, else an empty one."""
        value = self.get(name)
        return value if isinstance(value, list) else []

    @property
    def types(self) -> tuple[str, ...]:
        """Types of a schema; none when it names none."""
        declared = self.get("type")
        names = declared if isinstance(declared, list) else [declared]
        return tuple(name for name in names if isinstance(name, str))

    @property
    def reference(self) -> str | None:
        """The `$ref` that stands here instead of, or beside, the object."""
        reference = self.get("$ref")
        return reference if isinstance(reference, str) else None

    @property
    def name(self) -> str:
        """Last token of the pointer: the name under which the value stands."""
        return source.unescape(self.pointer.rpartition("/")[2])


_Nodes: TypeAlias = "dict[Kind, list[Node]]"


class GeneratedFile(NamedTuple):
    """A file of the last generation, as it was then and as it is now: hashes, None where there was or is none."""

    path: str
    is_contract: bool
    """Whether it is a contract, a source of generated code; else it is generated code."""
    then: str | None
    now: str | None
    origin: Origin
    """Where a difference is shown."""


class Contract:
    """All source files together."""

    def __init__(
        self,
        documents: Mapping[str, Document],
        governance: Mapping[str, Document] | None = None,
        earlier: Contract | None = None,
    ) -> None:
        """`documents` are OpenAPI files by path, `governance` the data files beside them by name without ending.

        Documents that are the same objects as in `earlier` are not walked again.
        """
        self.documents = documents
        self.governance = governance or {}
        known = earlier.walked if earlier is not None else {}
        self.walked: dict[str, tuple[Document, _Nodes]] = {
            path: known[path] if path in known and known[path][0] is document else (document, _walk(document))
            for path, document in documents.items()
        }
        self.generated_files: Sequence[GeneratedFile] = ()
        """Files of the last generation, where they are asked about."""
        self.looked_at = list(documents.values())
        """The documents whose contents `all` gives."""

    def narrowed(self, paths: Collection[str]) -> Contract:
        """The same contract, looked at in the documents `paths` only; references still lead into all of them."""
        narrow = copy.copy(self)
        narrow.looked_at = [document for path, document in self.documents.items() if path in paths]
        for name in ("operations", "properties", "_nodes"):
            narrow.__dict__.pop(name, None)
        return narrow

    @cached_property
    def _nodes(self) -> _Nodes:
        nodes: _Nodes = {}
        for document in self.looked_at:
            for kind, members in self.walked[document.path][1].items():
                nodes.setdefault(kind, []).extend(members)
        return nodes

    @cached_property
    def registry(self) -> jsonschema_rs.Registry:
        """Every document as a resource of JSON Schema, under `uri_of` its path."""
        resources = [
            (uri_of(path), {"$schema": DIALECT, **document.value})
            for path, document in self.documents.items()
            if isinstance(document.value, dict)
        ]
        return jsonschema_rs.Registry(resources)

    def all(self, kind: Kind) -> list[Node]:
        """Every object of `kind`, where it is written. References are among them."""
        return self._nodes.get(kind, [])

    def written(self, kind: Kind) -> Iterator[Node]:
        """Every object of `kind` that is written out, not referred to."""
        return (node for node in self.all(kind) if node.reference is None and isinstance(node.value, dict))

    def target(self, node: Node) -> Node | None:
        """Target of the `$ref` of `node`, one hop away; None when there is nothing."""
        if node.reference is None:
            return None
        try:
            file, pointer, value = refs.find(self.documents, node.document.path, node.reference)
        except KeyError:
            return None
        return Node(self.documents[file], pointer, value, node.kind)

    def follow(self, node: Node) -> Node | None:
        """The object itself, through any number of references; None when there is none at the end."""
        for _ in range(MAX_HOPS):
            if node.reference is None:
                return node if isinstance(node.value, dict) else None
            target = self.target(node)
            if target is None:
                return None
            node = target
        return None

    @cached_property
    def properties(self) -> list[Node]:
        """Every property of an object, with the schema or reference that stands for it."""
        return [
            node
            for node in self.all("schema")
            if node.pointer.rsplit("/", 2)[-2] == "properties" and isinstance(node.value, dict)
        ]

    @cached_property
    def operations(self) -> list[OperationNodes]:
        """Every operation below `paths`."""
        roots = (
            linked.Node(self, document.path, "", document.value)
            for document in self.looked_at
            if isinstance(document.value, dict)
        )
        return [OperationNodes(self, one) for root in roots for one in operations(root)]

    def node_of(self, node: linked.Node, kind: Kind) -> Node:
        """`node` as the rules look at it."""
        return Node(self.documents[node.file], node.pointer, node.value, kind)

    def is_30(self, file: str) -> bool:
        """Whether a document says that it is OpenAPI 3.0."""
        return versions.is_30(self.documents[file].value)


def uri_of(path: str) -> str:
    """Address under which the document at `path` stands in the registry."""
    return "file:///" + quote(path)


def _walk(document: Document) -> _Nodes:
    nodes: _Nodes = {}
    for kind, pointer, value in kinds.walk(document.value):
        nodes.setdefault(kind, []).append(Node(document, pointer, value, kind))
    return nodes


@dataclass(frozen=True)
class OperationNodes:
    """An operation of the one reader, with its parts as the rules look at them."""

    contract: Contract = field(repr=False)
    declared: Operation

    @property
    def path(self) -> str:
        """Path template, such as `/api/export/{format}`."""
        return self.declared.path

    @property
    def method(self) -> str:
        """HTTP method in lower case."""
        return self.declared.method

    @property
    def id(self) -> str:
        """`operationId`; method and path when there is none."""
        return self.declared.id

    @property
    def document(self) -> Document:
        """The document of its API."""
        return self.contract.documents[self.declared.root.file]

    @cached_property
    def node(self) -> Node:
        """The operation object."""
        return self.contract.node_of(self.declared.node, "operation")

    @cached_property
    def security(self) -> list[Alternative]:
        """Alternatives of schemes and scopes; empty when anybody may call."""
        return self.declared.security()

    @property
    def schemes(self) -> set[str]:
        """Names of all schemes of all alternatives."""
        return {name for alternative in self.security for name in alternative}

    @cached_property
    def parameters(self) -> list[Node]:
        """Parameters that apply, followed."""
        return [self.contract.node_of(one.node, "parameter") for one in self.declared.parameters()]

    @cached_property
    def own_parameters(self) -> list[Node]:
        """The parameters that the operation lists itself, followed, also those that stand there twice."""
        listed = listed_parameters(self.declared.node, is_shared=False)
        return [self.contract.node_of(one.node, "parameter") for one in listed]

    @cached_property
    def responses(self) -> dict[str, Node]:
        """Responses by status, as they are written: a reference is not followed."""
        return {one.status: self.contract.node_of(one.site, "response") for one in self.declared.replies()}

    @property
    def successes(self) -> dict[str, Node]:
        """Responses with a status of 2xx or 3xx, as they are written."""
        return {status: node for status, node in self.responses.items() if status[0] in "23"}

    @cached_property
    def body(self) -> Node | None:
        """The request body, followed."""
        body = self.declared.body()
        return self.contract.node_of(body, "request-body") if body is not None else None

    def parameter(self, name: str, where: str) -> Node | None:
        """The parameter of that name and place; header names in any case."""
        for node in self.parameters:
            own_name = str(node.get("name", ""))
            if node.get("in") == where and (
                own_name.lower() == name.lower() if where == "header" else own_name == name
            ):
                return node
        return None

    @property
    def is_webhook(self) -> bool:
        """Whether a payment processor calls it."""
        return self.path.startswith("/api/webhooks/")
