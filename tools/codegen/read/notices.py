"""Headers for callers of a deprecated operation: RFC 9745, RFC 8594 and RFC 8288."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.openapi.link import Sources
from tools.openapi.node import Node
from tools.openapi.operations import operations
from tools.openapi.problems import Problem

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read(node: Node, successors: Mapping[str, str | None]) -> tuple[tuple[tuple[str, str], ...], list[Problem]]:
    """Headers for the `x-deprecation` at `node`. `successors` are paths of operations, by operationId."""
    notices: list[tuple[str, str]] = []
    problems: list[Problem] = []
    try:
        if "since" in node.value:
            notices.append(("Deprecation", f"@{int(_day(node.value['since']).timestamp())}"))
        if node.value.get("sunset"):
            notices.append(("Sunset", _http_date(_day(node.value["sunset"]))))
    except (TypeError, ValueError):
        message = "`since` and `sunset` must be dates"
        problems.append(node.problem("bad-extension", message, "write '2027-05-31'"))
    successor = node.text("successor")
    if successor:
        path = successor if successor.startswith("/") else successors[successor]
        if path is None:
            where = node.get("successor") or node
            problems.append(where.problem("bad-extension", f"there is no operation {successor!r}"))
        else:
            notices.append(("Link", f'<{path}>; rel="successor-version"'))
    return tuple(notices), problems


def path_of(sources: Sources, operation_id: str) -> str | None:
    """Path of an operation in any document of the set."""
    for file in sources.entries:
        for operation in operations(sources.root(file)):
            if operation.node.text("operationId") == operation_id:
                return operation.path
    return None


def _day(text: Any) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _http_date(day: datetime) -> str:
    """`Sun, 06 Nov 1994 00:00:00 GMT`, whatever the locale."""
    name, month = _DAYS[day.weekday()], _MONTHS[day.month - 1]
    return f"{name}, {day.day:02} {month} {day.year:04} {day:%H:%M:%S} GMT"
