"""`skeldir serve`: the API process."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import resource
import signal
import socket
from collections.abc import Awaitable, Callable

import uvicorn

from impl.cli import http_protocol, local
from impl.kernel.errors import ConfigurationError
from impl.settings import Role, Settings
from impl.telemetry import logging, metrics

SHUTDOWN_SECONDS = 30
_YOUNG_OBJECTS = 10_000
"""Objects after which the garbage collector looks at the youngest: those of some ten requests, not of one."""
RESERVED_DESCRIPTORS = 128
"""Descriptors for everything but connections of clients: database, log, files of the documentation."""


def run(settings: Settings) -> None:
    """Serve until a signal arrives. In local and ci, without a database URL, the database is started and migrated first."""
    logging.configure(settings.log_level)
    settings.warn_of_environment()
    if settings.environment in {"stage", "prod"} or settings.app_database_url is not None:
        settings.require(Role.API)
        serve(settings, listen(settings))
        return
    listening = listen(settings)
    with local.stack(settings) as stack:
        serve(stack.settings, listening)


def listen(settings: Settings) -> socket.socket:
    """A bound socket. Raises `ConfigurationError` if the address cannot be used."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            message = (
                f"port {settings.port} on {settings.host} is in use; stop the program that uses it "
                f"or choose another port: --port 8001, or make run PORT=8001"
            )
            raise ConfigurationError(message) from error
        message = f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); check --host and --port"
        raise ConfigurationError(message) from error
    return listening


def base_url(listening: socket.socket) -> str:
    """Base URL of the service for a browser on this machine."""
    host, port = listening.getsockname()[:2]
    # The wildcard addresses can be listened on but not connected to on every system.
    target = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - not listened on
    return f"http://{target}:{port}"


def serve(
    settings: Settings, listening: socket.socket, when_started: Callable[[str], Awaitable[None]] | None = None
) -> None:
    """Serve on `listening` until SIGINT or SIGTERM; call `when_started` with the base URL once the service is ready."""
    if settings.metrics_port is not None:
        metrics.serve(settings.host, settings.metrics_port)
    from impl import app  # noqa: PLC0415 - loading every operation takes a second, which a refused port need not wait for

    config = uvicorn.Config(
        app.create(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        headers=[("X-Content-Type-Options", "nosniff")],
        proxy_headers=False,
        ws="none",
        http=http_protocol.bounded(app.PROBLEMS, http_protocol.Limits(connections=_connections(settings))),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = uvicorn.Server(config)
    # After its own shutdown uvicorn raises the signal again, which must not kill us before database and workers have stopped.
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, listening, when_started))


def _connections(settings: Settings) -> int:
    """How many connections may be open: never so many that no descriptor is left for the database and the log."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + RESERVED_DESCRIPTORS
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        soft = min(wanted, hard)
    return max(1, min(settings.max_connections, soft - RESERVED_DESCRIPTORS))


def _interrupt(_: int, __: object) -> None:
    raise KeyboardInterrupt


async def _serve(
    server: uvicorn.Server, listening: socket.socket, when_started: Callable[[str], Awaitable[None]] | None
) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    # What the start has made stays to the end, so the garbage collector need not look at it again. It would, for 60 ms each time,
    # during which every request waits.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    if when_started is not None and server.started:
        try:
            await when_started(base_url(listening))
        except BaseException:
            server.should_exit = True
            await serving
            raise
    await serving
