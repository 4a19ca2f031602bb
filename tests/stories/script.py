"""In which order a story is played: duplicates, deliveries at the same moment, deliveries that are lost; all of it from its number."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Final

from tests.stories import marked, paypal, sale, shopify_life, shops, stripe, woocommerce
from tests.stories.story import Books, Shown, Story, Told, words

GENERATORS: Final[Mapping[str, Callable[[int], Story]]] = MappingProxyType(
    {
        "stripe": stripe.generate,
        "shopify": shopify_life.generate,
        "woocommerce": woocommerce.generate,
        "paypal": paypal.generate,
        "sale": sale.generate,
        "marked": marked.generate,
        "shops": shops.generate,
    }
)
READY: Final[tuple[str, ...]] = tuple(GENERATORS)
"""The kinds whose readers follow the specification."""
LOSSY: Final = 0.4
"""Share of the stories some of whose deliveries are lost."""


@dataclass(frozen=True)
class Script:
    """A story with the order of its deliveries: what stands in one wave is sent at the same moment."""

    kind: str
    story: Story
    waves: tuple[tuple[Told, ...], ...]
    is_complete: bool

    @property
    def name(self) -> str:
        """`stripe-17`: how it is called again."""
        return f"{self.kind}-{self.story.seed}"

    @property
    def expected(self) -> Books | None:
        """What the books must say afterwards; None where the specification leaves it open."""
        return self.story.truth() if self.is_complete else self.story.known(self.arrived)

    @property
    def arrived(self) -> Sequence[Shown]:
        """What was told, each once."""
        return [one.shown for one in {one.number: one for wave in self.waves for one in wave}.values()]

    def without(self, wave: int, place: int) -> Script:
        """The same without one delivery."""
        waves = [list(one) for one in self.waves]
        del waves[wave][place]
        shorter = replace(self, waves=tuple(tuple(one) for one in waves if one))
        return replace(shorter, is_complete=len(shorter.arrived) == len(self.story.shown()))

    def __str__(self) -> str:
        lines = [words(self.story), f"deliveries in order ({'all' if self.is_complete else 'some are lost'}):"]
        for number, wave in enumerate(self.waves, 1):
            together = " (at the same moment)" if len(wave) > 1 else ""
            lines += [f"  {number}{together}: {one.shown.topic}{_secret(one)} {one.body.decode()}" for one in wave]
        return "\n".join(
            [*lines, f"again: SKELDIR_STORY={self.name} python -m pytest -q tests/stories/test_stories.py"]
        )


def _label(story: Story, shown: Shown, random: Random) -> str:
    """One of the secrets that may sign it; asks for no number where there is only one."""
    labels = story.labels(shown)
    return labels[0] if len(labels) == 1 else random.choice(labels)


def _secret(told: Told) -> str:
    return "" if told.label == "default" else f" (signed with {told.label})"


def write(kind: str, seed: int) -> Script:
    """The script of that number."""
    story = GENERATORS[kind](seed)
    random = Random(f"order {kind} {seed}")
    told = [
        Told(number, one, json.dumps(story.body(one)).encode(), f"{kind}-{seed}-{number}", _label(story, one, random))
        for number, one in enumerate(story.shown())
    ]
    arrived = [one for one in told if random.random() > 0.3] if random.random() < LOSSY else told
    copies = [
        replace(
            one, delivery_id=one.delivery_id + random.choice(("", "-again")), label=_label(story, one.shown, random)
        )
        for one in arrived
    ]
    order = arrived + random.choices(copies, k=random.randint(0, 1 + len(copies) // 2)) if arrived else []
    random.shuffle(order)
    waves = []
    while order:
        size = random.choice((1, 1, 1, 2, 3, 8))
        waves.append(tuple(order[:size]))
        order = order[size:]
    return Script(kind, story, tuple(waves), is_complete=len(arrived) == len(told))
