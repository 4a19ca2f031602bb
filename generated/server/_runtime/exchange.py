"""One request through one operation: size, identity, rate, contract, operation, contract again, bytes.

The order is the promise: a body that is too large is refused before anything is computed over it, a stranger learns nothing from
validation, and a refused caller costs no decoding. Where no credential covers the body, identity comes before size.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from . import encoding
from .deprecation import CallerCounter
from .encoding import Codec, Encoded
from .errors import ErrorMap, ErrorShape, problem_of
from .limits import Limiter, RateLimit
from .observers import Exchange, Observer
from .operations import Operation
from .problems import (
    ForbiddenError,
    InternalError,
    InvalidRequestError,
    Issue,
    PayloadTooLargeError,
    ProblemError,
    RateLimitedError,
    UnauthorizedError,
)
from .queries import KnownQuery
from .replies import Reply, ReplyError
from .requests import Call, Headers, RawRequest
from .security import Guard
from .types import read_uuid

Scope: TypeAlias = Any
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]


_BAD_LENGTH = Issue(
    "/header/Content-Length", "Content-Length", "Must be a non-negative integer", "invalid_content_length"
)


_CANONICAL = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


Handler: TypeAlias = Callable[..., Awaitable[Reply]]
"""Answers an operation: `(*arguments, call=call)`, with the arguments that the operation declares."""
Wrapper: TypeAlias = Callable[[Operation, Handler], Handler]
"""Makes the handler that is called in place of an operation's own: to trace it, to time it, to make it fail in a test."""


class Disconnected(Exception):
    """The client went away before its request was complete."""


def correlation_of(headers: Headers) -> tuple[UUID, bytes]:
    """The caller's correlation id when it is a UUID in canonical form, else a fresh one; and how it goes back."""
    value = headers.raw(b"x-correlation-id")
    # Only a value of known form is echoed: text of a caller's choice must not reach headers and logs.
    if value is not None and _CANONICAL.fullmatch(value):
        return read_uuid(value.decode("ascii")), value.lower()
    fresh = uuid4()
    return fresh, str(fresh).encode()


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Every byte of the body. Raises as soon as it is known to be longer than `limit`."""
    declared = headers.raw(b"content-length")
    if declared is not None:
        if not declared.isdigit():
            raise InvalidRequestError(errors=[_BAD_LENGTH])
        # Twenty digits exceed every limit. Converting all digits of a hostile header would take quadratic time.
        if int(declared[:20]) > limit:
            raise PayloadTooLargeError
    message = await receive()
    body: bytes = message.get("body", b"")
    chunks = [body]
    size = len(body)
    # A chunked body declares no length, so the limit is checked while the body arrives.
    while message.get("more_body") and size <= limit:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    if message["type"] == "http.disconnect":
        raise Disconnected
    if size > limit:
        raise PayloadTooLargeError
    # Nearly every body is a single message, and joining would copy it.
    return body if len(chunks) == 1 else b"".join(chunks)


@dataclass(slots=True, kw_only=True)
class Plugins:
    """The parts that the application plugs in beside its operations."""

    error_shape: ErrorShape
    observer: Observer
    callers: CallerCounter
    error_map: ErrorMap
    limiter: Limiter | None = None
    wrapper: Wrapper | None = None
    closed_query: Callable[[Operation], bool] | None = None
    """Operations that refuse query parameters which they do not declare; None for no operation."""


@dataclass(slots=True, kw_only=True)
class _State(Exchange):
    """One exchange as it goes: the reply's headers depend on it at every point where it may end."""

    echo: bytes
    """The correlation id as it goes back."""
    is_allowed: bool = True
    is_answering: bool = False
    """The operation itself was called: what goes wrong from here on is its own."""
    rate_limit: RateLimit | None = None
    call: Call[Any] | None = None


class Endpoint:
    """One operation, bound to its implementation and the plug-ins."""

    def __init__(self, operation: Operation, handler: Handler, guard: Guard, plugins: Plugins) -> None:
        self.operation = operation
        self.guard = guard
        self.plugins = plugins
        self._handler = handler if plugins.wrapper is None else plugins.wrapper(operation, handler)
        is_closed = plugins.closed_query is not None and plugins.closed_query(operation)
        self._known_query = KnownQuery.of(operation) if is_closed else None
        self._codecs = {reply: Codec(reply, operation.replies) for reply in operation.replies}
        self._notices = [(name.lower().encode(), value.encode("latin-1")) for name, value in operation.notices]
        self._reads_body = operation.bodies is not None or operation.is_raw
        if operation.bodies is not None:
            operation.bodies.prepare()

    async def serve(self, scope: Scope, receive: Receive, send: Send, segments: dict[str, str]) -> None:
        """Answer one request."""
        started = perf_counter()
        state = _begin(self.operation, scope)
        observer = self.plugins.observer
        observer.started(self.operation, state.request, state.correlation_id)
        try:
            encoded = await self._answer(state, receive, segments)
        except Disconnected:
            return
        self._finish_head(state, encoded)
        await transmit(send, encoded)
        state.status = encoded.status
        state.seconds = perf_counter() - started
        if self.operation.is_deprecated:
            self.plugins.callers.called(self.operation, state.principal)
        observer.finished(state)

    async def _answer(self, state: _State, receive: Receive, segments: dict[str, str]) -> Encoded:
        try:
            reply = await self._run(state, receive, segments)
            return self._encode(state, reply)
        except ProblemError as problem:
            return self._refuse(state, problem)
        except ReplyError as carried:
            return self._encode(state, carried.reply)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001  (the edge: whatever happens, the caller gets the declared 500)
            declared = problem_of(error, self.plugins.error_map)
            if declared is None:
                state.error = error
            return self._refuse(state, declared or InternalError())

    def _left(self, state: _State) -> RateLimit | None:
        """Rate limit of the address, for a request that failed before its caller was counted: its reply has the headers too."""
        if not self.operation.rate_limit or self.plugins.limiter is None:
            return None
        return self.plugins.limiter.ask_unauthenticated(state.request)

    async def _run(self, state: _State, receive: Receive, segments: dict[str, str]) -> Reply:
        call = await self._admit(state, receive)
        if self.operation.rate_limit and self.plugins.limiter is not None:
            await self._limit(self.plugins.limiter, call)
        # After the rate limit, so that a caller without the right cannot ask without end either.
        if not state.is_allowed:
            raise ForbiddenError
        # Decoded last: errors in parameters tell nothing to callers who may not call at all.
        arguments = self._decode(state.request, segments)
        state.is_answering = True
        return await self._handler(*arguments, call=call)

    async def _admit(self, state: _State, receive: Receive) -> Call[Any]:
        """Read the body and find out who calls. Who is refused here is counted where the caller is not known."""
        operation = self.operation
        try:
            # A signature covers the body, so there the body is read first. Every other caller is known before a byte is buffered.
            is_body_first = self.guard.reads_body or not operation.security
            if self._reads_body and is_body_first:
                await self._read(state, receive)
            if operation.security:
                state.principal, state.is_allowed = await self.guard.admit(state.request)
            if self._reads_body and not is_body_first:
                await self._read(state, receive)
        except RateLimitedError:
            # The authenticator has asked for the address itself, before it looked anything up.
            raise
        except ProblemError as problem:
            # What is our own fault says nothing about the caller.
            if self.plugins.limiter is not None and operation.rate_limit and problem.status < 500:
                state.rate_limit = await self.plugins.limiter.take_unauthenticated(state.request)
                if state.rate_limit.is_refused:
                    raise RateLimitedError(retry_after_seconds=state.rate_limit.retry_after_seconds) from None
            raise
        state.call = Call(operation, state.request, state.principal, state.correlation_id)
        return state.call

    async def _read(self, state: _State, receive: Receive) -> None:
        request = state.request
        request.body = await read_body(request.headers, receive, self.operation.max_body_bytes)

    async def _limit(self, limiter: Limiter, call: Call[Any]) -> None:
        for rate_class in self.operation.rate_limit:
            limit = await limiter.take(rate_class, call)
            if call.rate_limit is None or limit.is_refused or limit.remaining < call.rate_limit.remaining:
                call.rate_limit = limit
            if limit.is_refused:
                raise RateLimitedError(retry_after_seconds=limit.retry_after_seconds)

    def _decode(self, request: RawRequest, segments: dict[str, str]) -> list[Any]:
        """Positional arguments of the operation. Raises with everything that is wrong with the request."""
        operation = self.operation
        arguments: list[Any] = []
        issues: list[Any] = []
        if operation.bodies is not None:
            operation.bodies.reader(request)
        if operation.params is not None:
            params, param_issues = operation.params.decode(request, segments)
            arguments.append(params)
            issues += param_issues
        if self._known_query is not None and request.query:
            issues += self._known_query.issues(request.query)
        if operation.bodies is not None and not operation.is_raw:
            body, body_issues = operation.bodies.decode(request)
            arguments.append(body)
            issues += body_issues
        if issues:
            raise InvalidRequestError(errors=issues)
        return arguments

    def _encode(self, state: _State, reply: Reply) -> Encoded:
        codec = self._codecs.get(type(reply))
        if codec is None:
            declared = ", ".join(sorted(one.__name__ for one in self.operation.replies))
            return self._violated(state, f"{type(reply).__name__} is not one of {declared}")
        try:
            encoded = codec.encode(reply)
        except Exception as error:  # noqa: BLE001  (a reply that cannot be written is the operation's fault, not the caller's)
            state.error = error
            return self._violated(state, f"{type(reply).__name__} cannot be written: {error}")
        if self.operation.is_conditional and encoded.status == 200:
            return _conditional(state.request, encoded)
        return encoded

    def _violated(self, state: _State, what: str) -> Encoded:
        state.violation = f"{self.operation.id}: {what}; declared at {self.operation.origin}"
        return self._refuse(state, InternalError())

    def _refuse(self, state: _State, problem: ProblemError) -> Encoded:
        """The declared reply for `problem`; 500 when the operation raises one whose status the contract does not declare.

        What the runtime itself refuses goes out in any case: an operation that forgets to declare 400 still gets no bad input.
        """
        declared = self.operation.problems.get(problem.status)
        if declared is None and state.is_answering and problem.status not in {500, 501}:
            state.error = problem
            return self._violated(state, f"{type(problem).__name__} has status {problem.status}, which is not declared")
        if problem.status >= 500 and state.error is None:
            state.error = problem
        if isinstance(problem, UnauthorizedError | ForbiddenError) and self.guard.challenges:
            problem.headers.setdefault("WWW-Authenticate", self._challenge(problem))
        return encode_problem(self.plugins.error_shape, problem, state.correlation_id, declared)

    def _challenge(self, problem: ProblemError) -> str:
        if problem.status == 401:
            return self.guard.challenges
        scopes = " ".join(
            sorted({scope for option in self.operation.security for need in option for scope in need.scopes})
        )
        return f'{self.guard.challenges}, error="insufficient_scope", scope="{scopes}"'

    def _finish_head(self, state: _State, encoded: Encoded) -> None:
        """Headers that no reply may forget."""
        headers = encoded.headers
        headers.append((b"x-correlation-id", state.echo))
        counted = state.call.rate_limit if state.call is not None else None
        rate = counted or state.rate_limit or self._left(state)
        if rate is not None:
            headers += (
                (b"x-ratelimit-limit", b"%d" % rate.limit),
                (b"x-ratelimit-remaining", b"%d" % rate.remaining),
                (b"x-ratelimit-reset", b"%d" % rate.reset_at),
            )
        headers += self._notices


def _begin(operation: Operation, scope: Scope) -> _State:
    headers = Headers(scope["headers"])
    client = scope.get("client")
    request = RawRequest(
        scope["method"],
        scope["path"],
        scope["query_string"],
        headers,
        client_host=client[0] if client else None,
        rate_classes=operation.rate_limit,
        scope=scope,
    )
    correlation_id, echo = correlation_of(headers)
    return _State(operation=operation, request=request, correlation_id=correlation_id, echo=echo)


def _conditional(request: RawRequest, encoded: Encoded) -> Encoded:
    """304 in place of 200 when the caller has these bytes already. Adds the ETag when the operation gave none."""
    etag = next((value for name, value in encoded.headers if name == b"etag"), None)
    if etag is None:
        assert isinstance(encoded.body, bytes)
        etag = encoding.strong_etag(encoded.body)
        encoded.headers.append((b"etag", etag))
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is None or not encoding.is_same_entity(if_none_match, etag):
        return encoded
    headers = [pair for pair in encoded.headers if pair[0] != b"content-type"]
    return Encoded(304, headers, b"")


def encode_problem(
    shape: ErrorShape, problem: ProblemError, correlation_id: UUID, declared: type[Reply] | None
) -> Encoded:
    """`problem` in the declared shape, with the constant headers that its reply class declares."""
    media_type = (declared.media_type if declared else None) or "application/problem+json"
    headers = {"content-type": media_type}
    if declared is not None:
        for attribute, name in declared.header_names:
            default = getattr(declared, "__dataclass_fields__")[attribute].default  # noqa: B009  (the protocol of dataclasses)
            if isinstance(default, str):
                headers[name.lower()] = default
    headers |= {name.lower(): value for name, value in problem.headers.items()}
    if problem.retry_after_seconds is not None and problem.status in {429, 503}:
        headers["retry-after"] = str(problem.retry_after_seconds)
    wire = [(name.encode("latin-1"), encoding.header_text(name, value)) for name, value in headers.items()]
    return Encoded(problem.status, wire, shape.body(problem, correlation_id))


async def transmit(send: Send, encoded: Encoded) -> None:
    """Send a reply, in one piece or as a stream."""
    status, headers, body = encoded
    if isinstance(body, bytes):
        if status not in {204, 304}:
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    async for chunk in body:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
