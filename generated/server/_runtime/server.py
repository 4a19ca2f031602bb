"""Contract operations inside a FastAPI application: one route that dispatches them all, and one listed route for each.

Lifespan, middleware, exception handlers and other routes of the application stay what they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeAlias

from fastapi import FastAPI
from starlette.datastructures import URLPath
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import docs, trie
from .exchange import Endpoint, Plugins, correlation_of, encode_problem, transmit
from .observers import Exchange
from .operations import Operation
from .problems import MethodNotAllowedError, NotFoundError, ProblemError
from .requests import Headers, RawRequest
from .security import Guard

_MATCH = "contract.match"
OperationMatch: TypeAlias = trie.Match[tuple[Endpoint, tuple[str, ...]]]
"""Endpoint and names of the templated segments, by method."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The operations of one API and the object that answers them."""

    operations: tuple[Operation, ...]
    implementation: object


class ListedRoute(Route):
    """Makes an operation visible in `app.routes` and to `url_path_for`. The dispatcher in front of it answers."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Never: the dispatcher was asked first."""
        return Match.NONE, {}


class Shortcut:
    """Asks the dispatcher before the layers that only routes of FastAPI need; the application's own middleware was asked already.

    A request that FastAPI measures itself takes the long way.
    """

    def __init__(self, app: ASGIApp, dispatcher: Dispatcher) -> None:
        self._app = app
        self._dispatcher = dispatcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        match = None if "fastapi.telemetry" in scope else self._dispatcher.find(scope)
        if match is None:
            await self._app(scope, receive, send)
        else:
            await self._dispatcher.answer(match, scope, receive, send)


class Dispatcher(BaseRoute):
    """Answers every path of the contract."""

    def __init__(
        self, bindings: Iterable[Binding], authenticator: object, plugins: Plugins, prefix: str | None = None
    ) -> None:
        self._plugins = plugins
        self._trie: trie.Trie[tuple[Endpoint, tuple[str, ...]]] = trie.Trie()
        for binding in bindings:
            for operation in binding.operations:
                handler = getattr(binding.implementation, operation.handler)
                endpoint = Endpoint(operation, handler, Guard(operation.security, authenticator), plugins)
                address = address_of(operation, prefix)
                self._trie.add(address, operation.method, (endpoint, trie.names(address)))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Full for every path of the contract, whatever the method."""
        match = self.find(scope)
        return (Match.NONE, {}) if match is None else (Match.FULL, {_MATCH: match})

    def find(self, scope: Scope) -> OperationMatch | None:
        """The operations at the path of `scope`, by method."""
        return self._trie.find(_encoded_path(scope)) if scope["type"] == "http" else None

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Nothing of its own: the listed routes know."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose path matched."""
        await self.answer(scope[_MATCH], scope, receive, send)

    async def answer(self, match: OperationMatch, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by what stands at its path."""
        end = match.by_method.get(scope["method"])
        if end is None:
            allow = ", ".join(sorted(match.by_method))
            await self._refuse(scope, send, MethodNotAllowedError(headers={"Allow": allow}))
            return
        endpoint, names = end
        await endpoint.serve(scope, receive, send, dict(zip(names, match.segments, strict=True)) if names else {})

    async def not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a path that nothing else in the application knows."""
        if scope["type"] == "http":
            await self._refuse(scope, send, NotFoundError())
        else:
            await send({"type": "websocket.close", "code": 1000, "reason": ""})

    async def _refuse(self, scope: Scope, send: Send, problem: ProblemError) -> None:
        started = perf_counter()
        headers = Headers(scope["headers"])
        client = scope.get("client")
        request = RawRequest(
            scope["method"],
            scope["path"],
            scope["query_string"],
            headers,
            client_host=client[0] if client else None,
            scope=scope,
        )
        correlation_id, echo = correlation_of(headers)
        self._plugins.observer.started(None, request, correlation_id)
        encoded = encode_problem(self._plugins.error_shape, problem, correlation_id, None)
        encoded.headers.append((b"x-correlation-id", echo))
        await transmit(send, encoded)
        self._plugins.observer.finished(
            Exchange(
                operation=None,
                request=request,
                correlation_id=correlation_id,
                status=encoded.status,
                seconds=perf_counter() - started,
            )
        )


def address_of(operation: Operation, prefix: str | None) -> str:
    """Where `operation` is served: below `prefix`, or below the path of the contract's server where there is none."""
    return (operation.base_path if prefix is None else prefix.rstrip("/")) + operation.path


def _encoded_path(scope: Scope) -> str:
    """Path as sent, still percent-encoded, so that an encoded slash stays inside its segment."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None or scope.get("root_path"):
        return _route_path(scope)
    return raw.decode("latin-1")


def _route_path(scope: Scope) -> str:
    """Path below the place where the application is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    below = path.removeprefix(root)
    return below if below != path and (not below or below.startswith("/")) else path


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the dispatcher answers every path of the contract")


def _unwritten(bindings: Sequence[Binding]) -> Iterator[str]:
    """Ids of the operations that still have the method of their generated stub, which answers 501."""
    stubs = __name__.removesuffix("_runtime.server")
    for binding in bindings:
        for operation in binding.operations:
            method: Any = getattr(type(binding.implementation), operation.handler, None)
            # An implementation may be any callable, and that of a class of C has no module.
            if getattr(method, "__module__", "").startswith(stubs) and "Stub." in method.__qualname__:
                yield operation.id


def install(
    app: FastAPI,
    bindings: Sequence[Binding],
    *,
    authenticator: object,
    plugins: Plugins,
    document: bytes,
    prefix: str | None = None,
) -> None:
    """Serve `bindings` in `app`, and `document` (the joined contract as JSON) at /openapi.json with pages to read it."""
    dispatcher = Dispatcher(bindings, authenticator, plugins, prefix)
    listed = [
        ListedRoute(address_of(operation, prefix), _never, methods=[operation.method], name=operation.id)
        for binding in bindings
        for operation in binding.operations
    ]
    contract: dict[str, Any] = json.loads(document)
    app.router.routes[:0] = [dispatcher, *docs.routes(document, contract)]
    app.router.routes.extend(listed)
    app.router.redirect_slashes = False
    if app.middleware_stack is None:
        app.user_middleware.append(Middleware(Shortcut, dispatcher))  # the innermost
    app.router.default = dispatcher.not_found
    app.state.unwritten = frozenset(_unwritten(bindings))
    app.openapi = lambda: contract  # type: ignore[method-assign]  # documented way to replace the document
