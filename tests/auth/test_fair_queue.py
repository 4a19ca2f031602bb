"""Costly work in turns: a crowd from one place delays everybody else by one turn."""

import asyncio

import pytest

from impl.auth.fair_queue import FairQueue, QueueFullError


class Work:
    """Work that ends when it is told to; notes the order in which it began."""

    def __init__(self, queue):
        self.queue, self.order, self.gates = queue, [], []

    def start(self, subject):
        return asyncio.create_task(self._run(subject))

    async def _run(self, subject):
        async with self.queue.turn(subject):
            self.order.append(subject)
            gate = asyncio.Event()
            self.gates.append(gate)
            await gate.wait()

    async def finish_all(self):
        while self.gates:
            self.gates.pop(0).set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)


async def begun(*tasks):
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_subjects_have_their_turn_however_long_the_line_of_another_is():
    work = Work(FairQueue(1, 32))
    tasks = [work.start("crowd") for _ in range(10)]
    await begun()
    tasks.append(work.start("person"))
    await begun()
    await work.finish_all()
    await asyncio.gather(*tasks)
    assert work.order.index("person") <= 2


async def test_no_more_than_the_slots_run_and_no_more_than_the_line_wait():
    work = Work(FairQueue(2, 3))
    tasks = [work.start("a") for _ in range(10)]
    await begun()
    assert len(work.order) == 2
    refused = [task for task in tasks if task.done()]
    assert len(refused) == 5
    assert all(isinstance(task.exception(), QueueFullError) for task in refused)
    await work.finish_all()
    await asyncio.gather(*(task for task in tasks if task not in refused))
    assert len(work.order) == 5


async def test_in_a_full_queue_the_newest_of_the_longest_line_gives_way():
    work = Work(FairQueue(1, 3))
    crowd = [work.start("crowd") for _ in range(4)]
    await begun()
    person = work.start("person")
    await begun()
    assert isinstance(crowd[3].exception(), QueueFullError)
    await work.finish_all()
    await person
    assert work.order[1:3] == ["crowd", "person"]
    await asyncio.gather(*crowd[:3])


async def test_a_full_queue_of_single_subjects_takes_no_more():
    work = Work(FairQueue(1, 3))
    tasks = [work.start(str(n)) for n in range(4)]
    await begun()
    late = work.start("late")
    await begun()
    with pytest.raises(QueueFullError) as caught:
        await late
    assert (caught.value.status, caught.value.retry_after_seconds) == (503, 5)
    await work.finish_all()
    await asyncio.gather(*tasks)


async def test_who_leaves_the_line_takes_no_slot_along():
    work = Work(FairQueue(1, 8))
    first, leaving, last = work.start("a"), work.start("b"), work.start("c")
    await begun()
    leaving.cancel()
    work.gates.pop(0).set()
    await begun()
    await work.finish_all()
    await asyncio.gather(first, last)
    assert work.order == ["a", "c"]
    again = work.start("d")
    await begun()
    assert work.order[-1] == "d"
    await work.finish_all()
    await again


async def test_a_slot_handed_to_somebody_who_leaves_at_that_moment_goes_on():
    work = Work(FairQueue(1, 8))
    first, leaving, last = work.start("a"), work.start("b"), work.start("c")
    await begun()
    work.gates.pop(0).set()
    await asyncio.sleep(0)  # the slot is handed over; its holder has not run yet
    leaving.cancel()
    await begun()
    await work.finish_all()
    await asyncio.gather(first, leaving, last, return_exceptions=True)
    assert work.order[-1] == "c"
    assert work.queue._free == 1
