"""What runs beside ends before what it stands on: waited for, then cancelled as often as it takes."""

import asyncio
from contextvars import Context, ContextVar

import pytest

from impl.kernel import background
from impl.kernel.background import Background

WORD = ContextVar("word", default="nobody's")


@pytest.fixture
def beside():
    return Background()


async def test_whoever_closes_waits_for_what_is_under_way_and_for_what_that_starts(beside):
    gate, done = asyncio.Event(), []

    async def second():
        await gate.wait()
        done.append("second")

    async def first():
        await gate.wait()
        beside.start(second())
        done.append("first")

    beside.start(first())
    closing = asyncio.create_task(beside.close(60))
    await asyncio.sleep(0)
    assert not closing.done()
    gate.set()
    assert await closing == 0
    assert done == ["first", "second"]


async def test_what_takes_too_long_is_cancelled_and_counted(beside):
    ended = []

    async def endless():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    for _ in range(3):
        beside.start(endless())
    await asyncio.sleep(0)
    assert await beside.close(0) == 3
    assert ended == [True] * 3
    assert await beside.close(0) == 0


async def test_a_mistake_of_one_is_no_concern_of_whoever_closes(beside):
    async def mistaken():
        raise RuntimeError("a mistake of ours")

    beside.start(mistaken())
    assert await beside.close(60) == 0


async def test_a_task_has_the_context_it_is_given_or_that_of_whoever_starts_it(beside):
    seen = []

    async def look():
        seen.append(WORD.get())

    WORD.set("mine")
    beside.start(look())
    beside.start(look(), context=Context())
    await beside.close(60)
    assert seen == ["mine", "nobody's"]


async def test_a_cancellation_that_is_swallowed_is_repeated():
    swallowed = []

    async def stubborn():
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if len(swallowed) == 2:
                    raise
                swallowed.append(True)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await background.stop(task, patience_seconds=0)
    assert swallowed == [True] * 2
    assert task.cancelled()


async def test_what_is_over_is_stopped_already():
    task = asyncio.create_task(asyncio.sleep(0, "found"))
    await task
    await background.stop(task)
    assert task.result() == "found"
