"""Operations that share one handler (`x-handler`): its name, its replies, and the words that tell the operations apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

from tools.codegen import ir, names
from tools.openapi.node import Node
from tools.openapi.problems import Origin, Problem
from tools.openapi.store import digest

KEYWORD: Final = "x-handler"
_READ_HERE: Final = frozenset({KEYWORD, "x-raw-body", "x-max-body-bytes", "x-rate-limit", "x-deprecation"})
_PLACE: Final = "x-handler:"
"""Stands in place of a file in the key of a reply that the operations of one handler share; no file is called so."""


class Handed(NamedTuple):
    """One operation that shares its handler with others."""

    operation_id: str
    handler: str
    takes: tuple[bool, bool]
    """Whether the handler gets parameters and a decoded body for it."""
    replies: tuple[tuple[str, str, str], ...]
    """Status, media type and hash of the shape of each reply that is written inline."""
    digest: str
    """Hash of all that its handler's Protocol says about it."""
    origin: Origin

    def clash(self, first: Handed) -> Problem | None:
        """Reason why the handler of `first` cannot answer this operation too; None when it can."""
        head = f"the handler {self.handler!r} cannot answer {self.operation_id!r} like {first.operation_id!r}"
        if self.takes != first.takes:
            message = f"{head}: one has parameters or a body to decode, and the other has none"
            return Problem("handler-conflict", message, self.origin, hint="give one of the two another handler")
        others = {(status, media_type): shape for status, media_type, shape in first.replies}
        for status, media_type, shape in self.replies:
            if others.get((status, media_type), shape) != shape:
                message = f"{head}: their replies {status} {media_type} differ"
                hint = "refer to the same schema and the same headers in both"
                return Problem("handler-conflict", message, self.origin, hint=hint)
        return None


def name_of(operation: Node) -> tuple[str | None, list[Problem]]:
    """The handler that `operation` names."""
    node = operation.get(KEYWORD)
    if node is None:
        return None, []
    if isinstance(node.value, str) and names.words(node.value):
        return node.value, []
    hint = "write a name such as receiveDelivery, the same one at each operation that this handler answers"
    return None, [node.problem("bad-extension", f"`{KEYWORD}` must be the name of a handler", hint)]


def common(handler: str | None, response: ir.Response) -> ir.Response:
    """`response`, which becomes the same class for all operations of `handler` when it is written inline."""
    if handler is None or response.shared_name is not None:
        return response
    name = names.class_name(handler)
    return replace(response, key=(f"{_PLACE}{name}", response.status), shared_name=name)


def extensions(operation: Node) -> dict[str, Any]:
    """Extensions of `operation` that the generator itself does not interpret."""
    words = {name: node.target().value for name, node in operation.items()}
    return {name: value for name, value in words.items() if name.startswith("x-") and name not in _READ_HERE}


def handed(operation: ir.Endpoint) -> Handed | None:
    """How `operation` takes part in its handler; None when it has none."""
    if operation.handler is None:
        return None
    takes = (bool(operation.parameters), operation.body is not None and not operation.is_raw)
    replies = tuple(
        (one.status, one.media.media_type if one.media else "", digest(repr((one.media, _facts(one.headers)))))
        for one in operation.responses
        if one.key[0].startswith(_PLACE)
    )
    body = [(one.kind, one.type) for one in operation.body.media] if operation.body else None
    is_required = operation.body.is_required if operation.body else False
    keys = [(one.key, one.status) for one in operation.responses]
    told = digest(repr((operation.method, operation.path, operation.security, body, is_required, keys)))
    return Handed(operation.id, operation.handler, takes, replies, told, operation.origin)


def _facts(headers: tuple[ir.ReplyHeader, ...]) -> list[Any]:
    return [(one.name, one.type, one.is_required, one.constant) for one in headers]
