"""Schemas of api.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import DecimalText, Int, Text


class Perhaps(ContractModel):
    id: Int
    parent: Maybe[Perhaps] = UNSET


class Checked(ContractModel):
    contract_check: ClassVar[Conforms | None] = Conforms(
        {"minProperties": 1, "dependentRequired": {"card": ["address"]}}
    )

    card: Omittable[str] = None
    address: Omittable[str] = None
    tags: Omittable[Annotated[list[str], Conforms({"uniqueItems": True})]] = None
    price: Omittable[Annotated[DecimalText, Conforms({"pattern": "^[0-9]+\\.[0-9]{2}$"})]] = None
    parent: Maybe[Perhaps] = UNSET
    short: Omittable[Annotated[str, Text(max_length=3)]] = None
    """A sibling of a reference counts."""
    fixed: Omittable[Literal["yes"]] = None


ContractsText: TypeAlias = Annotated[str, Text(max_length=10)]
