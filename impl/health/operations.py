"""Fills the Protocol of the health contract."""

from __future__ import annotations

from typing import Any, final

from generated.server import Call, ServiceUnavailableError, health
from generated.server.models import health as models
from impl.health.report import Health, Report, report


@final
class HealthOperations:
    """Answers for load balancers and operators."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def get_health_status(self, *, call: Call[None]) -> health.GetHealthStatusReply:
        return health.GetHealthStatus200(body=self._status(await self._found()))

    async def get_detailed_health(
        self, params: health.GetDetailedHealthParams, *, call: Call[Any]
    ) -> health.GetDetailedHealthReply:
        found, figures, watch = await self._found(), self._health.traffic.figures(), self._health.watch
        traffic = models.TrafficFigures(
            requests_per_minute=figures.requests,
            average_response_ms=figures.average_ms,
            error_rate=figures.error_rate,
            active_connections=figures.in_flight,
        )
        database = models.DatabaseFigures(
            pool_size=watch.size, active_connections=watch.in_use, query_latency_ms=found.query_latency_ms
        )
        status = self._status(found)
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

    async def readiness_probe(self, *, call: Call[None]) -> health.ReadinessProbeReply:
        refuse((await self._health.ready.finding()).failed)
        return health.ReadinessProbe200(body=models.Readiness(ready=True))

    async def liveness_probe(self, *, call: Call[None]) -> health.LivenessProbeReply:
        refuse((await self._health.live.finding()).failed)
        return health.LivenessProbe200(body=models.Liveness(alive=True))

    async def _found(self) -> Report:
        found = await report(self._health)
        refuse(found.failed)
        return found

    def _status(self, found: Report) -> models.HealthStatus:
        clock = self._health.clock
        # The cache is tables of the database: it lives and falls with it.
        services = models.ServiceStates(database=found.database, api="up", cache=found.database, queue=found.queue)
        return models.HealthStatus(
            status=found.overall,
            timestamp=clock.now(),
            version=self._health.version,
            services=services,
            uptime_seconds=int(clock.monotonic() - self._health.started_at),
        )


def refuse(failed: str | None) -> None:
    """Raises `ServiceUnavailableError` that names the probe that failed, if one did."""
    if failed is not None:
        raise ServiceUnavailableError(f"The probe `{failed}` failed.")
