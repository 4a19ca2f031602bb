"""One entry document to an API. One bad operation costs that operation; everything wrong is reported together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tools.codegen import ir, names, vocabulary
from tools.codegen.read import handlers, notices, parameters, replies
from tools.codegen.read.schemas import Reader
from tools.openapi.kinds import METHODS
from tools.openapi.link import Sources
from tools.openapi.node import Node
from tools.openapi.operations import Operation, scheme, schemes
from tools.openapi.problems import Origin, Problem, Severity

_TEMPLATE = re.compile(r"\{([^}]*)\}")


class Claim(NamedTuple):
    """Name and path of an operation, which must be unique in the whole contract set."""

    id: str
    method: str
    path: str
    origin: Origin
    id_origin: Origin

    @property
    def name(self) -> str:
        """Name of its handler."""
        return names.method_name(self.id)

    @property
    def template(self) -> tuple[str, str]:
        """Its path without the names of the parameters, and its method."""
        return _TEMPLATE.sub("{}", self.path), self.method

    def clash(self, other: Claim, what: str) -> Problem:
        """The problem that `other` has the same name or path: `what` is "name" or "path"."""
        if what == "name":
            message = f"the operation {self.id!r} has the same name as the one at {other.origin}"
            return Problem("duplicate-operation", message, self.id_origin, hint="give it another operationId")
        message = f"{self.method.upper()} {self.path} is also declared at {other.origin}"
        return Problem("duplicate-path", message, self.origin, hint="remove one of the two")


@dataclass(frozen=True, slots=True)
class Part:
    """One entry document, with everything that it refers to."""

    api: ir.Api | None
    definitions: Mapping[ir.Key, ir.Definition]
    schemes: Mapping[str, ir.SecurityScheme]
    problems: tuple[Problem, ...]
    skipped: tuple[str, ...]
    claims: tuple[Claim, ...]
    successors: tuple[tuple[str, str | None], ...]
    """Operations of the whole set that were looked up by name, and their paths."""


def read(sources: Sources, file: str, owned: frozenset[str]) -> Part:
    """The API of the entry document `file`. `owned` are reply headers that the runtime writes."""
    work = _ApiReader(sources, owned)
    api = work.api(file)
    for name in sources.closure(file):
        work.schemas(name)
    return Part(
        api,
        work.reader.definitions,
        work.schemes,
        tuple(work.problems),
        tuple(work.skipped),
        tuple(work.claims),
        tuple(work.successors.items()),
    )


class _ApiReader:
    def __init__(self, sources: Sources, owned: frozenset[str]) -> None:
        self.sources = sources
        self.problems: list[Problem] = []
        self.reader = Reader(self.problems)
        self.schemes: dict[str, ir.SecurityScheme] = {}
        self.skipped: list[str] = []
        self.claims: list[Claim] = []
        self.successors: dict[str, str | None] = {}
        self._names: dict[str, Claim] = {}
        self._class_names: set[str] = set()
        self._templates: dict[tuple[str, str], Claim] = {}
        self._owned = owned

    def schemas(self, file: str) -> None:
        """Every component schema of a document, also those that no operation uses."""
        components = self.sources.root(file).get("components")
        for _, node in components.target().entries("schemas") if components is not None else ():
            self.reader.definition_of(node)

    def api(self, file: str) -> ir.Api | None:
        root = self.sources.root(file)
        info = root.get("info") or root
        name = file[len(self.sources.display_root) + 1 :] if self.sources.display_root not in {"", "."} else file
        operations: list[ir.Endpoint] = []
        for path, item in root.entries("paths"):
            operations += self._path(root, path, item.target())
        title = info.text("title") or name
        return ir.Api(name.rpartition(".")[0], file, title, info.text("summary") or "", tuple(operations))

    def _path(self, root: Node, path: str, item: Node) -> list[ir.Endpoint]:
        if not path.startswith("/"):
            if not path.startswith("x-"):
                self.problems.append(item.problem("bad-path", f"the path {path!r} must start with a slash"))
            return []
        if not isinstance(item.value, dict):
            self.problems.append(item.problem("bad-path-item", "a path item must be an object"))
            return []
        operations: list[ir.Endpoint] = []
        for method in METHODS:
            node = item.get(method)
            if node is not None:
                operation = self._operation(Operation(root, path, method, item, node.target()))
                operations += [operation] if operation else []
        return operations

    def _operation(self, declared: Operation) -> ir.Endpoint | None:
        """One operation, or None when it cannot be served; a problem says why."""
        before, node = len(self.problems), declared.node
        if not isinstance(node.value, dict):
            self.problems.append(node.problem("bad-operation", "an operation must be an object"))
            return None
        operation_id = self._claim(declared.path, declared.method, node)
        operation = self._read_operation(declared, operation_id)
        if any(problem.severity is Severity.ERROR for problem in self.problems[before:]):
            self.skipped.append(operation_id)
            return None
        return operation

    def _read_operation(self, declared: Operation, operation_id: str) -> ir.Endpoint:
        node = declared.node
        own_parameters, wrong = parameters.read(self.reader, declared, operation_id)
        self.problems += wrong
        self._check_template(declared.path, node, own_parameters)
        responses, wrong = replies.read(self.reader, node, operation_id, self._owned)
        self.problems += wrong
        handler, wrong = handlers.name_of(node)
        self.problems += wrong
        return ir.Endpoint(
            id=operation_id,
            class_name=self._class_name(operation_id),
            method=declared.method.upper(),
            path=declared.path,
            base_path=declared.base_path,
            summary=node.text("summary") or "",
            description=node.text("description") or "",
            parameters=tuple(own_parameters),
            body=self._body(node, operation_id),
            responses=tuple(handlers.common(handler, one) for one in responses),
            security=self._security(declared),
            is_raw=node.value.get("x-raw-body") is True,
            max_body_bytes=self._whole(node, "x-max-body-bytes"),
            rate_limit=_rate_classes(node.value.get("x-rate-limit")),
            is_deprecated=node.value.get("deprecated") is True,
            notices=self._notices(node),
            handler=handler,
            extensions=handlers.extensions(node) if handler else {},
            origin=node.origin,
        )

    def _class_name(self, operation_id: str) -> str:
        """`GetOrder` for `getOrder`; another number where ids of the same API are spelled alike, or the runtime has the name."""
        name = names.class_name(operation_id)
        number = 1
        while name in self._class_names or {f"{name}Params", f"{name}Reply"} & vocabulary.USED:
            number += 1
            name = names.ClassName(f"{names.class_name(operation_id)}_{number}")
        self._class_names.add(name)
        return name

    def _claim(self, path: str, method: str, node: Node) -> str:
        """The operation's own name, given or made from its path, if nothing else has it."""
        operation_id = node.text("operationId")
        if operation_id is None:
            operation_id = "".join(
                names.class_name(word) for word in (method, *(part for part in path.split("/") if part))
            )
            operation_id = operation_id[0].lower() + operation_id[1:]
        claim = Claim(operation_id, method, path, node.origin, (node.get("operationId") or node).origin)
        first = self._names.setdefault(claim.name, claim)
        if first is not claim:
            self.problems.append(claim.clash(first, "name"))
        first = self._templates.setdefault(claim.template, claim)
        if first is not claim and first.origin != claim.origin:
            self.problems.append(claim.clash(first, "path"))
        self.claims.append(claim)
        return operation_id

    def _check_template(self, path: str, node: Node, all_parameters: list[ir.Parameter]) -> None:
        template = _TEMPLATE.findall(path)
        path_names = [one.name for one in all_parameters if one.location == "path"]
        for name in template:
            if name not in path_names:
                message = f"the path has {{{name}}}, but no path parameter has this name"
                self.problems.append(node.problem("path-parameter", message, f"declare {name!r} with `in: path`"))
        for one in all_parameters:
            if one.location == "path" and one.name not in template:
                message = f"the path parameter {one.name!r} does not stand in {path}"
                self.problems.append(Problem("path-parameter", message, one.origin))
        if len(set(template)) != len(template):
            self.problems.append(node.problem("path-parameter", f"a parameter name is repeated in {path}"))

    def _body(self, node: Node, operation_id: str) -> ir.Body | None:
        body = node.get("requestBody")
        if body is None:
            return None
        target = body.target()
        content = dict(target.entries("content"))
        if not content:
            self.problems.append(target.problem("bad-body", "a request body needs `content` with a media type"))
            return None
        name = names.class_name(operation_id) + "Body"
        media = tuple(replies.media_of(self.reader, key, child, name, "request") for key, child in content.items())
        return ir.Body(media, is_required=target.value.get("required") is True, origin=target.origin)

    def _security(self, declared: Operation) -> tuple[ir.Requirement, ...]:
        group = declared.security_node()
        requirements: list[ir.Requirement] = []
        for one in group.elements() if group is not None else ():
            requirement: list[tuple[str, tuple[str, ...]]] = []
            for name, scopes in one.items():
                if self._scheme(declared.root, name, scopes):
                    requirement.append((name, tuple(scopes.value or ())))
            requirements.append(tuple(requirement))
        return tuple(requirements)

    def _scheme(self, root: Node, name: str, use: Node) -> bool:
        declared = schemes(root).get(name)
        node = declared.node if declared is not None else None
        if node is None:
            hint = "declare it under components.securitySchemes of this document"
            self.problems.append(use.problem("unknown-scheme", f"there is no security scheme {name!r}", hint))
            return False
        target = node.target()
        own = _scheme(name, target)
        known = self.schemes.setdefault(name, own)
        if (known.kind, known.location, known.parameter) != (own.kind, own.location, own.parameter):
            message = f"the security scheme {name!r} means something else at {known.origin}"
            self.problems.append(target.problem("scheme-conflict", message))
        return True

    def _whole(self, node: Node, key: str) -> int | None:
        value = node.value.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        where = node.get(key) or node
        self.problems.append(where.problem("bad-extension", f"`{key}` must be a whole number of bytes"))
        return None

    def _notices(self, node: Node) -> tuple[tuple[str, str], ...]:
        deprecation = node.get("x-deprecation")
        if node.value.get("deprecated") is not True or deprecation is None or not isinstance(deprecation.value, dict):
            return ()
        successor = deprecation.text("successor")
        if successor and not successor.startswith("/") and successor not in self.successors:
            self.successors[successor] = notices.path_of(self.sources, successor)
        headers, wrong = notices.read(deprecation, self.successors)
        self.problems += wrong
        return headers


def _rate_classes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        return _rate_classes(value.get("class"))
    if isinstance(value, list):
        return tuple(name for one in value for name in _rate_classes(one))
    return ()


def _scheme(name: str, node: Node) -> ir.SecurityScheme:
    declared = scheme(name, node)
    description = node.text("description") or ""
    return ir.SecurityScheme(name, declared.kind, declared.location, declared.parameter, description, node.origin)
