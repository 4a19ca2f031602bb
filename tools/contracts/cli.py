"""The `contracts` command.

Starts fast: what a command needs is imported when it runs, `generate` with nothing to do compares hashes only, and neither it
nor a plain `check` waits for the library that reads options.
"""

from __future__ import annotations

import gc
import sys

from tools.contracts.default_paths import CONTRACTS, OUT

BYTECODE = "build/cache/bytecode"


def main() -> None:
    """Entry point of the console script."""
    # The flag must be set before the first import below: Python compiles modules while it imports them.
    _keep_bytecode()
    if sys.argv[1:2] in (["check"], ["generate"], ["breaking"]):
        gc.disable()  # see `gc_pause`: this process ends with the run
    # The most frequent calls skip typer: importing it takes longer than a run that has nothing to do.
    if sys.argv[1:] in (["generate"], ["generate", "--check"]):
        from tools.contracts import generate_command  # noqa: PLC0415  (start-up time)

        sys.exit(generate_command.run(CONTRACTS, OUT, is_check=sys.argv[-1] == "--check"))
    if sys.argv[1:] == ["check"]:
        from pathlib import Path  # noqa: PLC0415

        from tools.contracts import checking  # noqa: PLC0415  (start-up time)

        sys.exit(checking.run(Path(CONTRACTS), "text", out=Path(OUT)))
    if sys.argv[1:2] == ["breaking"]:
        from tools.breaking import quick  # noqa: PLC0415  (start-up time)

        code = quick.run(sys.argv[2:])
        if code is not None:
            sys.exit(code)
    from tools.contracts.commands import app  # noqa: PLC0415  (start-up time)

    app()


def _keep_bytecode() -> None:
    """Where nothing may be written beside the sources, keep what Python compiles with our other results: it is half of a run."""
    if sys.dont_write_bytecode:
        import os  # noqa: PLC0415  (start-up time)

        sys.pycache_prefix = os.path.abspath(BYTECODE)  # noqa: PTH100  (pathlib takes 10 ms to import)
        sys.dont_write_bytecode = False


if __name__ == "__main__":
    main()
