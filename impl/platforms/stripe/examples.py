"""The demo's deliveries of Stripe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

from impl.platforms.processor import Example
from impl.platforms.stripe import samples


def of_day(now: datetime) -> Sequence[Example]:
    """Deliveries whose ids are those of the day of `now`."""
    # The times are those of the day too: a second run on that day has to repeat the same deliveries.
    day, midnight = f"{now:%Y%m%d}", int(datetime.combine(now.astimezone(UTC), time(), UTC).timestamp())

    def example(title: str, topic: str, number: int, **item: object) -> Example:
        id_ = f"evt_demo_{day}_{number}"
        payload = samples.load(topic, event={"id": id_, "created": midnight + number}, item=item)
        return Example(title=title, topic=topic, delivery_id=id_, payload=payload)

    charge = {"id": f"ch_demo_{day}_1", "payment_intent": f"pi_demo_{day}_1"}
    intent = {"id": f"pi_demo_{day}_2", "latest_charge": f"ch_demo_{day}_2"}
    broken = {**charge, "id": f"ch_demo_{day}_5", "amount": "129.999"}
    return (
        example("a card is charged 129.99", "charge.succeeded", 1, **charge),
        example("a payment intent succeeds with 48.50", "payment_intent.succeeded", 2, **intent),
        example("30.00 of the first sale go back", "charge.refunded", 3, **charge),
        example("the same refund is delivered again", "charge.refunded", 3, **charge),
        example("an amount that is wrong on purpose", "charge.succeeded", 5, **broken),
    )
