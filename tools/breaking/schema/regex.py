"""Regular expressions with intersection and complement, searched by Brzozowski derivatives.

A string is in the language of a set of patterns exactly when a walk over derivatives ends in a nullable one; a breadth-first
walk finds a shortest such string or proves that there is none. (Brzozowski 1964; Owens, Reppy, Turon 2009.)
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import Any, TypeAlias

from tools.breaking.schema import charsets
from tools.breaking.schema.charsets import Ranges

Regex: TypeAlias = tuple[Any, ...]

NOTHING: Regex = ("nothing",)
EMPTY_STRING: Regex = ("empty",)


def chars(ranges: Ranges) -> Regex:
    """One character out of `ranges`."""
    return ("chars", ranges) if ranges else NOTHING


def concat(first: Regex, second: Regex) -> Regex:
    """`first`, then `second`."""
    if NOTHING in (first, second):
        return NOTHING
    if first == EMPTY_STRING:
        return second
    if second == EMPTY_STRING:
        return first
    if first[0] == "concat":
        return ("concat", first[1], concat(first[2], second))
    return ("concat", first, second)


def either(*choices: Regex) -> Regex:
    """Any of `choices`."""
    flat = {part for choice in choices for part in (choice[1] if choice[0] == "or" else (choice,))} - {NOTHING}
    if _EVERYTHING in flat:
        return _EVERYTHING
    if len(flat) < 2:
        return flat.pop() if flat else NOTHING
    return ("or", frozenset(flat))


def both(*parts: Regex) -> Regex:
    """All of `parts`."""
    flat = {inner for part in parts for inner in (part[1] if part[0] == "and" else (part,))} - {_EVERYTHING}
    if NOTHING in flat:
        return NOTHING
    if len(flat) < 2:
        return flat.pop() if flat else _EVERYTHING
    return ("and", frozenset(flat))


def negate(inner: Regex) -> Regex:
    """Every string that is not in `inner`."""
    if inner == NOTHING:
        return _EVERYTHING
    if inner == _EVERYTHING:
        return NOTHING
    result: Regex = inner[1] if inner[0] == "not" else ("not", inner)
    return result


def repeat(inner: Regex, low: int, high: int | None) -> Regex:
    """`inner`, at least `low` and at most `high` times."""
    if high == 0 or inner == EMPTY_STRING:
        return EMPTY_STRING
    if inner == NOTHING:
        return EMPTY_STRING if low == 0 else NOTHING
    if (low, high) == (1, 1):
        return inner
    return ("repeat", inner, low, high)


_EVERYTHING = repeat(chars(charsets.EVERYTHING), 0, None)


# Derivatives of the same terms recur in every question about a pattern. The caches are bounded, because a batch asks about
# thousands of contracts in one process.
@lru_cache(maxsize=100_000)
def nullable(term: Regex) -> bool:
    """Whether the empty string is in the language."""
    kind = term[0]
    if kind == "concat":
        return nullable(term[1]) and nullable(term[2])
    if kind == "repeat":
        return term[2] == 0 or nullable(term[1])
    if kind == "or":
        return any(map(nullable, term[1]))
    if kind == "and":
        return all(map(nullable, term[1]))
    if kind == "not":
        return not nullable(term[1])
    return bool(term == EMPTY_STRING)


@lru_cache(maxsize=200_000)
def derive(term: Regex, point: int) -> Regex:
    """Derivative of the language by the character `point`."""
    kind = term[0]
    if kind == "chars":
        return EMPTY_STRING if charsets.has(term[1], point) else NOTHING
    if kind == "concat":
        after = concat(derive(term[1], point), term[2])
        # Where the first part may be empty, the character may also be the first of the second part.
        return either(after, derive(term[2], point)) if nullable(term[1]) else after
    if kind == "repeat":
        rest = repeat(term[1], max(0, term[2] - 1), None if term[3] is None else term[3] - 1)
        return concat(derive(term[1], point), rest)
    if kind == "or":
        return either(*(derive(part, point) for part in term[1]))
    if kind == "and":
        return both(*(derive(part, point) for part in term[1]))
    if kind == "not":
        return negate(derive(term[1], point))
    return NOTHING


@lru_cache(maxsize=100_000)
def heads(term: Regex) -> frozenset[Ranges]:
    """Character sets that tell first characters apart."""
    kind = term[0]
    if kind == "chars":
        return frozenset((term[1],))
    if kind == "concat":
        return heads(term[1]) | heads(term[2]) if nullable(term[1]) else heads(term[1])
    if kind in {"or", "and"}:
        return frozenset().union(*map(heads, term[1]))
    if kind in {"repeat", "not"}:
        return heads(term[1])
    return frozenset()


_READABLE = [
    *range(97, 123),
    *range(48, 58),
    *range(65, 91),
    *range(32, 48),
    *range(58, 65),
    *range(91, 97),
    *range(123, 127),
]


@lru_cache(maxsize=50_000)
def representatives(term: Regex) -> tuple[int, ...]:
    """One character of each class that `term` treats alike, readable ones first."""
    edges = sorted(
        {0}
        | {edge for ranges in heads(term) for low, high in ranges for edge in (low, high + 1) if edge <= charsets.TOP}
    )
    spans = [(low, high - 1) for low, high in zip(edges, [*edges[1:], charsets.TOP + 1], strict=True)]
    points = [_readable(low, high) for low, high in spans]
    return tuple(sorted((point for point in points if point is not None), key=_taste))


def _readable(low: int, high: int) -> int | None:
    """A character between the two, a printable one where there is one; never a lone surrogate, which JSON cannot carry."""
    printable: int | None = next((point for point in _READABLE if low <= point <= high), None)
    if printable is not None:
        return printable
    if low > 0xDFFF or low < 0xD800:
        return low
    return 0xE000 if high > 0xDFFF else None


def _taste(point: int) -> int:
    return _READABLE.index(point) if point in _READABLE else 1_000 + point


class BudgetError(Exception):
    """The walk needs more states than allowed."""


def shortest(language: Regex, *, states: int) -> str | None:
    """A shortest string of `language` (which is written between end marks); None when the language is empty.

    Raises `BudgetError` when more than `states` derivatives are met.
    """
    first = derive(language, charsets.START)
    visited = {first}
    # Breadth first, so that the first string met is a shortest one and the witness is readable.
    queue: deque[tuple[Regex, str]] = deque([(first, "")])
    while queue:
        term, text = queue.popleft()
        if nullable(derive(term, charsets.END)):
            return text
        for point in representatives(term):
            following = derive(term, point)
            # Equal derivatives accept the same endings, so only the first way to each is followed.
            if following == NOTHING or following in visited:
                continue
            visited.add(following)
            queue.append((following, text + chr(point)))
        if len(visited) > states:
            raise BudgetError
    return None


def of_length(low: int, high: int | None) -> Regex:
    """Strings of `low` to `high` characters, between end marks."""
    return concat(
        chars(charsets.one(charsets.START)),
        concat(repeat(chars(charsets.ANY), low, high), chars(charsets.one(charsets.END))),
    )


def exactly(text: str) -> Regex:
    """The one string `text`, between end marks."""
    result = chars(charsets.one(charsets.END))
    for character in reversed(text):
        result = concat(chars(charsets.one(ord(character))), result)
    return concat(chars(charsets.one(charsets.START)), result)
