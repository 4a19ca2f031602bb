"""Removes operations that reach an error in the contracts, so that all others can still be generated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.openapi.kinds import METHODS
from tools.openapi.link import Sources, references
from tools.openapi.node import Node
from tools.openapi.problems import Problem, Severity
from tools.openapi.store import NOTHING_KEPT

Place = tuple[str, str]
"""File and pointer."""


def remove(sources: Sources, problems: Iterable[Problem]) -> list[str]:
    """Take out of `sources` what reaches a place of one of `problems`. Returns the names of the removed operations.

    The documents are changed in place, so nothing of them may go to the store for a later run.
    """
    bad = {place for problem in problems if problem.severity is Severity.ERROR for place in _places(sources, problem)}
    reach = _Reach(sources, bad)
    removed = [one for one in _operations(sources) if reach.is_bad(one.value) or reach.is_bad_parameters(one.item)]
    components = [node for node in _components(sources) if reach.is_bad(node)]
    for one in removed:
        del one.item.value[one.method]
    for node in components:
        parent = Node(sources, node.file, *_parent(sources, node))
        del parent.value[node.name]
    for loaded in sources.loaded.values():
        loaded.references = loaded.mappings = None
    sources.forget_closures()
    sources.store = NOTHING_KEPT
    return [one.name for one in removed]


class _Operation:
    def __init__(self, path: str, method: str, item: Node, value: Node) -> None:
        self.method, self.item, self.value = method, item, value
        target = value.target() if value.is_reference and _exists(value) else value
        self.name = target.text("operationId") or f"{method.upper()} {path}"


def _operations(sources: Sources) -> list[_Operation]:
    operations: list[_Operation] = []
    for file in sources.entries:
        paths = sources.root(file).get("paths")
        group = paths.target() if paths is not None and _exists(paths) else None
        for path, node in group.items() if group is not None else ():
            item = node.target() if _exists(node) else node
            for method in METHODS:
                value = item.get(method)
                if value is not None:
                    operations.append(_Operation(path, method, item, value))
    return operations


def _components(sources: Sources) -> Iterator[Node]:
    for file in sources.documents:
        components = sources.root(file).get("components")
        for _, kind in components.items() if components is not None else ():
            if not kind.is_reference:
                yield from (node for _, node in kind.items())


def _parent(sources: Sources, node: Node) -> tuple[str, object]:
    pointer = node.pointer.rpartition("/")[0]
    value: object = sources.documents[node.file].value
    for token in pointer.split("/")[1:]:
        value = value[token]  # type: ignore[index]  # `components` and a kind, which were walked before
    return pointer, value


def _places(sources: Sources, problem: Problem) -> Iterator[Place]:
    """Every value that stands where `problem` points to."""
    document = sources.documents.get(problem.origin.file)
    if document is None:
        return
    target = (problem.origin.line, problem.origin.column)
    before, nearest = (0, 0), ""
    for pointer in document.marks:
        mark = document.marks[pointer]
        key, value = (mark.key_line, mark.key_column), (mark.line, mark.column)
        if target in {key, value}:
            before, nearest = target, pointer
            yield document.path, pointer
        elif before < value < target:
            before, nearest = value, pointer
    if before != target:  # such as a key that is repeated: only the first has a mark
        yield document.path, nearest.rpartition("/")[0]


def _exists(node: Node) -> bool:
    """Whether the chain of references that starts at `node` ends somewhere."""
    # A chain this long is a circle. Following it to its end would never return.
    for _ in range(100):
        if not node.is_reference:
            return True
        following = _step(node)
        if following is None:
            return False
        node = following
    return False


def _step(node: Node) -> Node | None:
    try:
        return node.step()
    except KeyError:
        return None


class _Reach:
    """Places that a value leads to, through all references."""

    def __init__(self, sources: Sources, bad: set[Place]) -> None:
        self._sources = sources
        self._bad = bad

    def is_bad_parameters(self, item: Node) -> bool:
        group = item.get("parameters")
        return group is not None and self.is_bad(group)

    def is_bad(self, node: Node) -> bool:
        visited: set[Place] = set()
        queue = [node]
        while queue:
            current = queue.pop()
            if current.place in visited:
                continue
            visited.add(current.place)
            if any(file == current.file and _is_below(pointer, current.pointer) for file, pointer in self._bad):
                return True
            queue += [target for one in references(current) if (target := _step(one)) is not None]
        return False


def _is_below(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(f"{above}/")
