"""Schemas of api.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from .._runtime.models import ContractModel, Omittable


class Mine(ContractModel):
    who: Omittable[str] = None
