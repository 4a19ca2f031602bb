"""The position of a Stripe payment of which one snapshot is known: a shorter way to what the rules for all facts say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from impl.kernel.facts import FactKind, Shown
from impl.kernel.money import Money, currency
from impl.platforms.stripe.position import position

AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("cents", [0, 12999])
@pytest.mark.parametrize("object_id", ["ch_1", "pi_1"])
@pytest.mark.parametrize("reference", ["pi_1", None])
@pytest.mark.parametrize("kind", [FactKind.CAPTURED_TOTAL, FactKind.AUTHORIZED_TOTAL])
def test_a_snapshot_alone_says_what_it_says_beside_an_attempt_that_failed(kind, reference, object_id, cents):
    one = Shown(
        processor="stripe",
        kind=kind,
        object_id=object_id,
        money=Money(cents, currency("USD")),
        shown_at=AT,
        occurred_at=AT,
        transaction_id="ch_1",
        payment_reference=reference,
    )
    # An attempt that failed adds nothing to any sum, and takes the way of all facts.
    attempt = replace(one, kind=FactKind.PAYMENT_FAILED, object_id="ch_0", money=Money(0, currency("USD")))
    assert position([one]) == position([one, attempt])
