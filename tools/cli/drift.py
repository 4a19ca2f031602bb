"""Whether generated code is what the contracts make, by the hashes that its manifest keeps: no second run, a few milliseconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tools.codegen import inputs
from tools.openapi import directives
from tools.openapi.files import digest
from tools.openapi.problems import Origin
from tools.openapi.source import Document
from tools.rules.contract import GeneratedFile


def generated_files(
    documents: Mapping[str, Document], out: Path, data: Mapping[str, Document] | None = None
) -> list[GeneratedFile]:
    """Every file of the generation below `out`, as its manifest knows it and as it is; without a manifest, that one file.

    `data` are the data files beside the contracts by name; without them nothing is said about them.
    """
    manifest = out / inputs.MANIFEST
    where = Origin(manifest.as_posix(), 1, 1)
    known = _known(manifest)
    if known is None:
        return [GeneratedFile(manifest.as_posix(), False, "a manifest", None, where)]
    now = {path: digest(document.text.encode()) for path, document in documents.items()}
    beside = _contracts(known.get("data", {}), _digests(data), where) if data is not None else []
    return [*beside, *_contracts(known["contracts"], now, where), *_files(known["files"], out, where)]


def _digests(data: Mapping[str, Document]) -> dict[str, str]:
    """Hashes of the data files of which code is made."""
    made_of = (one for one in data.values() if isinstance(one.value, dict) and directives.KEY in one.value)
    return {document.path: digest(document.text.encode()) for document in made_of}


def _known(manifest: Path) -> dict[str, dict[str, str]] | None:
    """Digests of the last run; None when its manifest is missing or cannot be read."""
    try:
        known = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return None
    parts = [known.get(name) for name in ("contracts", "files")] if isinstance(known, dict) else [None]
    return known if all(isinstance(part, dict) for part in parts) else None


def _contracts(then: Mapping[str, str], now: Mapping[str, str], where: Origin) -> list[GeneratedFile]:
    return [
        GeneratedFile(path, True, then.get(path), now.get(path), Origin(path, 1, 1) if path in now else where)
        for path in sorted({*then, *now})
    ]


def _files(then: Mapping[str, str], out: Path, where: Origin) -> list[GeneratedFile]:
    names = sorted({*then, *inputs.orphans(str(out), dict(then))})
    files: list[GeneratedFile] = []
    for name in names:
        path = out / name
        now = digest(path.read_bytes()) if path.is_file() else None
        origin = Origin(path.as_posix(), 1, 1) if now is not None else where
        files.append(GeneratedFile(path.as_posix(), False, then.get(name), now, origin))
    return files
