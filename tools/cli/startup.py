"""The command `contracts` from its first line on, and everything that is done so that it starts fast.

What a command needs is imported when it runs. `generate` and `breaking` with nothing to do compare hashes only. Neither they nor
a plain `check` wait for the library that reads options, which takes a fifth of a second to import: they read theirs by hand.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from tools.breaking.defaults import BASE, FAIL_ON, FORMATS, GRACE_DAYS, HEAD, tally
from tools.cli.default_paths import CONTRACTS, OUT

BYTECODE = "build/cache/bytecode"
_SHORT_RUNS = ("check", "generate", "breaking", "changelog", "bump", "release", "accept")
"""Commands that create many objects, hardly any garbage, and end: each search for garbage would only take time."""
_EXCEPTIONS = "contracts/baselines/accepted.yaml"


def main() -> None:
    """Entry point of the console script."""
    # The flag must be set before the first import below: Python compiles modules while it imports them.
    _keep_bytecode()
    arguments = sys.argv[1:]
    if arguments[:1] and arguments[0] in _SHORT_RUNS:
        gc.disable()
    code = _everyday(arguments)
    if code is not None:
        sys.exit(code)
    from tools.cli.commands import app

    app()


def _everyday(arguments: Sequence[str]) -> int | None:
    """The exit code of the commands as they are used every day; None where the library that reads options must run them."""
    if arguments in (["generate"], ["generate", "--check"]):
        from tools.cli import generate_command

        return generate_command.run(CONTRACTS, OUT, is_check=arguments[-1] == "--check")
    if arguments == ["check"]:
        from pathlib import Path

        from tools.cli import checking

        return checking.run(Path(CONTRACTS), "text", out=Path(OUT))
    return _breaking(arguments[1:]) if arguments[:1] == ["breaking"] else None


def _keep_bytecode() -> None:
    """Where nothing may be written beside the sources, keep what Python compiles with our other results: it is half of a run."""
    if sys.dont_write_bytecode:
        sys.pycache_prefix = os.path.abspath(BYTECODE)
        sys.dont_write_bytecode = False


def _breaking(arguments: Sequence[str]) -> int | None:
    """The exit code of the everyday uses; None when the library that reads options must say what `arguments` mean."""
    parsed = _breaking_options(arguments)
    if parsed is None:
        return None
    base, head, form, fail_on = parsed
    apis = _unchanged(base, head) if form == "text" and not os.path.exists(_EXCEPTIONS) else 0
    if apis:
        sys.stdout.write(f"{tally((0, 0, 0), apis, apis, 0)}; version step: none\n")
        return 0
    import datetime as dt

    from tools.breaking import run as running
    from tools.breaking.rules.options import Options

    return running.command(base, head, Options(dt.datetime.now(dt.UTC).date(), GRACE_DAYS), form, fail_on)


def _breaking_options(arguments: Sequence[str]) -> tuple[str, str, str, str] | None:
    """Base, head, format and what to fail on; None for any other option, and for what is wrong."""
    places: list[str] = []
    form, fail_on = "text", "error"
    waiting = [part for word in arguments for part in (word.split("=", 1) if word[:2] == "--" else [word])]
    while waiting:
        word = waiting.pop(0)
        if word == "--format" and waiting:
            form = waiting.pop(0)
        elif word == "--fail-on" and waiting:
            fail_on = waiting.pop(0)
        elif word[:1] == "-":
            return None
        else:
            places.append(word)
    if len(places) > 2 or form not in FORMATS or fail_on not in FAIL_ON:
        return None
    base, head = [*places, *(BASE, HEAD)[len(places) :]]
    return base, head, form, fail_on


def _unchanged(base: str, head: str) -> int:
    """How many APIs there are when each is what was released, to the byte, and so are its sources; else 0."""
    from tools.breaking.input import digests, working

    same, apis = digests.unchanged(base, head)
    if len(same) != apis or (os.path.normpath(head) == working.BUNDLES and working.edited()):
        return 0
    return apis


if __name__ == "__main__":
    main()
