import uuid
from datetime import UTC, datetime

import pytest
import structlog

from impl.kernel.clock import FixedClock
from impl.telemetry import correlation
from impl.telemetry.access import AccessLog
from impl.telemetry.metrics import HTTPMetrics


class Route:
    name = "getRealtimeRevenueV1"


class Application:
    """Answers 200 after 40 ms and notes what it could see."""

    def __init__(self, clock, *, headers=(), error=None):
        self.clock, self.headers, self.error = clock, list(headers), error
        self.seen = None

    async def __call__(self, scope, receive, send):
        self.seen = (correlation.current(), scope["state"]["correlation_id"])
        correlation.bind_tenant(TENANT)
        scope["route"] = Route()
        self.clock.advance(0.04)
        if self.error:
            raise self.error
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"12345"})


TENANT = uuid.uuid4()


async def ask(*, headers=(), answers=(), error=None):
    """One request through the middleware: what was sent, the log lines, the application."""
    clock = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
    app, sent = Application(clock, headers=answers, error=error), []
    middleware = AccessLog(app, metrics=HTTPMetrics(["getRealtimeRevenueV1"]), clock=clock)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/x",
        "query_string": b"tenant_key=abc",
        "client": ("203.0.113.7", 1),
    }

    async def send(message):
        sent.append(message)

    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        try:
            await middleware(scope | {"headers": list(headers)}, None, send)
        except RuntimeError:
            sent.append(None)
    return sent, lines, app


async def test_a_callers_correlation_id_is_seen_inside_logged_and_answered():
    sent_id = uuid.uuid4()
    sent, lines, app = await ask(headers=[(b"x-correlation-id", str(sent_id).encode())])
    assert app.seen == (sent_id, sent_id)
    assert (b"x-correlation-id", str(sent_id).encode()) in sent[0]["headers"]
    assert lines[0]["correlation_id"] == str(sent_id)


@pytest.mark.promise("P039")
@pytest.mark.parametrize("value", [b"", b"nothing", b"<script>", b"\xff" * 36, b"x" * 5000])
async def test_text_that_is_no_uuid_is_never_echoed(value):
    sent, lines, app = await ask(headers=[(b"x-correlation-id", value)])
    ((_, answered),) = sent[0]["headers"]
    assert uuid.UUID(answered.decode()) == app.seen[0]
    assert not value or value.decode("latin-1") not in str((sent, lines))


async def test_an_id_that_the_application_answered_itself_is_not_doubled():
    own = (b"X-Correlation-ID", b"4a2e3c1e-9f0a-4d1e-8b64-1f1f6c1c9a55")
    sent, _, _ = await ask(answers=[own])
    assert sent[0]["headers"] == [own]


async def test_the_line_says_operation_status_time_and_size_and_nothing_of_query_or_client():
    _, lines, _ = await ask()
    (line,) = lines
    correlation_id, tenant = line.pop("correlation_id"), line.pop("tenant_id")
    assert uuid.UUID(correlation_id)
    assert tenant == str(TENANT)
    assert line == {
        "event": "http_request",
        "log_level": "info",
        "method": "GET",
        "path": "/x",
        "operation": "getRealtimeRevenueV1",
        "status": 200,
        "duration_ms": 40.0,
        "size_bytes": 5,
    }


async def test_an_application_that_fails_before_it_answers_is_logged_as_500_and_the_error_goes_on():
    sent, lines, _ = await ask(error=RuntimeError("broken"))
    assert sent == [None]
    assert lines[0]["status"] == 500


async def test_nothing_of_a_request_is_bound_afterwards():
    await ask()
    assert structlog.contextvars.get_contextvars() == {}
