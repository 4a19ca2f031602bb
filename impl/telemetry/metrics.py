"""The metrics of the service. Their labels are closed sets: never a tenant, an id or text from a request."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, final

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from impl.kernel.errors import ConfigurationError

# The creation time of each counter would double the size of the page, and nobody reads it.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves its return open

REGISTRY: Final = CollectorRegistry()

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

EVENTS_INGESTED: Final = Counter("events_ingested", "Events stored for the first time.", registry=REGISTRY)
EVENTS_DUPLICATE: Final = Counter(
    "events_duplicate", "Deliveries of an event that was stored before.", registry=REGISTRY
)
EVENTS_DEAD: Final = Counter("events_dlq", "Deliveries that could not become an event.", registry=REGISTRY)
EVENTS_QUARANTINED: Final = Counter("events_quarantined", "Deliveries with an unknown tenant key.", registry=REGISTRY)
CERTIFICATE_ISSUERS_UNKNOWN: Final = Counter(
    "certificate_issuers_unknown", "Certificates of a processor whose issuer is not in our files.", registry=REGISTRY
)
DEAD_PAYLOADS_DROPPED: Final = Gauge(
    "dead_payloads_dropped_today",
    "Contents of dead events of this day that were not kept because the budget of their tenant is used up.",
    registry=REGISTRY,
)
DEAD_EVENTS_AGGREGATED: Final = Gauge(
    "dead_events_aggregated_today",
    "Dead events of this day that were counted in one row with others because the budget of their tenant is used up.",
    registry=REGISTRY,
)
DELIVERIES_FORGED: Final = Counter(
    "deliveries_forged", "Deliveries refused because another body has their signature.", registry=REGISTRY
)
CERTIFICATES_EXPIRE_AT: Final = Gauge(
    "certificate_files_expire_timestamp_seconds",
    "When the first root or issuer of our files for verifying a processor's certificates expires.",
    registry=REGISTRY,
)
CHANNELS_UNMAPPED: Final = Counter(
    "channels_unmapped", "Touches and conversions whose UTM parameters map to no channel.", registry=REGISTRY
)
JOURNEY_KEYS_IGNORED: Final = Counter(
    "journey_keys_ignored", "Journey keys sent while the tenant has journeys switched off.", registry=REGISTRY
)
INGESTION_SECONDS: Final = Histogram(
    "ingestion_duration_seconds", "From the authenticated delivery to its reply.", buckets=_SECONDS, registry=REGISTRY
)
RATE_LIMITED: Final = Counter("rate_limited", "Requests rejected by a rate limit.", registry=REGISTRY)
RATE_LIMIT_UNAVAILABLE: Final = Counter(
    "rate_limit_unavailable",
    "Requests counted by this process alone because the shared limits could not be read.",
    registry=REGISTRY,
)
LOG_LINES_LOST: Final = Counter("log_lines_lost", "Log lines that could not be written.", registry=REGISTRY)
REVOCATION_LAG_SECONDS: Final = Histogram(
    "revocation_lag_seconds",
    "From the revocation of a token to its arrival in this process.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
SCHEDULE_SKIPPED: Final = Counter(
    "schedule_skipped", "Scheduled runs skipped because their time had passed too long ago.", registry=REGISTRY
)
QUEUE_JOBS: Final = Gauge("queue_jobs", "Jobs in a queue, by state.", labelnames=("queue", "state"), registry=REGISTRY)
QUEUE_MAX_AGE_SECONDS: Final = Gauge(
    "queue_max_age_seconds", "Waiting time of the oldest due job of a queue.", labelnames=("queue",), registry=REGISTRY
)
QUEUE_STATS_REFRESHED: Final = Gauge(
    "queue_stats_last_refresh_timestamp_seconds",
    "Time of the last successful read of the queue statistics.",
    registry=REGISTRY,
)
QUEUE_STATS_ERRORS: Final = Counter(
    "queue_stats_refresh_errors", "Failed reads of the queue statistics.", registry=REGISTRY
)
_JOBS = {
    outcome: Counter(f"job_{outcome}", help_, labelnames=("task_name",), registry=REGISTRY)
    for outcome, help_ in (
        ("started", "Job executions that started."),
        ("success", "Job executions that succeeded."),
        ("failure", "Job executions that failed."),
    )
}
_JOB_SECONDS = Histogram(
    "job_duration_seconds",
    "Duration of job executions, by outcome.",
    labelnames=("task_name", "outcome"),
    buckets=(*_SECONDS, 30.0, 60.0, 300.0),
    registry=REGISTRY,
)
_HTTP_REQUESTS = Counter(
    "http_requests", "Requests answered.", labelnames=("operation", "status_class"), registry=REGISTRY
)
_HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "From the request's first byte to the response's last.",
    labelnames=("operation",),
    buckets=_SECONDS,
    registry=REGISTRY,
)
DEPRECATED_CALLS: Final = Counter(
    "deprecated_calls",
    "Calls of deprecated operations.",
    labelnames=("operation",),
    registry=REGISTRY,
)

OTHER_OPERATION: Final = "other"


def observe_job(task_name: str, outcome: str, duration_seconds: float) -> None:
    """Count one execution of a job; `outcome` is success, failure, retry, timeout or skipped."""
    _JOBS["started"].labels(task_name=task_name).inc()
    _JOBS["success" if outcome in {"success", "skipped"} else "failure"].labels(task_name=task_name).inc()
    _JOB_SECONDS.labels(task_name=task_name, outcome=outcome).observe(duration_seconds)


@final
class HTTPMetrics:
    """Counts and times requests per operation; requests that match no operation count as `other`."""

    def __init__(self, operations: Iterable[str]) -> None:
        self._operations = frozenset(operations)

    def observe(self, operation: str | None, status: int, duration_seconds: float) -> None:
        """Count one answered request of `operation` (its operationId) with its HTTP `status`."""
        name = operation if operation in self._operations else OTHER_OPERATION
        requests, seconds = _series(str(name), _class_of(status))
        requests.inc()
        seconds.observe(duration_seconds)


@lru_cache(maxsize=4096)
def _series(operation: str, status_class: str) -> tuple[Counter, Histogram]:
    """Counter and histogram of one operation. Cached, because looking up labels costs more than counting."""
    requests = _HTTP_REQUESTS.labels(operation=operation, status_class=status_class)
    return requests, _HTTP_SECONDS.labels(operation=operation)


def _class_of(status: int) -> str:
    return f"{status // 100}xx" if 100 <= status <= 599 else "5xx"


def serve(host: str, port: int) -> None:
    """Serve http://host:port/metrics from a separate thread. Raises `ConfigurationError` if the port is in use."""
    try:
        prometheus_client.start_http_server(port, addr=host, registry=REGISTRY)
    except OSError as error:
        message = f"cannot serve metrics on {host}:{port} ({error.strerror}); choose another SKELDIR_METRICS_PORT"
        raise ConfigurationError(message) from error
