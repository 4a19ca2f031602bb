"""Group commit: what waits at the same moment is stored in one round trip and one transaction.

A single item goes at once; those that come while it is under way make up the next batch, together with those whose requests are
being worked on in the very same turns of the event loop. So batches grow with the load, and an idle service answers as fast as
without them.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from impl.db import outage
from impl.kernel.background import Background

MAX_SIZE: Final = 64
"""Most items of a batch. Measured: from sixteen on a fact costs about as little as it ever will."""
ENOUGH: Final = 4
"""Items that wait for no more company. Measured over 16 connections: an item costs the database a quarter less than when each
batch goes at once, and larger batches leave it idle meanwhile."""
_QUIET_TURNS: Final = 6
"""Turns of the event loop without another item after which nobody is on the way: a request takes a few from its bytes to here."""
MAX_UNDER_WAY: Final = 1
"""Batches at the same time. Measured: two give the same rate, and cost the database a fifth more for each item."""
MAX_WAITING: Final = 4096
"""Items that may wait, a few kilobytes each; more are refused as an outage is, to be sent again later."""


class Item(Protocol):
    """A value that may be stored together with others."""

    @property
    def locks(self) -> Sequence[int]:
        """Items that share a lock are stored one after the other …"""
        ...

    @property
    def key(self) -> Hashable:
        """… except repetitions, which have the same key too."""
        ...


ItemT = TypeVar("ItemT", bound=Item)
AnswerT = TypeVar("AnswerT")


@dataclass(eq=False, slots=True)
class _Waiting(Generic[ItemT, AnswerT]):
    """An item with whoever waits for its answer; a caller that gave up has cancelled it."""

    item: ItemT
    answer: asyncio.Future[AnswerT]

    def tell(self, answer: AnswerT) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Batches(Generic[ItemT, AnswerT]):
    """Items on their way to be stored, of one event loop.

    `together` stores many and answers each, or None for one that has to be stored `alone`. Both must be all or nothing.
    """

    def __init__(
        self,
        together: Callable[[Sequence[ItemT]], Awaitable[Sequence[AnswerT | None]]],
        alone: Callable[[ItemT], Awaitable[AnswerT]],
    ) -> None:
        self._together, self._alone = together, alone
        self._waiting: deque[_Waiting[ItemT, AnswerT]] = deque()
        self._locks: set[int] = set()
        """Of items that are under way."""
        self._batches = 0
        self._background = Background()

    async def put(self, item: ItemT) -> AnswerT:
        """Store `item` and return its answer; what `alone` raises for it concerns nobody else.

        Raises what an outage raises (`impl.db.outage`), also when too many wait already. Whoever is cancelled meanwhile leaves
        the others alone; its item may be stored or not, as with every request whose answer is not waited for.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise PoolTimeoutError(f"{MAX_WAITING} deliveries wait to be recorded already")
        one: _Waiting[ItemT, AnswerT] = _Waiting(item, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        self._set_out()
        return await one.answer

    async def close(self, patience_seconds: float) -> int:
        """Wait until nothing is under way any more, also for those who have left; how many tasks had to be given up."""
        return await self._background.close(patience_seconds)

    def _set_out(self) -> None:
        if self._waiting and self._batches < MAX_UNDER_WAY:
            self._batches += 1
            self._start(self._travel())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` on its own: not with the request that happened to start it, nor with what its log lines carry."""
        self._background.start(work, context=contextvars.Context())

    async def _travel(self) -> None:
        """One batch after the other, while somebody waits."""
        try:
            while members := self._take():
                await self._store(members)
                await self._gather()
        except Exception:
            # A mistake of ours; those behind it are not to blame.
            self._batches -= 1
            self._set_out()
            raise
        self._batches -= 1

    async def _gather(self) -> None:
        """Let those who are on their way catch up, as long as each turn of the event loop brings another one."""
        quiet = 0
        while quiet < _QUIET_TURNS and 0 < len(self._waiting) < ENOUGH:
            size = len(self._waiting)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == size else 0

    def _take(self) -> list[_Waiting[ItemT, AnswerT]]:
        """The next batch, in order of arrival: nobody who has gone, and one for each lock, with its repetitions."""
        members: list[_Waiting[ItemT, AnswerT]] = []
        mine: dict[int, Hashable] = {}
        postponed: list[_Waiting[ItemT, AnswerT]] = []
        while self._waiting and len(members) < MAX_SIZE:
            one = self._waiting.popleft()
            if one.answer.done():
                continue
            locks, key = one.item.locks, one.item.key
            if not self._locks.isdisjoint(locks) or any(mine.get(lock, key) != key for lock in locks):
                postponed.append(one)
            else:
                members.append(one)
                mine.update(dict.fromkeys(locks, key))
        self._waiting.extendleft(reversed(postponed))
        self._locks.update(mine)
        return members

    async def _store(self, members: Sequence[_Waiting[ItemT, AnswerT]]) -> None:
        """The answers of one batch; when it fails as a whole, each of its members has another chance alone."""
        answers: Sequence[AnswerT | None] = [None] * len(members)
        try:
            answers = await self._together([one.item for one in members])
        except outage.FAILURES as error:
            if outage.is_outage(error):
                self._fail(members, error)
        except BaseException as error:
            self._fail(members, error)
            raise
        # Members that share a lock are repetitions of each other, so those with one key are stored alone one after the other.
        again: dict[Hashable, list[_Waiting[ItemT, AnswerT]]] = {}
        for one, answer in zip(members, answers, strict=True):
            if answer is not None:
                one.tell(answer)
            elif not one.answer.done():
                again.setdefault(one.item.key, []).append(one)
        self._locks -= _locks_of(one for one in members if one.item.key not in again)
        for some in again.values():
            self._start(self._store_alone(some))

    async def _store_alone(self, members: Sequence[_Waiting[ItemT, AnswerT]]) -> None:
        """The answers of items with one lock, one after the other."""
        try:
            for one in members:
                try:
                    one.tell(await self._alone(one.item))
                except outage.FAILURES as error:
                    one.fail(error)
        except BaseException as error:
            self._fail(members, error)
            raise
        finally:
            self._locks -= _locks_of(members)
            self._set_out()

    def _fail(self, members: Sequence[_Waiting[ItemT, AnswerT]], error: BaseException) -> None:
        for one in members:
            one.fail(error)
        self._locks -= _locks_of(members)


def _locks_of(members: Iterable[_Waiting[ItemT, AnswerT]]) -> set[int]:
    return {lock for one in members for lock in one.item.locks}
