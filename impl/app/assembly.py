"""Assembles the web application: settings, database, operations, and the tasks that run beside them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from functools import partial
from importlib import metadata
from typing import Final, Protocol

import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware.cors import CORSMiddleware

from generated.governance import problems
from generated.server import (
    Operation,
    ProblemDetails,
    errors,
    export,
    llm_budget,
    llm_explanations,
    llm_investigations,
    platforms,
)
from generated.server.app import OPERATIONS, mount
from impl.app import docs
from impl.app.error_map import ERROR_MAP
from impl.app.observers import ServiceObserver
from impl.app.tuning import Tuning
from impl.attribution.operations import AttributionOperations
from impl.auth import assembly
from impl.auth.limits.refusals import Refusals
from impl.auth.operations import AuthOperations
from impl.auth.tokens.access_tokens import TokenAudience
from impl.db import bootstrap, functions, heads
from impl.db import engine as engines
from impl.db import url as urls
from impl.db.sealing import KeyRing
from impl.health import report
from impl.health import routes as health_routes
from impl.health.operations import HealthOperations
from impl.ingestion.dead_events.quarantine import Quarantine
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.handler import DeliveryHandler
from impl.ingestion.deliveries.receive import Receiver
from impl.ingestion.operations import EventsOperations
from impl.ingestion.touches.receive import TouchDependencies
from impl.jobs import stats, vitals
from impl.kernel import background
from impl.kernel.clock import Clock, SystemClock
from impl.platforms import registry
from impl.reconciliation.operations import ReconciliationOperations
from impl.revenue.operations import RevenueOperations
from impl.settings import Role, Settings
from impl.telemetry.exchanges import DeprecatedCalls, ExchangeLog
from impl.telemetry.metrics import HTTPMetrics
from impl.telemetry.traffic import Traffic

PROBLEMS: Final = ProblemDetails(
    type_prefix=problems.BASE,
    instance_prefix="urn:skeldir:error:",
    kinds={kind.code: kind for kind in problems.PROBLEMS},
)
EXPOSED_HEADERS = (
    "X-Correlation-ID ETag Location Retry-After X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset "
    "Deprecation Sunset Link Idempotency-Replayed"
).split()
CLOSE_SECONDS: Final = 5.0
"""Time for writes that are still in progress when the last request has been answered."""

log = structlog.get_logger()

OAUTH_CALLBACK: Final = "completeProviderOAuthCallback"
"""The operation whose query the OAuth provider writes."""


class Closing(Protocol):
    """A part with writes in the background."""

    async def close(self, patience_seconds: float) -> int:
        """Finish them; how many had to be given up."""
        ...


def create(settings: Settings, tuning: Tuning | None = None) -> FastAPI:
    """The application of one API process. Raises `ConfigurationError` if a required secret is missing."""
    settings.require(Role.API)
    tuning, clock = tuning or Tuning(), SystemClock()
    engine = _engine(settings)
    quarantine = Quarantine(engine, clock)
    auth = assembly.build(_auth_parts(settings, engine, clock, quarantine, tuning))
    traffic, ring = Traffic(clock), KeyRing(settings.key_ring())
    receiver = receive.build(engine, ring, clock, quarantine.note_for_operators)
    refusals = Refusals(engine, clock, write_after_seconds=tuning.refusals_write_after_seconds)
    health = _health(engine, auth, traffic, clock, tuning)
    # In the order in which they end: deliveries whose senders left, then notes about deliveries.
    pending = (receiver.facts, quarantine, refusals)
    lifespan = partial(_lifespan, engine, auth, pending, tuning)
    # Metrics and logs are our own; FastAPI would ask for each request whether somebody wants its.
    app = FastAPI(title="Skeldir", openapi_url=None, lifespan=lifespan, telemetry={"metrics": False, "logs": False})
    mount(
        app,
        attribution=AttributionOperations(engine, clock, auth.idempotency),
        auth=AuthOperations(auth, receiver.secrets.forget),
        errors=errors.ErrorsStub(),
        events=EventsOperations(_touch_dependencies(receiver), auth.idempotency),
        export=export.ExportStub(),
        health=HealthOperations(health),
        llm_budget=llm_budget.LlmBudgetStub(),
        llm_explanations=llm_explanations.LlmExplanationsStub(),
        llm_investigations=llm_investigations.LlmInvestigationsStub(),
        platforms=platforms.PlatformsStub(),
        reconciliation=ReconciliationOperations(engine, auth.idempotency, clock, receiver.terms.forget),
        revenue=RevenueOperations(engine, clock),
        receive_delivery=DeliveryHandler(
            receiver,
            [one.configured(settings, clock, quarantine.note_for_operators) for one in registry.PROCESSORS],
            auth.limiter.deliveries,
        ),
        authenticator=auth.authenticator,
        limiter=auth.limiter,
        observer=ServiceObserver(ExchangeLog(HTTPMetrics(one.id for one in OPERATIONS), traffic), refusals),
        callers=DeprecatedCalls(one.id for one in OPERATIONS if one.is_deprecated),
        error_shape=PROBLEMS,
        error_map=ERROR_MAP,
        wrapper=tuning.wrapper,
        closed_query=has_closed_query,
    )
    # In front of all others, because FastAPI has a /docs of its own and the first route that matches answers.
    pages = docs.routes(settings.docs_dir, app.state.unwritten)
    contract = docs.contract_route(app.openapi(), app.state.unwritten)
    app.router.routes[:0] = [*health_routes.routes(health, PROBLEMS), *pages, contract]
    _allow_origins(app, settings)
    return app


def has_closed_query(operation: Operation) -> bool:
    """Whether unknown query parameters are refused: nowhere where others than our clients write the address.

    Processors, probes and OAuth providers add parameters of their own to theirs.
    """
    is_clients_own = bool(operation.security) or operation.bodies is not None
    return is_clients_own and not operation.is_raw and operation.id != OAUTH_CALLBACK


def _engine(settings: Settings) -> AsyncEngine:
    return engines.create(
        settings.secret("app_database_url"),
        application_name="skeldir-api",
        pool_size=settings.database_pool_size,
        pool_timeout_seconds=settings.database_pool_timeout_seconds,
        statement_cache_size=settings.database_statement_cache_size,
        use_seconds=settings.database_use_seconds,
    )


def _auth_parts(
    settings: Settings, engine: AsyncEngine, clock: Clock, quarantine: Quarantine, tuning: Tuning
) -> assembly.Parts:
    url = urls.parse(settings.secret("listen_database_url" if settings.listen_database_url else "app_database_url"))
    return assembly.Parts(
        engine=engine,
        connect=partial(bootstrap.connect, url),
        ring=KeyRing(settings.key_ring()),
        clock=clock,
        token_audience=TokenAudience(settings.token_issuer, settings.token_audience),
        pepper=settings.secret("login_pepper"),
        passwords=tuning.passwords,
        trusted_proxies=settings.trusted_proxies,
        logins_per_minute=tuning.logins_per_minute,
        logins_per_identifier=tuning.logins_per_identifier,
        failures_per_minute=tuning.failures_per_minute,
        on_unknown_key=quarantine.note,
    )


def _health(engine: AsyncEngine, auth: assembly.Auth, traffic: Traffic, clock: Clock, tuning: Tuning) -> report.Health:
    return report.build(
        engine=engine,
        keys=auth.keys,
        head=heads.newest(),
        functions=functions.digests(functions.load()),
        traffic=traffic,
        clock=clock,
        version=metadata.version("skeldir"),
        queue=partial(
            vitals.state,
            engine,
            seen_within_seconds=tuning.worker_seen_within_seconds,
            oldest_due_seconds=tuning.oldest_due_seconds,
        ),
        keep_seconds=tuning.probes_keep_seconds,
    )


def _touch_dependencies(receiver: Receiver) -> TouchDependencies:
    return TouchDependencies(
        engine=receiver.engine, ring=receiver.ring, journeys=receiver.journeys, clock=receiver.clock
    )


def _allow_origins(app: FastAPI, settings: Settings) -> None:
    """Pages of the listed origins may call the API with a bearer token; there are no cookies to send along."""
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "X-Correlation-ID", "X-Idempotency-Key"],
            expose_headers=EXPOSED_HEADERS,
            max_age=600,
        )


@contextlib.asynccontextmanager
async def _lifespan(
    engine: AsyncEngine, auth: assembly.Auth, pending: Iterable[Closing], tuning: Tuning, _: FastAPI
) -> AsyncIterator[None]:
    """Listen for revocations while the application runs; at the end, finish pending writes before the engine is closed."""
    figures = asyncio.create_task(stats.keep(engine, refresh_seconds=tuning.queue_figures_seconds))
    try:
        async with auth.running():
            yield
    finally:
        await background.stop(figures)
        # Writes first and the engine last: a delivery whose sender has disconnected is still being recorded.
        given_up = sum([await one.close(CLOSE_SECONDS) for one in pending])
        if given_up:
            log.warning("shutdown_gave_up", tasks=given_up)
        await engine.dispose()
