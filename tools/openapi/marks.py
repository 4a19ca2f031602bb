"""Positions of the values of a document, by JSON pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple


class Marks(NamedTuple):
    """Where one value stands: its key (for an entry of a mapping; else the value) and the value itself, 1-based."""

    key_line: int
    key_column: int
    line: int
    column: int


class KeptMarks(Mapping[str, Marks]):
    """Marks of a document that was parsed in an earlier run: fetched (or, if they are lost, made again) when first asked for."""

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, tuple[int, int, int, int]] | None],
        make: Callable[[], Mapping[str, tuple[int, int, int, int]]],
    ) -> None:
        self._fetch = fetch
        self._make = make

    @cached_property
    def _kept(self) -> Mapping[str, tuple[int, int, int, int]]:
        positions = self._fetch()
        return self._make() if positions is None else positions

    def __getitem__(self, pointer: str) -> Marks:
        return Marks(*self._kept[pointer])

    def __contains__(self, pointer: object) -> bool:
        return pointer in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
