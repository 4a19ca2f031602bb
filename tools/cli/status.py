"""`contracts status` and `contracts list`: implemented operations, missing operations, and handlers without an operation.

A handler is found by what it returns: a method annotated `-> auth.LoginReply` or `-> LoginReply` answers `login`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.codegen import ir, names
from tools.codegen.emit.python_server import handlers as shared
from tools.codegen.emit.python_server.api import reply_union
from tools.codegen.read import contract as reading
from tools.openapi import link, problems


@dataclass(frozen=True, slots=True)
class Handler:
    """A method that says it answers an operation."""

    name: str
    reply: str
    """Name of its return type: `LoginReply`."""
    origin: str
    is_written: bool
    """False when all it does is refuse."""


def run(contracts: Path, implementation: Path) -> int:
    """Print the state of every operation. Returns 1 when a handler belongs to no operation."""
    operations = _operations(contracts)
    handlers = {handler.reply: handler for handler in find(implementation)}
    implemented = [one for one in operations if (handler := handlers.get(_reply_of(one))) and handler.is_written]
    missing = [one for one in operations if one not in implemented]
    replies = {_reply_of(one): one for one in operations}
    orphans = [
        handler
        for handler in handlers.values()
        if handler.reply not in replies or not _may_answer(handler, replies[handler.reply])
    ]
    for title, group in (("implemented", implemented), ("not implemented (501)", missing)):
        print(f"{title}: {len(group)}")
        for one in group:
            handler = handlers.get(_reply_of(one))
            print(f"  {one.id:36} {_place(one):56} {handler.origin if handler else ''}".rstrip())
    if orphans:
        print(f"handlers without an operation: {len(orphans)}")
        for handler in orphans:
            print(f"  {handler.name:36} {handler.origin} (returns {handler.reply})")
    return 1 if orphans else 0


def table(contracts: Path, implementation: Path) -> str:
    """The state of every API as a Markdown table: what works, and what still answers 501."""
    handlers = {handler.reply: handler for handler in find(implementation)}
    lines = ["| API | works | answers 501 |", "|---|---|---|"]
    for api in (one for one in _apis(contracts) if one.operations):
        written = [one for one in api.operations if (handler := handlers.get(_reply_of(one))) and handler.is_written]
        missing = [f"`{one.id}`" for one in api.operations if one not in written]
        lines.append(f"| {api.name} | {len(written)} of {len(api.operations)} | {', '.join(missing)} |")
    return "\n".join(lines)


def list_operations(contracts: Path) -> int:
    """Print every operation."""
    for one in _operations(contracts):
        print(f"{one.method:7} {one.path:56} {one.id:36} {_place(one)}")
    return 0


def _reply_of(operation: ir.Endpoint) -> str:
    """Name of the type that a handler of `operation` returns."""
    return f"{shared.class_of(operation.handler)}Reply" if operation.handler else reply_union(operation)


def _may_answer(handler: Handler, operation: ir.Endpoint) -> bool:
    """Whether the method has the name it needs; what answers several operations is passed to `mount` under any name."""
    return operation.handler is not None or names.method_name(operation.id) == handler.name


def _place(operation: ir.Endpoint) -> str:
    return f"{operation.origin.file}:{operation.origin.line}"


def _operations(contracts: Path) -> list[ir.Endpoint]:
    return [operation for api in _apis(contracts) for operation in api.operations]


def _apis(contracts: Path) -> Sequence[ir.Api]:
    sources = link.read(contracts)
    if problems.has_errors(sources.problems):
        print(problems.refusal(sources.problems), file=sys.stderr)
        raise SystemExit(1)
    contract, _ = reading.read(sources)
    return contract.apis


def find(folder: Path) -> Iterator[Handler]:
    """Handlers in the Python files below `folder`."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_bytes(), str(path))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for method in node.body:
                    reply = _reply(method)
                    if reply and isinstance(method, ast.AsyncFunctionDef):
                        origin = f"{path.as_posix()}:{method.lineno}"
                        yield Handler(method.name, reply, origin, is_written=not _only_refuses(method))


def _reply(method: ast.stmt) -> str | None:
    """Name of the reply union that `method` returns, or None when it is no handler."""
    if not isinstance(method, ast.AsyncFunctionDef) or method.returns is None:
        return None
    if "call" not in {argument.arg for argument in method.args.kwonlyargs}:
        return None
    returns = method.returns
    name = returns.attr if isinstance(returns, ast.Attribute) else returns.id if isinstance(returns, ast.Name) else ""
    return name if name.endswith("Reply") else None


def _only_refuses(method: ast.AsyncFunctionDef) -> bool:
    statements = [one for one in method.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return len(statements) == 1 and isinstance(statements[0], ast.Raise) and "NotWritten" in ast.dump(statements[0])
