"""Random journeys for models in memory: five touches on average, a third of them converting, eleven channels."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

from tests.bench.attribution.seed import CHANNELS

RATE: Final = 0.35
LONGEST: Final = 20
SEED: Final = 20261130


def write(path: Path, touches: int) -> dict[str, int]:
    """Journeys with so many touches in all, as `{channels, seconds, converted, cents}` a line; their numbers."""
    chance, left, journeys, conversions = random.Random(SEED), touches, 0, 0
    with path.open("w", encoding="utf-8") as file:
        while left > 0:
            size = 1
            while size < LONGEST and chance.random() < 0.8:
                size += 1
            size = min(size, left)
            left -= size
            names = [CHANNELS[int(chance.random() ** 1.5 * len(CHANNELS))] for _ in range(size)]
            ages = sorted((60 * place + int(chance.random() ** 3 * 345_600) for place in range(size)), reverse=True)
            converted = chance.random() < RATE
            cents = 100 + int(chance.random() ** 2 * 30_000) if converted else 0
            file.write(json.dumps([names, ages, converted, cents]) + "\n")
            journeys += 1
            conversions += converted
    return {"touches": touches, "journeys": journeys, "conversions": conversions}


def read(path: Path) -> list[Any]:
    """The lines of `write`."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
