"""Files on disk: formatted, written only where they differ, listed in a manifest with what they were made from."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.codegen.generate import Output

MANIFEST = "manifest.json"
FORMAT = 1
TOOLS = Path(__file__).parents[1]
_SYMBOL = re.compile(r"(?:class |def |async def )?([A-Za-z_][A-Za-z0-9_]*)\s*(?:[:(=\[]|$)")


def digest(data: bytes) -> str:
    """Hash of a file's bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def input_files(contracts: Path) -> list[tuple[str, Path]]:
    """Everything that decides about the output: the contracts, and the generator itself."""
    suffixes = {".yaml", ".yml", ".json"}
    root = contracts if contracts.is_dir() else contracts.parent
    found = [
        (f"contract:{path.relative_to(root).as_posix()}", path) for path in root.rglob("*") if path.suffix in suffixes
    ]
    for folder in ("codegen", "contracts"):
        found += [(f"tool:{path.relative_to(TOOLS).as_posix()}", path) for path in (TOOLS / folder).rglob("*.py")]
    return sorted(found)


def input_hash(contracts: Path, options: Mapping[str, str]) -> str:
    """One hash over every input."""
    state = hashlib.blake2b(digest_size=16)
    state.update(json.dumps([FORMAT, sys.version_info[:2], options], sort_keys=True).encode())
    for name, path in input_files(contracts):
        state.update(f"{name}\0".encode())
        state.update(path.read_bytes())
    return state.hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`; empty when there is none that can be read."""
    try:
        loaded = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def is_current(folder: Path, hash_: str) -> bool:
    """Whether `folder` holds exactly what the inputs with `hash_` make, without making it."""
    manifest = read_manifest(folder)
    if manifest.get("inputs") != hash_:
        return False
    files: dict[str, str] = manifest.get("files", {})
    try:
        is_same = all(digest((folder / name).read_bytes()) == known for name, known in files.items())
    except OSError:
        return False
    return is_same and not orphans(folder, files)


def orphans(folder: Path, files: Iterable[str]) -> list[str]:
    """Files in `folder` that nothing makes."""
    known = {*files, MANIFEST}
    tops = {name.partition("/")[0] for name in known}
    found: list[str] = []
    for top in sorted(tops):
        paths = (folder / top).rglob("*") if (folder / top).is_dir() else []
        found += [
            path.relative_to(folder).as_posix() for path in paths if path.is_file() and "__pycache__" not in path.parts
        ]
    return sorted(name for name in found if name not in known)


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


def manifest_text(output: Output, files: Mapping[str, str], hash_: str) -> str:
    """The manifest of a run."""
    sources = source_map(output, files)
    content = {
        "note": "Written by `contracts generate`. `sources` maps each symbol to its line here and its place in the contracts.",
        "inputs": hash_,
        "files": {name: digest(text.encode()) for name, text in sorted(files.items())},
        "sources": sources,
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
