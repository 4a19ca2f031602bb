import asyncio
import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from impl.auth.limits import leased_buckets
from impl.auth.limits.leased_buckets import Lease, LeasedBuckets
from impl.kernel.clock import FixedClock
from impl.telemetry import metrics

MINUTE = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Buckets:
    """The shared buckets in memory, as the database keeps them; counts how often it is asked."""

    def __init__(self, clock):
        self.taken, self.calls, self.error, self.clock = Counter(), 0, None, clock

    async def take(self, bucket_hash, wanted, cap):
        self.calls += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        at = self.clock.now().timestamp()
        granted = max(0, min(wanted, cap - self.taken[bucket_hash, at // 60]))
        self.taken[bucket_hash, at // 60] += granted
        return Lease(granted, at)


@pytest.fixture
def clock():
    return FixedClock(MINUTE)


@pytest.fixture
def buckets(clock):
    return Buckets(clock)


@pytest.fixture
def limits(buckets, clock):
    return LeasedBuckets(buckets.take, clock)


async def admitted(limits, times, *, subject="tenant", limit=100):
    answers = [await limits.take("api", subject, limit) for _ in range(times)]
    return sum(not answer.is_refused for answer in answers)


class TestRateLimits:
    @pytest.mark.promise("Q21")
    @pytest.mark.parametrize("limit", [1, 2, 9, 10, 11, 100, 1000])
    async def test_exactly_the_limit_is_admitted_per_minute(self, limits, clock, limit):
        assert await admitted(limits, limit + 50, limit=limit) == limit
        clock.advance(60)
        assert await admitted(limits, limit + 50, limit=limit) == limit

    async def test_the_answer_counts_down_and_names_the_end_of_the_window(self, limits, clock):
        clock.advance(12.5)
        answers = [await limits.take("api", "tenant", 5) for _ in range(6)]
        assert [answer.remaining for answer in answers] == [4, 3, 2, 1, 0, 0]
        assert {answer.reset_at for answer in answers} == {int(MINUTE.timestamp()) + 60}
        assert [answer.is_refused for answer in answers] == [False] * 5 + [True]
        assert answers[-1].retry_after_seconds == 48
        assert {answer.limit for answer in answers} == {5}

    async def test_what_is_left_is_never_more_than_a_limit_that_was_lowered_meanwhile(self, limits):
        await limits.take("api", "tenant", 1000)
        answer = await limits.take("api", "tenant", 10)
        assert (answer.limit, answer.remaining) == (10, 10)

    async def test_the_wait_is_never_zero(self, limits, clock):
        clock.advance(59.99)
        assert (await limits.take("api", "tenant", 1)).retry_after_seconds == 1

    async def test_subjects_and_classes_have_buckets_of_their_own(self, limits):
        assert await admitted(limits, 3, subject="a", limit=2) == 2
        assert await admitted(limits, 3, subject="b", limit=2) == 2
        assert not (await limits.take("webhook", "a", 2)).is_refused

    async def test_most_requests_are_answered_from_memory(self, limits, buckets):
        await admitted(limits, 1000, limit=1000)
        assert buckets.calls < 60

    async def test_a_flood_beyond_the_limit_does_not_ask_again(self, limits, buckets):
        await admitted(limits, 100)
        calls = buckets.calls
        assert await admitted(limits, 1000) == 0
        assert buckets.calls <= calls + 1

    async def test_the_database_learns_hashes_only(self, limits, buckets):
        await limits.take("login", "jane@example.com", 10)
        ((bucket_hash, _),) = buckets.taken
        assert len(bucket_hash) == 32
        assert b"jane" not in bucket_hash

    @given(limit=st.integers(1, 60), processes=st.integers(1, 4), order=st.lists(st.integers(0, 3), max_size=200))
    def test_however_requests_are_spread_never_more_than_the_limit_is_admitted(self, limit, processes, order):
        async def spread():
            clock = FixedClock(MINUTE)
            buckets = Buckets(clock)
            fleet = [LeasedBuckets(buckets.take, clock) for _ in range(processes)]
            answers = [await fleet[n % processes].take("api", "tenant", limit) for n in order]
            return sum(not answer.is_refused for answer in answers)

        count = asyncio.run(spread())
        assert count <= limit
        if processes == 1:
            assert count == min(limit, len(order))

    async def test_a_crowd_at_one_moment_is_held_to_the_limit(self, buckets, clock):
        fleet = [LeasedBuckets(buckets.take, clock) for _ in range(3)]
        answers = await asyncio.gather(*(fleet[n % 3].take("api", "tenant", 100) for n in range(600)))
        assert 80 <= sum(not answer.is_refused for answer in answers) <= 100

    async def test_a_process_that_falls_silent_takes_a_tenth_of_the_limit_with_it_at_most(self, buckets, clock):
        silent, busy = LeasedBuckets(buckets.take, clock), LeasedBuckets(buckets.take, clock)
        await silent.take("api", "tenant", 100)
        assert await admitted(busy, 200) == 90

    async def test_memory_is_bounded_and_losing_a_lease_admits_less(self, buckets, clock):
        limits = LeasedBuckets(buckets.take, clock, capacity=10)
        for n in range(100):
            await limits.take("api", f"tenant{n}", 100)
        assert len(limits._buckets) == 10
        assert await admitted(limits, 200, subject="tenant0") <= 100

    @pytest.mark.parametrize("error", [OperationalError("", {}, Exception()), ConnectionRefusedError(), TimeoutError()])
    async def test_without_the_database_a_process_counts_against_the_same_limit_and_logs_once_a_minute(
        self, limits, buckets, clock, error
    ):
        """Whoever can keep the database busy would else switch the limits off (red team A5)."""
        buckets.error = error
        before = metrics.RATE_LIMIT_UNAVAILABLE._value.get()
        with structlog.testing.capture_logs() as lines:
            assert await admitted(limits, 50, limit=10) == 10
            for n in range(50):
                clock.advance(1)
                await limits.take("api", f"other{n}", 10)
        assert metrics.RATE_LIMIT_UNAVAILABLE._value.get() == before + 60
        assert [line["event"] for line in lines] == ["rate_limit_unavailable"]
        assert buckets.calls == 51  # once a second, not once a request
        clock.advance(60)
        assert await admitted(limits, 50, limit=10) == 10

    async def test_what_a_process_counted_alone_is_not_forgotten_when_the_database_is_back(
        self, limits, buckets, clock
    ):
        buckets.error = ConnectionRefusedError()
        assert await admitted(limits, 5) == 5
        buckets.error = None
        clock.advance(1)
        assert await admitted(limits, 200) == 95

    async def test_a_database_that_hangs_delays_by_a_second_at_most_and_opens_nothing(self, clock):

        async def hang(*_):
            await asyncio.sleep(60)

        limits = LeasedBuckets(hang, clock, lease_seconds=0.01)
        assert await admitted(limits, 20, limit=3) == 3

    @pytest.mark.parametrize("hours", [-2, 2])
    async def test_the_windows_are_the_databases_however_wrong_the_clock_of_the_process_is(self, buckets, hours):
        wrong = FixedClock(MINUTE + timedelta(hours=hours))
        limits = LeasedBuckets(buckets.take, wrong)
        assert await admitted(limits, 60, limit=10) == 10
        answer = await limits.take("api", "tenant", 10)
        assert (answer.reset_at, answer.retry_after_seconds) == (int(MINUTE.timestamp()) + 60, 60)
        wrong.advance(60)
        buckets.clock.advance(60)
        assert await admitted(limits, 60, limit=10) == 10

    async def test_looking_counts_nothing_and_asks_nobody(self, limits, buckets):
        await limits.take("api", "tenant", 10)
        calls = buckets.calls
        looks = [limits.peek("api", "tenant", 10) for _ in range(20)]
        assert {(look.remaining, look.is_refused) for look in looks} == {(9, False)}
        assert buckets.calls == calls
        await admitted(limits, 20, limit=10)
        assert limits.peek("api", "tenant", 10).is_refused


@pytest.mark.promise("Q21")
class TestDatabase:
    async def test_two_processes_together_never_admit_more_than_the_limit(self, app_engine):
        clock, subject = FixedClock(datetime.now(UTC)), secrets.token_hex()
        fleet = [LeasedBuckets(leased_buckets.database(app_engine), clock, lease_seconds=60) for _ in range(2)]
        answers = await asyncio.gather(*(fleet[n % 2].take("api", subject, 100) for n in range(300)))
        assert 90 <= sum(not answer.is_refused for answer in answers) <= 100

    async def test_one_process_after_the_other_admits_what_is_left(self, app_engine):
        clock, subject = FixedClock(datetime.now(UTC)), secrets.token_hex()
        first, second = (LeasedBuckets(leased_buckets.database(app_engine), clock, lease_seconds=60) for _ in range(2))
        assert await admitted(first, 10, subject=subject, limit=10) == 10
        assert await admitted(second, 10, subject=subject, limit=10) == 0

    async def test_a_refusal_is_counted(self, app_engine):
        clock, before = FixedClock(datetime.now(UTC)), metrics.RATE_LIMITED._value.get()
        assert await admitted(
            LeasedBuckets(leased_buckets.database(app_engine), clock, lease_seconds=60),
            3,
            subject=secrets.token_hex(),
            limit=1,
        )
        assert metrics.RATE_LIMITED._value.get() == before + 2
