"""The demo's story: two sales, part of one given back, the same delivery again, and one that makes no sense."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from impl.platforms.stripe import samples


@dataclass(frozen=True, slots=True)
class Step:
    """One delivery and what it shows."""

    title: str
    payload: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The bytes that are signed and sent."""
        return json.dumps(self.payload).encode()


def story(now: datetime) -> Sequence[Step]:
    """The deliveries of the day of `now`: ids are those of the day, so a second run today repeats and adds nothing."""
    day, created = f"{now:%Y%m%d}", int(now.timestamp())

    def sample(event_type: str, number: int, **item: object) -> dict[str, Any]:
        return samples.load(event_type, event={"id": f"evt_demo_{day}_{number}", "created": created}, item=item)

    charge = {"id": f"ch_demo_{day}_1", "payment_intent": f"pi_demo_{day}_1"}
    refund = sample("charge.refunded", 3, **charge)
    intent = {"id": f"pi_demo_{day}_2", "latest_charge": f"ch_demo_{day}_2"}
    broken = {**charge, "id": f"ch_demo_{day}_5", "amount": "129.999"}
    return (
        Step("a card is charged 129.99", sample("charge.succeeded", 1, **charge)),
        Step("a payment intent succeeds with 48.50", sample("payment_intent.succeeded", 2, **intent)),
        Step("30.00 of the first sale go back", refund),
        Step("the same refund is delivered again", refund),
        Step("an amount that is no integer", sample("charge.succeeded", 5, **broken)),
    )
