"""Skeldir health. Health of the service.

Generated from contracts/openapi/v1/health.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Protocol, TypeAlias, final

from . import common, security
from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Uuid
from .models import health as models
from .security import AccessBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class GetHealthStatusParams:
    """Parameters of `getHealthStatus`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetHealthStatus200(JsonReply):
    """The service works, possibly with a degraded component."""

    status: ClassVar[int] = 200
    body: models.HealthStatus


GetHealthStatusReply: TypeAlias = (
    GetHealthStatus200 | common.UncountedBadRequest400 | common.UncountedInternalError500 | common.Unhealthy503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDetailedHealthParams:
    """Parameters of `getDetailedHealth`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetDetailedHealth200(JsonReply):
    """The service works; these are its metrics."""

    status: ClassVar[int] = 200
    body: models.DetailedHealth


GetDetailedHealthReply: TypeAlias = (
    GetDetailedHealth200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessProbeParams:
    """Parameters of `readinessProbe`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessProbe200(JsonReply):
    """The service can receive traffic."""

    status: ClassVar[int] = 200
    body: models.Readiness


ReadinessProbeReply: TypeAlias = (
    ReadinessProbe200 | common.UncountedBadRequest400 | common.UncountedInternalError500 | common.Unhealthy503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessProbeParams:
    """Parameters of `livenessProbe`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessProbe200(JsonReply):
    """The process is alive."""

    status: ClassVar[int] = 200
    body: models.Liveness


LivenessProbeReply: TypeAlias = (
    LivenessProbe200 | common.UncountedBadRequest400 | common.UncountedInternalError500 | common.Unhealthy503
)


class HealthApi(Protocol[AccessBearerAuthT_contra]):
    """Operations of health, to be implemented."""

    async def get_health_status(self, params: GetHealthStatusParams, *, call: Call[None]) -> GetHealthStatusReply:
        """Get the health of the service (GET /api/health).

        Returns the status of the service and its components. Public. If the service is unhealthy, the response is
        503 and names the failed component.
        """
        ...

    async def get_detailed_health(
        self, params: GetDetailedHealthParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetDetailedHealthReply:
        """Get the detailed health of the service (GET /api/health/detailed).

        Returns the health of the service with its main metrics: load, latency, errors and database connections.
        """
        ...

    async def readiness_probe(self, params: ReadinessProbeParams, *, call: Call[None]) -> ReadinessProbeReply:
        """Check readiness (GET /api/health/ready).

        The service is ready if the database responds, its migrations are current, row security holds on every
        tenant table, all secrets are present and the job queue is being processed. Public.
        """
        ...

    async def liveness_probe(self, params: LivenessProbeParams, *, call: Call[None]) -> LivenessProbeReply:
        """Check liveness (GET /api/health/live).

        The process is alive if it responds and its database pool is not stuck. Restart it otherwise. Public.
        """
        ...


class HealthStub:
    """Answers 501 to every operation of health; derive from it to write them one by one."""

    async def get_health_status(self, params: GetHealthStatusParams, *, call: Call[Any]) -> GetHealthStatusReply:
        raise NotWrittenError

    async def get_detailed_health(self, params: GetDetailedHealthParams, *, call: Call[Any]) -> GetDetailedHealthReply:
        raise NotWrittenError

    async def readiness_probe(self, params: ReadinessProbeParams, *, call: Call[Any]) -> ReadinessProbeReply:
        raise NotWrittenError

    async def liveness_probe(self, params: LivenessProbeParams, *, call: Call[Any]) -> LivenessProbeReply:
        raise NotWrittenError


GET_HEALTH_STATUS: Final = Operation(
    id="getHealthStatus",
    method="GET",
    path="/api/health",
    handler="get_health_status",
    replies=frozenset(
        {GetHealthStatus200, common.UncountedBadRequest400, common.UncountedInternalError500, common.Unhealthy503}
    ),
    origin="contracts/openapi/v1/health.yaml:19",
    params=Params(GetHealthStatusParams),
)

GET_DETAILED_HEALTH: Final = Operation(
    id="getDetailedHealth",
    method="GET",
    path="/api/health/detailed",
    handler="get_detailed_health",
    replies=frozenset(
        {
            GetDetailedHealth200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/health.yaml:58",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetDetailedHealthParams),
    rate_limit=("api",),
)

READINESS_PROBE: Final = Operation(
    id="readinessProbe",
    method="GET",
    path="/api/health/ready",
    handler="readiness_probe",
    replies=frozenset(
        {ReadinessProbe200, common.UncountedBadRequest400, common.UncountedInternalError500, common.Unhealthy503}
    ),
    origin="contracts/openapi/v1/health.yaml:101",
    params=Params(ReadinessProbeParams),
)

LIVENESS_PROBE: Final = Operation(
    id="livenessProbe",
    method="GET",
    path="/api/health/live",
    handler="liveness_probe",
    replies=frozenset(
        {LivenessProbe200, common.UncountedBadRequest400, common.UncountedInternalError500, common.Unhealthy503}
    ),
    origin="contracts/openapi/v1/health.yaml:127",
    params=Params(LivenessProbeParams),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    GET_HEALTH_STATUS,
    GET_DETAILED_HEALTH,
    READINESS_PROBE,
    LIVENESS_PROBE,
)
