"""The base class of generated models, and properties that may be missing."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, TypeVar, Union, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import core_schema as cs

from .conforms import Conforms

ValueT = TypeVar("ValueT")


class ContractModel(BaseModel):
    """Base of generated models: immutable, made by property or wire name, written by wire name."""

    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True, protected_namespaces=()
    )
    contract_check: ClassVar[Conforms | None] = None
    """What the contract says about the whole object beyond its fields."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> cs.CoreSchema:
        schema = handler(source)
        check = cls.__dict__.get("contract_check")
        return schema if check is None else check.wrap(schema)


def wire(name: str) -> Any:
    """Name of a property on the wire, where its attribute is called otherwise."""
    return Field(validation_alias=name, serialization_alias=name)


class Unset(enum.Enum):
    """Type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final[Literal[Unset.UNSET]] = Unset.UNSET
"""A property that was not sent, where null would mean something else."""


def _is_none(value: object) -> bool:
    return value is None


def _is_unset(value: object) -> bool:
    return value is UNSET


class _NoNull:
    """Keeps null out of JSON, while Python says None for "not there"."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], cs.CoreSchema]) -> cs.CoreSchema:
        schema: Any = handler(source)
        inner = schema["schema"] if schema["type"] == "nullable" else schema
        return cs.json_or_python_schema(json_schema=inner, python_schema=schema)


class _OrUnset:
    """Lets Python say UNSET; JSON cannot."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], cs.CoreSchema]) -> cs.CoreSchema:
        rest = handler(Union[tuple(part for part in get_args(source) if part is not Unset)])  # noqa: UP007  (made at run time)
        either = cs.union_schema([cs.is_instance_schema(Unset), rest], mode="left_to_right")
        return cs.json_or_python_schema(json_schema=rest, python_schema=either)


Omittable: TypeAlias = Annotated[ValueT | None, Field(exclude_if=_is_none), _NoNull()]
"""A property that may be missing but is never null: None in Python, left out in JSON."""

Maybe: TypeAlias = Annotated[ValueT | Unset | None, Field(exclude_if=_is_unset), _OrUnset()]
"""A property that may be missing and may be null: UNSET, None or a value in Python; UNSET is left out in JSON."""
