"""Schemas of errors.

Generated from contracts/openapi/v1/errors.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from .._runtime.conforms import Conforms
from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Number, Text, Timestamp, Uuid


class ErrorReport(ContractModel):
    """An error of the dashboard."""

    model_config = ConfigDict(extra="forbid")

    error_message: Annotated[str, Text(min_length=1, max_length=1000)]
    """What the error says."""
    stack_trace: Annotated[str, Text(max_length=4000)]
    """Where it happened in the code."""
    timestamp: Timestamp
    """When it happened."""
    url: Annotated[str, Text(max_length=2048, format="uri")]
    """The page it happened on. What follows the path is not stored."""
    user_agent: Annotated[str, Text(max_length=300)]
    """The browser. Only its family and main version are stored."""
    user_id: Omittable[Uuid] = None
    """Ignored; your token says who you are."""
    metadata: Omittable[
        Annotated[
            dict[str, bool | Number | Annotated[str, Text(max_length=500)] | None], Conforms({"maxProperties": 20})
        ]
    ] = None
    """What else helps to find the error, without anything inside anything."""


class ErrorReceipt(ContractModel):
    """The error was taken in."""

    tenant_id: Uuid
    """Your tenant."""
    error_id: Uuid
    """The stored error."""
    correlation_id: Uuid
    """The request it came with."""
