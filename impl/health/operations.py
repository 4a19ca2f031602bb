"""Implements the operations of the health API."""

from __future__ import annotations

from typing import Any, final

from generated.server import Call, ServiceUnavailableError, health
from generated.server.models import health as models
from impl.health.checkup import Result
from impl.health.report import Health, Report, report


@final
class HealthOperations:
    """Health for load balancers and operators."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def get_health_status(
        self, params: health.GetHealthStatusParams, *, call: Call[None]
    ) -> health.GetHealthStatusReply:
        return health.GetHealthStatus200(body=self._status(await self._report()))

    async def get_detailed_health(
        self, params: health.GetDetailedHealthParams, *, call: Call[Any]
    ) -> health.GetDetailedHealthReply:
        current, figures, watch = await self._report(), self._health.traffic.figures(), self._health.watch
        traffic = models.TrafficFigures(
            requests_per_minute=figures.requests,
            average_response_ms=figures.average_ms,
            error_rate=figures.error_rate,
            active_connections=figures.in_flight,
        )
        database = models.DatabaseFigures(
            pool_size=watch.size, active_connections=watch.in_use, query_latency_ms=current.query_latency_ms
        )
        status = self._status(current)
        return health.GetDetailedHealth200(
            body=models.DetailedHealth(
                status=status.status,
                timestamp=status.timestamp,
                version=status.version,
                services=status.services,
                uptime_seconds=status.uptime_seconds,
                metrics=traffic,
                database=database,
            )
        )

    async def readiness_probe(
        self, params: health.ReadinessProbeParams, *, call: Call[None]
    ) -> health.ReadinessProbeReply:
        refuse(await self._health.ready.result())
        return health.ReadinessProbe200(body=models.Readiness(ready=True))

    async def liveness_probe(
        self, params: health.LivenessProbeParams, *, call: Call[None]
    ) -> health.LivenessProbeReply:
        refuse(await self._health.live.result())
        return health.LivenessProbe200(body=models.Liveness(alive=True))

    async def _report(self) -> Report:
        current = await report(self._health)
        if current.failed is not None:
            refuse(await self._health.ready.result())
        return current

    def _status(self, current: Report) -> models.HealthStatus:
        clock = self._health.clock
        # The cache consists of tables in the database, so it is up exactly when the database is.
        services = models.ServiceStates(
            database=current.database, api="up", cache=current.database, queue=current.queue
        )
        return models.HealthStatus(
            status=current.overall,
            timestamp=clock.now(),
            version=self._health.version,
            services=services,
            uptime_seconds=int(clock.monotonic() - self._health.started_at),
        )


def refuse(result: Result) -> None:
    """Raises `ServiceUnavailableError` with the name of the failed probe and the reason, if there is one."""
    if result.failed is not None:
        reason = f": {result.reason}" if result.reason else ""
        raise ServiceUnavailableError(f"The probe `{result.failed}` failed{reason}.")
