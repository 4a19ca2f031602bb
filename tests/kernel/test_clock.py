from datetime import UTC, datetime, timedelta, timezone

import pytest

from impl.kernel import clock


def test_the_system_clock_is_aware_and_in_utc():
    assert clock.SystemClock().now().utcoffset() == timedelta(0)


def test_the_system_clock_never_goes_back():
    system = clock.SystemClock()
    assert system.monotonic() <= system.monotonic()


def test_a_fixed_clock_moves_only_when_told():
    fixed = clock.FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert fixed.now() == fixed.now()
    fixed.advance(1.5)
    assert fixed.now() == datetime(2026, 11, 21, 12, 0, 1, 500_000, tzinfo=UTC)
    assert fixed.monotonic() == 1.5


def test_a_fixed_clock_turns_every_zone_into_utc():
    fixed = clock.FixedClock(datetime(2026, 11, 21, 14, tzinfo=timezone(timedelta(hours=2))))
    assert fixed.now().hour == 12
    assert fixed.now().tzinfo is UTC


def test_a_naive_instant_is_refused_with_a_hint():
    with pytest.raises(ValueError, match="the datetime needs a time zone"):
        clock.FixedClock(datetime(2026, 11, 21))  # noqa: DTZ001 (the naive one is the case)
