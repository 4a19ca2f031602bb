"""Results of earlier runs, found again by a hash of everything that they depend on.

What is kept can be stale, broken or written by two runs at once, and never matters: a key names all that a result depends on, a
damaged file is as if it were not there, and files appear whole or not at all. Without a folder nothing is kept.
"""

import marshal
import os
import sys
from _blake2 import blake2b  # hashlib also loads OpenSSL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_FILES = 4_000
_DIGEST_BYTES = 16


def digest(*parts: str | bytes) -> str:
    """One hash of `parts`, each with its length, so that no two lists of parts share one."""
    state = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        # An escape in JSON can name half of a surrogate pair, which strict UTF-8 refuses to encode.
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(b"%d:" % len(raw))
        state.update(raw)
    return state.hexdigest()


class Store:
    """Values that `marshal` knows (numbers, text, tuples, lists, dictionaries) in one folder."""

    def __init__(self, folder: str | None, salt: str = "") -> None:
        self._folder = folder
        # The format of marshal may change with any release of Python, so each release has entries of its own.
        self._salt = f"{salt} {sys.version} {marshal.version}"
        self._is_written = False

    def get(self, *key: str) -> "Any":
        """The value stored under `key`, or None."""
        if self._folder is None:
            return None
        try:
            with open(self._path(key), "rb") as stream:
                raw = stream.read()
            # Damaged bytes can crash the interpreter inside marshal, so nothing is loaded before its digest fits.
            body = memoryview(raw)[_DIGEST_BYTES:]
            return marshal.loads(body) if _check(body) == raw[:_DIGEST_BYTES] else None  # noqa: S302  (our own, and whole)
        except (OSError, ValueError, EOFError, TypeError):
            return None

    def put(self, value: "Any", *key: str) -> None:
        """Keep `value` under `key`, in place of what was there. A disk that takes nothing is no error."""
        if self._folder is None:
            return
        body, path = marshal.dumps(value), self._path(key)
        # Written beside and then renamed: a process that reads at the same time gets the old entry or the new one, never a part.
        own = f"{path}.{os.getpid()}"
        try:
            os.makedirs(self._folder, exist_ok=True)
            with open(own, "wb") as stream:
                stream.write(_check(body))
                stream.write(body)
            os.replace(own, path)
        except OSError:
            return
        self._is_written = True

    def sweep(self) -> None:
        """Forget the older half, once there is too much."""
        if self._folder is None or not self._is_written:
            return
        try:
            entries = sorted(os.scandir(self._folder), key=lambda one: one.stat().st_mtime_ns)
            for one in entries[: len(entries) // 2] if len(entries) > MOST_FILES else ():
                os.unlink(one.path)
        except OSError:
            return

    def _path(self, key: tuple[str, ...]) -> str:
        return f"{self._folder}/{digest(self._salt, *key)}"


def _check(body: "bytes | memoryview") -> bytes:
    return blake2b(body, digest_size=_DIGEST_BYTES).digest()


NOTHING_KEPT = Store(None)
