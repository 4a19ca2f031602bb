"""The position of a PayPal payment: its captures, refunds, reversals and holds together (specification: money, section 6)."""

from __future__ import annotations

from collections.abc import Sequence

from impl.kernel.facts import FINAL, FactKind, Position, Shown, by_object, limited, newest, of_kind


def position(facts: Sequence[Shown]) -> Position:
    """Captures and refunds by id, reversals less the disputes that gave them back, and the hold of an authorization."""
    captures = of_kind(facts, FactKind.CAPTURED)
    captured = sum(fact.cents for fact in captures)
    failed = {fact.object_id for fact in of_kind(facts, FactKind.REFUND_ENDED)}
    hold = newest(of_kind(facts, FactKind.HOLD))
    return Position(
        transaction_id=min(fact.transaction_id for fact in captures or facts),
        captured_cents=captured,
        refunded={
            fact.object_id: fact.cents for fact in of_kind(facts, FactKind.REFUNDED) if fact.object_id not in failed
        },
        charged_back=_charged_back(facts),
        held_cents=hold.cents if hold else None,
        is_voided=captured == 0 and bool(of_kind(facts, FactKind.HOLD_ENDED)),
    )


def _charged_back(facts: Sequence[Shown]) -> dict[str, int]:
    """The reversals, each with the amount it still takes. A dispute that was won gives back its amount, and names no reversal."""
    groups = by_object(of_kind(facts, FactKind.DISPUTED))
    reversals = {name: latest.cents for name, group in groups.items() if (latest := newest(group))}
    currency = next((fact.money.currency for fact in facts if fact.kind not in FINAL), None)
    wins = by_object(of_kind(facts, FactKind.DISPUTE_ENDED)).values()
    won = sum(group[0].cents for group in wins if group[0].money.currency == currency)
    return limited(reversals, max(0, sum(reversals.values()) - won))
