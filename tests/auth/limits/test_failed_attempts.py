from datetime import UTC, datetime

import pytest

from impl.auth.limits.failed_attempts import FailedAttempts, Kind
from impl.kernel.clock import FixedClock

ADDRESS = "203.0.113.7"


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


def test_the_thirty_first_failure_of_a_minute_is_refused_and_the_next_minute_is_new(clock):
    failed = FailedAttempts(clock)
    assert [failed.note(Kind.REQUEST, ADDRESS).is_refused for _ in range(31)] == [False] * 30 + [True]
    clock.advance(60)
    assert not failed.note(Kind.REQUEST, ADDRESS).is_refused


def test_asking_counts_nothing(clock):
    failed = FailedAttempts(clock, limit=1)
    assert not failed.ask(Kind.REQUEST, ADDRESS).is_refused
    assert not failed.note(Kind.REQUEST, ADDRESS).is_refused
    assert failed.ask(Kind.REQUEST, ADDRESS).is_refused


def test_what_fails_in_one_way_says_nothing_about_another(clock):
    failed = FailedAttempts(clock, limit=1)
    for kind in Kind:
        assert not failed.note(kind, ADDRESS).is_refused
        assert failed.ask(kind, ADDRESS).is_refused


def test_a_success_takes_back_what_was_counted_before_it_was_known(clock):
    failed = FailedAttempts(clock, limit=1)
    for _ in range(5):
        assert not failed.note(Kind.PASSWORD, ADDRESS).is_refused
        failed.give_back(Kind.PASSWORD, ADDRESS)
    failed.give_back(Kind.PASSWORD, ADDRESS)
    assert not failed.note(Kind.PASSWORD, ADDRESS).is_refused
    assert failed.note(Kind.PASSWORD, ADDRESS).is_refused


def test_what_is_taken_back_in_the_next_minute_is_not_taken_from_it(clock):
    failed = FailedAttempts(clock, limit=1)
    failed.note(Kind.PASSWORD, ADDRESS)
    clock.advance(60)
    failed.give_back(Kind.PASSWORD, ADDRESS)
    assert not failed.note(Kind.PASSWORD, ADDRESS).is_refused
    assert failed.note(Kind.PASSWORD, ADDRESS).is_refused


def test_memory_is_bounded(clock):
    failed = FailedAttempts(clock, capacity=10)
    for n in range(100):
        failed.note(Kind.REQUEST, f"203.0.113.{n}")
    assert len(failed._failures) == 10
