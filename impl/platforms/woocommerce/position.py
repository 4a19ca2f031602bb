"""The position of a WooCommerce order (specification: money, section 5)."""

from __future__ import annotations

from collections.abc import Sequence

from impl.kernel.facts import FactKind, Position, Shown, newest, of_kind


def position(facts: Sequence[Shown]) -> Position:
    """The newest snapshot of the order: its total when it is paid, and the refunds that it lists.

    Of two snapshots of the same second the one with more refunded counts: refunds are told one by one.
    """
    latest = max(fact.shown_at for fact in facts)
    snapshot = [fact for fact in facts if fact.shown_at == latest]
    total = newest(of_kind(snapshot, FactKind.CAPTURED_TOTAL))
    hold = newest(of_kind(facts, FactKind.HOLD))
    return Position(
        transaction_id=min(fact.transaction_id for fact in facts),
        captured_cents=total.cents if total else 0,
        refunded=_refunded(snapshot) if total else {},
        held_cents=hold.cents if hold else None,
    )


def _refunded(snapshot: Sequence[Shown]) -> dict[str, int]:
    refunded: dict[str, int] = {}
    for fact in of_kind(snapshot, FactKind.REFUNDED_TOTAL):
        refunded[fact.object_id] = max(fact.cents, refunded.get(fact.object_id, 0))
    whole = [name for name in refunded if name.endswith("_refunded")]
    # The list of refunds may follow within the second in which the status was set: what it lists is what was refunded.
    for name in whole if len(refunded) > len(whole) else ():
        del refunded[name]
    return refunded
