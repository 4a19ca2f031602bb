"""Files on disk: formatted, written only where they differ, listed in a manifest with what they were made from."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.codegen import inputs
from tools.codegen.generate import Output
from tools.codegen.inputs import digest

_SYMBOL = re.compile(r"(?:class |def |async def )?([A-Za-z_][A-Za-z0-9_]*)\s*(?:[:(=\[]|$)")


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """`files` with its Python formatted, all in one go."""
    python = {name: text for name, text in files.items() if name.endswith(".py") and "/_runtime/" not in name}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in python.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        subprocess.run(
            [
                _ruff(),
                "format",
                "--isolated",
                "--quiet",
                "--line-length=120",
                "--target-version=py311",
                "--no-cache",
                folder,
            ],
            check=True,
        )
        return {
            name: (Path(folder) / name).read_text(encoding="utf-8") if name in python else files[name] for name in files
        }


def _ruff() -> str:
    beside = Path(sys.executable).with_name("ruff")
    return str(beside) if beside.exists() else shutil.which("ruff") or "ruff"


def source_map(output: Output, files: Mapping[str, str]) -> dict[str, dict[str, list[Any]]]:
    """File to symbol to its line and the contract's `file:line`."""
    found: dict[str, dict[str, list[Any]]] = {}
    for name, symbols in sorted(output.symbols.items()):
        lines = _lines_of(files[name])
        found[name] = {
            symbol: [lines[symbol], f"{origin.file}:{origin.line}"]
            for symbol, origin in sorted(symbols.items())
            if symbol in lines
        }
    return found


def _lines_of(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1].isspace():
            continue
        match = _SYMBOL.match(line)
        if match:
            lines.setdefault(match[1], number)
    return lines


def manifest_text(output: Output, files: Mapping[str, str], contracts: Mapping[str, str]) -> str:
    """The manifest of a run. `contracts` are the texts of the source documents."""
    content = {
        "note": "Written by `contracts generate`. `sources` maps each symbol to its line here and its place in the contracts.",
        "generator": inputs.FORMAT,
        "contracts": {name: digest(text.encode()) for name, text in sorted(contracts.items())},
        "files": {name: digest(text.encode()) for name, text in sorted(files.items())},
        "sources": source_map(output, files),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def differences(folder: Path, files: Mapping[str, str]) -> list[str]:
    """What in `folder` is not what `files` say: one line each."""
    found: list[str] = []
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.exists():
            found.append(f"{name}: missing")
        elif path.read_bytes() != text.encode():
            found.append(f"{name}: differs")
    return found + [f"{name}: nothing makes this file" for name in orphans(folder, files)]


def write(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write what differs and remove what nothing makes; names of what changed."""
    changed: list[str] = []
    for name, text in sorted(files.items()):
        path = folder / name
        data = text.encode()
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        changed.append(name)
    for name in orphans(folder, files):
        (folder / name).unlink()
        changed.append(name)
    return changed


def orphans(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Files in `folder` that nothing makes."""
    return inputs.orphans(str(folder), dict(files))
