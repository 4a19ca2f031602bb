"""Definitions as Pydantic models and type aliases, in an order in which every name is known when it is needed."""

from __future__ import annotations

from collections.abc import Iterable

from tools.codegen import ir, names
from tools.codegen.emit.module import Module
from tools.codegen.emit.python_server.types import Types, readable, without_null
from tools.codegen.graph import components
from tools.codegen.ir import needs
from tools.codegen.plan import Plan


def emit(plan: Plan, module_name: names.ModuleName, definitions: Iterable[ir.Definition]) -> Module:
    """The module of models `module_name`."""
    own = {definition.key: definition for definition in definitions}
    made_from = plan.owners.get(module_name, "the contracts")
    module = Module(f"server/models/{module_name}.py", f"Schemas of {module_name}.", made_from)
    module.is_lazy = True
    types = Types(module, plan, package="..", is_models=True)
    ordered = sorted(own, key=lambda key: (own[key].origin, own[key].name))
    groups = components(ordered, lambda key: sorted(one for one in needs(own[key].body) if one in own))
    for group in groups:
        for definition in sorted((own[key] for key in group), key=_classes_first):
            _definition(module, types, definition, plan, is_recursive=len(group) > 1 or _names_itself(definition))
    return module


def _names_itself(definition: ir.Definition) -> bool:
    return definition.key in needs(definition.body)


def _classes_first(definition: ir.Definition) -> tuple[bool, object]:
    return (not isinstance(definition.body, ir.Object), definition.origin)


def _definition(module: Module, types: Types, definition: ir.Definition, plan: Plan, *, is_recursive: bool) -> None:
    name = plan.types[definition.key].name
    module.symbol(name, definition.origin)
    module.lines(["", ""] if isinstance(definition.body, ir.Object) else [""])
    if isinstance(definition.body, ir.Object):
        _class(module, types, name, definition, definition.body)
    elif is_recursive:
        alias = module.use("typing_extensions", "TypeAliasType")
        module.line(f'{name} = {alias}("{name}", {types.expression(definition.body)!r})')
        module.docstring(definition.description)
    else:
        module.line(f"{name}: {types.typing('TypeAlias')} = {types.expression(definition.body)}")
        module.docstring(definition.description)


def _class(module: Module, types: Types, name: str, definition: ir.Definition, body: ir.Object) -> None:
    with module.block(f"class {name}({types.runtime('models', 'ContractModel')}):"):
        module.docstring(definition.description or ("" if body.properties else "Anything that is an object."))
        module.line()
        if body.is_closed or body.extra is not None:
            mode = "forbid" if body.is_closed else "allow"
            module.line(f'model_config = {module.use("pydantic", "ConfigDict")}(extra="{mode}")')
            module.line()
        if body.schema is not None:
            kind = f"{types.typing('ClassVar')}[{types.runtime('conforms', 'Conforms')} | None]"
            module.line(f"contract_check: {kind} = {types.conforms(body.schema)}")
            module.line()
        if body.extra is not None and not isinstance(body.extra, ir.Anything):
            field = module.use("pydantic", "Field")
            extra = types.expression(body.extra)
            module.line(
                f"__pydantic_extra__: dict[str, {extra}] = {field}(init=False)"
                "  # pyright: ignore[reportIncompatibleVariableOverride]  # pydantic's way to type extras"
            )
        attributes: set[str] = {"contract_check"}
        for one in sorted(body.properties, key=lambda one: not _is_needed(one)):
            _property(module, types, one, attributes)


def _is_needed(one: ir.Property) -> bool:
    return one.is_required


def _property(module: Module, types: Types, one: ir.Property, attributes: set[str]) -> None:
    attribute: str = names.field_name(one.name)
    while attribute in attributes:
        attribute += "_"
    attributes.add(attribute)
    annotation, default = _annotation(types, one)
    if attribute != one.name:
        annotation = types.annotated(annotation, f"{types.runtime('models', 'wire')}({one.name!r})")
    module.line(f"{attribute}: {annotation}{default}")
    module.docstring(f"Deprecated. {one.description}" if one.is_deprecated else one.description)


def _annotation(types: Types, one: ir.Property) -> tuple[str, str]:
    if one.is_required:
        return types.expression(one.type), ""
    if one.has_default:
        return types.expression(one.type), f" = {readable(one.default)}"
    if one.is_nullable:
        unset = types.runtime("models", "UNSET")
        return f"{types.runtime('models', 'Maybe')}[{types.expression(without_null(one.type))}]", f" = {unset}"
    return f"{types.runtime('models', 'Omittable')}[{types.expression(one.type)}]", " = None"
