"""The sum of all known facts of a Stripe payment (specification: money, section 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from impl.kernel.facts import FactKind, Position, Shown, by_object, limited, newest, of_kind

_SNAPSHOTS: Final = (FactKind.CAPTURED_TOTAL, FactKind.AUTHORIZED_TOTAL, FactKind.HOLD, FactKind.PAYMENT_FAILED)


def position(facts: Sequence[Shown]) -> Position:
    """Captured, refunded and disputed amounts of one payment: its charges, their intent, their refunds and disputes."""
    first = facts[0]
    if len(facts) == 1 and first.kind is FactKind.CAPTURED_TOTAL and first.cents and not _is_of_intent(first):
        # The first that is heard of a payment, which is what most deliveries are; the rules below say the same of it.
        return Position(transaction_id=first.object_id, captured_cents=first.cents)
    return _of_all(facts)


def _of_all(facts: Sequence[Shown]) -> Position:
    snapshots = by_object(fact for fact in facts if fact.kind in _SNAPSHOTS and not _is_of_intent(fact))
    charges = {name: _captured_by(group) for name, group in snapshots.items()}
    intent = newest(of_kind(facts, FactKind.INTENT_TOTAL))
    captured = _captured(charges, intent, facts)
    name = _name(charges, intent, facts)
    refunded = _refunded(facts, snapshots, captured)
    is_known = bool(charges) or intent is not None
    disputes = limited(_disputes(facts), captured - refunded if is_known else None)
    hold = newest(of_kind(facts, FactKind.HOLD))
    return Position(
        transaction_id=name,
        captured_cents=captured,
        refunded={name: refunded} if refunded else {},
        charged_back=disputes,
        held_cents=hold.cents if hold else None,
        is_voided=captured == 0 and bool(of_kind(facts, FactKind.HOLD_ENDED)),
    )


def _is_of_intent(fact: Shown) -> bool:
    return fact.object_id == fact.payment_reference


def _name(charges: Mapping[str, int], intent: Shown | None, facts: Sequence[Shown]) -> str:
    """The charge that has the money; until its own facts say so the one that others name, and without any the intent."""
    if any(charges.values()):
        return max(charges, key=lambda name: (charges[name], name))
    if intent:
        return intent.transaction_id
    # An attempt that failed has a charge too, and never any money.
    tried = [fact for fact in facts if fact.kind is not FactKind.PAYMENT_FAILED] or facts
    named = [fact.transaction_id for fact in tried if fact.transaction_id != fact.payment_reference]
    return min(named or [fact.transaction_id for fact in tried])


def _captured_by(snapshots: Sequence[Shown]) -> int:
    """The captured total of one charge: of its newest snapshot, where a hold and a failed charge have captured nothing."""
    return max((fact.shown_at, _total(fact)) for fact in snapshots)[1]


def _total(fact: Shown) -> int:
    return fact.cents if fact.kind in (FactKind.CAPTURED_TOTAL, FactKind.AUTHORIZED_TOTAL) else 0


def _captured(charges: Mapping[str, int], intent: Shown | None, facts: Sequence[Shown]) -> int:
    """The newest of what the charges and their intent say; an amount that is only authorised yields to the intent."""
    total = sum(charges.values())
    if intent is None or not charges:
        return intent.cents if intent else total
    snapshots = [fact for fact in of_kind(facts, *_SNAPSHOTS) if not _is_of_intent(fact)]
    latest = max(snapshots, key=lambda fact: (fact.shown_at, _total(fact)))
    if latest.kind is FactKind.AUTHORIZED_TOTAL and intent.cents:
        return intent.cents
    return max((latest.shown_at, total), (intent.shown_at, intent.cents))[1]


def _refunded(facts: Sequence[Shown], snapshots: Mapping[str, Sequence[Shown]], captured: int) -> int:
    """The running total of the newest snapshot, and what refunds say that are newer than it."""
    totals = {name: _running_total(name, group, facts, captured) for name, group in snapshots.items()}
    ended = {fact.object_id: fact for fact in of_kind(facts, FactKind.REFUND_ENDED)}
    running, change = sum(totals.values()), 0
    for refund in of_kind(facts, FactKind.REFUNDED):
        group = snapshots.get(refund.transaction_id) or [one for group in snapshots.values() for one in group]
        latest = max((fact.shown_at for fact in group), default=None)
        is_counted = latest is not None and refund.occurred_at <= latest
        end = ended.get(refund.object_id)
        if not is_counted and end is None:
            change += refund.cents
        elif is_counted and end is not None and latest is not None and end.shown_at > latest:
            change -= refund.cents
    if captured == 0 and of_kind(facts, FactKind.HOLD_ENDED):
        # Releasing a hold makes a refund too, of money that was never there.
        return 0
    return max(0, running + change)


def _running_total(name: str, snapshots: Sequence[Shown], facts: Sequence[Shown], captured: int) -> int:
    """The total that the newest snapshot of a charge shows beside its capture; one that shows none shows 0."""
    latest = max(snapshots, key=lambda fact: (fact.shown_at, _total(fact)))
    own = [fact for fact in of_kind(facts, FactKind.REFUNDED_TOTAL) if fact.object_id == name]
    total = max((fact.cents for fact in own if fact.shown_at == latest.shown_at), default=0)
    if latest.kind is FactKind.AUTHORIZED_TOTAL:
        # It counts the part of the hold that was released as refunded, and only the intent says how much that was.
        total -= max(0, latest.cents - captured)
    return max(0, total)


def _disputes(facts: Sequence[Shown]) -> dict[str, int]:
    """The amount that each dispute holds by its newest snapshot: nothing once it is won or its funds came back."""
    ended = {fact.object_id for fact in of_kind(facts, FactKind.DISPUTE_ENDED)}
    groups = by_object(of_kind(facts, FactKind.DISPUTED))
    return {name: latest.cents for name, group in groups.items() if name not in ended and (latest := newest(group))}
