"""Schemas in use: what changed, and whether the core finds a payload that the change breaks."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tools.breaking.input.documents import At
from tools.breaking.report import advice
from tools.breaking.report.findings import Finding
from tools.breaking.rules import cause, changes, impact, law, naming, walk
from tools.breaking.rules.changes import Change, Path
from tools.breaking.rules.law import Effect, Guard
from tools.breaking.rules.naming import Place
from tools.breaking.rules.pairing import Pairing, spot
from tools.breaking.rules.walk import Walker
from tools.breaking.schema import contain
from tools.breaking.schema.contain import SAFE, Spot, Verdict
from tools.openapi import source
from tools.openapi.problems import Severity

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
class JudgedChange:
    """A change and what the core says of it."""

    change: Change
    effect: Effect
    guards: frozenset[Guard]
    verdict: Verdict
    reported: dict[bool, Finding] = field(default_factory=dict)
    """The finding it became, by whether it was softened."""


@dataclass(slots=True)
class Unit:
    """A pair of schemas compared by itself: a body, a parameter, or a shared schema met inside one."""

    base: At
    head: At
    verdict: Verdict
    judged: list[JudgedChange]
    links: list[tuple[At, At, Path]]
    below: list[tuple[Unit, Path]] | None = None
    """The units of `links`."""
    reach: tuple[Unit, ...] | None = None
    """This unit and every shared schema below it, as far as something changed in them."""


def compare(pairing: Pairing, use: Use, base: At, head: At) -> None:
    """Add what changed between the two schemas in this `use`."""
    if pairing.same_in_all(base, head):
        return
    whole = _unit(pairing, use, walk.referred(pairing.base, base), walk.referred(pairing.head, head), "")
    _explore(pairing, use, whole)
    levels = {_report(pairing, use, whole, unit, judged) for unit in whole.reach or () for judged in unit.judged}
    status = whole.verdict.status
    if (status == "broken" and Severity.ERROR not in levels) or (
        status == "undecided" and not {Severity.ERROR, Severity.WARNING} & levels
    ):
        _whole(pairing, use, whole)


def _unit(pairing: Pairing, use: Use, base: At, head: At, name: str) -> Unit:
    key = (use.travel, use.wire, use.place.kind, bool(name), base.file, base.pointer, head.file, head.pointer)
    # A schema that a hundred operations share is walked once for each direction, not a hundred times.
    unit = pairing.known.get(key)
    if unit is None:
        verdict = pairing.ask(use.travel, spot(base), spot(head), wire=use.wire)
        # "Safe" is also what comes out when nothing can be sent. Then the rules have to compare the text.
        if verdict.status == "safe" and pairing.session.example(use.travel, spot(base), spot(head)).status == "safe":
            verdict = VACUOUS
        walker = Walker(pairing, use.travel, vacuous=verdict is VACUOUS, differ=verdict.status == "broken")
        start = Path((name,), root=(name,)) if name else Path()
        judged = [_judge(pairing, use, base, head, verdict, change) for change in walker.changes(base, head, start)]
        unit = pairing.known[key] = Unit(base, head, verdict, judged, walker.links)
    return unit


def _explore(pairing: Pairing, use: Use, start: Unit) -> None:
    """Fill `reach` of `start` and of everything below it. Units in one circle reach the same (Tarjan 1972, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    path, stack = [start], list[Unit]()
    waiting: dict[int, list[Unit]] = {}
    while start.reach is None:
        unit = path[-1]
        me = id(unit)
        if me not in index:
            index[me] = low[me] = len(index)
            stack.append(unit)
            waiting[me] = [other for other, _ in _below(pairing, use, unit)]
        following = next((other for other in waiting[me] if other.reach is None and id(other) not in index), None)
        if following is not None:
            path.append(following)
            continue
        low[me] = min([low[me], *(low[id(other)] for other in waiting[me] if other.reach is None)])
        path.pop()
        if low[me] == index[me]:
            at = next(place for place, other in enumerate(stack) if other is unit)
            _close(pairing, use, stack[at:])
            del stack[at:]


def _close(pairing: Pairing, use: Use, circle: list[Unit]) -> None:
    """All units of a circle reach the circle, and what its members reach beyond it."""
    units = {id(unit): unit for unit in circle if unit.judged}
    for unit in circle:
        for other, _ in _below(pairing, use, unit):
            units.update((id(further), further) for further in other.reach or ())
    reach = tuple(units.values())
    for unit in circle:
        unit.reach = reach


def _trail(pairing: Pairing, use: Use, whole: Unit, target: Unit) -> Path:
    """The shortest way from one unit down to another."""
    visited = {id(whole)}
    # Breadth first: the shortest way is the one that people find in their contract.
    waiting: deque[tuple[Unit, Path]] = deque([(whole, Path())])
    while waiting:
        unit, path = waiting.popleft()
        if unit is target:
            return path
        for below, further in _below(pairing, use, unit):
            if id(below) not in visited:
                visited.add(id(below))
                waiting.append((below, path.then(further)))
    raise LookupError(target.base.pointer)  # never: it was reached from here


def _below(pairing: Pairing, use: Use, unit: Unit) -> list[tuple[Unit, Path]]:
    if unit.below is None:
        unit.below = [(_unit(pairing, use, base, head, base.name), path) for base, head, path in unit.links]
    return unit.below


def _judge(pairing: Pairing, use: Use, base: At, head: At, root: Verdict, change: Change) -> JudgedChange:
    """The effect of one change: is there a payload that violates the receiver's demand at this place and is refused?"""
    guards = _guards(pairing, use, change)
    if "annotation" in change.traits:
        return JudgedChange(change, _declared_effect(change), guards, SAFE)
    demand = change.head_demand if use.travel == contain.REQUEST else change.base_demand
    verdict = SAFE
    if _is_inert(change, root):
        spots = (Spot(change.base_demand, change.base.file), Spot(change.head_demand, change.head.file))
        verdict = pairing.ask(use.travel, *spots)
    elif (
        use.travel == contain.REQUEST
        and (change.feature, change.action) == ("all-of", "added")
        and not change.path.hidden
    ):
        verdict = _to_the_letter(pairing, use, base, head, change)
    elif root.status in {"broken", "undecided"} and demand is not None and not change.path.hidden:
        violating = changes.violated(change.where or change.path, demand)
        verdict = pairing.ask(use.travel, spot(base), spot(head), wire=use.wire, where=violating)
        if verdict.status == "broken":
            verdict = _as_cause(pairing, use, (base, head), change, violating, verdict)
    harmful = Effect.NARROWS if use.travel == contain.REQUEST else Effect.WIDENS
    effect = {"safe": Effect.NONE, "broken": harmful, "undecided": Effect.UNKNOWN}[verdict.status]
    is_removed = (change.feature, change.action) == ("property", "removed") and "freed" not in change.traits
    if effect is Effect.NONE and is_removed and use.travel == contain.REQUEST:
        effect = Effect.UNKNOWN  # an open object still takes it; whether the server still heeds it, nobody can tell
    if effect is Effect.NONE and "variant" in change.traits:
        effect = _declared_effect(change)  # typed clients know the variants of a union by name
    return JudgedChange(change, effect, guards, verdict)


def _as_cause(
    pairing: Pairing, use: Use, sides: tuple[At, At], change: Change, violating: Any, verdict: Verdict
) -> Verdict:
    """`verdict` with a payload that only this change refuses; safe where every one is refused without it as well."""
    is_request = use.travel == contain.REQUEST
    spec, root, own = (pairing.head, sides[1], change.head) if is_request else (pairing.base, sides[0], change.base)
    copy = cause.without(spec, root, change, own)
    if copy is None:
        return verdict
    where = {"allOf": [violating, copy]}
    proved = pairing.ask(use.travel, spot(sides[0]), spot(sides[1]), wire=use.wire, where=where)
    return verdict if proved.status == "undecided" else proved


def _to_the_letter(pairing: Pairing, use: Use, base: At, head: At, change: Change) -> Verdict:
    """A new condition on the whole value applies to whatever clients send, declared or not: no leniency for open objects."""
    violating = changes.violated(change.path, change.head_demand)
    return pairing.session.ask(use.travel, spot(base), spot(head), wire=use.wire, where=violating, literal=True)


def _is_inert(change: Change, root: Verdict) -> bool:
    """Whether a demand cannot show in any payload, because the declared type excludes it or the whole schema accepts nothing.

    Its author means something by it and tools build on it, so a change of it is judged by itself, as it is declared.
    """
    both = change.base_demand is not None and change.head_demand is not None
    return both and not change.path.hidden and (root is VACUOUS or change.path.inert or "inert" in change.traits)


def _guards(pairing: Pairing, use: Use, change: Change) -> frozenset[Guard]:
    guards = set()
    if change.path.hidden:
        guards.add(Guard.ADVISORY)
    if "sanctioned" in change.traits:
        guards.add(Guard.SANCTIONED)
    tolerant = pairing.options.tolerant_enums or "x-extensible-enum" in (
        change.base.raw if isinstance(change.base.raw, dict) else ()
    )
    if tolerant and use.travel == contain.RESPONSE and (change.feature, change.action) == ("enum-value", "added"):
        guards.add(Guard.OPTIONAL_REPLY)
    return frozenset(guards)


def _declared_effect(change: Change) -> Effect:
    """Annotations say themselves what they would do if they were asserted."""
    return next((effect for effect in Effect if effect.value in change.traits), Effect.NONE)


def _report(pairing: Pairing, use: Use, whole: Unit, unit: Unit, judged: JudgedChange) -> Severity:
    """Report one change for one operation. A shared schema's change is softened where the whole is proved to bear it."""
    soft = unit is not whole and "annotation" not in judged.change.traits and whole.verdict.status == "safe"
    known = judged.reported.get(soft)
    if known is None:
        known = judged.reported[soft] = pairing.findings.add(_finding(pairing, use, judged, soft=soft))
        _show_whole(pairing, use, (whole, unit), judged, known)
    pairing.findings.touch(known, use.operation)
    return known.level


def _finding(pairing: Pairing, use: Use, judged: JudgedChange, *, soft: bool) -> Finding:
    change = judged.change
    effect = Effect.NONE if soft else judged.effect
    level = law.level(effect, use.travel, judged.guards)
    own_id = next((trait.removeprefix("id:") for trait in change.traits if trait.startswith("id:")), "")
    witness = SAFE if soft else judged.verdict
    return Finding(
        own_id or naming.rule_id(use.place, change, broken=level is Severity.ERROR, text=bool(use.wire)),
        level,
        naming.sentence(use.place, change),
        _subject(change),
        [use.operation],
        advice.why(use.travel, effect, level, change),
        advice.instead(change, use.travel) if level is not Severity.INFO else "",
        witness.witness,
        witness.status == "broken",
        pairing.base.origin(_pointed(change, change.base)),
        pairing.head.origin(_pointed(change, change.head)),
        impact.of_change(use.operation_id, change),
        documentation_only=change.action.endswith("annotation-only"),
        fine_print=naming.is_fine_print(use.place, change),
    )


_KEYWORDS = {
    "pattern": "pattern", "type": "type", "enum": "enum", "enum-value": "enum", "const": "const", "format": "format",
    "default-value": "default", "additional-properties": "additionalProperties",
}  # fmt: skip


def _pointed(change: Change, at: At) -> At:
    """The word that changed, where it is written; the schema when it is not."""
    word = change.keyword or _KEYWORDS.get(change.feature) or ("enum" if change.action == "enum" else "")
    return At(None, at.file, source.join(at.pointer, word)) if word else at


MAX_PAYLOADS = 40
"""Findings in shared schemas for which a whole payload is sought; beyond that the witness is a value of the shared schema."""


def _show_whole(pairing: Pairing, use: Use, units: tuple[Unit, Unit], judged: JudgedChange, finding: Finding) -> None:
    """Turn the witness of a shared schema into a payload of the operation, where that is quickly found."""
    whole, unit = units
    if unit is whole or not finding.has_witness or pairing.payloads >= MAX_PAYLOADS:
        return
    pairing.payloads += 1
    demand = judged.change.head_demand if use.travel == contain.REQUEST else judged.change.base_demand
    path = _trail(pairing, use, whole, unit).then(judged.change.where or judged.change.path)
    violating = changes.violated(path, demand)
    verdict = pairing.ask(use.travel, spot(whole.base), spot(whole.head), wire=use.wire, where=violating)
    if verdict.status == "broken":
        finding.witness = verdict.witness


def _subject(change: Change) -> str:
    place = change.head.pointer if change.action == "added" and change.feature == "property" else change.base.pointer
    values = json.dumps([change.old, change.new], sort_keys=True, default=str)
    return f"{place}|{change.name}|{change.action}|{values}"


def _whole(pairing: Pairing, use: Use, unit: Unit) -> None:
    """No single keyword is to blame: report the schema."""
    base, head, root = unit.base, unit.head, unit.verdict
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
    pairing.findings.add(finding)
