"""The entry module of the generated server: `mount`, and the package's public names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools.codegen import vocabulary
from tools.codegen.emit.module import Module
from tools.codegen.emit.python_server import api as api_module
from tools.codegen.emit.python_server import handlers
from tools.codegen.names import ModuleName
from tools.codegen.plan import Plan

RUNTIME = Path(__file__).parents[2] / "runtime"


class MountedApi(NamedTuple):
    """An API with operations."""

    module: ModuleName
    schemes: tuple[str, ...]
    """Security schemes of the operations that have a method of their own, sorted."""
    own: int
    """How many operations have one."""
    handed: int
    """How many are answered by a handler."""


class Group(NamedTuple):
    """A handler that answers several operations."""

    name: str
    schemes: tuple[str, ...]
    """Security schemes of its operations, sorted."""


def emit_mount(plan: Plan, apis: Sequence[MountedApi], groups: Sequence[Group], made_from: str) -> Module:
    """The module `app`."""
    module = Module("server/app.py", "Every API of the contracts in one FastAPI application.", made_from)
    schemes = sorted({scheme for many in (apis, groups) for one in many for scheme in one.schemes})
    module.use("collections.abc", "Callable")
    module.use("pathlib", "Path")
    module.use("fastapi", "FastAPI")
    for part, name in (
        ("deprecation", "CallCounts"),
        ("deprecation", "CallerCounter"),
        ("errors", "ErrorMap"),
        ("errors", "ErrorShape"),
        ("errors", "ProblemDetails"),
        ("exchange", "Plugins"),
        ("exchange", "Wrapper"),
        ("limits", "Limiter"),
        ("observers", "LoggingObserver"),
        ("observers", "Observer"),
        ("operations", "Operation"),
        ("server", "Binding"),
        ("server", "install"),
    ):
        module.use(f"._runtime.{part}", name)
    for api in apis:
        module.use(f".{api.module}", f"OPERATIONS as {_table(api.module)}")
        if api.own:
            module.use(f".{api.module}", f"{api_module.class_prefix(api.module)}Api")
        if api.own and api.handed:
            module.use(f".{api.module}", f"OWN_OPERATIONS as {_own_table(api)}")
    if groups:
        module.use(".", handlers.MODULE)
    for scheme in schemes:
        module.use(".security", plan.schemes[scheme].principal)
    if schemes:
        module.use(".security", "Authenticator")
    module.line('DOCUMENT = Path(__file__).with_name("openapi.json")')
    module.line('"""The joined contract, as it is served."""')
    module.line()
    module.line(f"OPERATIONS: {module.use('typing', 'Final')}[tuple[Operation, ...]] = (")
    module.lines(f"    *{_table(api.module)}," for api in apis)
    module.line(")")
    module.line('"""Every operation, in the order of the contracts."""')
    module.lines(["", "", "def mount(", "    app: FastAPI,", "    *,"])
    module.lines(f"    {line}" for line in _arguments(plan, apis, groups, schemes))
    with module.block(") -> None:"):
        module.docstring(
            "Serve every operation of the contracts in `app`, and the contract itself at /openapi.json and /docs.\n\n"
            "Paths that `app` knows beside them stay; unknown ones answer 404 in the shape of `error_shape`. "
            "`callers` is told who still calls what is deprecated. `error_map` has the problems for exceptions that are no "
            "`ProblemError`, whichever operation raises them. `wrapper` makes the handler that is called for each operation. "
            "`closed_query` says which operations refuse query parameters that they do not declare. "
            "`prefix` stands in front of every path, in place of the path of the contract's server."
        )
        _body(module, apis, groups, is_secured=bool(schemes))
    return module


def _arguments(plan: Plan, apis: Sequence[MountedApi], groups: Sequence[Group], schemes: Sequence[str]) -> list[str]:
    lines = [
        f"{api.module}: {api_module.class_prefix(api.module)}Api{_principals(plan, api.schemes)},"
        for api in apis
        if api.own
    ]
    lines += [
        f"{argument}: {handlers.MODULE}.{handlers.class_of(name)}{_principals(plan, own_schemes)},"
        for argument, (name, own_schemes) in _handler_arguments(apis, groups).items()
    ]
    if schemes:
        lines.append(f"authenticator: Authenticator{_principals(plan, schemes)},")
    lines += [
        "limiter: Limiter | None = None,",
        "error_shape: ErrorShape | None = None,",
        "observer: Observer | None = None,",
        "callers: CallerCounter | None = None,",
        "error_map: ErrorMap | None = None,",
        "wrapper: Wrapper | None = None,",
        "closed_query: Callable[[Operation], bool] | None = None,",
        "prefix: str | None = None,",
    ]
    return lines


def _principals(plan: Plan, schemes: Sequence[str]) -> str:
    return f"[{', '.join(plan.schemes[one].principal for one in schemes)}]" if schemes else ""


def _handler_arguments(apis: Sequence[MountedApi], groups: Sequence[Group]) -> dict[str, Group]:
    """Handlers by the argument of `mount` that takes them; an API keeps its name, so a handler of that name gives way."""
    taken = {api.module for api in apis} | vocabulary.MOUNTING | vocabulary.MODULES
    arguments = ((handlers.argument_of(group.name), group) for group in groups)
    return {f"{name}_handler" if name in taken else name: group for name, group in arguments}


def _own_table(api: MountedApi) -> str:
    return f"OWN_{_table(api.module)}" if api.handed else _table(api.module)


def _table(module_name: str) -> str:
    return f"{module_name.upper()}_OPERATIONS"


def _body(module: Module, apis: Sequence[MountedApi], groups: Sequence[Group], *, is_secured: bool) -> None:
    module.line("plugins = Plugins(")
    module.line("    error_shape=error_shape or ProblemDetails(),")
    module.line("    observer=observer or LoggingObserver(),")
    module.line("    callers=callers or CallCounts(),")
    module.line("    limiter=limiter,")
    module.line("    error_map=error_map or {},")
    module.line("    wrapper=wrapper,")
    module.line("    closed_query=closed_query,")
    module.line(")")
    module.line("bindings = [")
    module.lines(f"    Binding({_own_table(api)}, {api.module})," for api in apis if api.own)
    module.lines(
        f"    Binding({handlers.MODULE}.{handlers.table_of(group.name)}, {argument}),"
        for argument, group in _handler_arguments(apis, groups).items()
    )
    module.line("]")
    who = "authenticator" if is_secured else "None"
    arguments = f"authenticator={who}, plugins=plugins, document=DOCUMENT.read_bytes(), prefix=prefix"
    module.line(f"install(app, bindings, {arguments})")


def emit_package() -> Module:
    """The package's `__init__`, with the runtime's public names."""
    text = (RUNTIME / "__init__.py").read_text(encoding="utf-8")
    public = re.findall(r'^    "(\w+)"', text, re.MULTILINE)
    summary = "The server side of the contracts: typed operations to fill, and the runtime that serves them."
    module = Module("server/__init__.py", summary, "the contracts")
    for name in public:
        module.use("._runtime", name)
    module.line("__all__ = [")
    module.lines(f'    "{name}",' for name in public)
    module.line("]")
    return module
