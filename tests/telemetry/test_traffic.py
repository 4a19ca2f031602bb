import asyncio
from datetime import UTC, datetime

import pytest

from impl.kernel.clock import FixedClock
from impl.telemetry.traffic import Figures, Traffic


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
def traffic(clock):
    return Traffic(clock)


def test_nothing_happened_yet(traffic):
    assert traffic.figures() == Figures(0, 0.0, 0.0, 0)


def test_the_last_minute_is_counted_and_what_is_older_is_not(traffic, clock):
    for status, seconds in ((200, 0.010), (404, 0.020), (500, 0.030), (503, 0.040)):
        traffic.note(status, seconds)
        clock.advance(1)
    assert traffic.figures() == Figures(requests=4, average_ms=25.0, error_rate=0.5, in_flight=0)
    clock.advance(57)
    assert traffic.figures() == Figures(requests=2, average_ms=35.0, error_rate=1.0, in_flight=0)
    clock.advance(600)
    assert traffic.figures().requests == 0


def test_a_second_that_comes_round_again_starts_at_zero(traffic, clock):
    traffic.note(200, 1.0)
    clock.advance(60)
    traffic.note(200, 3.0)
    assert traffic.figures() == Figures(requests=1, average_ms=3000.0, error_rate=0.0, in_flight=0)


async def test_a_request_is_in_flight_until_its_task_ends_also_when_it_fails_or_is_cancelled(traffic):
    gate = asyncio.Event()

    async def request(*, fails=False):
        traffic.begin()
        await gate.wait()
        if fails:
            raise RuntimeError

    tasks = [asyncio.create_task(request()), asyncio.create_task(request(fails=True)), asyncio.create_task(request())]
    await asyncio.sleep(0)
    assert traffic.figures().in_flight == 3
    tasks[2].cancel()
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
    assert traffic.figures().in_flight == 0
