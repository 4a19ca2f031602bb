"""Fixtures that every test may use, and the thread from a test to the promises it proves."""

from __future__ import annotations

import gc
import re
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from impl.telemetry import correlation

# The same examples in every run, and none judged by the clock: what is red is red everywhere, also on a busy machine.
settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# `make faults` searches further, with other examples each time.
settings.register_profile("search", settings.get_profile("steady"), derandomize=False, max_examples=1000)
settings.load_profile("steady")

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.days",
    "tests.fixtures.watching",
    "tests.fixtures.service",
    "tests.fixtures.receipt",
]


@pytest.fixture(autouse=True)
def nothing_bound() -> Iterator[None]:
    """Tests without a loop share one context: what one of them binds to its log lines must not be on those of the next."""
    yield
    correlation.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Promises travel with a test's result, so that `make promises` can tell which are kept."""
    for item in items:
        for marker in item.iter_markers("promise"):
            item.user_properties.extend(("promise", promise) for promise in marker.args)


class Groups(LoadScopeScheduling):
    """Tests of one group run on one worker, the largest groups first; all others wherever there is time.

    A group is a module that says `pytestmark = pytest.mark.xdist_group("…")`, or several that say the same. xdist's own way to find
    groups writes an attribute that pytest 9.2 does not read.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0]) or nodeid


@cache
def group(file: str) -> str | None:
    """Group of the tests in `file`, as seen from the root of the repository."""
    text = (Path(__file__).parents[1] / file).read_text("utf-8")
    found = re.search(r'^pytestmark = pytest\.mark\.xdist_group\("(.+)"\)$', text, re.MULTILINE)
    return found[1] if found else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups:
    """How tests are dealt to workers."""
    return Groups(config, log)


# The garbage collector looks at what a test made when that test ends, and never again: so what a test leaves behind unfinished is
# complained about in that very test, in every run, and not in whichever test the collector happens to wake up in.
def pytest_collection_finish() -> None:
    """All test modules live to the end."""
    _sweep()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """What the test itself left."""
    try:
        return (yield)
    finally:
        gc.collect()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """What its fixtures left."""
    _sweep()


def _sweep() -> None:
    gc.collect()
    gc.freeze()
