import contextlib
import io
import json
import logging
import uuid

import pytest
import structlog

from impl.telemetry import correlation, metrics
from impl.telemetry import logging as skeldir_logging


@pytest.fixture
def lines():
    """Everything logged during the test, read as JSON; the set-up of before is put back afterwards."""
    root, saved = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    skeldir_logging.configure("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**saved)
    root.handlers[:], root.level = handlers, level


def test_a_line_is_one_json_object_with_a_constant_event_level_and_time(lines):
    structlog.get_logger().info("delivery_received", platform="stripe", size_bytes=812)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "delivery_received", "level": "info", "platform": "stripe", "size_bytes": 812}


@pytest.mark.parametrize("text", ["caf\u00e9", "\ud800 half a letter", "nul \0", "\u2028"])
def test_a_line_is_ascii_whatever_it_holds(lines, text):
    structlog.get_logger().info("delivery_received", said=text, share=float("inf"), big=2**70)
    assert [(line["said"], line["share"], line["big"]) for line in lines()] == [(text, float("inf"), 2**70)]


def test_lines_below_the_level_are_not_written(lines):
    structlog.get_logger().debug("detail")
    logging.getLogger("library").debug("detail")
    assert lines() == []


def test_every_line_of_a_request_carries_its_correlation_and_tenant_and_nothing_stays_behind(lines):
    request, tenant = uuid.uuid4(), uuid.uuid4()
    with correlation.bound(request):
        correlation.bind_tenant(tenant)
        structlog.get_logger().info("inside")
        logging.getLogger("library").warning("inside too")
        assert correlation.current() == request
    structlog.get_logger().info("outside")
    first, second, outside = lines()
    assert first["correlation_id"] == second["correlation_id"] == str(request)
    assert first["tenant_id"] == second["tenant_id"] == str(tenant)
    assert "correlation_id" not in outside
    assert "tenant_id" not in outside
    assert correlation.current() is None


def test_an_inner_block_gives_the_outer_one_back():
    outer, inner = uuid.uuid4(), uuid.uuid4()
    with correlation.bound(outer):
        with correlation.bound(inner):
            assert correlation.current() == inner
        assert correlation.fields() == {"correlation_id": str(outer)}


@pytest.mark.promise("P038")
def test_no_secret_leaves_through_fields_nested_values_messages_or_exceptions(lines):
    secret = "jane.doe@example.com"
    log = structlog.get_logger()
    log.info("fields", password="hunter2", nested={"list": [{"customer_email": secret, "note": f"from {secret}"}]})
    try:
        try:
            int(secret)
        except ValueError as cause:
            raise RuntimeError("password=hunter2") from cause
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("library").exception("failed for %s", secret)
    shown = json.dumps(lines())
    assert secret not in shown
    assert "hunter2" not in shown
    assert "ValueError" in shown  # the kind and place of an error stay
    assert "test_logging.py" in shown


def test_an_exception_shows_its_frames_but_never_their_variables(lines):
    def fail(key):
        raise RuntimeError("no")

    try:
        fail("variable-content")
    except RuntimeError:
        structlog.get_logger().exception("failed")
    (line,) = lines()
    assert line["exception"][0]["exc_type"] == "RuntimeError"
    assert "variable-content" not in json.dumps(line)


def test_the_line_of_a_library_has_a_constant_event_and_its_text_in_message(lines):
    logging.getLogger("uvicorn.error").warning("Started on %s", "http://127.0.0.1:8000")
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("library_log", "uvicorn.error", "warning")
    assert line["message"] == "Started on http://127.0.0.1:8000"


@pytest.mark.promise("P038")
def test_uvicorns_access_line_keeps_neither_query_nor_client(lines):
    arguments = ("203.0.113.7:4711", "POST", "/api/webhooks/stripe?tenant_key=abc", "1.1", 200)
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *arguments)
    (line,) = lines()
    assert (line["event"], line["method"], line["status"], line.get("path")) == ("uvicorn_access", "POST", 200, None)
    assert "203.0.113.7" not in json.dumps(line)
    assert "abc" not in json.dumps(line)


def test_a_second_set_up_replaces_the_first_and_lines_are_not_doubled(lines):
    stream = io.StringIO()
    skeldir_logging.configure("INFO", stream)
    structlog.get_logger().info("once")
    logging.getLogger("library").warning("once")
    assert lines() == []
    assert len(stream.getvalue().splitlines()) == 2


def test_a_log_that_cannot_be_written_fails_nobody_and_is_counted():
    """`skeldir serve 2>/dev/full` answered what it had stored with 503 and 500 (red team A10)."""
    lost = metrics.LOG_LINES_LOST._value.get()
    with open("/dev/full", "w", buffering=1) as full:  # noqa: PTH123
        skeldir_logging.configure("INFO", full)
        for _ in range(10):
            structlog.get_logger().info("request")
            logging.getLogger("library").warning("text")
        assert metrics.LOG_LINES_LOST._value.get() >= lost + 20
        with contextlib.suppress(OSError):
            full.close()
    structlog.get_logger().info("a closed stream")
