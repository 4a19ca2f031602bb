"""The data beside the contracts: problem registry, mock ports, channels, integration maps, personal keys, invariants."""

from __future__ import annotations

import re
from pathlib import Path

from tools.openapi import beside, source
from tools.openapi.problems import Problem
from tools.openapi.source import Document

_MAKES_CODE = re.compile(r"^generate:", re.MULTILINE)


def read(contracts: Path, *, only_code: bool = False) -> tuple[dict[str, Document], list[Problem]]:
    """Data files of the contracts in `contracts`, by name without ending, and what is wrong with reading them.

    With `only_code`, those of which code is made.
    """
    folder = folder_of(contracts)
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")) if folder is not None else ():
        if only_code and not _MAKES_CODE.search(path.read_text("utf-8", "replace")):
            continue
        root = contracts.parts[0] if contracts.parts and not contracts.is_absolute() else ""
        document, wrong = source.load(path, name=f"{root}/governance/{path.name}".lstrip("/"))
        problems += wrong
        if document is not None:
            documents[path.stem] = document
    return documents, problems


def folder_of(contracts: Path) -> Path | None:
    """The nearest folder `governance` beside or above `contracts`."""
    folder = beside.governance_folder(str(contracts))
    return Path(folder) if folder is not None else None
