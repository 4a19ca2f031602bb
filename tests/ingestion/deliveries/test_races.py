"""A lost race is tried again; what no attempt would change is decided at once."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from impl.ingestion.deliveries import record
from impl.ingestion.deliveries.delivery import Delivery
from impl.ingestion.deliveries.races import LostRaceError, persist
from impl.kernel.facts import Report
from impl.ledger import Terms
from impl.ledger.posting import ContradictsRecorded
from impl.platforms import registry
from impl.platforms.notification import Notification


class Violation(Exception):
    """What the driver raises."""

    def __init__(self, sqlstate, constraint_name):
        self.sqlstate, self.constraint_name = sqlstate, constraint_name


def attempts(error, *, losses):
    """An operation that loses so many times, and the list of its attempts."""
    calls = []

    async def attempt():
        calls.append(len(calls))
        if len(calls) <= losses:
            raise error
        return "won"

    return attempt, calls


def violation(constraint, sqlstate="23505"):
    return IntegrityError("INSERT", {}, Violation(sqlstate, constraint))


@pytest.mark.parametrize("error", [LostRaceError(), violation("uq_one")])
async def test_a_lost_race_is_tried_again(error):
    attempt, calls = attempts(error, losses=4)
    assert await persist(attempt, decisive=["uq_two"]) == "won"
    assert len(calls) == 5


@pytest.mark.parametrize("error", [violation("uq_two"), violation("fk_one", sqlstate="23503")])
async def test_what_would_repeat_is_decided_at_once(error):
    attempt, calls = attempts(error, losses=1)
    with pytest.raises(IntegrityError):
        await persist(attempt, decisive=["uq_two"])
    assert len(calls) == 1


async def test_a_notification_that_says_something_else_than_before_contradicts_at_once():
    now, stripe = datetime.now(UTC), registry.processor("stripe")
    body = stripe.sample("charge.succeeded")
    facts = stripe.read(Notification(payload=body, topic="charge.succeeded", id=body["id"], received_at=now))
    delivery = Delivery(
        id=uuid4(), tenant_id=uuid4(), processor="stripe", received_at=now, size_bytes=2, signature_scheme="x",
        secret_version=1,
    )  # fmt: skip
    calls = []

    async def send(prepared):
        calls.append(prepared)
        raise violation("uq_revenue_ledger__processor_event")

    with pytest.raises(ContradictsRecorded):
        await record.record(
            send, delivery, Report(facts=facts, idempotency_key=uuid4()), Terms({"stripe": stripe.position})
        )
    assert len(calls) == 1
