"""The security schemes and the Protocol that checks their credentials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.codegen import ir
from tools.codegen.emit.module import Module
from tools.codegen.plan import Plan, SchemeNames

RUNTIME = "._runtime"


def emit(plan: Plan, schemes: Sequence[ir.SecurityScheme], made_from: str) -> Module:
    """The module `security`."""
    module = Module(
        "server/security.py", "Who may call: the schemes of the contracts, and what has to check them.", made_from
    )
    scheme_class = module.use(f"{RUNTIME}.security", "Scheme")
    type_var = module.use("typing", "TypeVar")
    protocol = module.use("typing", "Protocol")
    final = module.use("typing", "Final")
    raw_request, grant = (module.use(f"{RUNTIME}.requests", name) for name in ("RawRequest", "Grant"))
    for scheme in schemes:
        name = plan.schemes[scheme.name].principal
        module.line(f'{name} = {type_var}("{name}")')
        module.line(f'{name}_co = {type_var}("{name}_co", covariant=True)')
        module.line(f'{name}_contra = {type_var}("{name}_contra", contravariant=True)')
    for scheme in schemes:
        module.line()
        _constant(module, scheme, plan.schemes[scheme.name], f"{final} = {scheme_class}")
    variables = ", ".join(f"{plan.schemes[scheme.name].principal}_co" for scheme in schemes)
    module.lines(["", ""])
    with module.block(f"class Authenticator({protocol}[{variables}]):"):
        module.docstring(
            "Checks credentials: one method for each scheme. None means that the credential is not accepted.\n\n"
            "A method gets the credential as sent and the whole request, body included. It may raise a `ProblemError`."
        )
        for scheme in schemes:
            module.line()
            _method(module, scheme, plan.schemes[scheme.name], f"request: {raw_request}) -> {grant}")
    return module


def _constant(module: Module, scheme: ir.SecurityScheme, named: SchemeNames, kind: str) -> None:
    module.symbol(named.constant, scheme.origin)
    arguments = [f"name={scheme.name!r}", f"method={named.method!r}", f"kind={scheme.kind!r}"]
    if scheme.kind == "apiKey":
        arguments += [f"location={scheme.location!r}", f"parameter={scheme.parameter!r}"]
    module.line(f"{named.constant}: {kind}({', '.join(arguments)})")


def _method(module: Module, scheme: ir.SecurityScheme, named: SchemeNames, rest: str) -> None:
    head = f"async def {named.method}(self, credential: str, {rest}[{named.principal}_co] | None:"
    with module.block(head):
        module.docstring(scheme.description or f"Who {scheme.name!r} stands for.")
        module.line("...")


def schemes_of(operations: Iterable[ir.Endpoint]) -> list[str]:
    """Schemes of `operations`, in a fixed order."""
    return sorted({name for one in operations for requirement in one.security for name, _ in requirement})


def principal_type(plan: Plan, operation: ir.Endpoint, suffix: str) -> str:
    """Type of `call.principal` in `operation`, as an annotation."""
    if not operation.security:
        return "None"
    kinds: list[str] = []
    for requirement in operation.security:
        parts = [plan.schemes[name].principal + suffix for name, _ in requirement]
        kinds.append("None" if not parts else parts[0] if len(parts) == 1 else f"tuple[{', '.join(parts)}]")
    unique = sorted(dict.fromkeys(kinds), key=lambda kind: kind == "None")
    return " | ".join(unique)
