"""The data beside the contracts: problem registry, mock ports, channels, integration maps, invariants."""

from __future__ import annotations

from pathlib import Path

from tools.contracts import source
from tools.contracts.problems import Problem
from tools.contracts.source import Document


def read(contracts: Path) -> tuple[dict[str, Document], list[Problem]]:
    """Data files of the contracts in `contracts`, by name without ending, and what is wrong with reading them."""
    folder = folder_of(contracts)
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")) if folder is not None else ():
        shown = contracts.parts[0] if contracts.parts and not contracts.is_absolute() else ""
        document, wrong = source.load(path, name=f"{shown}/governance/{path.name}".lstrip("/"))
        problems += wrong
        if document is not None:
            found[path.stem] = document
    return found, problems


def folder_of(contracts: Path) -> Path | None:
    """The nearest folder `governance` beside or above `contracts`."""
    above = (parent / "governance" for parent in contracts.resolve().parents)
    return next((folder for folder in above if folder.is_dir()), None)
