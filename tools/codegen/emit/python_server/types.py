"""Types as Python expressions."""

from __future__ import annotations

import json
from typing import Any

from tools.codegen import ir
from tools.codegen.emit.module import Module
from tools.codegen.plan import Plan

_PLAIN = {"string": "str", "boolean": "bool", "null": "None", "bytes": "bytes"}
_ALIASES = {
    "integer": "Int",
    "number": "Number",
    "uuid": "Uuid",
    "timestamp": "Timestamp",
    "date": "Date",
    "time": "Time",
    "decimal": "DecimalText",
    "base64": "Base64",
    "binary": "Binary",
}
_BOUNDED = {"string": ("str", "Text"), "integer": ("int", "Integer"), "number": ("float", "Real")}
_ORDER = ("min_length", "max_length", "pattern", "format", "gt", "ge", "lt", "le", "multiple_of")
_POWERS = {-(2**bits): f"-(2**{bits})" for bits in (31, 63)} | {2**bits - 1: f"2**{bits} - 1" for bits in (31, 63)}
_KEYWORDS = {"min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"}


class Types:
    """Writes types into one module."""

    def __init__(self, module: Module, plan: Plan, *, package: str, is_models: bool) -> None:
        self._module = module
        self._plan = plan
        self._runtime = f"{package}_runtime"
        self._models = "." if is_models else ".models"
        self._is_models = is_models
        self._here = module.path.rpartition("/")[2].removesuffix(".py")

    def runtime(self, part: str, name: str) -> str:
        """Import `name` from a part of the runtime."""
        return self._module.use(f"{self._runtime}.{part}", name)

    def typing(self, name: str) -> str:
        """Import `name` from `typing`."""
        return self._module.use("typing", name)

    def expression(self, type_: ir.Type) -> str:  # noqa: C901  (one branch for each kind of type)
        """`type_` as an annotation."""
        match type_:
            case ir.Anything():
                return self.typing("Any")
            case ir.Nothing():
                return self.runtime("types", "Nothing")
            case ir.Scalar():
                return self._scalar(type_)
            case ir.Choice(values):
                constants = f"{self.typing('Literal')}[{', '.join(map(repr, values))}]"
                has_numbers = any(isinstance(value, int) for value in values)
                return self.annotated(constants, f"{self.runtime('types', 'Exact')}()") if has_numbers else constants
            case ir.Array():
                return self._array(type_)
            case ir.Dictionary(value):
                return f"dict[str, {self.expression(value)}]"
            case ir.Reference(key):
                return self.reference(key)
            case ir.Union():
                return self._union(type_)
            case ir.Checked(inner, schema):
                return self.annotated(self.expression(inner), self.conforms(schema))

    def annotated(self, expression: str, *marks: str) -> str:
        """`Annotated[…]`, flat."""
        name = self.typing("Annotated")
        inner = expression[len("Annotated[") : -1] if _is_one(expression, "Annotated[") else expression
        return f"{name}[{', '.join((inner, *marks))}]"

    def conforms(self, schema: str) -> str:
        """The check of a JSON Schema."""
        return f"{self.runtime('conforms', 'Conforms')}({json.loads(schema)!r})"

    def reference(self, key: ir.Key) -> str:
        """The class or alias of a definition."""
        home = self._plan.types[key]
        if self._is_models and home.module == self._here:
            return home.name
        if self._is_models:
            alias = self._plan.alias(home)
            self._module.use(f".{home.module}", home.name if alias == home.name else f"{home.name} as {alias}")
            return alias
        alias = "models" if home.module == self._here else f"{home.module}_models"
        return f"{self._module.use(self._models, f'{home.module} as {alias}').rpartition(' ')[2]}.{home.name}"

    def _scalar(self, type_: ir.Scalar) -> str:
        if not type_.bounds:
            plain = _PLAIN.get(type_.kind)
            return plain or self.runtime("types", _ALIASES[type_.kind])
        if type_.kind in _BOUNDED:
            base, mark = _BOUNDED[type_.kind]
            ordered = sorted(type_.bounds, key=lambda bound: _ORDER.index(bound[0]))
            arguments = ", ".join(f"{name}={readable(value)}" for name, value in ordered)
            return self.annotated(base, f"{self.runtime('types', mark)}({arguments})")
        schema = {_KEYWORDS[name]: value for name, value in type_.bounds}
        return self.annotated(self.runtime("types", _ALIASES[type_.kind]), self.conforms(json.dumps(schema)))

    def _array(self, type_: ir.Array) -> str:
        expression = f"list[{self.expression(type_.item)}]"
        bounds: dict[str, Any] = {"min_length": type_.min_items, "max_length": type_.max_items}
        arguments = ", ".join(f"{name}={readable(value)}" for name, value in bounds.items() if value is not None)
        if not arguments:
            return expression
        return self.annotated(expression, f"{self._module.use('pydantic', 'Field')}({arguments})")

    def _union(self, type_: ir.Union) -> str:
        members = list(dict.fromkeys(self.expression(member) for member in type_.members))
        if "None" in members:
            members = [*(member for member in members if member != "None"), "None"]
        joined = " | ".join(members)
        if type_.tag is None:
            return joined
        classes = ", ".join(f"{value!r}: {self.expression(type_.members[index])}" for value, index in type_.tags)
        return self.annotated(joined, f"{self.runtime('unions', 'Tagged')}({type_.tag!r}, {{{classes}}})")


def readable(value: Any) -> str:
    """A constant as a person writes it: `1_000_000`, `2**63 - 1`."""
    if isinstance(value, int) and value in _POWERS:
        return _POWERS[value]
    return (
        f"{value:_}" if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10_000 else repr(value)
    )


def without_null(type_: ir.Type) -> ir.Type:
    """`type_` without its null, where that is easy to take out."""
    if isinstance(type_, ir.Choice):
        return ir.Choice(tuple(value for value in type_.values if value is not None))
    if isinstance(type_, ir.Union) and type_.tag is None:
        rest = tuple(one for one in type_.members if not (isinstance(one, ir.Scalar) and one.kind == "null"))
        return rest[0] if len(rest) == 1 else ir.Union(rest) if rest else type_
    return type_


def _is_one(expression: str, head: str) -> bool:
    """Whether `expression` is `head` up to its own closing bracket, and nothing behind it."""
    if not expression.startswith(head):
        return False
    depth = 0
    quote = ""
    for index, letter in enumerate(expression):
        if quote:
            quote = "" if letter == quote and expression[index - 1] != "\\" else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "[({":
            depth += 1
        elif letter in "])}":
            depth -= 1
            if depth == 0:
                return index == len(expression) - 1
    return False
