"""Numbers and strings that satisfy a set of atoms. Exact: `NONE` is a proof."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import TYPE_CHECKING

from tools.breaking.schema import outcome, regex, regexparse, values
from tools.breaking.schema.nodes import Atom
from tools.breaking.schema.outcome import NONE, UNKNOWN, Outcome
from tools.breaking.schema.values import Json, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_TRIES = 5_000
MAX_STATES = 4_000


def simple(atoms: list[Atom], excluded: dict[Key, Json], candidates: list[Json]) -> Outcome:
    """A candidate (null, true, false) that is not excluded."""
    del atoms
    remaining = [value for value in candidates if values.key(value) not in excluded]
    return outcome.success(remaining[0]) if remaining else NONE


def number(atoms: list[Atom], excluded: dict[Key, Json]) -> Outcome:
    """A number that satisfies `atoms` and is not `excluded`."""
    lows = [(atom[1], atom[0] == "gt") for atom in atoms if atom[0] in {"ge", "gt"}]
    highs = [(atom[1], atom[0] == "lt") for atom in atoms if atom[0] in {"le", "lt"}]
    low, high = max(lows, default=None), min(((bound, not strict) for bound, strict in highs), default=None)
    if low and high and (low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1]))):
        return NONE
    steps = [Fraction(1) for atom in atoms if atom[0] == "int"] + [atom[1] for atom in atoms if atom[0] == "mult"]
    banned = [Fraction(1) for atom in atoms if atom[0] == "nint"] + [atom[1] for atom in atoms if atom[0] == "nmult"]
    bottom, top = low and low[0], high and high[0]
    if steps:
        return _grid(_lcm(steps), banned, (bottom, top), atoms, excluded)
    for candidate in _reals(bottom, top):
        if _fits(candidate, atoms, excluded):
            return outcome.success(values.plain(candidate))
    return NONE if bottom is not None and bottom == top else UNKNOWN


def _lcm(steps: list[Fraction]) -> Fraction:
    result = steps[0]
    for step in steps[1:]:
        scale = math.lcm(result.denominator, step.denominator)
        result = Fraction(math.lcm(int(result * scale), int(step * scale)), scale)
    return result


def _grid(
    step: Fraction,
    banned: list[Fraction],
    bounds: tuple[Fraction | None, Fraction | None],
    atoms: list[Atom],
    excluded: dict[Key, Json],
) -> Outcome:
    """A multiple of `step`. Which multiples are banned repeats, so one period (and one more for each excluded value) decides."""
    if any(step % factor == 0 for factor in banned):
        return NONE
    period = int(_lcm([step, *banned]) / step) if banned else 1
    enough = period * (len(excluded) + 1) + 2
    for tries, candidate in enumerate(_multiples(step, bounds), start=1):
        if _fits(candidate, atoms, excluded):
            return outcome.success(values.plain(candidate))
        if tries >= enough:
            return NONE
        if tries > MAX_TRIES:
            return UNKNOWN
    return NONE


def _multiples(step: Fraction, bounds: tuple[Fraction | None, Fraction | None]) -> Iterator[Fraction]:
    """Multiples of `step` within closed `bounds`, from the end that exists, from zero when it is inside."""
    low, high = bounds
    first = math.ceil(low / step) if low is not None else None
    last = math.floor(high / step) if high is not None else None
    if (first is None or first <= 0) and (last is None or last >= 0):
        yield Fraction(0)
        for count in itertools.count(1):
            inside = [k for k in (count, -count) if (first is None or k >= first) and (last is None or k <= last)]
            if not inside:
                return
            yield from (k * step for k in inside)
    elif first is not None and (last is None or first > 0):
        yield from (k * step for k in (itertools.count(first) if last is None else range(first, last + 1)))
    elif last is not None:
        yield from (k * step for k in (itertools.count(last, -1) if first is None else range(last, first - 1, -1)))


def _reals(low: Fraction | None, high: Fraction | None) -> Iterator[Fraction]:
    """Numbers between the bounds, plain ones first; beyond any finite or periodic set of exceptions."""
    if low is not None and low == high:
        yield low
        return
    start = low if low is not None else (high - 1 if high is not None else Fraction(0))
    width = (high - start) if high is not None and high > start else Fraction(1)
    yield from (
        Fraction(0),
        Fraction(1),
        Fraction(1, 2),
        Fraction(math.ceil(start)),
        Fraction(math.floor(start + width)),
    )
    yield from (start, start + width)
    # Fractions with odd denominators escape every `multipleOf` that halves and tenths satisfy.
    for parts in (2, 4, 10, 100, 1_000, 7, 13, 10_000, 10_007, 1_000_003):
        yield from (start + width * count / parts for count in range(1, min(parts, 40)))


def _fits(candidate: Fraction, atoms: list[Atom], excluded: dict[Key, Json]) -> bool:
    plain = values.plain(candidate)
    # JSON has no infinity, so a number that overflows to it can be no witness.
    if isinstance(plain, float) and math.isinf(plain):
        return False
    value = values.exact(plain)
    return values.key(plain) not in excluded and all(_NUMBER_CHECKS[atom[0]](atom, value) for atom in atoms)


_NUMBER_CHECKS: dict[str, Callable[[Atom, Fraction], bool]] = {
    "ge": lambda atom, value: value >= atom[1],
    "gt": lambda atom, value: value > atom[1],
    "le": lambda atom, value: value <= atom[1],
    "lt": lambda atom, value: value < atom[1],
    "mult": lambda atom, value: value % atom[1] == 0,
    "nmult": lambda atom, value: value % atom[1] != 0,
    "int": lambda _, value: value.denominator == 1,
    "nint": lambda _, value: value.denominator != 1,
}


def string(atoms: list[Atom], excluded: dict[Key, Json]) -> Outcome:
    """A string that satisfies `atoms` and is not `excluded`. Patterns that cannot be read are left out of the question."""
    low = max((atom[1] for atom in atoms if atom[0] == "minlen"), default=0)
    high = min((atom[1] for atom in atoms if atom[0] == "maxlen"), default=None)
    required = {atom[1] for atom in atoms if atom[0] == "pat"}
    forbidden = {atom[1] for atom in atoms if atom[0] == "npat"}
    if required & forbidden or (high is not None and high < low):
        return NONE
    barred = {value for value in excluded.values() if isinstance(value, str)}
    if not required and not forbidden:
        return _any_string(low, high, barred)
    parts = [regex.of_length(low, high), *_languages(required), *map(regex.negate, _languages(forbidden))]
    parts += [regex.negate(regex.exactly(text)) for text in sorted(barred)]
    try:
        text = regex.shortest(regex.both(*parts), states=MAX_STATES)
    except (regex.BudgetError, RecursionError):
        return UNKNOWN
    return NONE if text is None else outcome.success(text)


def _any_string(low: int, high: int | None, barred: set[str]) -> Outcome:
    for length in range(max(low, 1) if high != 0 else 0, (low + 2 if high is None else high) + 1):
        for letter in "abcdefghijklmnopqrstuvwxyz"[: len(barred) + 1]:
            if letter * length not in barred:
                return outcome.success(letter * length)
    return outcome.success("") if low == 0 and "" not in barred else (NONE if high == 0 else UNKNOWN)


def _languages(patterns: set[str]) -> list[regex.Regex]:
    result = []
    for pattern in sorted(patterns):
        try:
            result.append(regexparse.parse(pattern))
        # Leaving a pattern out only adds strings: "none" stays a proof, and the engine checks every witness anyway.
        except (regexparse.UnsupportedError, RecursionError):
            continue
    return result
