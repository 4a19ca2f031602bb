"""What is about today waits for midnight when midnight is near, and only then."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.fixtures import days


@pytest.mark.parametrize(
    ("moment", "waited"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), []),
        (datetime(2026, 11, 21, 23, 58, tzinfo=UTC), []),
        (datetime(2026, 11, 21, 23, 58, 30, tzinfo=UTC), [91.0]),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), [2.0]),
        (datetime(2026, 11, 22, 0, 59, tzinfo=timezone(timedelta(hours=1))), [61.0]),
    ],
)
def test_the_last_two_minutes_are_waited_out(moment, waited):
    slept: list[float] = []
    days.keep(120, clock=lambda: moment, sleep=slept.append)
    assert slept == waited
