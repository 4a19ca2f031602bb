"""Files on disk: formatted, written only where they differ, listed in a manifest with their sources."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.codegen import inputs
from tools.codegen.pipeline import Output
from tools.openapi.files import digest
from tools.openapi.link import Sources
from tools.openapi.problems import Origin

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
                # The output must be the same for everybody, so settings of the surrounding project do not count.
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
    # The formatter of this environment is the pinned one; another version on the path could format differently.
    beside = Path(sys.executable).with_name("ruff")
    return str(beside) if beside.exists() else shutil.which("ruff") or "ruff"


def finish(output: Output, sources: Sources) -> dict[str, str]:
    """Every file as it is written, the manifest with them. New modules go to the store for the next run."""
    fresh = formatted(output.files)
    maps = {name: _map(fresh[name], symbols) for name, symbols in output.symbols.items()}
    for name, key in output.keys.items():
        if name in fresh:
            sources.store.put((fresh[name], maps.get(name, "")), "module", key)
    files = {**fresh, **{name: ready.text for name, ready in output.cached.items()}}
    maps |= {name: ready.map for name, ready in output.cached.items() if ready.map}
    files[inputs.MANIFEST] = _manifest(files, maps, sources)
    sources.store.sweep()
    return files


def _map(text: str, symbols: Mapping[str, Origin]) -> str:
    """Symbol to its line and the contract's `file:line`, as JSON."""
    lines = _lines_of(text)
    places = {
        symbol: [lines[symbol], f"{origin.file}:{origin.line}"]
        for symbol, origin in sorted(symbols.items())
        if symbol in lines
    }
    return json.dumps(places, indent=1, ensure_ascii=False).replace("\n", "\n  ")


def _lines_of(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1].isspace():
            continue
        match = _SYMBOL.match(line)
        if match:
            lines.setdefault(match[1], number)
    return lines


def _manifest(files: Mapping[str, str], maps: Mapping[str, str], sources: Sources) -> str:
    documents = {name: digest(document.text.encode()) for name, document in sorted(sources.documents.items())}
    head = {
        "note": "Written by `contracts generate`. `sources` maps each symbol to its line here and its place in the contracts.",
        "versions": _versions(sources),
        "contracts": documents,
        "data": {document.path: digest(document.text.encode()) for document in sources.data.values()},
        "files": {name: digest(text.encode()) for name, text in sorted(files.items())},
    }
    listed = ",\n".join(f"  {json.dumps(name)}: {maps[name]}" for name in sorted(maps))
    return f'{json.dumps(head, indent=1, ensure_ascii=False)[:-2]},\n "sources": {{\n{listed}\n }}\n}}\n'


def _versions(sources: Sources) -> dict[str, str | int]:
    """Versions of the generator, the formatter, the YAML writer and each API."""
    apis = {entry: sources.documents[entry].value.get("info") for entry in sources.entries}
    return {
        "generator": inputs.FORMAT,
        **{name: inputs.version_of(name) for name in ("ruff", "PyYAML")},
        **{entry: str(info.get("version", "")) for entry, info in apis.items() if isinstance(info, dict)},
    }


def differences(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Files in `folder` that differ from `files`: one line each."""
    lines: list[str] = []
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.exists():
            lines.append(f"{name}: missing")
        elif path.read_bytes() != text.encode():
            lines.append(f"{name}: differs")
    return lines + [f"{name}: nothing makes this file" for name in orphans(folder, files)]


def write(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write the files that differ and remove orphans; names of the changed files."""
    gone = orphans(folder, files)  # asked first: the old manifest knows folders that nothing is made in any more
    changed: list[str] = []
    for name, text in sorted(files.items()):
        path = folder / name
        data = text.encode()
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        changed.append(name)
    for name in gone:
        (folder / name).unlink()
        changed.append(name)
    return changed


def orphans(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Files in `folder` that are not part of the output."""
    return inputs.orphans(str(folder), dict(files))
