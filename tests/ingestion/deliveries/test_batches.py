"""Group commit without a database: who travels with whom, and whom a failure concerns."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from impl.db import outage
from impl.ingestion.deliveries import batches
from impl.ingestion.deliveries.batches import Batches

AWAY = DBAPIError("SELECT 1", None, OSError("gone"), connection_invalidated=True)
REFUSED = DBAPIError("SELECT 1", None, ValueError("no such thing"))


@dataclass(frozen=True)
class Parcel:
    """Something to store."""

    name: str
    locks: tuple[int, ...]
    key: str = ""


class Store:
    """Stores what it is given once its gate is open, and remembers in which company."""

    def __init__(self):
        self.together, self.alone, self.stored = [], [], []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures, self.poison, self.busy = [], {}, set()
        self.is_free = asyncio.Event()
        self.batches = Batches(self.store_together, self.store_alone)

    async def store_together(self, parcels):
        names = [parcel.name for parcel in parcels]
        self.together.append(names)
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        if self.poison.keys() & set(names):
            raise REFUSED
        self.stored += [name for name in names if name not in self.busy]
        return [None if name in self.busy else name.upper() for name in names]

    async def store_alone(self, parcel):
        self.alone.append(parcel.name)
        if parcel.name in self.busy:
            await self.is_free.wait()
        if parcel.name in self.poison:
            raise self.poison[parcel.name]
        self.stored.append(parcel.name)
        return parcel.name.upper()

    def put(self, name, lock=None, key=""):
        parcel = Parcel(name, (hash(name) if lock is None else lock,), key or name)
        return asyncio.create_task(self.batches.put(parcel))


@pytest.fixture
def store():
    return Store()


async def under_way(store, name="first"):
    """A batch that travels until the gate opens."""
    store.gate.clear()
    task = store.put(name)
    while not store.together:
        await asyncio.sleep(0)
    return task


async def test_a_single_item_goes_at_once(store):
    assert await store.put("a") == "A"
    assert store.together == [["a"]]


async def test_what_comes_while_a_batch_is_under_way_is_the_next_batch(store):
    first = await under_way(store)
    others = [store.put(name) for name in "abc"]
    await asyncio.sleep(0)
    store.gate.set()
    assert await asyncio.gather(first, *others) == ["FIRST", "A", "B", "C"]
    assert store.together == [["first"], ["a", "b", "c"]]


async def test_who_is_on_the_way_in_the_same_turns_travels_along(store):
    first = await under_way(store)
    tasks = [store.put("second")]
    await asyncio.sleep(0)
    store.gate.set()
    await first
    tasks.append(store.put("third"))
    await asyncio.sleep(0)
    tasks.append(store.put("fourth"))
    assert await asyncio.gather(*tasks) == ["SECOND", "THIRD", "FOURTH"]
    assert store.together == [["first"], ["second", "third", "fourth"]]


async def test_where_enough_wait_nobody_waits_for_more(store, monkeypatch):
    monkeypatch.setattr(batches, "ENOUGH", 2)
    first = await under_way(store)
    tasks = [store.put("second"), store.put("third")]
    await asyncio.sleep(0)
    store.gate.set()
    await first
    tasks.append(store.put("fourth"))
    await asyncio.gather(*tasks)
    assert store.together == [["first"], ["second", "third"], ["fourth"]]


async def test_a_batch_has_a_size(store, monkeypatch):
    monkeypatch.setattr(batches, "MAX_SIZE", 4)
    first = await under_way(store)
    others = [store.put(str(number)) for number in range(10)]
    await asyncio.sleep(0)
    store.gate.set()
    assert await asyncio.gather(first, *others)
    assert [len(names) for names in store.together] == [1, 4, 4, 2]


async def test_one_lock_is_one_after_the_other_in_order_and_repetitions_travel_together(store):
    first = await under_way(store)
    others = [store.put("a", 7, "x"), store.put("b", 7, "y"), store.put("c", 8), store.put("d", 7, "x")]
    await asyncio.sleep(0)
    store.gate.set()
    await asyncio.gather(first, *others)
    assert store.together == [["first"], ["a", "c", "d"], ["b"]]


async def test_a_batch_that_fails_fails_nobody_who_can_be_stored_alone(store):
    store.poison = {"b": IntegrityError("INSERT", None, ValueError("twice"))}
    first = await under_way(store)
    others = [store.put(name) for name in "abc"]
    await asyncio.sleep(0)
    store.gate.set()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    assert [answers[0], answers[1], answers[3]] == ["FIRST", "A", "C"]
    assert isinstance(answers[2], IntegrityError)
    assert store.alone == ["a", "b", "c"]


async def test_an_outage_is_everybodys_and_tried_again_by_nobody(store):
    store.failures = [AWAY]
    tasks = [store.put(name) for name in "abc"]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers == [AWAY] * 3
    assert store.alone == []
    assert await store.put("a") == "A"


async def test_what_nobody_foresaw_reaches_those_who_wait_and_blocks_nothing(store, caplog):
    store.failures = [RuntimeError("a mistake of ours")]
    answers = await asyncio.gather(store.put("a"), store.put("b"), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["a mistake of ours"] * 2
    assert await asyncio.gather(store.put("a"), store.put("b")) == ["A", "B"]


@pytest.mark.parametrize("is_alone", [False, True])
async def test_who_waits_behind_a_mistake_of_ours_is_stored(store, is_alone):
    """With the same lock, so that it cannot be of the same batch."""
    if is_alone:
        store.failures, store.poison = [REFUSED], {"a": RuntimeError("a mistake of ours")}
    else:
        store.failures = [RuntimeError("a mistake of ours")]
    answers = await asyncio.gather(store.put("a", 7), store.put("b", 7), return_exceptions=True)
    assert (str(answers[0]), answers[1]) == ("a mistake of ours", "B")


async def test_who_has_to_be_alone_keeps_nobody_waiting_but_those_with_its_lock(store):
    store.busy = {"slow"}
    slow, beside = store.put("slow", 1), store.put("beside", 2)
    assert await beside == "BESIDE"
    behind = store.put("behind", 1)
    assert await store.put("other", 3) == "OTHER"
    assert not slow.done()
    assert not behind.done()
    store.is_free.set()
    assert await asyncio.gather(slow, behind) == ["SLOW", "BEHIND"]


async def test_who_leaves_before_its_batch_is_not_stored(store):
    first = await under_way(store)
    gone, stays = store.put("gone"), store.put("stays")
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    store.gate.set()
    assert await asyncio.gather(first, stays) == ["FIRST", "STAYS"]
    assert store.together == [["first"], ["stays"]]


async def test_who_leaves_under_way_leaves_its_neighbours_alone(store):
    """Even the one whose request set the batch going."""
    store.gate.clear()
    first, neighbour = store.put("first"), store.put("neighbour")
    while not store.together:
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    store.gate.set()
    assert await neighbour == "NEIGHBOUR"
    assert store.together == [["first", "neighbour"]]


@pytest.mark.parametrize("is_alone", [False, True])
async def test_whoever_closes_waits_for_what_is_under_way_also_when_its_sender_has_left(store, is_alone):
    """The service stops: nobody may find its connections gone under a batch, or under what has to be stored alone."""
    if is_alone:
        store.busy = {"left"}
    else:
        store.gate.clear()
    left = store.put("left")
    while not (store.alone if is_alone else store.together):
        await asyncio.sleep(0)
    left.cancel()
    closing = asyncio.create_task(store.batches.close(60))
    await asyncio.wait({left})
    assert not closing.done()
    store.gate.set()
    store.is_free.set()
    assert await closing == 0
    assert store.stored == ["left"]


async def test_too_many_who_wait_are_an_outage(store, monkeypatch):
    monkeypatch.setattr(batches, "MAX_WAITING", 3)
    first = await under_way(store)
    others = [store.put(str(number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(outage.FAILURES) as caught:
        await store.put("one too many")
    assert outage.is_outage(caught.value)
    store.gate.set()
    assert len(await asyncio.gather(first, *others)) == 4
