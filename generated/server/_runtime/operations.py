"""One operation of the contract, as the runtime sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .replies import Reply, is_declared_for

if TYPE_CHECKING:
    from .bodies import Bodies
    from .params import Params
    from .security import Alternatives

DEFAULT_MAX_BODY_BYTES = 1_048_576
"""Largest body of an operation that does not say otherwise (`x-max-body-bytes`)."""

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path, as the contract has it."""

    id: str
    """`operationId`."""
    method: str
    path: str
    """Path template: `/api/export/{format}`."""
    handler: str
    """Method of the API's Protocol that answers it; `__call__` of a handler that answers several operations."""
    replies: frozenset[type[Reply]]
    """Every reply that is declared. Nothing else leaves the server, except what is declared nowhere: 404, 405 and 500."""
    origin: str
    """`file:line` in the contract."""
    base_path: str = ""
    """Path of the server that the contract names, in front of `path`."""
    security: Alternatives = ()
    params: Params[Any] | None = None
    bodies: Bodies | None = None
    """How to read the body; None when the operation takes none."""
    is_raw: bool = False
    """The body goes to the operation undecoded (`x-raw-body`)."""
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    rate_limit: tuple[str, ...] = ()
    is_conditional: bool = False
    """`If-None-Match`, `ETag` and 304 are declared: the runtime compares."""
    is_deprecated: bool = False
    """Callers should move to another operation; who does not is counted."""
    notices: HeaderPairs = ()
    """Headers on every reply of a deprecated operation: Deprecation, Sunset, Link."""
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """For a handler that answers several operations: the contract's other `x-` words about this one."""
    problems: dict[int, type[Reply]] = field(init=False, repr=False, compare=False)
    """Reply class for each declared error status."""

    def __post_init__(self) -> None:
        exact_first = sorted(self.replies, key=lambda reply: (len(reply.statuses), reply.__name__))
        declared = {
            status: next((reply for reply in exact_first if is_declared_for(reply, status)), None)
            for status in range(400, 600)
        }
        problems = {status: reply for status, reply in declared.items() if reply is not None}
        object.__setattr__(self, "problems", problems)
