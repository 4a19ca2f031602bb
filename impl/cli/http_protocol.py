"""HTTP/1.1 with bounds: how much of a request one connection may send before it is refused, and in what time.

The parser itself has none, and appends to a header value in quadratic time: one line of 60 MB stopped a process for seconds.
"""

from __future__ import annotations

import asyncio
import enum
import time
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast
from uuid import uuid4

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from generated.governance import problems
from generated.server import ErrorShape, InvalidRequestError, ProblemError, ServiceUnavailableError

_SINGLE: Final = frozenset({b"host", b"authorization", b"x-skeldir-tenant-key"})
"""Headers that decide who calls whom: of two different ones nobody can say which counts."""
_DRAINED_BYTES: Final = 8 * 1_048_576
"""What is still read of a body after the reply, so that the client sees the reply and not a broken connection."""
_LINGER_SECONDS: Final = 1.0
_LOG_EVERY_SECONDS: Final = 60.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one connection, and of all together."""

    connections: int
    head_bytes: int = 65_536
    headers: int = 100
    target_bytes: int = 8_192
    head_seconds: float = 10.0
    body_seconds: float = 30.0


class RequestTimeoutError(ProblemError, kind=problems.REQUEST_TIMEOUT):
    """The request did not arrive in time."""


class UriTooLongError(ProblemError, kind=problems.URI_TOO_LONG):
    """The request target is too long."""


class HeadersTooLargeError(ProblemError, kind=problems.REQUEST_HEADERS_TOO_LARGE):
    """The headers of the request are too large or too many."""


class _State(enum.Enum):
    IDLE = enum.auto()
    """Nothing of the next request has arrived."""
    HEAD = enum.auto()
    BODY = enum.auto()
    COMPLETE = enum.auto()


def bounded(shape: ErrorShape, limits: Limits) -> type[BoundedProtocol]:
    """The protocol of one server; all its connections share `limits`."""

    class Protocol(BoundedProtocol):
        """One server's."""

    Protocol.shape, Protocol.limits, Protocol.incomplete = shape, limits, {}
    return Protocol


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which refuses what is too large or too slow."""

    shape: ClassVar[ErrorShape]
    limits: ClassVar[Limits]
    incomplete: ClassVar[dict[BoundedProtocol, None]]
    """Connections that wait for their client, the longest waiting first."""
    logged_at: ClassVar[float] = float("-inf")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._state, self._is_refused = _State.IDLE, False
        self._timer: asyncio.TimerHandle | None = None
        self._fires_at = 0.0
        self._deadline: float | None = None
        """When the client has to have sent the rest; None while it is not waited for."""
        self._patience: float | None = None
        """Seconds from the end of the bytes at hand to the next deadline, where there is a new one."""
        self._chunk_bytes = 0
        self._has_begun = False
        """A request began within the bytes that are being parsed."""
        self._head_bytes = self._body_bytes = self._overhead = self._drained = 0
        self._refusal: ProblemError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections and not self._make_room():
            self._refuse(ServiceUnavailableError())
            return
        self._expect(_State.IDLE, self.limits.head_seconds)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            self._drain(len(data))
            return
        if self._state is _State.IDLE:
            self._expect(_State.HEAD, self.limits.head_seconds)
        self._has_begun, began_as, body_bytes = False, self._state, self._body_bytes
        self._chunk_bytes = len(data)
        super().data_received(data)
        if self._was_refused() or self.transport.is_closing():
            return
        self._count(len(data), len(data) - (self._body_bytes - body_bytes), began_as)
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif self._patience is not None:
            self._wait()

    def _was_refused(self) -> bool:
        return self._is_refused

    def _count(self, size: int, overhead: int, began_as: _State) -> None:
        """Bounds on what the parser holds and shows to nobody: an unfinished line, chunk extensions, trailers."""
        if self._state is _State.HEAD and began_as is _State.HEAD and not self._has_begun:
            self._head_bytes += size
            if self._head_bytes > self.limits.head_bytes:
                self._refusal = HeadersTooLargeError() if self.headers else UriTooLongError()
        elif self._state is _State.BODY and began_as is _State.BODY:
            self._overhead += overhead
            # A chunk of one byte has five bytes around it.
            if self._overhead > self.limits.head_bytes + 8 * self._body_bytes:
                self._refusal = HeadersTooLargeError()

    # What the parser tells.
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun = True
        self._head_bytes = self._body_bytes = self._overhead = self._drained = 0
        if self._state is not _State.HEAD:
            self._expect(_State.HEAD, self.limits.head_seconds)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.limits.target_bytes:
            self._refusal = UriTooLongError()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._state is _State.HEAD and len(self.headers) <= self.limits.headers:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._refusal = self._refusal or self._problem_of_head()
        if self._refusal is None:
            super().on_headers_complete()
            self._expect(_State.BODY, self.limits.body_seconds)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._refusal is not None:
            return
        if self.cycle.response_complete:
            self._drained += len(body)
            if self._drained > _DRAINED_BYTES:
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._refusal is not None:
            return
        super().on_message_complete()
        self._settle()
        self._state = _State.COMPLETE
        if not self._is_answering and not self.transport.is_closing():
            self._expect(_State.IDLE, self.timeout_keep_alive)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._state is _State.COMPLETE and not self._is_answering and not self.transport.is_closing():
            self._expect(_State.IDLE, self.timeout_keep_alive)
            self._wait()

    def send_400_response(self, msg: str) -> None:
        self._refuse(InvalidRequestError("The request is not valid HTTP/1.1."))

    def _problem_of_head(self) -> ProblemError | None:
        if len(self.headers) > self.limits.headers or self._has_large_head():
            return HeadersTooLargeError()
        names = [name for name, _ in self.headers if name in _SINGLE]
        version = self.parser.get_http_version()  # pyright: ignore[reportOptionalMemberAccess]  # none once the connection is lost
        if len(names) > len(set(names)) or (b"host" not in names and version == "1.1"):
            return InvalidRequestError("`Host` is required once; it and credentials must not be repeated.")
        return None

    def _has_large_head(self) -> bool:
        # A head that has arrived within few bytes is small, whatever stands in it.
        if self._head_bytes + self._chunk_bytes <= self.limits.head_bytes:
            return False
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return size > self.limits.head_bytes

    # Time. Nearly every request arrives in one piece, so a deadline is set only once the bytes at hand are parsed. Its timer
    # is left where it is when the deadline moves further away, as it does with each reply.
    def _expect(self, state: _State, seconds: float) -> None:
        """The client is expected to send the rest within `seconds`, from `_wait` on."""
        self._state, self._patience = state, seconds

    def _wait(self) -> None:
        if self._patience is None:
            return
        self._deadline, self._patience = self.loop.time() + self._patience, None
        self.incomplete.pop(self, None)
        self.incomplete[self] = None
        if self._timer is not None and self._fires_at > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._start_timer(self._deadline)

    def _start_timer(self, at: float) -> None:
        self._fires_at, self._timer = at, self.loop.call_at(at, self._run_out)

    def _settle(self) -> None:
        self.incomplete.pop(self, None)
        self._deadline = self._patience = None

    def _run_out(self) -> None:
        self._timer = None
        if self._deadline is None:
            return
        # The clock of the timer counts in milliseconds.
        if self._deadline - self.loop.time() > 0.002:
            self._start_timer(self._deadline)
        elif self._state is _State.BODY and self.flow.read_paused:
            # We are slow, not the client: its bytes wait for the application.
            self._expect(_State.BODY, self.limits.body_seconds)
            self._wait()
        elif self._state is _State.HEAD or self._is_answering:
            self._refuse(RequestTimeoutError())
        else:
            self.transport.close()

    # Ends.
    def _make_room(self) -> bool:
        """Close the connection that has kept us waiting longest. Nobody gets in by holding connections open."""
        self._log_crowd()
        longest = next((other for other in self.incomplete if other.may_give_way), None)
        if longest is not None:
            longest.give_way()
        return longest is not None

    @property
    def may_give_way(self) -> bool:
        """Nothing is lost but what its client has not sent yet."""
        return not self._is_answering or (self._state is _State.BODY and not self.cycle.response_started)

    def give_way(self) -> None:
        """Close without a word."""
        self._settle()
        self._disconnect()
        self.transport.close()

    @property
    def _is_answering(self) -> bool:
        """The application has a request of this connection."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and not cycle.response_complete

    def _log_crowd(self) -> None:
        now = time.monotonic()
        if now - BoundedProtocol.logged_at >= _LOG_EVERY_SECONDS:
            BoundedProtocol.logged_at = now
            log.warning("connections_exhausted", limit=self.limits.connections)

    def _disconnect(self) -> None:
        """The application learns that nothing more will come."""
        if self._is_answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _refuse(self, problem: ProblemError) -> None:
        """Answer in place of the application, and read nothing more."""
        self._settle()
        self._unset_keepalive_if_required()
        self._is_refused = True
        if self._is_answering and (self._state is not _State.BODY or self.cycle.response_started):
            # An earlier request of this connection is being answered: its reply is the last one.
            self.cycle.keep_alive = False
            return
        self._disconnect()
        correlation_id = uuid4()
        log.info("http_refused", status=problem.status, code=problem.code, correlation_id=str(correlation_id))
        body = self.shape.body(problem, correlation_id)
        headers = [
            b"content-type: application/problem+json",
            b"content-length: %d" % len(body),
            b"x-correlation-id: " + str(correlation_id).encode(),
            b"connection: close",
        ]
        if problem.retry_after_seconds is not None:
            headers.append(b"retry-after: %d" % problem.retry_after_seconds)
        self.transport.write(STATUS_LINE[problem.status] + b"\r\n".join(headers) + b"\r\n\r\n" + body)
        # A socket closed with unread bytes is reset, and the client loses the reply it was about to read.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._drained = 0
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _drain(self, size: int) -> None:
        self._drained += size
        if self._drained > _DRAINED_BYTES:
            self.transport.abort()
