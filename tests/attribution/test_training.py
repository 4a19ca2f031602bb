"""Training sets: what they hold, and that sets kept and added up day by day are those computed from scratch."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest

from impl.attribution import tasks, training
from impl.attribution.models.training import Counts
from impl.attribution.versions import ModelVersion
from tests.attribution.shop import DAY, TODAY

MARKOV = ModelVersion(model="markov", lookback_days=7)
HOUR = timedelta(hours=1)


async def counts_of(shop, day, *, keeps=True):
    async with tasks.transactions.of_tenant(shop.work()) as connection:
        return await training.counts_of(connection, shop.tenant_id, MARKOV, day.date(), keeps=keeps)


def sets(counts: Counts):
    """(set of channels) → (paths, converted)."""
    return {
        " ".join(sorted(key)): (number, counts.conversions.get(key, 0)) for key, number in sorted(counts.journeys.items(), key=str)
    }  # fmt: skip


async def test_a_conversion_ends_a_path_and_open_paths_are_null(shop):
    journey, other = b"j" * 32, b"o" * 32
    at = TODAY - 5 * DAY
    rows = [
        ("1", at, "email", journey),
        ("2", at + HOUR, "organic", journey),
        ("3", at + 3 * HOUR, "direct", journey),
        ("4", at - 20 * DAY, "referral", other),
        ("5", at - 20 * DAY + 10 * DAY, "email", other),
        ("6", at + DAY, "referral", other),
    ]
    await shop.touches(*((name, when, channel, uuid.uuid4(), key, "visit") for name, when, channel, key in rows))
    await shop.event("s", at + 2 * HOUR, 100, journey=journey)
    await shop.event("again", at + 2 * HOUR + timedelta(minutes=1), 100, journey=journey)
    assert sets(await counts_of(shop, at)) == {"direct": (1, 0), "email organic": (1, 1)}
    assert sets(await counts_of(shop, at - DAY)) == {}
    assert sets(await counts_of(shop, at + DAY)) == {"direct": (1, 0), "email organic": (1, 1), "referral": (1, 0)}
    assert sets(await counts_of(shop, at + 8 * DAY)) == {"referral": (1, 0)}


async def test_repeats_and_old_touches_are_left_out(shop):
    session, at = uuid.uuid4(), TODAY - 3 * DAY
    journey = b"k" * 32
    rows = [
        ("1", at - 8 * DAY, "referral", uuid.uuid4()),  # older than the look-back before the last touch
        ("2", at, "email", session),
        ("3", at + timedelta(minutes=1), "email", session),
        ("4", at + timedelta(minutes=2), "organic", session),
    ]
    await shop.touches(*((name, when, channel, key, journey, "visit") for name, when, channel, key in rows))
    await shop.event("s", at + HOUR, 100, journey=journey)
    counts = await counts_of(shop, at)
    assert counts.transitions == {
        ("(start)", "email"): 1, ("email", "organic"): 1, ("organic", "(conversion)"): 1
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
async def test_incremental_sets_are_those_from_scratch(shop, seed):
    """Facts in any order, counts kept in between and forgotten as changes say: in the end nothing tells them apart."""
    chance = random.Random(seed)
    days = [TODAY - back * DAY for back in range(1, 12)]
    for step in range(14):
        journey = bytes([chance.randrange(4)]) * 32 if chance.random() < 0.7 else None
        session = uuid.UUID(int=chance.randrange(1, 6))
        at = chance.choice(days) + timedelta(seconds=chance.randrange(86_000))
        if chance.random() < 0.7:
            channel = chance.choice(["email", "organic", "direct"])
            await shop.touches((f"t{step}", at, channel, session, journey, "visit"))
            ids = await shop.owner.fetchval(
                "SELECT array_agg(id) FROM touches WHERE tenant_id = $1 AND touch_id = $2", shop.tenant_id, f"t{step}"
            )
            await shop.owner.execute(
                "INSERT INTO attribution_changes (tenant_id, touches) VALUES ($1, $2)", shop.tenant_id, ids
            )
        else:
            await shop.event(f"s{step}", at, 100, session=session, journey=journey)
            await shop.owner.execute(
                "INSERT INTO attribution_changes (tenant_id, days) VALUES ($1, $2)", shop.tenant_id, [at.date()]
            )
        await shop.owner.execute("UPDATE tenants SET default_model = 'markov' WHERE id = $1", shop.tenant_id)
        await tasks.mark_changes(shop.engine)
        await tasks.recompute_marked(shop.work(everything=True))
        await counts_of(shop, chance.choice(days))
    kept = [await counts_of(shop, day) for day in days]
    await shop.owner.execute("DELETE FROM attribution_training_counts WHERE tenant_id = $1", shop.tenant_id)
    assert kept == [await counts_of(shop, day, keeps=False) for day in days]
