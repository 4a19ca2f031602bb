"""Which operation answers a path: a trie over path segments, whose cost does not depend on the number of operations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote

EndT = TypeVar("EndT")

_UNQUOTED = "%!$&'()*+,;=:@"
"""What a client may leave as it is in a segment; the rest of an odd path comes percent-encoded."""

_TEMPLATE = re.compile(r"\{([^}]*)\}")


class Match(NamedTuple, Generic[EndT]):
    """The ends at a path, by method, and the segments that its template left open."""

    by_method: dict[str, EndT]
    segments: tuple[str, ...]
    """Still encoded texts of the templated segments, from left to right."""


@dataclass(slots=True)
class _Node(Generic[EndT]):
    literals: dict[str, _Node[EndT]] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], _Node[EndT]]] = field(default_factory=list)
    """Segments such as `{id}.json`: text around a template."""
    any: _Node[EndT] | None = None
    ends: dict[str, EndT] | None = None


class Trie(Generic[EndT]):
    """Path templates to what answers each method. Literal segments win over templated ones."""

    __slots__ = ("_literal", "_root")

    def __init__(self) -> None:
        self._root: _Node[EndT] = _Node()
        self._literal: dict[str, Match[EndT]] = {}

    def add(self, path: str, method: str, end: EndT) -> None:
        """Let `end` answer `method` at the template `path`."""
        node = self._root
        for segment in path.split("/")[1:]:
            child = _child(node, segment)
            if "{" not in segment:
                node.literals.setdefault(quote(segment, safe=_UNQUOTED), child)
            node = child
        if node.ends is None:
            node.ends = {}
        node.ends[method] = end
        if "{" not in path:
            self._literal[path] = Match(node.ends, ())

    def find(self, path: str) -> Match[EndT] | None:
        """The match of the still encoded `path`, or None. Goes back to try another way only where there are two."""
        # Most calls go to paths without parameters; one look-up in a dictionary decides them.
        literal = self._literal.get(path)
        if literal is not None:
            return literal
        segments = path.split("/")
        node, texts = self._root, list[str]()
        for index in range(1, len(segments)):
            segment = segments[index]
            child = node.literals.get(segment)
            # Only here can the first choice turn out wrong, so only here is the slower search that can go back needed.
            if node.patterns or (node.any is not None and child is not None):
                return _walk(node, segments, index, tuple(texts))
            if child is None:
                child = node.any
                if child is None or not segment:
                    return None
                texts.append(segment)
            node = child
        return Match(node.ends, tuple(texts)) if node.ends is not None else None


def names(path: str) -> tuple[str, ...]:
    """Names of the templated parts of `path`, from left to right."""
    return tuple(_TEMPLATE.findall(path))


def _child(node: _Node[EndT], segment: str) -> _Node[EndT]:
    if "{" not in segment:
        return node.literals.setdefault(segment, _Node())
    if _TEMPLATE.fullmatch(segment):
        node.any = node.any or _Node()
        return node.any
    parts = _TEMPLATE.split(segment)
    pattern = re.compile("".join("([^/]+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)))
    for known, child in node.patterns:
        if known.pattern == pattern.pattern:
            return child
    new: _Node[EndT] = _Node()
    node.patterns.append((pattern, new))
    return new


def _walk(node: _Node[EndT], segments: list[str], index: int, found: tuple[str, ...]) -> Match[EndT] | None:
    if index == len(segments):
        return Match(node.ends, found) if node.ends is not None else None
    segment = segments[index]
    child = node.literals.get(segment)
    if child is not None and (match := _walk(child, segments, index + 1, found)) is not None:
        return match
    for pattern, child in node.patterns:
        texts = pattern.fullmatch(segment)
        if texts and (match := _walk(child, segments, index + 1, found + texts.groups())) is not None:
            return match
    if node.any is not None and segment:
        return _walk(node.any, segments, index + 1, (*found, segment))
    return None
