"""Entry documents to APIs. One bad operation costs that operation; everything wrong is reported together."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tools.codegen import ir, names
from tools.codegen.read import parameters, replies, wellformed
from tools.codegen.read.schemas import Reader
from tools.contracts.link import Node, Sources
from tools.contracts.problems import Problem, Severity

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_TEMPLATE = re.compile(r"\{([^}]*)\}")


def read(sources: Sources) -> tuple[ir.Contract, list[Problem]]:
    """The contract in `sources`, and what is wrong with it."""
    problems = wellformed.clean(sources)
    reader = Reader(problems)
    work = _Work(sources, reader, problems)
    apis = tuple(api for api in (work.api(file) for file in sources.entries) if api is not None)
    work.schemas()
    return ir.Contract(apis, reader.definitions, work.schemes, tuple(work.skipped)), problems


class _Work:
    def __init__(self, sources: Sources, reader: Reader, problems: list[Problem]) -> None:
        self.sources = sources
        self.reader = reader
        self.problems = problems
        self.schemes: dict[str, ir.SecurityScheme] = {}
        self.skipped: list[str] = []
        self._ids: dict[str, Node] = {}
        self._paths: dict[tuple[str, str], Node] = {}
        self._owned = self._owned_headers()

    def _owned_headers(self) -> frozenset[str]:
        texts = [document.text for document in self.sources.documents.values()]
        owned = set(replies.ALWAYS_OWNED)
        if any("x-rate-limit:" in text for text in texts):
            owned |= replies.RATE_HEADERS
        if any("x-deprecation:" in text for text in texts):
            owned |= replies.NOTICE_HEADERS
        return frozenset(owned)

    def schemas(self) -> None:
        """Every component schema, also those that no operation uses."""
        for file in self.sources.documents:
            root = self.sources.root(file)
            components = root.get("components")
            group = components.get("schemas") if components is not None else None
            for _, node in group.items() if group is not None else ():
                self.reader.named(node)

    def api(self, file: str) -> ir.Api | None:
        root = self.sources.root(file)
        version = root.value.get("openapi")
        if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
            node = root.get("openapi") or root
            message = f"OpenAPI {version!r} is not read here"
            self.problems.append(node.problem("openapi-version", message, "write `openapi: 3.1.0` (quoted if needed)"))
            return None
        info = root.get("info") or root
        name = file[len(self.sources.shown) + 1 :] if self.sources.shown not in {"", "."} else file
        operations: list[ir.Operation] = []
        paths = root.get("paths")
        for path, item in paths.items() if paths is not None else ():
            operations += self._path(root, path, item.target())
        title = info.text("title") or name
        return ir.Api(name.rpartition(".")[0], file, title, info.text("summary") or "", tuple(operations))

    def _path(self, root: Node, path: str, item: Node) -> list[ir.Operation]:
        if not path.startswith("/"):
            if not path.startswith("x-"):
                self.problems.append(item.problem("bad-path", f"the path {path!r} must start with a slash"))
            return []
        if not isinstance(item.value, dict):
            self.problems.append(item.problem("bad-path-item", "a path item must be an object"))
            return []
        found: list[ir.Operation] = []
        for method in METHODS:
            node = item.get(method)
            if node is not None:
                operation = self._operation(root, path, item, method, node.target())
                found += [operation] if operation else []
        return found

    def _operation(self, root: Node, path: str, item: Node, method: str, node: Node) -> ir.Operation | None:
        """One operation, or None when it cannot be served; a problem says why."""
        before = len(self.problems)
        if not isinstance(node.value, dict):
            self.problems.append(node.problem("bad-operation", "an operation must be an object"))
            return None
        operation_id = self._id(path, method, node)
        operation = self._read_operation(root, path, item, method, node, operation_id)
        if any(problem.severity is Severity.ERROR for problem in self.problems[before:]):
            self.skipped.append(operation_id)
            return None
        return operation

    def _read_operation(
        self, root: Node, path: str, item: Node, method: str, node: Node, operation_id: str
    ) -> ir.Operation:
        found, wrong = parameters.read(self.reader, item, node, operation_id)
        self.problems += wrong
        self._check_template(path, method, node, found)
        responses, wrong = replies.read(self.reader, node, operation_id, self._owned)
        self.problems += wrong
        return ir.Operation(
            id=operation_id,
            method=method.upper(),
            path=path,
            summary=node.text("summary") or "",
            description=node.text("description") or "",
            parameters=tuple(found),
            body=self._body(node, operation_id),
            responses=tuple(responses),
            security=self._security(root, node),
            is_raw=node.value.get("x-raw-body") is True,
            max_body_bytes=self._whole(node, "x-max-body-bytes"),
            rate_limit=_rate_classes(node.value.get("x-rate-limit")),
            is_deprecated=node.value.get("deprecated") is True,
            notices=self._notices(node),
            origin=node.origin,
        )

    def _id(self, path: str, method: str, node: Node) -> str:
        given = node.text("operationId")
        if given is None:
            given = "".join(names.class_name(word) for word in (method, *(part for part in path.split("/") if part)))
            given = given[0].lower() + given[1:]
        clash = self._ids.get(names.method_name(given))
        if clash is not None:
            where = node.get("operationId") or node
            message = f"the operation {given!r} has the same name as the one at {clash.origin}"
            self.problems.append(where.problem("duplicate-operation", message, "give it another operationId"))
        self._ids.setdefault(names.method_name(given), node)
        return given

    def _check_template(self, path: str, method: str, node: Node, found: list[ir.Parameter]) -> None:
        template = _TEMPLATE.findall(path)
        given = [one.name for one in found if one.location == "path"]
        for name in template:
            if name not in given:
                message = f"the path has {{{name}}}, but no path parameter has this name"
                self.problems.append(node.problem("path-parameter", message, f"declare {name!r} with `in: path`"))
        for one in found:
            if one.location == "path" and one.name not in template:
                message = f"the path parameter {one.name!r} does not stand in {path}"
                self.problems.append(Problem("path-parameter", message, one.origin))
        if len(set(template)) != len(template):
            self.problems.append(node.problem("path-parameter", f"a name stands twice in {path}"))
        key = (_TEMPLATE.sub("{}", path), method)
        clash = self._paths.get(key)
        if clash is not None and clash.place != node.place:
            message = f"{method.upper()} {path} is also declared at {clash.origin}"
            self.problems.append(node.problem("duplicate-path", message, "remove one of the two"))
        self._paths.setdefault(key, node)

    def _body(self, node: Node, operation_id: str) -> ir.Body | None:
        body = node.get("requestBody")
        if body is None:
            return None
        target = body.target()
        content = target.get("content")
        if content is None or not content.value:
            self.problems.append(target.problem("bad-body", "a request body needs `content` with a media type"))
            return None
        name = names.class_name(operation_id) + "Body"
        media = tuple(replies.media_of(self.reader, key, child, name, "request") for key, child in content.items())
        return ir.Body(media, is_required=target.value.get("required") is True, origin=target.origin)

    def _security(self, root: Node, node: Node) -> tuple[ir.Requirement, ...]:
        group = node.get("security") or root.get("security")
        requirements: list[ir.Requirement] = []
        for one in group.elements() if group is not None else ():
            requirement: list[tuple[str, tuple[str, ...]]] = []
            for name, scopes in one.items():
                if self._scheme(root, name, scopes):
                    requirement.append((name, tuple(scopes.value or ())))
            requirements.append(tuple(requirement))
        return tuple(requirements)

    def _scheme(self, root: Node, name: str, used: Node) -> bool:
        components = root.get("components")
        group = components.get("securitySchemes") if components is not None else None
        node = group.get(name) if group is not None else None
        if node is None:
            hint = "declare it under components.securitySchemes of this document"
            self.problems.append(used.problem("unknown-scheme", f"there is no security scheme {name!r}", hint))
            return False
        target = node.target()
        scheme = _scheme(name, target)
        known = self.schemes.setdefault(name, scheme)
        if (known.kind, known.location, known.parameter) != (scheme.kind, scheme.location, scheme.parameter):
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
        """Headers of a deprecated operation: RFC 9745, RFC 8594, RFC 8288."""
        told = node.get("x-deprecation")
        if node.value.get("deprecated") is not True or told is None or not isinstance(told.value, dict):
            return ()
        notices: list[tuple[str, str]] = []
        try:
            if "since" in told.value:
                notices.append(("Deprecation", f"@{int(_day(told.value['since']).timestamp())}"))
            if told.value.get("sunset"):
                notices.append(("Sunset", format_datetime(_day(told.value["sunset"]), usegmt=True)))
        except (TypeError, ValueError):
            self.problems.append(
                told.problem("bad-extension", "`since` and `sunset` must be dates", "write '2027-05-31'")
            )
        successor = told.text("successor")
        if successor:
            path = successor if successor.startswith("/") else self._path_of(successor)
            if path is None:
                where = told.get("successor") or told
                self.problems.append(where.problem("bad-extension", f"there is no operation {successor!r}"))
            else:
                notices.append(("Link", f'<{path}>; rel="successor-version"'))
        return tuple(notices)

    def _path_of(self, operation_id: str) -> str | None:
        for file in self.sources.entries:
            paths = self.sources.root(file).get("paths")
            for path, item in paths.items() if paths is not None else ():
                for method in METHODS:
                    node = item.target().get(method)
                    if node is not None and node.target().text("operationId") == operation_id:
                        return path
        return None


def _day(text: Any) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _rate_classes(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        return _rate_classes(value.get("class"))
    if isinstance(value, list):
        return tuple(name for one in value for name in _rate_classes(one))
    return ()


def _scheme(name: str, node: Node) -> ir.SecurityScheme:
    kind, scheme = node.text("type"), (node.text("scheme") or "").lower()
    description, origin = node.text("description") or "", node.origin
    if kind == "apiKey":
        location, parameter = node.text("in") or "header", node.text("name") or name
        return ir.SecurityScheme(name, "apiKey", location, parameter, description, origin)
    if kind in {"oauth2", "openIdConnect"} or scheme == "bearer":
        return ir.SecurityScheme(name, "bearer", "header", "Authorization", description, origin)
    if scheme == "basic":
        return ir.SecurityScheme(name, "basic", "header", "Authorization", description, origin)
    return ir.SecurityScheme(name, "other", "header", "Authorization", description, origin)
