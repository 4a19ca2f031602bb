"""Whether the output is what the inputs make, by hashes alone. Imports next to nothing: a run without news does only this."""

import json
import os
import sys
from _blake2 import blake2b  # hashlib also loads OpenSSL

from tools.openapi import beside
from tools.openapi.files import below, digest, read

MANIFEST = "manifest.json"
# Raised by hand when stored results must not be used any more although no hashed input has changed.
FORMAT = 2
TOOLS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SUFFIXES = (".yaml", ".yml", ".json")


def input_hash(contracts: str, out: str = "generated") -> str:
    """One hash over everything that decides about the output: the contracts, the data beside them, generator, Python version.

    `out` is no input, even where it stands among the contracts.
    """
    state = blake2b(tools_hash().encode(), digest_size=16)
    folder = contracts if os.path.isdir(contracts) else os.path.dirname(contracts) or "."
    # Generated code names the files it comes from, so the same contracts under another path are another input.
    state.update(contracts.replace(os.sep, "/").encode())
    own = os.path.relpath(out, folder).replace(os.sep, "/") + "/"
    _add(state, folder, [name for name in below(folder, _SUFFIXES) if not name.startswith(own)])
    data = beside.governance_folder(contracts)
    if data is not None:
        _add(state, data, [name for name in below(data, (".yaml",)) if "/" not in name])
    return state.hexdigest()


_tools_hash: list[str] = []


def tools_hash() -> str:
    """One hash over what makes the output, whatever the contracts: the generator, Python, the libraries installed here."""
    if not _tools_hash:
        state = blake2b(repr((FORMAT, sys.version_info[:2], _libraries())).encode(), digest_size=16)
        for room in ("openapi", "codegen"):
            _add(state, TOOLS, [f"{room}/{name}" for name in below(f"{TOOLS}/{room}", (".py",))])
        _tools_hash.append(state.hexdigest())
    return _tools_hash[0]


def _libraries() -> tuple[int, ...]:
    """Times at which something was installed beside this Python last (the formatter and the YAML writer have versions too)."""
    # Installing or removing a distribution changes the time of the folder. Reading the versions of all distributions would take
    # longer than the rest of a run that has nothing to do.
    times: list[int] = []
    for path in sys.path:
        if path.endswith("-packages"):
            try:
                times.append(os.stat(path).st_mtime_ns)
            except OSError:
                continue
    return tuple(times)


def version_of(distribution: str) -> str:
    """Version of an installed distribution, by the name of its folder; empty when it is not there."""
    head = f"{distribution.lower()}-"
    for path in sys.path:
        for name in os.listdir(path) if path.endswith("-packages") and os.path.isdir(path) else ():
            if name.lower().startswith(head) and name.endswith(".dist-info"):
                return name[len(head) :].removesuffix(".dist-info")
    return ""


def _add(state: blake2b, folder: str, names: list[str]) -> None:
    for name in names:
        # No path contains a zero byte, so a name and the content before it cannot be read as another pair.
        state.update(f"\0{name}\0".encode())
        state.update(read(f"{folder}/{name}"))


def _stamp(out: str) -> str:
    """Where this machine remembers the last run into `out`. It is not part of the output: other machines make their own."""
    return f"build/cache/generate-{digest(os.path.abspath(out).encode())[:12]}"


def remember(out: str, hash_: str) -> None:
    """Remember that `out` is what the inputs with `hash_` make."""
    os.makedirs("build/cache", exist_ok=True)
    with open(_stamp(out), "w", encoding="ascii") as stream:
        stream.write(f"{hash_} {digest(read(f'{out}/{MANIFEST}'))}")


def is_current(out: str, hash_: str) -> bool:
    """Whether `out` holds exactly what the inputs with `hash_` make, as far as this machine has seen it made."""
    try:
        raw = read(f"{out}/{MANIFEST}")
        # The stamp covers the manifest too. Otherwise an edited manifest would vouch for edited files.
        if read(_stamp(out)).decode("ascii") != f"{hash_} {digest(raw)}":
            return False
        files: dict[str, str] = json.loads(raw)["files"]
        is_same = all(digest(read(f"{out}/{name}")) == known for name, known in files.items())
    except (OSError, ValueError, KeyError):
        return False
    return is_same and not orphans(out, files)


def _made_last(folder: str) -> list[str]:
    """Names of the files that the manifest lists; none when it cannot be read."""
    try:
        return list(json.loads(read(f"{folder}/{MANIFEST}"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def orphans(folder: str, files: dict[str, str]) -> list[str]:
    """Files that nothing makes, in folders where everything is made, now or when the manifest was written."""
    tops = sorted({name.partition("/")[0] for name in (*files, *_made_last(folder)) if "/" in name})
    present = [f"{top}/{name}" for top in tops for name in below(f"{folder}/{top}", ("",))]
    return [name for name in present if name not in files]
