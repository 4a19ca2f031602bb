"""Files by name and hash. Imports next to nothing: a run without news does only this."""

import os
from _blake2 import blake2b  # hashlib also loads OpenSSL


def digest(data: bytes) -> str:
    """Hash of a file's bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def below(folder: str, suffixes: tuple[str, ...]) -> list[str]:
    """Files below `folder`, relative to it, sorted; without caches."""
    paths: list[str] = []
    for current, folders, names in os.walk(folder):
        # os.walk descends only into what remains in this very list, so it is changed in place.
        folders[:] = [name for name in folders if name != "__pycache__" and name[0] != "."]
        base = os.path.relpath(current, folder).replace(os.sep, "/")
        paths += [name if base == "." else f"{base}/{name}" for name in names if name.endswith(suffixes)]
    return sorted(paths)


def read(path: str) -> bytes:
    """Bytes of a file. Raises `OSError`."""
    with open(path, "rb") as stream:
        return stream.read()
