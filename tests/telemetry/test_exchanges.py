import asyncio
import dataclasses
import uuid

import pytest
import structlog

from generated.server import Exchange, Headers, Operation, RawRequest, ServiceUnavailableError
from impl.kernel.clock import SystemClock
from impl.telemetry import correlation, metrics
from impl.telemetry.exchanges import DeprecatedCalls, ExchangeLog
from impl.telemetry.metrics import HTTPMetrics
from impl.telemetry.traffic import Traffic

OPERATION = Operation(
    id="getRealtimeRevenueV1", method="GET", path="/x", handler="get", replies=frozenset(), origin="revenue.yaml:1"
)
REQUEST = RawRequest(
    "POST",
    "/api/webhooks/stripe",
    b"tenant_key=abc",
    Headers.of({"Authorization": "Bearer abc"}),
    b"payload",
    "203.0.113.7",
)


def observe(**changes):
    """What is logged about one exchange."""
    log, correlation_id = ExchangeLog(HTTPMetrics(["getRealtimeRevenueV1"]), Traffic(SystemClock())), uuid.uuid4()
    known = {"operation": OPERATION, "request": REQUEST, "principal": None, "status": 200, "seconds": 0.0401}
    with structlog.testing.capture_logs([correlation.add_fields]) as lines:
        log.started(OPERATION, REQUEST, correlation_id)
        log.finished(Exchange(**(known | {"correlation_id": correlation_id} | changes)))
    return lines, correlation_id


@pytest.mark.promise("P038")
async def test_the_line_says_operation_status_and_time_and_nothing_of_query_headers_body_or_client():
    (line,), correlation_id = observe()
    assert line == {
        "event": "http_request",
        "log_level": "info",
        "correlation_id": str(correlation_id),
        "method": "POST",
        "path": "/x",
        "operation": "getRealtimeRevenueV1",
        "status": 200,
        "duration_ms": 40.1,
    }


async def test_an_unforeseen_error_is_logged_with_its_traceback():
    error = ValueError("x")
    lines, _ = observe(status=500, error=error)
    assert lines[1]["event"] == "request_failed"
    assert lines[1]["exc_info"] is error


async def test_a_part_that_is_away_is_a_warning_with_its_cause():
    error = ServiceUnavailableError()
    error.__cause__ = ConnectionRefusedError("refused")
    lines, _ = observe(status=503, error=error)
    assert (lines[1]["event"], lines[1]["log_level"]) == ("request_unavailable", "warning")
    assert lines[1]["reason"] is error.__cause__


async def test_an_answer_that_the_contract_does_not_declare_is_an_error_with_its_place():
    lines, _ = observe(status=500, violation="getRealtimeRevenueV1: … declared at revenue.yaml:1")
    assert lines[1]["event"] == "contract_violated"
    assert "revenue.yaml:1" in lines[1]["violation"]


async def test_an_unknown_path_is_counted_and_logged_without_an_operation():
    (line,), _ = observe(operation=None, status=404)
    assert line["operation"] is None


async def test_requests_at_the_same_time_do_not_see_each_other():
    log = ExchangeLog(HTTPMetrics([]), Traffic(SystemClock()))

    async def request(correlation_id):
        log.started(None, REQUEST, correlation_id)
        correlation.bind_tenant(uuid.uuid4())
        await asyncio.sleep(0)
        return correlation.fields()["correlation_id"], correlation.current()

    sent = [uuid.uuid4() for _ in range(10)]
    seen = await asyncio.gather(*(asyncio.create_task(request(one)) for one in sent))
    assert seen == [(str(one), one) for one in sent]


async def test_nothing_of_an_earlier_request_of_the_same_task_is_left():
    correlation.bind(uuid.uuid4())
    correlation.bind_tenant(uuid.uuid4())
    lines, correlation_id = observe()
    assert lines[0]["correlation_id"] == str(correlation_id)
    assert "tenant_id" not in lines[0]


def test_calls_of_deprecated_operations_are_counted_from_zero():
    mine = dataclasses.replace(OPERATION, id="calledByThisTestAlone")
    calls = DeprecatedCalls([mine.id])
    before = metrics.REGISTRY.get_sample_value("deprecated_calls_total", {"operation": mine.id})
    calls.called(mine, None)
    after = metrics.REGISTRY.get_sample_value("deprecated_calls_total", {"operation": mine.id})
    assert (before, after) == (0, 1)
