"""Strongly connected components, dependencies first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

NodeT = TypeVar("NodeT")


def components(  # noqa: C901  (Tarjan without recursion reads best in one piece)
    nodes: Iterable[NodeT], needs: Callable[[NodeT], Iterable[NodeT]]
) -> list[list[NodeT]]:
    """Groups of nodes that need each other, each after the groups it needs (Tarjan's algorithm, without recursion)."""
    index: dict[NodeT, int] = {}
    low: dict[NodeT, int] = {}
    stack: list[NodeT] = []
    on_stack: set[NodeT] = set()
    groups: list[list[NodeT]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(needs(root)))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for child in rest:
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, iter(needs(child))))
                    break
                if child in on_stack:
                    low[node] = min(low[node], index[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = [stack.pop()]
                    while group[-1] != node:
                        group.append(stack.pop())
                    on_stack.difference_update(group)
                    groups.append(group[::-1])
    return groups
