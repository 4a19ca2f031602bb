"""Schemas of api.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Text, Timestamp, Uuid


class Thing(ContractModel):
    """Something."""

    id: Uuid
    """Names it."""
    note: Omittable[Annotated[str, Text(max_length=20)]] = None
    seen_at: Maybe[Timestamp] = UNSET
