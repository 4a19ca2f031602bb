"""The position of a Shopify order (specification: money, section 4)."""

from __future__ import annotations

from collections.abc import Sequence

from impl.kernel.facts import CAPTURING, FactKind, Position, Shown, by_object, limited, newest, of_kind


def position(facts: Sequence[Shown]) -> Position:
    """Captured, refunded and disputed amounts of one order: its snapshots, its transactions, refunds and disputes."""
    captured = _of_transactions(facts)
    if not of_kind(facts, FactKind.NO_CASH):
        captured = max(captured, _of_snapshots(facts))
    failed = {fact.object_id for fact in of_kind(facts, FactKind.REFUND_ENDED)}
    refunded = {fact.object_id: fact.cents for fact in of_kind(facts, FactKind.REFUNDED)}
    refunded = {name: cents for name, cents in refunded.items() if name not in failed}
    is_known = bool(of_kind(facts, *CAPTURING, FactKind.PAID))
    hold = newest(of_kind(facts, FactKind.HOLD))
    return Position(
        transaction_id=min(fact.transaction_id for fact in facts),
        captured_cents=captured,
        refunded=refunded,
        charged_back=limited(_disputed(facts), captured - sum(refunded.values()) if is_known else None),
        held_cents=hold.cents if hold else None,
        is_voided=captured == 0 and bool(of_kind(facts, FactKind.HOLD_ENDED)),
    )


def _of_snapshots(facts: Sequence[Shown]) -> int:
    """The greatest, not the newest: an order that is edited down gives the difference back as a refund of its own."""
    return max((fact.cents for fact in of_kind(facts, FactKind.CAPTURED_TOTAL)), default=0)


def _of_transactions(facts: Sequence[Shown]) -> int:
    """The sum of the transactions, each once: two versions of the API may tell one with and without shop money."""
    parts = by_object(of_kind(facts, FactKind.CAPTURED, FactKind.PAID))
    return sum(max(fact.cents for fact in group) for group in parts.values())


def _disputed(facts: Sequence[Shown]) -> dict[str, int]:
    ended = {fact.object_id for fact in of_kind(facts, FactKind.DISPUTE_ENDED)}
    snapshots = by_object(of_kind(facts, FactKind.DISPUTED))
    return {name: latest.cents for name, group in snapshots.items() if name not in ended and (latest := newest(group))}
