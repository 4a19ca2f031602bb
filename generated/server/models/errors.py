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
    """A dashboard error."""

    model_config = ConfigDict(extra="forbid")

    error_message: Annotated[str, Text(min_length=1, max_length=1000)]
    """Error message."""
    stack_trace: Annotated[str, Text(max_length=4000)]
    """Stack trace."""
    timestamp: Timestamp
    """Time of the event."""
    url: Annotated[str, Text(max_length=2048, format="uri")]
    """URL of the page. Query and fragment are not stored."""
    user_agent: Annotated[str, Text(max_length=300)]
    """User agent. Only the browser family and major version are stored."""
    user_id: Omittable[Uuid] = None
    """Ignored; the user is taken from the token."""
    metadata: Omittable[
        Annotated[
            dict[str, bool | Number | Annotated[str, Text(max_length=500)] | None], Conforms({"maxProperties": 20})
        ]
    ] = None
    """Additional context, without nested values."""


class ErrorReceipt(ContractModel):
    """The error was stored."""

    tenant_id: Uuid
    """ID of the tenant."""
    error_id: Uuid
    """ID of the stored error."""
    correlation_id: Uuid
    """Correlation ID of the request."""
