"""Which names of a delivery may be kept where its content may not: those that a contract gives.

A pointer repeats the names on the way to a mistake. A name that the sender made up can be anything, a person's too.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from generated.server.app import DOCUMENT

UNKNOWN = "…"


def kept(pointer: str) -> str:
    """The JSON pointer with every name that no contract has replaced by `…`; places in lists stay."""
    root, *tokens = pointer.split("/")
    return "/".join((root, *(token if _is_place(token) or token in _declared() else UNKNOWN for token in tokens)))


def issue(one: dict[str, str]) -> dict[str, str]:
    """The part of a mistake that may be kept: `pointer`, and `field` where it has one, with known names only."""
    pointer = kept(one["pointer"])
    return one | {"pointer": pointer} | ({"field": pointer.rpartition("/")[2]} if "field" in one else {})


def _is_place(token: str) -> bool:
    """Whether `token` is a place in a list: a longer number may be somebody's."""
    return token.isdecimal() and len(token) <= 4


@cache
def _declared() -> frozenset[str]:
    """Every property of every schema, as a pointer writes it, and the parts of a request that pointers begin with."""
    names = {"body", "query", "path", "header"}
    waiting: list[Any] = [json.loads(DOCUMENT.read_bytes())]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
            properties = item.get("properties")
            names.update(properties if isinstance(properties, dict) else ())
        elif isinstance(item, list):
            waiting.extend(item)
    return frozenset(name.replace("~", "~0").replace("/", "~1") for name in names)
