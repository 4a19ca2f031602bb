"""Commands as processes of their own, without the second that each needs to import the product.

`python -m tests.cli.forked` imports it once and forks for every command that it is asked for, one line of JSON each; it answers with
the exit code, and ends with its input. The real program is what `test_run.py` uses.
"""

from __future__ import annotations

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

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 300
Result = subprocess.CompletedProcess[str]


class Forker:
    """Runs one command after the other."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def run(self, words: list[str], stdin: str, environment: Mapping[str, str]) -> Result:
        """Run a command to its end."""
        (self.folder / "stdin").write_text(stdin, "utf-8")
        asked = {"words": words, "environment": dict(environment), "folder": str(self.folder)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        stdout, stderr = ((self.folder / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return Result(words, code, stdout, stderr)


@contextmanager
def forker(folder: Path, environment: Mapping[str, str]) -> Iterator[Forker]:
    """The process that forks, as long as the block."""
    command = [sys.executable, "-m", __spec__.name]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        yield Forker(process, folder)


def _serve() -> None:
    from impl import cli
    from impl.cli import database, deliver, run, serve, tenant, worker  # noqa: F401 - so that no command has to

    assert threading.active_count() == 1, "what forks may have one thread only"
    for line in sys.stdin:
        asked = json.loads(line)
        if (child := os.fork()) == 0:
            _become(**asked)
            cli.main()
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(words: list[str], environment: dict[str, str], folder: str) -> None:
    """Be the process that a shell would have started."""
    signal.alarm(LIMIT_SECONDS)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream: Any = (Path(folder) / name).open(mode, encoding="utf-8")
        os.dup2(stream.fileno(), number)
        setattr(sys, name, stream)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["skeldir", *words]


if __name__ == "__main__":
    _serve()
