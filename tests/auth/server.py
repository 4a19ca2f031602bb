"""The contract's server with real authentication and health, and nothing else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import import_module

import asyncpg
import httpx2
from fastapi import FastAPI

from generated.server import app as server
from generated.server import handlers
from impl.app import ERROR_MAP, PROBLEMS
from impl.auth import assembly
from impl.auth.operations import AuthOperations
from impl.auth.passwords import Passwords
from impl.kernel.clock import SystemClock
from impl.telemetry.exchanges import ExchangeLog
from impl.telemetry.metrics import HTTPMetrics
from impl.telemetry.traffic import Traffic
from tests.auth.conftest import PEPPER, TOKEN_AUDIENCE, CountingHasher
from tests.fixtures.watching import watched

APIS = (
    "attribution errors events export health llm_budget llm_explanations llm_investigations platforms reconciliation"
    " revenue"
)


def parts(engine, database, ring, clock=None):
    """Authentication of one process."""

    async def connect():
        return await asyncpg.connect(database.dsn("app_user"))

    return assembly.Parts(
        engine=engine,
        connect=connect,
        ring=ring,
        clock=clock or SystemClock(),
        token_audience=TOKEN_AUDIENCE,
        pepper=PEPPER,
        passwords=Passwords(CountingHasher()),
        # A lease that is late on a busy machine is no database that is away, which would let everybody through.
        lease_seconds=60.0,
    )


def application(auth, *, traffic=None, forget_secret=lambda *_: None, **apis):
    """An application in which `apis` are real and the rest answers 501."""
    stubs = {name: stub(name) for name in APIS.split()} | {"receive_delivery": handlers.ReceiveDeliveryStub()}
    app = FastAPI()
    server.mount(
        app,
        **(stubs | {"auth": AuthOperations(auth, forget_secret)} | apis),
        authenticator=auth.authenticator,
        limiter=auth.limiter,
        error_shape=PROBLEMS,
        error_map=ERROR_MAP,
        observer=ExchangeLog(HTTPMetrics([]), traffic or Traffic(SystemClock())),
    )
    return app


def stub(name):
    title = "".join(part.capitalize() for part in name.split("_"))
    return getattr(import_module(f"generated.server.{name}"), f"{title}Stub")()


@asynccontextmanager
async def client(app, address="203.0.113.7"):
    """A caller at `address`."""
    transport = httpx2.ASGITransport(watched(app), client=(address, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made
