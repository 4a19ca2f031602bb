"""The module `handlers`: one Protocol for each group of operations that the contracts give to one handler (`x-handler`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tools.codegen import ir, names, vocabulary
from tools.codegen.emit.module import Module
from tools.codegen.emit.python_server import api, security
from tools.codegen.emit.python_server.types import Types
from tools.codegen.names import ClassName, ConstantName, ModuleName, VariableName
from tools.codegen.plan import Plan

MODULE = ModuleName("handlers")


class Member(NamedTuple):
    """An operation and the module of its API."""

    module: ModuleName
    operation: ir.Endpoint


def class_of(handler: str) -> ClassName:
    """`ReceiveDelivery` for `receiveDelivery`."""
    name = names.class_name(handler)
    is_taken = name in vocabulary.USED or name.endswith(("Reply", "Params", "Stub", "Handler"))
    return ClassName(f"{name}Handler") if is_taken else name


def argument_of(handler: str) -> VariableName:
    """`receive_delivery` for `receiveDelivery`: the argument of `mount`."""
    return names.method_name(handler)


def table_of(handler: str) -> ConstantName:
    """`RECEIVE_DELIVERY` for `receiveDelivery`: its operations."""
    return names.constant_name(handler)


def emit(plan: Plan, groups: Mapping[str, Sequence[Member]]) -> Module:
    """The module for `groups`, which are operations by handler."""
    summary = "Handlers that answer several operations of the contracts each."
    module = Module(f"server/{MODULE}.py", summary, "the contracts")
    types = Types(module, plan, package=".", is_models=False)
    for handler, members in groups.items():
        _reply(module, types, plan, handler, members)
        _params(module, types, handler, members)
        _protocol(module, types, plan, handler, members)
        _stub(module, types, handler, members)
        _table(module, types, handler, members)
    return module


def _reply(module: Module, types: Types, plan: Plan, handler: str, members: Sequence[Member]) -> None:
    """The replies that the handler may return: those that every one of its operations declares."""
    first, *others = [[plan.reply(one) for one in member.operation.responses] for member in members]
    homes = [home for home in first if all(home in replies for replies in others)]
    union = " | ".join(f"{module.use('.', home.module)}.{home.name}" for home in homes)
    module.lines(["", f"{class_of(handler)}Reply: {types.typing('TypeAlias')} = {union or types.typing('Never')}"])
    module.docstring("The replies that all its operations declare. Raise a `ProblemError` for what only some declare.")


def _params(module: Module, types: Types, handler: str, members: Sequence[Member]) -> None:
    if api.has_params(members[0].operation):
        kinds = [f"{module.use('.', one.module)}.{api.params_class(one.operation)}" for one in members]
        module.lines(["", f"{class_of(handler)}Params: {types.typing('TypeAlias')} = {' | '.join(kinds)}"])
        module.docstring("Parameters of the operation that was called.")


def _protocol(module: Module, types: Types, plan: Plan, handler: str, members: Sequence[Member]) -> None:
    operations = [member.operation for member in members]
    module.symbol(class_of(handler), operations[0].origin)
    variables = [
        module.use(".security", f"{plan.schemes[one].principal}_contra") for one in security.schemes_of(operations)
    ]
    generic = f"[{', '.join(variables)}]" if variables else ""
    module.lines(["", ""])
    with module.block(f"class {class_of(handler)}({types.typing('Protocol')}{generic}):"):
        module.docstring(
            f"Answers {len(members)} operations; `call.operation` is the one that was called, with `extensions` to tell them "
            "apart."
        )
        module.line()
        kinds = [security.principal_type(plan, one, "_contra").split(" | ") for one in operations]
        with module.block(_signature(types, handler, members, " | ".join(_distinct(kinds)))):
            module.docstring("\n\n".join(f"{one.id} ({one.method} {one.path})." for one in operations))
            module.line("...")


def _stub(module: Module, types: Types, handler: str, members: Sequence[Member]) -> None:
    module.lines(["", ""])
    with module.block(f"class {class_of(handler)}Stub:"):
        module.docstring(f"Answers 501 to every operation of `{handler}`.")
        module.line()
        with module.block(_signature(types, handler, members, types.typing("Any"))):
            module.line(f"raise {types.runtime('problems', 'NotWrittenError')}")


def _signature(types: Types, handler: str, members: Sequence[Member], principal: str) -> str:
    arguments = ["self"]
    if api.has_params(members[0].operation):
        arguments.append(f"params: {class_of(handler)}Params")
    body = members[0].operation.body
    if body is not None and not members[0].operation.is_raw:
        bodies = [api.body_types(types, one.operation.body) for one in members if one.operation.body is not None]
        arguments.append(f"body: {' | '.join(_distinct(bodies))}")
    call = f"{types.runtime('requests', 'Call')}[{principal}]"
    return f"async def __call__({', '.join(arguments)}, *, call: {call}) -> {class_of(handler)}Reply:"


def _distinct(kinds: Sequence[Sequence[str]]) -> list[str]:
    unique = dict.fromkeys(kind for several in kinds for kind in several)
    return sorted(unique, key=lambda kind: kind == "None")


def _table(module: Module, types: Types, handler: str, members: Sequence[Member]) -> None:
    kind = types.runtime("operations", "Operation")
    constants = [f"{module.use('.', one.module)}.{names.constant_name(one.operation.id)}" for one in members]
    module.lines(["", f"{table_of(handler)}: {types.typing('Final')}[tuple[{kind}, ...]] = ("])
    module.lines(f"    {constant}," for constant in constants)
    module.line(")")
    module.docstring(f"The operations of `{handler}`.")
