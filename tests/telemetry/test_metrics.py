import re

import prometheus_client
import pytest

from impl.telemetry import metrics

ALLOWED_LABELS = {"queue", "state", "task_name", "outcome", "view_name", "operation", "status_class", "platform", "le"}


def page():
    return prometheus_client.generate_latest(metrics.REGISTRY).decode()


@pytest.mark.promise("P038")
def test_every_label_on_the_page_is_of_the_closed_list():
    metrics.HTTPMetrics(["login"]).observe("login", 200, 0.01)
    labels = set(re.findall(r'[{,](\w+)="', page()))
    assert labels <= ALLOWED_LABELS


@pytest.mark.promise("P038")
def test_what_is_no_operation_counts_as_other_so_that_labels_stay_bounded():
    counted = metrics.HTTPMetrics(["login"])
    before = value('http_requests_total{operation="other",status_class="4xx"}')
    for text in ("<script>", "login2", None):
        counted.observe(text, 404, 0.01)
    assert value('http_requests_total{operation="other",status_class="4xx"}') == before + 3
    assert "<script>" not in page()


@pytest.mark.parametrize(
    ("status", "status_class"), [(200, "2xx"), (304, "3xx"), (499, "4xx"), (503, "5xx"), (0, "5xx")]
)
def test_a_status_counts_in_its_class(status, status_class):
    name = f'http_requests_total{{operation="login",status_class="{status_class}"}}'
    before = value(name)
    metrics.HTTPMetrics(["login"]).observe("login", status, 0.01)
    assert value(name) == before + 1


@pytest.mark.parametrize(
    "name",
    [
        "events_ingested_total", "events_duplicate_total", "events_dlq_total", "ingestion_duration_seconds_bucket",
        "rate_limited_total", "rate_limit_unavailable_total", "revocation_lag_seconds_bucket",
    ],
)  # fmt: skip
def test_the_page_has_the_metrics_of_the_specification_from_the_start(name):
    assert re.search(rf"^{name}\b", page(), re.MULTILINE)


def value(sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (.+)$", page(), re.MULTILINE)
    return float(found[1]) if found else 0.0
