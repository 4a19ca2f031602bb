"""What runs beside the jobs ends with the worker, and the worker with it."""

import asyncio

import pytest

from impl import worker
from impl.attribution import tasks as attribution_tasks
from impl.jobs import schedules, vitals
from impl.settings import Settings


@pytest.fixture
def made():
    return worker.Worker(Settings(environment="ci"), None, {}, [])


@pytest.fixture
def beside(monkeypatch):
    """`beside(scheduler)` runs it for the schedules, and nothing else that ends by itself."""

    async def endless(*_):
        await asyncio.Event().wait()

    def set_up(scheduler=endless):
        monkeypatch.setattr(schedules, "run", scheduler)
        monkeypatch.setattr(vitals, "run", endless)
        monkeypatch.setattr(attribution_tasks, "watch", endless)
        monkeypatch.setattr(worker, "GOODBYE_SECONDS", 0)

    return set_up


async def test_a_worker_stops_even_when_a_cancellation_is_swallowed(made, beside):
    """As a driver does that is busy connecting: the worker would stand still until its watchdog ends it."""
    swallowed = []

    async def scheduler(*_):
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(True)

    beside(scheduler)
    async with asyncio.timeout(60), worker._beside(made):
        await asyncio.sleep(0)
    assert swallowed == [True]


async def test_a_mistake_beside_the_jobs_stops_the_worker_and_is_raised(made, beside):
    async def scheduler(*_):
        raise LookupError("a mistake of ours")

    beside(scheduler)
    with pytest.raises(LookupError, match="a mistake of ours"):
        async with worker._beside(made):
            await made.stopping.wait()


async def test_a_worker_that_stops_in_order_raises_nothing(made, beside):
    beside()
    async with worker._beside(made):
        await asyncio.sleep(0)
