"""JSON read by a JSON reader: the value by the C parser, a position only when a finding needs it."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]  # the C scanner is there, the stubs leave it out

from tools.openapi import pointers
from tools.openapi.marks import Marks
from tools.openapi.pointers import Json
from tools.openapi.problems import Origin, Problem

_SPACE = re.compile(r"[ \t\r\n]*")
_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_DECODER = json.JSONDecoder()


class NotJsonError(ValueError):
    """The text is no JSON; `problem` says where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def begins(text: str) -> bool:
    """Whether `text` can be a JSON document that holds anything: it begins with a brace or a bracket."""
    return text.lstrip(" \t\r\n")[:1] in {"{", "["}


def parse(text: str, *, name: str, max_depth: int) -> tuple[Json, JsonMarks, list[Problem]]:
    """Value, positions and problems of JSON text. The first of two members with the same name counts.

    Raises `NotJsonError` for text that is no JSON.
    """
    repeated = False

    def members_of(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal repeated
        members = dict(pairs)
        if len(members) != len(pairs):
            repeated = True
            members = dict(reversed(pairs))
            return {key: members[key] for key, _ in pairs}
        return members

    try:
        value = json.loads(text, object_pairs_hook=members_of, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        problem = Problem("json-syntax", message, Origin(name, error.lineno, error.colno))
        raise NotJsonError(problem) from None
    except (ValueError, RecursionError) as error:
        reason = "the document nests too deeply" if isinstance(error, RecursionError) else str(error)
        raise NotJsonError(Problem("json-syntax", reason, Origin(name, 1, 1))) from None
    marks = JsonMarks(text)
    problems = [*_repeated(marks, name)] if repeated else []
    problems += _cut(value, marks, name, max_depth)
    # json.loads takes half of a surrogate pair for a character; such text can be neither encoded nor sent.
    if not problems and _HALF_A_PAIR.search(text):
        problems += _halves(value, marks, name)
    return value, marks, problems


def _refuse(word: str) -> Json:
    raise ValueError(f"{word} is not JSON")


def _repeated(marks: JsonMarks, name: str) -> Iterator[Problem]:
    for pointer in list(marks):
        for key, first, second in marks.repeated(pointer):
            message = f"the key {key!r} is repeated; the first is at line {first[0]}"
            yield Problem("duplicate-key", message, Origin(name, *second), hint="remove one of the two")


def _cut(value: Json, marks: JsonMarks, name: str, max_depth: int) -> list[Problem]:
    """Take out of `value` what nests deeper than `max_depth`; the problem of the first such place, if any."""
    level: list[Json] = [value]
    for _ in range(max_depth - 1):
        level = [child for parent in level for child in _members(parent) if isinstance(child, dict | list)]
        if not level:
            return []
    problems: list[Problem] = []
    for pointer, parent in _at_depth(value, max_depth - 1):
        for key, child in list(parent.items() if isinstance(parent, dict) else enumerate(parent)):
            if isinstance(child, dict | list):
                parent[key] = None
                mark = marks[pointers.join(pointer, key)]
                message = f"nesting is deeper than {max_depth} levels"
                problems.append(Problem("too-deep", message, Origin(name, mark.line, mark.column)))
    return problems[:1]


def _members(parent: Json) -> Iterable[Json]:
    return parent.values() if isinstance(parent, dict) else parent


def _at_depth(value: Json, depth: int) -> list[tuple[str, Json]]:
    level = [("", value)]
    for _ in range(depth):
        level = [
            (pointers.join(pointer, key), child)
            for pointer, parent in level
            for key, child in (parent.items() if isinstance(parent, dict) else enumerate(parent))
            if isinstance(child, dict | list)
        ]
    return level


def _halves(value: Json, marks: JsonMarks, name: str) -> Iterator[Problem]:
    for pointer, text in pointers.walk(value):
        token = pointers.unescape(pointer.rpartition("/")[2])
        if any(isinstance(part, str) and _is_half(part) for part in (text, token)):
            mark = marks[pointer]
            message = "this text holds half of a surrogate pair, which is no character"
            yield Problem("json-syntax", message, Origin(name, mark.line, mark.column))


def _is_half(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


class JsonMarks(Mapping[str, Marks]):
    """Positions by pointer, found by walking down the text from the nearest known parent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._children: dict[str, dict[str, tuple[int, int]]] = {}
        self._repeated: dict[str, list[tuple[str, int, int]]] = {}
        self._places = {"": (self._skip(0),) * 2}
        """Where the key and the value of what was looked for begin."""

    def __contains__(self, pointer: object) -> bool:
        return isinstance(pointer, str) and self._find(pointer)

    def __getitem__(self, pointer: str) -> Marks:
        if not self._find(pointer):
            raise KeyError(pointer)
        key, value = self._places[pointer]
        return Marks(*self._line_and_column(key), *self._line_and_column(value))

    def __iter__(self) -> Iterator[str]:
        waiting = [""]
        while waiting:
            pointer = waiting.pop()
            yield pointer
            if self._find(pointer):
                below = [f"{pointer}/{pointers.escape(key)}" for key in self._below(pointer)]
                waiting += reversed(below)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def repeated(self, pointer: str) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
        """Every member of the object at `pointer` whose name stands there before: the name and both positions."""
        self._below(pointer)
        return [
            (key, self._line_and_column(first), self._line_and_column(second))
            for key, first, second in self._repeated.get(pointer, ())
        ]

    def _find(self, pointer: str) -> bool:
        if pointer in self._places:
            return True
        parent, _, token = pointer.rpartition("/")
        if not pointer or not self._find(parent):
            return False
        place = self._below(parent).get(pointers.unescape(token))
        if place is None:
            return False
        self._places[pointer] = place
        return True

    def _below(self, pointer: str) -> dict[str, tuple[int, int]]:
        if pointer not in self._children:
            self._children[pointer] = self._scan(pointer) if self._find(pointer) else {}
        return self._children[pointer]

    def _scan(self, pointer: str) -> dict[str, tuple[int, int]]:
        """Children of the object or array at `pointer`: where the key stands and where the value starts."""
        places: dict[str, tuple[int, int]] = {}
        text, at, count = self._text, self._places[pointer][1], 0
        closing = {"{": "}", "[": "]"}.get(text[at])
        if closing is None:
            return places
        position = self._skip(at + 1)
        while text[position] != closing:
            key_at, key = position, str(count)
            if closing == "}":
                key, position = scanstring(text, position + 1, True)
                position = self._skip(self._skip(position) + 1)
            if key in places:
                self._repeated.setdefault(pointer, []).append((key, places[key][0], key_at))
            places.setdefault(key, (key_at, position))
            count += 1
            _, position = _DECODER.raw_decode(text, position)
            position = self._skip(position)
            if text[position] == ",":
                position = self._skip(position + 1)
        return places

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _line_and_column(self, at: int) -> tuple[int, int]:
        row = bisect.bisect_right(self._starts, at)
        return row, at - self._starts[row - 1] + 1
