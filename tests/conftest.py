"""Fixtures that every test may use, and the thread from a test to the promises it proves."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# The same examples in every run, and none judged by the clock: what is red is red everywhere, also on a busy machine.
settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# `make faults` searches further, with other examples each time.
settings.register_profile("search", settings.get_profile("steady"), derandomize=False, max_examples=1000)
settings.load_profile("steady")

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.watching",
    "tests.fixtures.service",
    "tests.fixtures.receipt",
]


@pytest.fixture(autouse=True)
def nothing_bound() -> Iterator[None]:
    """Tests without a loop share one context: what one of them binds to its log lines must not be on those of the next."""
    yield
    structlog.contextvars.clear_contextvars()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Promises travel with a test's result, so that `make promises` can tell which are kept."""
    for item in items:
        for marker in item.iter_markers("promise"):
            item.user_properties.extend(("promise", promise) for promise in marker.args)


def pytest_collection_finish() -> None:
    """The half a million objects of all test modules live to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
