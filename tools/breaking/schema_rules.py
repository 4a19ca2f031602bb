"""Schemas in use: what changed, and whether the core finds a payload that the change breaks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tools.breaking import advice, changes, impact, law, naming
from tools.breaking.changes import Change
from tools.breaking.documents import At
from tools.breaking.findings import Finding
from tools.breaking.law import Effect, Guard
from tools.breaking.naming import Place
from tools.breaking.schema import contain
from tools.breaking.schema.contain import SAFE, Spot, Verdict
from tools.breaking.sessions import Pairing, spot
from tools.breaking.walk import Walker
from tools.contracts.problems import Severity

VACUOUS = Verdict("vacuous")
"""The sender's schema accepts no document at all, so nothing can be proved by what it accepts."""


@dataclass(frozen=True, slots=True)
class Use:
    """A schema in use: by which operation, at which place, travelling in which direction, as text or as JSON."""

    operation: str
    operation_id: str
    place: Place
    travel: str
    """`request` when old clients send it to the new server, `response` when the new server sends it to old clients."""
    wire: str = ""
    """`text` or `document` when values travel as text."""


@dataclass(slots=True)
class Judged:
    """A change and what the core says of it."""

    change: Change
    effect: Effect
    guards: frozenset[Guard]
    verdict: Verdict


def compare(pairing: Pairing, use: Use, base: At, head: At) -> None:
    """Add what changed between the two schemas in this `use`."""
    if pairing.same_in_all(base, head):
        return
    key = (use.travel, use.wire, use.place.kind, base.file, base.pointer, head.file, head.pointer)
    if key not in pairing.known:
        pairing.known[key] = _judge_all(pairing, use, base, head)
    root, judged = pairing.known[key]
    levels = [_report(pairing, use, entry) for entry in judged]
    if (root.status == "broken" and Severity.ERROR not in levels) or (
        root.status == "undecided" and not {Severity.ERROR, Severity.WARNING} & set(levels)
    ):
        _whole(pairing, use, base, head, root)


def _judge_all(pairing: Pairing, use: Use, base: At, head: At) -> tuple[Verdict, list[Judged]]:
    root = pairing.ask(use.travel, spot(base), spot(head), wire=use.wire)
    if root.status == "safe" and pairing.session.example(use.travel, spot(base), spot(head)).status == "safe":
        root = VACUOUS
    walker = Walker(pairing, use.travel)
    return root, [_judge(pairing, use, base, head, root, change) for change in walker.changes(base, head)]


def _judge(pairing: Pairing, use: Use, base: At, head: At, root: Verdict, change: Change) -> Judged:
    """The effect of one change: is there a payload that violates the receiver's demand at this place and is refused?"""
    guards = _guards(pairing, use, change)
    if "annotation" in change.traits:
        return Judged(change, _declared_effect(change), guards, SAFE)
    demand = change.head_demand if use.travel == contain.REQUEST else change.base_demand
    verdict = SAFE
    if _is_inert(change, root):
        spots = (Spot(change.base_demand, change.base.file), Spot(change.head_demand, change.head.file))
        verdict = pairing.ask(use.travel, *spots, wire=use.wire)
    elif root.status in {"broken", "undecided"} and demand is not None and not change.path.hidden:
        violating = changes.violated(change.where or change.path, demand)
        verdict = pairing.ask(use.travel, spot(base), spot(head), wire=use.wire, where=violating)
    harmful = Effect.NARROWS if use.travel == contain.REQUEST else Effect.WIDENS
    effect = {"safe": Effect.NONE, "broken": harmful, "undecided": Effect.UNKNOWN}[verdict.status]
    if (
        effect is Effect.NONE
        and (change.feature, change.action) == ("property", "removed")
        and use.travel == contain.REQUEST
    ):
        effect = Effect.UNKNOWN  # an open object still takes it; whether the server still heeds it, nobody can tell
    if effect is Effect.NONE and "variant" in change.traits:
        effect = _declared_effect(change)  # typed clients know the variants of a union by name
    return Judged(change, effect, guards, verdict)


def _is_inert(change: Change, root: Verdict) -> bool:
    """Whether a demand cannot show in any payload, because the declared type excludes it or the whole schema accepts nothing.

    Its author means something by it and tools build on it, so a change of it is judged by itself, as it is declared.
    """
    both = change.base_demand is not None and change.head_demand is not None
    return both and not change.path.hidden and (root is VACUOUS or change.path.inert or "inert" in change.traits)


def _guards(pairing: Pairing, use: Use, change: Change) -> frozenset[Guard]:
    found = set()
    if change.path.hidden:
        found.add(Guard.ADVISORY)
    if "sanctioned" in change.traits:
        found.add(Guard.SANCTIONED)
    tolerant = pairing.options.tolerant_enums or "x-extensible-enum" in (
        change.base.raw if isinstance(change.base.raw, dict) else ()
    )
    if tolerant and use.travel == contain.RESPONSE and (change.feature, change.action) == ("enum-value", "added"):
        found.add(Guard.OPTIONAL_REPLY)
    return frozenset(found)


def _declared_effect(change: Change) -> Effect:
    """Annotations say themselves what they would do if they were asserted."""
    return next((effect for effect in Effect if effect.value in change.traits), Effect.NONE)


def _report(pairing: Pairing, use: Use, judged: Judged) -> Severity:
    change = judged.change
    level = law.level(judged.effect, use.travel, judged.guards)
    broken = level is Severity.ERROR
    lifecycle_id = next((trait.removeprefix("id:") for trait in change.traits if trait.startswith("id:")), "")
    finding = Finding(
        lifecycle_id or naming.rule_id(use.place, change, broken=broken, text=bool(use.wire)),
        level,
        naming.sentence(use.place, change),
        _subject(change),
        [use.operation],
        advice.why(use.travel, judged.effect, level, change),
        advice.instead(change, use.travel) if level is not Severity.INFO else "",
        judged.verdict.witness,
        judged.verdict.status == "broken",
        pairing.base.origin(change.base),
        pairing.head.origin(change.head),
        impact.of_change(use.operation_id, change),
    )
    pairing.found.add(finding)
    return level


def _subject(change: Change) -> str:
    place = change.head.pointer if change.action == "added" and change.feature == "property" else change.base.pointer
    values = json.dumps([change.old, change.new], sort_keys=True, default=str)
    return f"{place}|{change.name}|{change.action}|{values}"


def _whole(pairing: Pairing, use: Use, base: At, head: At, root: Verdict) -> None:
    """No single keyword is to blame: report the schema."""
    broken = root.status == "broken"
    prefix = f"{use.place.direction}-{use.place.kind}"
    harmful = Effect.NARROWS if use.travel == contain.REQUEST else Effect.WIDENS
    effect = harmful if broken else Effect.UNKNOWN
    level = law.level(effect, use.travel)
    text = (
        "no longer accepts all that was accepted"
        if use.travel == contain.REQUEST
        else "may carry what it could not before"
    )
    message = (
        f"{use.place.label} {text}"
        if broken
        else f"{use.place.label} changed, and it could not be decided whether it is compatible"
    )
    finding = Finding(
        f"{prefix}-incompatible" if broken else f"{prefix}-undecided",
        level,
        message,
        f"{base.pointer}|{head.pointer}",
        [use.operation],
        advice.of_direction(use.travel, effect),
        advice.WHOLE if broken else advice.UNDECIDED,
        root.witness,
        broken,
        pairing.base.origin(base),
        pairing.head.origin(head),
        impact.of_schema(use.operation_id, base),
    )
    pairing.found.add(finding)
