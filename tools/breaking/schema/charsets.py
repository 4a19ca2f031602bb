"""Sets of Unicode code points as sorted, disjoint, inclusive ranges."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

TOP = 0x10FFFF
START = TOP + 1
"""Stands for the place before the first character, so that `^` is a character like any other."""
END = TOP + 2

ANY: Ranges = ((0, TOP),)
EVERYTHING: Ranges = ((0, END),)
DIGIT: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: Ranges = (
    (9, 13), (32, 32), (160, 160), (5760, 5760), (8192, 8202), (8232, 8233), (8239, 8239), (8287, 8287), (12288, 12288),
    (65279, 65279),
)  # fmt: skip
LINE_ENDS: Ranges = ((10, 10), (13, 13), (8232, 8233))


def one(point: int) -> Ranges:
    """The set of one code point."""
    return ((point, point),)


def union(*sets: Ranges) -> Ranges:
    """Code points in any of `sets`."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in sets for pair in ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """Code points of Unicode that are not in `ranges`."""
    result: list[tuple[int, int]] = []
    at = 0
    for low, high in ranges:
        if low > at:
            result.append((at, low - 1))
        at = high + 1
    if at <= TOP:
        result.append((at, TOP))
    return tuple(result)


def has(ranges: Ranges, point: int) -> bool:
    """Whether `point` is in `ranges`."""
    return any(low <= point <= high for low, high in ranges)


@lru_cache(maxsize=64)
def category(name: str) -> Ranges:
    """Code points of a general category by its short name, `Lu` or `L`; none for other names."""
    if not name or len(name) > 2:
        return ()
    return union(*(((point, point),) for point in range(TOP + 1) if unicodedata.category(chr(point)).startswith(name)))
