"""Schemas of health.

Generated from contracts/openapi/v1/health.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from .._runtime.models import ContractModel
from .._runtime.types import Exact, Integer, Real, Text, Timestamp


HealthState: TypeAlias = Literal["healthy", "degraded", "unhealthy"]
"""Overall status of the service."""

ServiceState: TypeAlias = Literal["up", "down", "degraded"]
"""Status of one component."""


class ServiceStates(ContractModel):
    """Status of each component."""

    database: ServiceState
    """The PostgreSQL database."""
    api: ServiceState
    """The API process."""
    cache: ServiceState
    """The cache of realtime figures in the database."""
    queue: ServiceState
    """Background jobs and workers."""


class HealthStatus(ContractModel):
    """Health of the service and its components."""

    status: HealthState
    timestamp: Timestamp
    """Time of the check (UTC)."""
    version: Annotated[str, Text(max_length=32, pattern="^[0-9]+\\.[0-9]+\\.[0-9]+$")]
    """Version of the service."""
    services: ServiceStates
    uptime_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Uptime of this process in seconds."""


class DatabaseFigures(ContractModel):
    """Database usage of this process."""

    pool_size: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Maximum number of database connections."""
    active_connections: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of database connections in use."""
    query_latency_ms: Annotated[float, Real(ge=0)]
    """Duration of the probe query in milliseconds."""


class TrafficFigures(ContractModel):
    """Metrics of this process for the last minute."""

    requests_per_minute: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Number of requests in the last minute."""
    average_response_ms: Annotated[float, Real(ge=0)]
    """Average response time in milliseconds."""
    error_rate: Annotated[float, Real(ge=0, le=1)]
    """Share of responses with a status of 500 or higher."""
    active_connections: Annotated[int, Integer(ge=0, le=2**31 - 1)]
    """Number of requests in progress."""


class DetailedHealth(ContractModel):
    """Health of the service and its components, with metrics."""

    status: HealthState
    timestamp: Timestamp
    """Time of the check (UTC)."""
    version: Annotated[str, Text(max_length=32, pattern="^[0-9]+\\.[0-9]+\\.[0-9]+$")]
    """Version of the service."""
    services: ServiceStates
    uptime_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Uptime of this process in seconds."""
    metrics: TrafficFigures
    database: DatabaseFigures


class Readiness(ContractModel):
    """The service can receive traffic."""

    ready: Annotated[Literal[True], Exact()]
    """Always true; a service that is not ready returns 503."""


class Liveness(ContractModel):
    """The process is alive."""

    alive: Annotated[Literal[True], Exact()]
    """Always true; a process that is not alive returns 503 or does not respond."""
