"""Digests of the released contracts: an API that did not change since is recognised by its hash, without reading it.

`contracts release` checks each baseline and writes its digest (`b2sum -l 128`) into a list beside the baselines. A file with a
listed digest was read and checked before; a bundle with the same bytes is the same contract.
"""

import os
from _blake2 import blake2b  # hashlib also loads OpenSSL

LIST = "released.b2"
SUFFIXES = (".yaml", ".yml", ".json")
JOINED = "openapi.yaml"
"""The bundle that joins all others; its parts are compared by themselves."""


def digest(data: bytes) -> str:
    """Hash of a file's bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def files(folder: str) -> dict[str, str]:
    """Digests of the contracts below `folder`, by their path in it."""
    digests: dict[str, str] = {}
    for current, _, names in os.walk(folder):
        below = os.path.relpath(current, folder).replace(os.sep, "/")
        for name in names:
            if name.endswith(SUFFIXES) and name != JOINED:
                with open(f"{current}/{name}", "rb") as stream:
                    digests[name if below == "." else f"{below}/{name}"] = digest(stream.read())
    return digests


def unchanged(base: str, head: str) -> tuple[set[str], int]:
    """Paths of the contracts that `head` holds byte by byte as they were released into `base`, and how many there are in all."""
    listed = _listed(base)
    if not listed or not os.path.isdir(head):
        return set(), 0
    old, new = files(base), files(head)
    # All three must agree: a baseline that was edited after its release is read and compared again.
    same = {name for name, known in old.items() if known == new.get(name) == listed.get(name)}
    return same, len(old.keys() | new.keys())


def write(base: str) -> None:
    """List the contracts of `base` as released. They must have been checked."""
    lines = [f"{known}  {_name(base)}/{path}\n" for path, known in sorted(files(base).items())]
    with open(_list_of(base), "w", encoding="utf-8") as stream:
        stream.writelines(lines)


def _name(base: str) -> str:
    return os.path.basename(os.path.normpath(base))


def _list_of(base: str) -> str:
    return os.path.join(os.path.dirname(os.path.normpath(base)), LIST)


def _listed(base: str) -> dict[str, str]:
    """Digests by path, as the list says; nothing when there is no list, or it cannot be read."""
    prefix = f"{_name(base)}/"
    try:
        with open(_list_of(base), encoding="utf-8") as stream:
            pairs = [line.rstrip("\n").partition("  ") for line in stream]
    except (OSError, UnicodeDecodeError):
        return {}
    return {path.removeprefix(prefix): known for known, _, path in pairs if path.startswith(prefix)}
