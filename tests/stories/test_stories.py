"""Stories of every processor, played in random order with duplicates, at once, and with deliveries lost, against the oracle.

Some of each here; `make faults` plays thousands. SKELDIR_STORIES sets another number, SKELDIR_STORIES_FROM where it begins,
SKELDIR_STORY=stripe-17 plays that one alone and says what it is.
"""

import os

import pytest

from tests.stories import player, script

ONE, _, SEED = os.environ.get("SKELDIR_STORY", "").partition("-")
KINDS = [ONE] if ONE else os.environ.get("SKELDIR_STORIES_OF", " ".join(script.READY)).split()
COUNT = 1 if ONE else int(os.environ.get("SKELDIR_STORIES", "48"))
FIRST = int(SEED or os.environ.get("SKELDIR_STORIES_FROM", "0"))
PER_SHOP = 12
PER_TEST = 10 * PER_SHOP
"""More would take longer than any one test may."""


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, PER_TEST))
@pytest.mark.parametrize("kind", KINDS)
async def test_the_books_say_what_the_story_says(kind, first, street):
    scripts = [script.write(kind, seed) for seed in range(first, min(first + PER_TEST, FIRST + COUNT))]
    for start in range(0, len(scripts), PER_SHOP):
        chapter = scripts[start : start + PER_SHOP]
        problems = await player.judge(await street.shop(), chapter)
        if problems:
            pytest.fail("\n".join([*problems, await player.explain(street.shop, chapter)]), pytrace=False)
