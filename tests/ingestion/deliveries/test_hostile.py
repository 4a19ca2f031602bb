"""Whatever a signed delivery says, the service answers as its contract declares, keeps it, and goes on.

A few hundred bodies here; `make faults` sends 10,000 to each processor. SKELDIR_HOSTILE_BODIES sets another number.
"""

import asyncio
import collections
import os
from random import Random

import pytest

from impl.platforms import registry
from tests.ingestion.deliveries import grammar
from tests.ingestion.deliveries.processors import DOORS

BODIES = int(os.environ.get("SKELDIR_HOSTILE_BODIES", "150"))
AT_ONCE = 8
EXPECTED = {"accepted", "duplicate", "dead", "ignored", "WEBHOOK_TOPIC_MISMATCH"}


@pytest.mark.promise("P068", "P071", "P072")
@pytest.mark.parametrize("processor", registry.NAMES)
async def test_hostile_bodies_never_cause_an_unexpected_status(processor, street):
    shop, random = await street.shop(), Random(f"hostile {processor}")
    seen: collections.Counter[str] = collections.Counter()

    async def one(number: int) -> None:
        door = grammar.door(random, processor)
        body = grammar.delivery(random, door)
        signed = door.headers(body, shop.secret(door), delivery=f"delivery-{number}")
        answer = await shop.post(door, body, headers=grammar.headers_bent(random, signed, door.signature_header))
        said = answer.json()
        outcome = said.get("outcome") or said.get("code")
        assert outcome in EXPECTED, (answer.status_code, answer.text, body)
        assert answer.status_code == (200 if "outcome" in said else door.mismatch_status)
        seen[outcome] += 1

    for start in range(0, BODIES, AT_ONCE):
        await asyncio.gather(*(one(number) for number in range(start, min(start + AT_ONCE, BODIES))))
    assert seen.total() == BODIES
    assert (await shop.counts())["webhook_deliveries"] == BODIES
    assert seen["dead"] > BODIES / 4
    print(processor, dict(seen))


@pytest.mark.parametrize("processor", registry.NAMES)
async def test_a_good_delivery_still_arrives_after_hostile_ones(processor, street):
    shop = await street.shop()
    door = next(one for one in DOORS if one.name == processor)
    for body in grammar.RAW:
        await shop.post(door, body)
    assert (await shop.post(door, door.body())).json()["outcome"] == "accepted"
