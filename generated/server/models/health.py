"""Schemas of health.

Generated from contracts/openapi/v1/health.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from .._runtime.models import ContractModel
from .._runtime.types import Integer, Real, Text, Timestamp


HealthState: TypeAlias = Literal["healthy", "degraded", "unhealthy"]
"""How the service is doing as a whole."""

ServiceState: TypeAlias = Literal["up", "down", "degraded"]
"""How one part is doing."""


class ServiceStates(ContractModel):
    """How each part of the service is doing."""

    database: ServiceState
    """The PostgreSQL database."""
    api: ServiceState
    """The process that answers."""
    cache: ServiceState
    """The cache of realtime figures, in the database."""
    queue: ServiceState
    """The background jobs and their workers."""


class HealthStatus(ContractModel):
    """The health of the service and its parts."""

    status: HealthState
    timestamp: Timestamp
    """When this was found out (UTC)."""
    version: Annotated[str, Text(max_length=32, pattern="^[0-9]+\\.[0-9]+\\.[0-9]+$")]
    """The version of the service that answers."""
    services: ServiceStates
    uptime_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """For how long this process has been running."""


class DatabaseFigures(ContractModel):
    """How this process uses the database."""

    pool_size: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Database connections this process may open."""
    active_connections: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Database connections in use right now."""
    query_latency_ms: Annotated[float, Real(ge=0)]
    """How long the database took for the probe's query, in milliseconds."""


class TrafficFigures(ContractModel):
    """What this process has been doing in the last minute."""

    requests_per_minute: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Requests answered in the last minute."""
    average_response_ms: Annotated[float, Real(ge=0)]
    """Average time to answer, in milliseconds."""
    error_rate: Annotated[float, Real(ge=0, le=1)]
    """Share of answers with a status of 500 or more."""
    active_connections: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Requests being answered right now."""


class DetailedHealth(ContractModel):
    """The health of the service and its parts, with figures."""

    status: HealthState
    timestamp: Timestamp
    """When this was found out (UTC)."""
    version: Annotated[str, Text(max_length=32, pattern="^[0-9]+\\.[0-9]+\\.[0-9]+$")]
    """The version of the service that answers."""
    services: ServiceStates
    uptime_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """For how long this process has been running."""
    metrics: TrafficFigures
    database: DatabaseFigures


class Readiness(ContractModel):
    """The service may get traffic."""

    ready: Literal[True]
    """Always true; a service that is not ready answers 503."""


class Liveness(ContractModel):
    """The process is alive."""

    alive: Literal[True]
    """Always true; a process that is not alive answers 503, or not at all."""
