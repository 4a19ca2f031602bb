"""JSON files with positions on demand: the value is read by the C parser, a place only when a finding needs it."""

from __future__ import annotations

import bisect
import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the C scanner is there, the stubs leave it out
from typing import Any

from tools.contracts import source
from tools.contracts.source import Marks

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def parse(text: str, name: str) -> source.Document | None:
    """`text` as a document when it is plain JSON without repeated keys; None when another reader must say what it is."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        # The standard parser silently keeps the last of two equal keys, so the pairs are checked before they become a dictionary.
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return source.Document(name, text, value, _LazyMarks(text))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is repeated")
    return members


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


class _LazyMarks(dict[str, Marks]):
    """Positions by pointer, found by walking down the text from the nearest known parent."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._children: dict[str, dict[str, tuple[int, int]]] = {}
        start = self._skip(0)
        self._values = {"": start}
        self[""] = self._marks(start, start)

    def __contains__(self, pointer: object) -> bool:
        return isinstance(pointer, str) and self._find(pointer)

    def __getitem__(self, pointer: str) -> Marks:
        self._find(pointer)
        return super().__getitem__(pointer)

    def _find(self, pointer: str) -> bool:
        if super().__contains__(pointer):
            return True
        parent, _, token = pointer.rpartition("/")
        if not pointer or not self._find(parent):
            return False
        if parent not in self._children:
            self._children[parent] = self._scan(self._values[parent])
        positions = self._children[parent].get(source.unescape(token))
        if positions is None:
            return False
        self._values[pointer] = positions[1]
        self[pointer] = self._marks(*positions)
        return True

    def _scan(self, at: int) -> dict[str, tuple[int, int]]:
        """Children of the object or array that starts at `at`: where the key stands and where the value starts."""
        positions: dict[str, tuple[int, int]] = {}
        text, closing = self._text, {"{": "}", "[": "]"}.get(self._text[at])
        if closing is None:
            return positions
        is_object, position = closing == "}", self._skip(at + 1)
        while text[position] != closing:
            key_at, key = position, str(len(positions))
            if is_object:
                key, position = scanstring(text, position + 1, True)
                position = self._skip(self._skip(position) + 1)
            positions[key] = (key_at, position)
            _, position = _DECODER.raw_decode(text, position)
            position = self._skip(position)
            if text[position] == ",":
                position = self._skip(position + 1)
        return positions

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _marks(self, key: int, value: int) -> Marks:
        places = [
            (row, at - self._starts[row - 1] + 1)
            for at in (key, value)
            for row in [bisect.bisect_right(self._starts, at)]
        ]
        return Marks(*places[0], *places[1])
