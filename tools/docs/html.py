"""HTML as values: text is escaped when it becomes part of an element, so that nothing of a contract can become markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_VOID = frozenset({"meta", "link", "input", "br", "hr"})
_CODE = re.compile(r"`([^`]+)`")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: str | Iterable[str], **attributes: str | bool | None) -> Markup:
    """An element. Children are text, elements or lists of them; `class_` becomes class, `data_form` data-form."""
    text = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{text}>")
    return Markup(f"<{name}{text}>{join(*children)}</{name}>")


def join(*children: str | Iterable[str]) -> Markup:
    """Children one after the other."""
    return Markup("".join(_flat(children)))


def prose(text: str) -> Markup:
    """A sentence in which `words in backticks` are code."""
    return Markup(_CODE.sub(r"<code>\1</code>", html.escape(text, quote=False)))


def _flat(children: Iterable[str | Iterable[str]]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield html.escape(child, quote=False)
        else:
            yield from _flat(child)


def _attribute(key: str, value: str | bool | None) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(value)}"'
