"""YAML read by the 1.2 core schema, as every other OpenAPI tool reads it: `no`, `on`, `2021-01-01` and `1:30` are strings."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tools.openapi.marks import Marks
from tools.openapi.pointers import Json, escape
from tools.openapi.problems import Origin, Problem

MAX_DEPTH = 200
"""Nesting beyond this is refused: nobody writes it, and recursion would run out of stack."""

MAX_NODES = 2_000_000
"""A document with more nodes (after its anchors are expanded) is refused, so an alias bomb cannot fill the memory."""

# The parser in C is many times faster. Where PyYAML was built without it, the result is the same.
_Composer: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str, *, name: str) -> tuple[Json, dict[str, Marks], list[Problem]] | Problem:
    """Value, positions and problems of YAML text; only the problem when it cannot be read at all."""
    if _overflows(text):
        return Problem("too-deep", f"nesting is deeper than {MAX_DEPTH} levels", Origin(name, 1, 1))
    loader = _Composer(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return _syntax_problem(error, name)
    except (yaml.YAMLError, RecursionError) as error:
        return Problem("yaml-syntax", _first_line(str(error)), Origin(name, 1, 1))
    finally:
        loader.dispose()
    if root is None:
        return Problem("empty-document", "the document is empty", Origin(name, 1, 1))
    builder = _Builder(name)
    value = builder.build(root)
    return value, builder.marks, builder.problems


_BRACKET = re.compile(r"[\[\]{}]")
_DEEP_BLOCK = re.compile(r"(?:[-?:] +){1000}|^ {3000}", re.MULTILINE)
_DEEP_FLOW = 5_000


def _overflows(text: str) -> bool:
    """Whether the C library, which does not count its recursion, could run out of stack over `text` and end the process.

    Brackets in strings count too: no document that somebody wrote has thousands of them unclosed.
    """
    if text.count("[") + text.count("{") > _DEEP_FLOW:
        depth = 0
        for match in _BRACKET.finditer(text):
            depth += 1 if match[0] in "[{" else -1
            if depth > _DEEP_FLOW:
                return True
    return _DEEP_BLOCK.search(text) is not None


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    origin = Origin(name, mark.line + 1, mark.column + 1) if mark else Origin(name, 1, 1)
    parts = [part for part in (error.context, error.problem) if part]
    return Problem("yaml-syntax", ": ".join(parts) or "this is not YAML", origin)


# YAML 1.2, not 1.1 as PyYAML reads it: `no`, `on` and `2024-01-01` are strings, so the country code of Norway stays one.
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_STARTS = frozenset("-+.0123456789")


def plain_scalar(text: str) -> Json:
    """Value of an unquoted scalar by the YAML 1.2 core schema; infinities and NaN stay strings, since JSON has none."""
    if text in _WORDS:
        return _WORDS[text]
    # Nearly every scalar is a word; looking at one character spares it four regular expressions.
    if text[0] not in _STARTS:
        return text
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _OCTAL.match(text):
        return int(text, 0)
    if _HEX.match(text):
        return int(text, 0)
    return text


_TAG_STRING = "tag:yaml.org,2002:str"
_STANDARD_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "value")
)


class _Builder:
    """Turns the composed nodes of one document into data, marks and problems."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[str, Marks] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._nodes = 0
        self._flat: dict[int, list[tuple[Any, Any]]] = {}
        """Entries of mappings with `<<`, by identity of the node: an anchor may be merged a thousand times."""

    def build(self, root: yaml.Node) -> Json:
        return self._value(root, "", root.start_mark)

    def _value(self, node: yaml.Node, pointer: str, key: Any) -> Json:
        start = node.start_mark
        self.marks[pointer] = Marks(key.line + 1, key.column + 1, start.line + 1, start.column + 1)
        self._nodes += 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        # An alias is the very same node object, so identity tells a cycle from a repetition.
        if id(node) in self._open:
            return self._refuse("yaml-recursion", "this anchor contains itself", start)
        if len(self._open) >= MAX_DEPTH:
            return self._refuse("too-deep", f"nesting is deeper than {MAX_DEPTH} levels", start)
        if self._nodes > MAX_NODES:
            return self._refuse(
                "too-large", f"the document has more than {MAX_NODES:,} values once its anchors are expanded", start
            )
        self._open.add(id(node))
        try:
            return self._mapping(node, pointer) if isinstance(node, yaml.MappingNode) else self._sequence(node, pointer)
        finally:
            self._open.discard(id(node))

    def _refuse(self, rule: str, message: str, mark: Any) -> None:
        if not any(problem.rule == rule for problem in self.problems):
            self.problems.append(Problem(rule, message, Origin(self.name, mark.line + 1, mark.column + 1)))

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        if node.tag not in _STANDARD_TAGS:
            self._refuse("yaml-tag", f"the tag {node.tag!r} is not JSON data", node.start_mark)
            return node.value
        if not node.style and not _explicit_string(node):
            try:
                return plain_scalar(node.value)
            except ValueError:  # Python reads no integer of more than 4,300 digits
                return self._refuse("yaml-number", f"the number has {len(node.value):,} digits", node.start_mark)
        return node.value

    def _sequence(self, node: Any, pointer: str) -> list[Json]:
        return [self._value(item, f"{pointer}/{index}", item.start_mark) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, Json]:
        result: dict[str, Json] = {}
        entries = self._merged(node) if any(_is_merge(key) for key, _ in node.value) else node.value
        for key_node, value_node in entries:
            key = self._key(key_node)
            child = f"{pointer}/{escape(key)}"
            if key in result:
                first = self.marks[child]
                mark = key_node.start_mark
                message = f"the key {key!r} is repeated; the first is at line {first.key_line}"
                origin = Origin(self.name, mark.line + 1, mark.column + 1)
                self.problems.append(Problem("duplicate-key", message, origin, hint="remove one of the two"))
                continue
            result[key] = self._value(value_node, child, key_node.start_mark)
        return result

    def _merged(self, node: yaml.MappingNode) -> list[tuple[Any, Any]]:
        """Entries of a mapping with `<<` in it: its own, and where `<<` stands those of the merged mappings that it has not.

        A merged mapping may merge others. Of several in a list the earlier one counts (https://yaml.org/type/merge.html).
        """
        known = self._flat.get(id(node))
        if known is not None:
            return known
        # Filled below; a mapping that merges itself finds the list empty and ends there.
        entries = self._flat[id(node)] = list[tuple[Any, Any]]()
        names = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and not _is_merge(key)}
        for key_node, value_node in node.value:
            if not _is_merge(key_node):
                entries.append((key_node, value_node))
                continue
            for part in self._parts_of(value_node):
                added = [entry for entry in self._merged(part) if entry[0].value not in names]
                entries += added
                names |= {key.value for key, _ in added}
        return entries

    def _parts_of(self, node: yaml.Node) -> list[yaml.MappingNode]:
        """The mappings that a `<<` names."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                message = "`<<` merges a mapping, or a list of mappings"
                self._refuse("yaml-merge", message, part.start_mark)
        return [part for part in parts if isinstance(part, yaml.MappingNode)]

    def _key(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self._refuse("yaml-key", "a key must be a string", node.start_mark)
        return ""


def _is_merge(key: yaml.Node) -> bool:
    return bool(key.tag == "tag:yaml.org,2002:merge")


def _explicit_string(node: yaml.ScalarNode) -> bool:
    """Whether `!!str` stands before a plain scalar: the tag says string where YAML 1.1 would have guessed something else."""
    if node.tag != _TAG_STRING or not node.value:
        return False
    guesses = yaml.SafeLoader.yaml_implicit_resolvers.get(node.value[0], [])
    return any(tag != _TAG_STRING and pattern.match(node.value) for tag, pattern in guesses)
