"""The parts of a contract set, each read for itself, as one contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tools.codegen import ir
from tools.codegen.read import api, handlers, replies, wellformed
from tools.codegen.read.api import Claim, Part
from tools.openapi.link import Sources
from tools.openapi.problems import Problem

__all__ = ["ApiClaims", "Conflicts", "conflicts_between", "owned_headers", "read", "without"]


def read(sources: Sources) -> tuple[ir.Contract, list[Problem]]:
    """The contract in `sources`, and its problems."""
    problems = wellformed.clean(sources)
    owned = owned_headers(sources)
    parts = [api.read(sources, file, owned) for file in sources.entries]
    clashes = conflicts_between(map(_claims_of, parts))
    problems += [problem for part in parts for problem in part.problems]
    problems += clashes.problems
    definitions: dict[ir.Key, ir.Definition] = {}
    schemes: dict[str, ir.SecurityScheme] = {}
    for part in parts:
        definitions = {**part.definitions, **definitions}
        schemes = {**part.schemes, **schemes}
    apis = tuple(without(part.api, clashes.of(part.api.file)) for part in parts if part.api is not None)
    skipped = [name for part in parts for name in part.skipped]
    return ir.Contract(apis, definitions, schemes, (*skipped, *clashes.skipped)), problems


def owned_headers(sources: Sources) -> frozenset[str]:
    """Reply headers that the runtime writes, in any document of the set."""
    texts = [document.text for document in sources.documents.values()]
    owned = set(replies.ALWAYS_OWNED)
    if any("x-rate-limit:" in text or '"x-rate-limit"' in text for text in texts):
        owned |= replies.RATE_HEADERS
    if any("x-deprecation:" in text or '"x-deprecation"' in text for text in texts):
        owned |= replies.NOTICE_HEADERS
    return frozenset(owned)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Operations that cannot be served because another part of the set claims the same name or path."""

    problems: list[Problem]
    by_file: Mapping[str, frozenset[str]]

    @property
    def skipped(self) -> tuple[str, ...]:
        """Their operationIds."""
        return tuple(sorted(name for names in self.by_file.values() for name in names))

    def of(self, file: str) -> frozenset[str]:
        """Those of one entry document."""
        return self.by_file.get(file, frozenset())


class ApiClaims(NamedTuple):
    """Names, paths and security schemes of a part, which must be unique in the whole set."""

    file: str
    claims: Iterable[Claim]
    schemes: Iterable[ir.SecurityScheme]
    users: Iterable[tuple[str, Iterable[str]]]
    """Operations with the schemes that they know."""
    handed: Iterable[handlers.Handed] = ()


class _FirstClaims:
    """The first claim of each name and path."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], tuple[str, Claim]] = {}

    def clash(self, file: str, claim: Claim) -> Problem | None:
        """The problem with `claim`, if another file has the same name or path."""
        problem: Problem | None = None
        for what, key in (("name", (claim.name,)), ("path", claim.template)):
            owner, first = self._first.setdefault((what, *key), (file, claim))
            if owner != file and problem is None and (what == "name" or first.origin != claim.origin):
                problem = claim.clash(first, what)
        return problem


def conflicts_between(parts: Iterable[ApiClaims]) -> Conflicts:
    """Operations whose name, path or scheme another part claims too. Within one part the reader has checked."""
    claims, problems = _FirstClaims(), list[Problem]()
    schemes: dict[str, ir.SecurityScheme] = {}
    by_file: dict[str, frozenset[str]] = {}
    leaders: dict[str, handlers.Handed] = {}
    for part in parts:
        names = set[str]()
        for claim in part.claims:
            problem = claims.clash(part.file, claim)
            if problem is not None:
                problems.append(problem)
                names.add(claim.id)
        for scheme in part.schemes:
            known = schemes.setdefault(scheme.name, scheme)
            if (known.kind, known.location, known.parameter) != (scheme.kind, scheme.location, scheme.parameter):
                message = f"the security scheme {scheme.name!r} means something else at {known.origin}"
                problems.append(Problem("scheme-conflict", message, scheme.origin))
                names |= {name for name, known_schemes in part.users if scheme.name in known_schemes}
        for one in part.handed:
            problem = one.clash(leaders.setdefault(one.handler, one))
            if problem is not None:
                problems.append(problem)
                names.add(one.operation_id)
        by_file[part.file] = frozenset(names)
    return Conflicts(problems, by_file)


def _claims_of(part: Part) -> ApiClaims:
    operations = part.api.operations if part.api is not None else ()
    users = [(one.id, scheme_names(one)) for one in operations]
    handed = [found for one in operations if (found := handlers.handed(one))]
    return ApiClaims(part.api.file if part.api is not None else "", part.claims, part.schemes.values(), users, handed)


def scheme_names(operation: ir.Endpoint) -> set[str]:
    """Security schemes that an operation knows."""
    return {name for requirement in operation.security for name, _ in requirement}


def without(one: ir.Api, names: frozenset[str]) -> ir.Api:
    """An API without some of its operations."""
    remaining: Sequence[ir.Endpoint] = [operation for operation in one.operations if operation.id not in names]
    return replace(one, operations=tuple(remaining)) if names else one
