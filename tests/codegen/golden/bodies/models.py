"""Schemas of api.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Binary, Integer, Text


class SendAnythingBody(ContractModel):
    file: Binary
    tags: Omittable[list[str]] = None


class Account(ContractModel):
    id: Annotated[int, Integer(ge=-(2**63), le=2**63 - 1)]
    name: Annotated[str, Text(max_length=40)]
    limit_cents: Annotated[int, Integer(ge=0)] = 100_000


class AccountRequest(ContractModel):
    name: Annotated[str, Text(max_length=40)]
    password: Omittable[str] = None
    limit_cents: Annotated[int, Integer(ge=0)] = 100_000
