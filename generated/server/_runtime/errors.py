"""Errors on the wire: which exceptions are which problem, and the one place where a problem becomes a body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from .problems import ProblemError, ProblemKind

ErrorMap: TypeAlias = Mapping[type[Exception], Callable[[Exception], ProblemError | None]]
"""Problems for exceptions of libraries, such as a driver's, by exception class; a subclass without an entry has its base's.

An entry that returns None leaves the exception what it is: a defect, answered with 500.
"""


def problem_of(error: Exception, error_map: ErrorMap) -> ProblemError | None:
    """The problem that `error` is by the entry of its nearest class; None when there is no entry, or it declines."""
    entry = next((error_map[kind] for kind in type(error).__mro__ if kind in error_map), None)
    problem = entry(error) if entry is not None else None
    if problem is not None:
        problem.__cause__ = error
    return problem


class ErrorShape(Protocol):
    """Turns a problem into the JSON that the contract declares for errors."""

    def body(self, problem: ProblemError, correlation_id: UUID) -> bytes:
        """JSON of the whole body."""
        ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """RFC 9457, with a stable code, a correlation id, the time, and one entry per issue of the request."""

    type_prefix: str = "about:blank#"
    instance_prefix: str = "urn:uuid:"
    clock: Callable[[], datetime] = _now
    kinds: Mapping[str, ProblemKind] = field(default_factory=dict[str, ProblemKind])
    """A registry by code: these problems have its slug and title, whatever the class that was raised says."""

    def body(self, problem: ProblemError, correlation_id: UUID) -> bytes:
        """JSON of a problem."""
        kind = self.kinds.get(problem.code)
        content: dict[str, Any] = {
            "type": self.type_prefix + (kind.slug if kind is not None else problem.slug),
            "title": kind.title if kind is not None else problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": f"{self.instance_prefix}{correlation_id}",
            "correlation_id": str(correlation_id),
            "timestamp": self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "code": problem.code,
        }
        if problem.errors:
            content["errors"] = [
                {"pointer": issue.pointer, "field": issue.field, "message": issue.message, "code": issue.code}
                for issue in problem.errors
            ]
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
