"""Stories of repairs, played in random order with repetitions before, between and after the repairs; SKELDIR_STORIES as elsewhere."""

import asyncio
import os
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import pytest

from impl.db.transaction import tenant_transaction
from impl.ingestion.dead_events import repair as repairs
from impl.ingestion.dead_events import replay
from impl.ingestion.dead_events.repair import Actor
from impl.jobs.kinds import Kind, Work
from impl.kernel.money import Currency, Money
from tests.stories import foreign, player
from tests.stories.story import Shown, Told

COUNT = int(os.environ.get("SKELDIR_STORIES", "24"))
FIRST = int(os.environ.get("SKELDIR_STORIES_FROM", "0"))
PER_TEST = 100
_DEAD = "SELECT * FROM dead_events WHERE tenant_id = $1 AND remediation_status = 'pending'"


class Manager:
    """Gives the amounts of a shop's dead events, and does the work that follows."""

    def __init__(self, street, worker_engine, reader):
        self.street, self.worker, self.reader = street, worker_engine, reader

    async def give(self, shop, dead, cents):
        actor = Actor(tenant_id=shop.tenant_id, user_id=uuid4(), correlation_id=uuid4(), now=datetime.now(UTC))
        amount = Money(cents, Currency(foreign.OWN))
        async with tenant_transaction(self.street.engine, shop.tenant_id) as connection:
            await repairs.hand_over(connection, actor, dead["id"], is_forced=False, amount=amount)
        kind = Kind(name="tests.repair")
        work = Work(
            job_id=1, kind=kind, engine=self.worker, arguments={}, correlation_id=uuid4(), attempt=1,
            tenant=shop.tenant_id, session=None, user_id=actor.user_id,
        )  # fmt: skip
        assert await replay.replay_one(self.reader, work, dead["id"], is_forced=False), dead


async def send(shop, story, delivery):
    """What is wrong with the answer; a refund in another currency may be dead."""
    topic, body = delivery
    shown = Shown(processor=story.processor, topic=topic, at=0, is_refused=True)
    return await player.send(shop, Told(0, shown, body, uuid4().hex))


async def play(shop, manager, story):
    random, deliveries = Random(story.seed), story.deliveries()
    order = deliveries + random.choices(deliveries, k=random.randrange(len(deliveries)))
    random.shuffle(order)
    problems = []
    while order:
        wave, order = order[: (size := random.choice((1, 1, 2, 4)))], order[size:]
        problems += await asyncio.gather(*(send(shop, story, one) for one in wave))
    told = {back.told: back for back in story.backs if back.is_foreign}
    while rows := await shop.street.owner.fetch(_DEAD, shop.tenant_id):
        row = random.choice(rows)
        await manager.give(shop, row, told.pop(row["amount_cents"]).counts)
        problems.append(await send(shop, story, random.choice(deliveries)))
    assert not told, "a refund in another currency was not dead"
    for delivery in [*deliveries, *story.snapshot()]:
        problems.append(await send(shop, story, delivery))
    assert [problem for problem in problems if "answered" in problem] == []
    left = await shop.street.owner.fetch(_DEAD, shop.tenant_id)
    assert [(row["event_type"], row["error_message"]) for row in left] == [], story


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, PER_TEST))
async def test_the_books_say_what_was_captured_less_what_was_given_back(street, worker_engine, repair, first):
    manager = Manager(street, worker_engine, repair)
    for seed in range(first, min(first + PER_TEST, FIRST + COUNT)):
        story, shop = foreign.generate(seed), await street.shop()
        await play(shop, manager, story)
        nets = {}
        for (_, currency), sums in (await player.read(street.owner, shop.tenant_id)).items():
            nets[currency] = nets.get(currency, 0) + sums.net
        assert {currency: net for currency, net in nets.items() if net} == {foreign.OWN: story.net}, story
