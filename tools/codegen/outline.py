"""Outline of one part of a contract, for the plan: names and dependencies. Small, and cheap to keep between runs."""

from __future__ import annotations

from typing import Any, NamedTuple

from tools.codegen import ir
from tools.codegen.ir import needs
from tools.codegen.read import handlers
from tools.codegen.read.api import Claim, Part
from tools.codegen.read.handlers import Handed
from tools.openapi.problems import Origin, Problem, Severity
from tools.openapi.store import digest

ReplyKey = tuple[tuple[str, str], str, str]
"""Identity of a reply class: response, status, media type."""


class DefinitionOutline(NamedTuple):
    """A definition."""

    key: ir.Key
    name: str
    needs: tuple[ir.Key, ...]
    """Definitions that it names directly."""
    digest: str
    """Hash of all that it is."""


class ReplyOutline(NamedTuple):
    """A reply of one operation."""

    operation_id: str
    key: tuple[str, str]
    shared_name: str | None
    status: str
    media_type: str
    is_one_of_several: bool
    needs: tuple[ir.Key, ...]
    """Definitions that it names directly."""
    digest: str
    """Hash of all that it is."""

    @property
    def reply_key(self) -> ReplyKey:
        """Identity of its class."""
        return self.key, self.status, self.media_type


class Outline(NamedTuple):
    """One part of a contract."""

    file: str
    files: tuple[str, ...]
    """The entry document and all that it refers to."""
    name: str | None
    """Of its API; None when it cannot be read."""
    operations: tuple[tuple[str, tuple[str, ...]], ...]
    """Operations that can be served, with their security schemes."""
    answers: tuple[ReplyOutline, ...]
    definitions: tuple[DefinitionOutline, ...]
    schemes: tuple[ir.SecurityScheme, ...]
    claims: tuple[Claim, ...]
    successors: tuple[tuple[str, str | None], ...]
    problems: tuple[Problem, ...]
    skipped: tuple[str, ...]
    handed: tuple[Handed, ...]
    """Operations that share a handler."""

    @property
    def own(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Operations that have a method of their own, with their security schemes."""
        shared = {one.operation_id for one in self.handed}
        return tuple(one for one in self.operations if one[0] not in shared)

    def without(self, refused: frozenset[str]) -> Outline:
        """The same without some of its operations."""
        if not refused:
            return self
        return self._replace(
            operations=tuple(one for one in self.operations if one[0] not in refused),
            answers=tuple(one for one in self.answers if one.operation_id not in refused),
            handed=tuple(one for one in self.handed if one.operation_id not in refused),
        )


def of(file: str, files: tuple[str, ...], part: Part) -> Outline:
    """The outline of `part`, read from `file`, which refers to `files`."""
    operations = part.api.operations if part.api is not None else ()
    return Outline(
        file=file,
        files=files,
        name=part.api.name if part.api is not None else None,
        operations=tuple((one.id, _schemes(one)) for one in operations),
        answers=tuple(_answer(one.id, response) for one in operations for response in one.responses),
        definitions=tuple(map(_definition, part.definitions.values())),
        schemes=tuple(part.schemes.values()),
        claims=part.claims,
        successors=part.successors,
        problems=part.problems,
        skipped=part.skipped,
        handed=tuple(found for one in operations if (found := handlers.handed(one))),
    )


def reply_key(one: ir.Response) -> ReplyKey:
    """Identity of the class of a reply."""
    return one.key, one.status, one.media.media_type if one.media else ""


def _schemes(operation: ir.Endpoint) -> tuple[str, ...]:
    return tuple(sorted({name for requirement in operation.security for name, _ in requirement}))


def _answer(operation_id: str, one: ir.Response) -> ReplyOutline:
    media_type = one.media.media_type if one.media else ""
    types = [header.type for header in one.headers] + ([one.media.type] if one.media else [])
    own = tuple(sorted({key for type_ in types for key in needs(type_)}))
    several = one.is_one_of_several
    return ReplyOutline(operation_id, one.key, one.shared_name, one.status, media_type, several, own, digest(repr(one)))


def _definition(one: ir.Definition) -> DefinitionOutline:
    return DefinitionOutline(one.key, one.name, tuple(sorted(needs(one.body))), digest(repr(one)))


def to_data(one: Outline) -> tuple[Any, ...]:
    """`one` as plain tuples."""
    return (
        one.file,
        one.files,
        one.name,
        one.operations,
        tuple(map(tuple, one.answers)),
        tuple(map(tuple, one.definitions)),
        tuple((s.name, s.kind, s.location, s.parameter, s.description, tuple(s.origin)) for s in one.schemes),
        tuple((*claim[:3], tuple(claim.origin), tuple(claim.id_origin)) for claim in one.claims),
        one.successors,
        tuple((p.rule, p.message, tuple(p.origin), p.severity.value, p.hint) for p in one.problems),
        one.skipped,
        tuple((*handed[:5], tuple(handed.origin)) for handed in one.handed),
    )


def from_data(data: Any) -> Outline:
    """The outline that `to_data` made `data` of."""
    (file, files, name, operations, answers, definitions, schemes, claims, successors, problems, skipped, handed) = data
    return Outline(
        file,
        files,
        name,
        operations,
        tuple(ReplyOutline(*one) for one in answers),
        tuple(DefinitionOutline(*one) for one in definitions),
        tuple(ir.SecurityScheme(one[0], one[1], one[2], one[3], one[4], Origin(*one[5])) for one in schemes),
        tuple(Claim(one[0], one[1], one[2], Origin(*one[3]), Origin(*one[4])) for one in claims),
        successors,
        tuple(Problem(one[0], one[1], Origin(*one[2]), Severity(one[3]), one[4]) for one in problems),
        skipped,
        tuple(Handed(one[0], one[1], one[2], one[3], one[4], Origin(*one[5])) for one in handed),
    )
