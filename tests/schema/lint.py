"""`python -m tests.schema.lint [--fix]`: the SQL linter sqruff on the function files and the generated SQL, bodies included.

The linter takes a function's body for one long text. Bodies of SQL functions are therefore shown to it once more by themselves,
with comment lines in place of everything around them, so that its line numbers are those of the file. Bodies in PL/pgSQL are
compiled by PostgreSQL itself (`tests/db/test_functions.py`); of them only the case of keywords is looked at here.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from impl.db.history import FUNCTIONS, GENERATED_SQL

CONFIG = Path(__file__).with_name("sqruff.ini")
SQRUFF = Path(sys.executable).with_name("sqruff")
KEYWORDS = frozenset(
    "ALL AND ANY ARRAY AS ASC BEGIN BETWEEN BY CASE CONFLICT CONSTANT CROSS DECLARE DELETE DESC DISTINCT DO ELSE ELSIF END EXCEPTION"
    " EXECUTE EXISTS FILTER FOR FOREACH FOUND FROM GET GROUP HAVING IF IN INSERT INTO IS JOIN LATERAL LEFT LIMIT LOOP NOT NULL ON OR"
    " ORDER PERFORM RAISE RETURN RETURNING SELECT SET STRICT THEN UNION UPDATE USING VALUES WHEN WHERE WHILE WITH".split()
)
# A text, a comment, or a word that stands alone: the parts of a body, of which only the last kind is read.
_PARTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|\"[^\"]*\"|(?<![\w.$])[A-Za-z_]+(?![\w(])")


def body_alone(text: str) -> str | None:
    """The body of an SQL function on its own lines; None for other functions."""
    if "LANGUAGE sql" not in text or text.count("$$") != 2:
        return None
    before, body, _ = text.split("$$")
    return "--\n" * (before.count("\n") + 1) + body.lstrip("\n").rstrip() + "\n"


def keywords(path: Path, text: str) -> Iterator[str]:
    """Keywords of a PL/pgSQL body that are not in upper case, as findings."""
    if "LANGUAGE plpgsql" not in text:
        return
    before, body, _ = text.split("$$")
    for match in _PARTS.finditer(body):
        word = match[0]
        if word.upper() in KEYWORDS and word != word.upper():
            line = (before + body[: match.start()]).count("\n") + 1
            yield f"{path}:{line}: write {word.upper()}, not {word}"


def sqruff(command: str, *options: str, folder: Path) -> subprocess.CompletedProcess[str]:
    arguments = [str(SQRUFF), "--config", str(CONFIG), command, *options, "."]
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)


def write_bodies(files: dict[Path, str], folder: Path) -> None:
    """The bodies of the SQL functions among `files` (path below a folder → text), each as a file of that path in `folder`."""
    for path, text in files.items():
        if body := body_alone(text):
            copy = folder / path
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(body, encoding="utf-8")


def lint(folder: Path) -> str:
    """The linter's findings in the files below `folder` and in their bodies; empty where there are none."""
    files = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*.sql"))}
    findings = [finding for path, text in files.items() for finding in keywords(path, text)]
    with tempfile.TemporaryDirectory() as bodies:
        write_bodies(files, Path(bodies))
        # Without --parsing-errors the linter passes over text that it cannot parse and calls the file clean.
        runs = [sqruff("lint", "--parsing-errors", folder=place) for place in (folder, Path(bodies))]
    return "\n".join(findings + [run.stdout + run.stderr for run in runs if run.returncode])


def main() -> int:
    """Exit 1 when there are findings."""
    if "--fix" in sys.argv:
        sqruff("fix", folder=FUNCTIONS)
    findings = [text for folder in (FUNCTIONS, GENERATED_SQL) if (text := lint(folder))]
    print("\n".join(findings), end="", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
