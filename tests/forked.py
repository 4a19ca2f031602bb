"""Commands as processes of their own, without the second that each needs to import the product.

`python -m tests.forked skeldir` (or `contracts`) imports it once and forks for every command that it is asked for, one line of JSON
each; it answers with the exit code, and ends with its input. Some tests use the real programs, so that these are known to start.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 300
# What has the program's `main`, and what its commands import by themselves.
PROGRAMS = {
    "skeldir": ["impl.cli", *(f"impl.cli.{name}" for name in "database deliver run serve tenant worker".split())],
    "contracts": [
        *(f"tools.cli.{name}" for name in "startup commands checking generate_command".split()),
        *(f"tools.breaking.{name}" for name in ("run", "input.working")),
    ],
}
Result = subprocess.CompletedProcess[str]


class Forker:
    """Runs one command of a program after the other."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def run(
        self, words: list[str], environment: Mapping[str, str], *, stdin: str = "", cwd: Path | None = None
    ) -> Result:
        """Run a command to its end, here or in `cwd`."""
        (self.folder / "stdin").write_text(stdin, "utf-8")
        asked = {"words": words, "environment": dict(environment), "streams": str(self.folder)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked | {"cwd": str(cwd or Path.cwd())}) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        stdout, stderr = ((self.folder / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return Result(words, code, stdout, stderr)


@contextmanager
def forker(program: str, folder: Path) -> Iterator[Forker]:
    """The process that forks commands of `program`, as long as the block."""
    command = [sys.executable, "-m", __spec__.name, program]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        yield Forker(process, folder)


def _serve(program: str) -> None:
    main, *_ = (importlib.import_module(name) for name in PROGRAMS[program])
    assert threading.active_count() == 1, "what forks may have one thread only"
    for line in sys.stdin:
        asked = json.loads(line)
        if (child := os.fork()) == 0:
            _become(program, **asked)
            main.main()
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(program: str, words: list[str], environment: dict[str, str], streams: str, cwd: str) -> None:
    """Be the process that a shell would have started."""
    signal.alarm(LIMIT_SECONDS)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream: Any = (Path(streams) / name).open(mode, encoding="utf-8")
        os.dup2(stream.fileno(), number)
        setattr(sys, name, stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = [program, *words]


if __name__ == "__main__":
    _serve(sys.argv[1])
