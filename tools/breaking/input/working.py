"""The bundles of the working tree as the contracts are now, also while `generated/` still holds those of before the last edit."""

import json
import os
import re

from tools.breaking.input import digests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BUNDLES = "generated/bundles/v1"
SOURCES = "contracts/openapi/v1"
_MANIFEST = "generated/manifest.json"
_FILE = re.compile(rb"\$ref['\"]?\s*:\s*['\"]?([^#'\"\s]+)")


def edited() -> set[str]:
    """Source files that are not what the bundles were made of, by their path below the sources; empty without sources."""
    if not os.path.isdir(SOURCES):
        return set()
    now = digests.files(SOURCES)
    recorded = _manifest()
    return {name for name in now.keys() | recorded.keys() if now.get(name) != recorded.get(name)}


def _manifest() -> dict[str, str]:
    try:
        with open(_MANIFEST, "rb") as stream:
            digests: dict[str, str] = json.loads(stream.read())["contracts"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    prefix = f"{SOURCES}/"
    return {name.removeprefix(prefix): known for name, known in digests.items()}


def entries() -> list[str]:
    """Entry files by their path below the sources: those that are not in a folder whose name starts with `_` or `.`."""
    return sorted(name for name in digests.files(SOURCES) if not any(part[0] in "_." for part in name.split("/")))


def touched(changed: set[str]) -> list[str]:
    """Entry files that one of the `changed` files belongs to."""
    return [entry for entry in entries() if _closure(entry) & changed]


def _closure(entry: str) -> set[str]:
    """The file `entry` and every file that it refers to, directly or not."""
    files, waiting = set[str](), [entry]
    while waiting:
        name = waiting.pop()
        path = f"{SOURCES}/{name}"
        if name in files or not os.path.isfile(path):
            continue
        files.add(name)
        with open(path, "rb") as stream:
            # A regular expression, not a parser: a wrong hit costs one bundle too many, and parsing would cost more
            # than the comparison that it saves.
            references = set(_FILE.findall(stream.read()))
        folder = os.path.dirname(name)
        waiting += [
            os.path.normpath(f"{folder}/{other.decode()}" if folder else other.decode()) for other in references
        ]
    return files


def bundles(selection: list[str]) -> "tuple[dict[str, Any], list[Any]]":
    """Bundles of the `chosen` entry files by the path they are generated to, and what is wrong with their sources."""
    from pathlib import Path  # noqa: PLC0415 - start-up

    from tools.openapi import bundle, link, problems  # noqa: PLC0415 - start-up

    by_path: dict[str, Any] = {}
    sources = None
    for entry in selection:
        sources = link.read(Path(SOURCES, entry), earlier=sources)
        wrong = [problem for problem in sources.problems if problem.severity is problems.Severity.ERROR]
        if wrong:
            return {}, wrong
        by_path[f"{BUNDLES}/{entry}"] = bundle.bundle(sources, sources.entries[0])
    return by_path, []
