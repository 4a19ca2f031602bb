"""Schemas of api.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict
from typing_extensions import TypeAliasType

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.unions import Tagged


class Dog(ContractModel):
    contract_check: ClassVar[Conforms | None] = Conforms({"minProperties": 2})

    kind: Literal["dog"]
    owner: Maybe[str] = UNSET


class Cat(ContractModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["cat"]
    friends: Omittable[list[Pet]] = None


Pet = TypeAliasType("Pet", "Annotated[Cat | Dog, Tagged('kind', {'cat': Cat, 'dog': Dog})]")
