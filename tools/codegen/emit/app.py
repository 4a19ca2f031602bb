"""The doors of the generated server: `mount`, and the package's public names."""

from __future__ import annotations

import re
from pathlib import Path

from tools.codegen import ir
from tools.codegen.emit import api as api_module
from tools.codegen.emit import security
from tools.codegen.emit.module import Module
from tools.codegen.plan import Plan

RUNTIME = Path(__file__).parents[1] / "runtime"


def emit_mount(plan: Plan, made_from: str) -> Module:
    """The module `app`."""
    module = Module("server/app.py", "Every API of the contracts in one FastAPI application.", made_from)
    apis = [api for api in plan.contract.apis if api.operations]
    schemes = security.used(operation for api in apis for operation in api.operations)
    module.use("pathlib", "Path")
    module.use("fastapi", "FastAPI")
    for part, name in (
        ("errors", "ErrorShape"),
        ("errors", "ProblemDetails"),
        ("exchange", "Ports"),
        ("limits", "Limiter"),
        ("observers", "LoggingObserver"),
        ("observers", "Observer"),
        ("server", "Binding"),
        ("server", "install"),
    ):
        module.use(f"._runtime.{part}", name)
    for api in apis:
        name = plan.modules[api.file]
        module.use(f".{name}", f"OPERATIONS as {_table(name)}")
        module.use(f".{name}", f"{api_module.class_prefix(name)}Api")
    for scheme in schemes:
        module.use(".security", security.principal(scheme))
    if schemes:
        module.use(".security", "Authenticator")
    module.line('DOCUMENT = Path(__file__).with_name("openapi.json")')
    module.line('"""The joined contract, as it is served."""')
    module.lines(["", "", "def mount(", "    app: FastAPI,", "    *,"])
    module.lines(f"    {line}" for line in _arguments(plan, apis, schemes))
    with module.block(") -> None:"):
        module.docstring(
            "Serve every operation of the contracts in `app`, and the contract itself at /openapi.json and /docs.\n\n"
            "Paths that `app` knows beside them stay; unknown ones answer 404 in the shape of `error_shape`."
        )
        _body(module, plan, apis, is_secured=bool(schemes))
    return module


def _arguments(plan: Plan, apis: list[ir.Api], schemes: list[str]) -> list[str]:
    lines: list[str] = []
    for api in apis:
        name = plan.modules[api.file]
        own = ", ".join(security.principal(scheme) for scheme in security.used(api.operations))
        lines.append(f"{name}: {api_module.class_prefix(name)}Api{f'[{own}]' if own else ''},")
    if schemes:
        lines.append(f"authenticator: Authenticator[{', '.join(map(security.principal, schemes))}],")
    lines += [
        "limiter: Limiter | None = None,",
        "error_shape: ErrorShape | None = None,",
        "observer: Observer | None = None,",
    ]
    return lines


def _table(module_name: str) -> str:
    return f"{module_name.upper()}_OPERATIONS"


def _body(module: Module, plan: Plan, apis: list[ir.Api], *, is_secured: bool) -> None:
    module.line("ports = Ports(")
    module.line("    errors=error_shape or ProblemDetails(), observer=observer or LoggingObserver(), limiter=limiter")
    module.line(")")
    module.line("bindings = [")
    module.lines(f"    Binding({_table(plan.modules[api.file])}, {plan.modules[api.file]})," for api in apis)
    module.line("]")
    who = "authenticator" if is_secured else "None"
    module.line(f"install(app, bindings, authenticator={who}, ports=ports, document=DOCUMENT.read_bytes())")


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
