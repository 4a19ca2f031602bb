"""A Python module under construction: lines, the imports they need, and the contract line behind each symbol."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

from tools.codegen import vocabulary
from tools.openapi.problems import Origin

WIDTH = 116


class Module:
    """Collects the lines of one file."""

    def __init__(self, path: str, summary: str, made_from: str) -> None:
        self.path = path
        """Below the output folder: `server/models/auth.py`."""
        self.symbols: dict[str, Origin] = {}
        """Class, function or constant to the place in the contract that it stands for."""
        self._summary = summary
        self._made_from = made_from
        self._imports: dict[str, set[str]] = {}
        self._modules: dict[str, set[str]] = {}
        self._lines: list[str] = []
        self._indent = 0
        self.is_lazy = False
        """Annotations are not evaluated when the module is imported, so that they may name what comes later."""

    def use(self, module: str, name: str) -> str:
        """Import `name` from `module` (dots in front as in source) and return how to say it."""
        source = module.lstrip(".")
        if source != "_runtime" and (source == module or source.startswith("_runtime")):
            assert name in vocabulary.IMPORTED[source], f"{source}.{name} is missing in the vocabulary"
        self._imports.setdefault(module, set()).add(name)
        return name

    def line(self, text: str = "") -> None:
        """Add one line."""
        self._lines.append(f"{'    ' * self._indent}{text}" if text else "")

    def lines(self, texts: Iterable[str]) -> None:
        """Add several lines."""
        for text in texts:
            self.line(text)

    @contextmanager
    def block(self, head: str) -> Generator[None]:
        """Add `head` and indent what follows."""
        self.line(head)
        self._indent += 1
        yield
        self._indent -= 1

    def symbol(self, name: str, origin: Origin) -> None:
        """Remember that `name` stands for the contract at `origin`."""
        self.symbols[name] = origin

    def docstring(self, text: str) -> None:
        """Add `text` as a docstring, wrapped; nothing when it is empty."""
        if text.strip():
            self.lines(quoted(text, WIDTH - 4 * self._indent))

    def render(self) -> str:
        """The whole file, before formatting."""
        note = f"Generated from {self._made_from} by `contracts generate`; change that instead."
        head = [*quoted(f"{self._summary}\n\n{note}", WIDTH), ""]
        if self.is_lazy:
            head += ["from __future__ import annotations", ""]
        return "\n".join([*head, *self._import_lines(), *self._lines]) + "\n"

    def _import_lines(self) -> Iterator[str]:
        groups: dict[int, list[str]] = {0: [], 1: [], 2: []}
        # The order of ruff's import sorting, so that generated code passes the linter of whoever receives it.
        for module in sorted(self._imports, key=lambda name: (name.startswith("."), -_dots(name), name)):
            first = module.partition(".")[0]
            group = 2 if module.startswith(".") else 0 if first in sys.stdlib_module_names else 1
            names = ", ".join(sorted(self._imports[module], key=_import_order))
            groups[group].append(f"from {module} import {names}")
        for lines in groups.values():
            yield from lines
            if lines:
                yield ""


def _dots(name: str) -> int:
    return len(name) - len(name.lstrip("."))


def _import_order(name: str) -> tuple[int, str]:
    plain = name.partition(" ")[0]
    return (0 if plain.isupper() else 1 if plain[0].isupper() else 2, name)


def quoted(text: str, width: int) -> list[str]:
    """Lines of a docstring."""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    safe = [part.replace("\\", "\\\\").replace('"""', "'''") for part in paragraphs if part]
    wrapped = [textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False) for part in safe]
    lines = [line for index, part in enumerate(wrapped) for line in ([""] if index else []) + part]
    if not lines:
        return []
    if len(lines) == 1:
        # A quotation mark before the closing ones would end the text too early.
        closing = " " if lines[0].endswith('"') else ""
        return [f'"""{lines[0]}{closing}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']
