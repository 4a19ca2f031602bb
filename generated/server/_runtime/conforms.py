"""Keywords of JSON Schema that no Python type has, checked on the JSON value itself.

The dialect is 2020-12 without dynamic references. `format` says nothing here. References point into the schema's own `$defs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sized
from typing import Any

from pydantic_core import PydanticCustomError
from pydantic_core import core_schema as cs

from .numbers import is_multiple, is_whole
from .patterns import compiled


class Conforms:
    """Refuses JSON that breaks `schema`. Values made in Python are not looked at."""

    __slots__ = ("owner", "schema")

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.owner: Any = None

    def __set_name__(self, owner: type, name: str) -> None:
        """The model that it is an attribute of knows the names of the properties."""
        self.owner = owner

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], cs.CoreSchema]) -> cs.CoreSchema:
        return self.wrap(handler(source))

    def wrap(self, inner: cs.CoreSchema) -> cs.CoreSchema:
        """`inner`, after the check."""
        checked = cs.no_info_before_validator_function(self._check, inner)
        return cs.json_or_python_schema(checked, inner)

    def _check(self, value: Any) -> Any:
        try:
            keyword = _failure(value, self.schema, self.schema)
        except RecursionError:
            raise PydanticCustomError("too_deep", "Nested too deeply") from None
        if keyword is None:
            return value
        # The words of a contract may hold braces, so they are an argument and never the template.
        raise PydanticCustomError("contract_rule", "{why}", {"why": self._why(value, keyword), "keyword": keyword})

    def _why(self, value: Any, keyword: str) -> str:
        argument: Any = self.schema.get(keyword)
        if keyword == "minProperties":
            fields = getattr(self.owner, "model_fields", {})
            names = ", ".join(field.alias or name for name, field in fields.items())
            return (
                f"Must have at least {argument} of these: {names}"
                if names
                else f"Must have at least {argument} properties"
            )
        if keyword == "dependentRequired":
            name, others = next(
                (name, need) for name, need in argument.items() if name in value and not value.keys() >= {*need}
            )
            return f"With {name} it must also have {' and '.join(one for one in others if one not in value)}"
        return f"Violates the rule {keyword} of the contract"


def is_valid(value: Any, schema: Any, root: dict[str, Any]) -> bool:
    """Whether `value` conforms to `schema`, whose references stand in `root`."""
    return _failure(value, schema, root) is None


def _failure(value: Any, schema: Any, root: dict[str, Any]) -> str | None:
    """First keyword of `schema` that `value` breaks."""
    if isinstance(schema, bool):
        return None if schema else "false"
    for keyword, argument in schema.items():
        check = _CHECKS.get(keyword)
        if check is not None and not check(value, argument, schema, root):
            return str(keyword)
    return None


def canonical(value: Any) -> str:
    """A text that two values share exactly when JSON Schema calls them equal."""
    return json.dumps(_plain(value), sort_keys=True, default=repr)


def _plain(value: Any) -> Any:
    # JSON has one kind of number, so 1 and 1.0 are the same value.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    # In Python a bool is an int; in JSON it is not a number.
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and is_whole(value),
    "number": _is_number,
    "string": lambda value: isinstance(value, str | bytes),  # bytes are a file of a form
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _type(value: Any, argument: Any, _schema: Any, _root: Any) -> bool:
    return any(_TYPES[kind](value) for kind in ([argument] if isinstance(argument, str) else argument))


def _multiple_of(value: Any, argument: Any, _schema: Any, _root: Any) -> bool:
    return not _is_number(value) or is_multiple(value, argument)


def _one_of(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    count = 0
    for one in argument:
        count += _failure(value, one, root) is None
        if count > 1:
            return False
    return count == 1


def _if(value: Any, argument: Any, schema: Any, root: Any) -> bool:
    branch = "then" if is_valid(value, argument, root) else "else"
    return branch not in schema or is_valid(value, schema[branch], root)


def _all_of(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    # A loop costs one call inside another less than a generator, of which deep values need many.
    for one in argument:  # noqa: SIM110
        if _failure(value, one, root) is not None:
            return False
    return True


def _any_of(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    for one in argument:  # noqa: SIM110
        if _failure(value, one, root) is None:
            return True
    return False


def _properties(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    if isinstance(value, dict):
        for name, one in argument.items():
            if name in value and _failure(value[name], one, root) is not None:
                return False
    return True


def _pattern_properties(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, dict) or all(
        is_valid(child, one, root)
        for pattern, one in argument.items()
        for name, child in value.items()
        if compiled(pattern).search(name)
    )


def _additional_properties(value: Any, argument: Any, schema: Any, root: Any) -> bool:
    if isinstance(value, dict):
        known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        for name, child in value.items():
            is_known = name in known or any(compiled(pattern).search(name) for pattern in patterns)
            if not is_known and _failure(child, argument, root) is not None:
                return False
    return True


def _items(value: Any, argument: Any, schema: Any, root: Any) -> bool:
    if isinstance(value, list):
        for child in value[len(schema.get("prefixItems", ())) :]:
            if _failure(child, argument, root) is not None:
                return False
    return True


def _prefix_items(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, list) or all(
        is_valid(child, one, root) for child, one in zip(value, argument, strict=False)
    )


def _contains(value: Any, argument: Any, schema: Any, root: Any) -> bool:
    if not isinstance(value, list):
        return True
    count = sum(is_valid(child, argument, root) for child in value)
    low, high = schema.get("minContains", 1), schema.get("maxContains", len(value))
    return bool(low <= count <= high)


def _unique_items(value: Any, argument: Any, _schema: Any, _root: Any) -> bool:
    if not argument or not isinstance(value, list):
        return True
    return len({canonical(child) for child in value}) == len(value)


def _dependent_required(value: Any, argument: Any, _schema: Any, _root: Any) -> bool:
    return not isinstance(value, dict) or all(
        name in value for trigger, names in argument.items() if trigger in value for name in names
    )


def _dependent_schemas(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, dict) or all(
        is_valid(value, one, root) for name, one in argument.items() if name in value
    )


def _property_names(value: Any, argument: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, dict) or all(is_valid(name, argument, root) for name in value)


def _unevaluated_properties(value: Any, argument: Any, schema: Any, root: Any) -> bool:
    if not isinstance(value, dict):
        return True
    known = _evaluated(value, {key: one for key, one in schema.items() if key != "unevaluatedProperties"}, root)
    return all(is_valid(child, argument, root) for name, child in value.items() if name not in known)


def _evaluated(value: dict[str, Any], schema: Any, root: Any) -> set[str]:
    """Names of properties that `schema` has looked at."""
    if not isinstance(schema, dict):
        return set()
    if "additionalProperties" in schema or "unevaluatedProperties" in schema:
        return set(value)
    known = set(schema.get("properties", ()))
    known |= {
        name for name in value for pattern in schema.get("patternProperties", ()) if compiled(pattern).search(name)
    }
    branches = _branches(value, schema, root)
    branches += [one for name, one in schema.get("dependentSchemas", {}).items() if name in value]
    return known.union(*(_evaluated(value, one, root) for one in branches))


def _unevaluated_items(value: Any, argument: Any, schema: Any, root: Any) -> bool:
    if not isinstance(value, list):
        return True
    known = _evaluated_items(value, {key: one for key, one in schema.items() if key != "unevaluatedItems"}, root)
    return all(is_valid(child, argument, root) for index, child in enumerate(value) if index not in known)


def _evaluated_items(value: list[Any], schema: Any, root: Any) -> set[int]:
    """Places of items that `schema` has looked at."""
    if not isinstance(schema, dict):
        return set()
    if "items" in schema or "unevaluatedItems" in schema:
        return set(range(len(value)))
    known = set(range(len(schema.get("prefixItems", ()))))
    if "contains" in schema:
        known |= {index for index, child in enumerate(value) if is_valid(child, schema["contains"], root)}
    return known.union(*(_evaluated_items(value, one, root) for one in _branches(value, schema, root)))


def _branches(value: Any, schema: dict[str, Any], root: Any) -> list[Any]:
    """Schemas beside the keywords of `schema` that hold for `value` as a whole."""
    branches = [*schema.get("allOf", ())]
    branches += [one for key in ("anyOf", "oneOf") for one in schema.get(key, ()) if is_valid(value, one, root)]
    if "if" in schema:
        holds = is_valid(value, schema["if"], root)
        branches += [schema["if"], schema.get("then", {})] if holds else [schema.get("else", {})]
    if "$ref" in schema:
        branches.append(_target(schema["$ref"], root))
    return branches


def _target(reference: str, root: Any) -> Any:
    return root["$defs"][reference.removeprefix("#/$defs/")]


def _size(kind: type[Sized], test: Callable[[int, int], bool]) -> Callable[..., bool]:
    return lambda value, argument, _schema, _root: not isinstance(value, kind) or test(len(value), argument)


def _bound(test: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda value, argument, _schema, _root: not _is_number(value) or test(value, argument)


_CHECKS: dict[str, Callable[..., bool]] = {
    "type": _type,
    "const": lambda value, argument, _schema, _root: canonical(value) == canonical(argument),
    "enum": lambda value, argument, _schema, _root: canonical(value) in map(canonical, argument),
    "$ref": lambda value, argument, _schema, root: _failure(value, _target(argument, root), root) is None,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": lambda value, argument, _schema, root: not is_valid(value, argument, root),
    "if": _if,
    "minimum": _bound(lambda value, bound: value >= bound),
    "maximum": _bound(lambda value, bound: value <= bound),
    "exclusiveMinimum": _bound(lambda value, bound: value > bound),
    "exclusiveMaximum": _bound(lambda value, bound: value < bound),
    "multipleOf": _multiple_of,
    "minLength": _size(str, lambda size, bound: size >= bound),
    "maxLength": _size(str, lambda size, bound: size <= bound),
    "pattern": lambda value, argument, _schema, _root: (
        not isinstance(value, str) or bool(compiled(argument).search(value))
    ),
    "minItems": _size(list, lambda size, bound: size >= bound),
    "maxItems": _size(list, lambda size, bound: size <= bound),
    "items": _items,
    "prefixItems": _prefix_items,
    "contains": _contains,
    "uniqueItems": _unique_items,
    "minProperties": _size(dict, lambda size, bound: size >= bound),
    "maxProperties": _size(dict, lambda size, bound: size <= bound),
    "required": lambda value, argument, _schema, _root: (
        not isinstance(value, dict) or all(one in value for one in argument)
    ),
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
    "propertyNames": _property_names,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
}
