"""The SQL linter of `make lint`: the files of this tree are clean, and a bad one is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.schema import lint

HEAD = "-- A number.\nCREATE OR REPLACE FUNCTION one() RETURNS integer\nLANGUAGE {} AS $$\n"


@pytest.mark.parametrize("folder", [lint.FUNCTIONS, lint.GENERATED_SQL], ids=lambda folder: folder.name)
def test_every_file_is_clean(folder):
    assert any(folder.glob("*/*.sql"))
    assert lint.lint(folder) == ""


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (HEAD.format("sql") + "    select 1\n$$;\n", "Keywords must be upper case"),
        (HEAD.format("sql") + "    SELECT 1 FROM x  WHERE y\n$$;\n", "layout.spacing"),
        (HEAD.format("sql") + "    SELECT (1 FROM WHERE\n$$;\n", "L:   4 | P:  12 | ???? | Couldn't find closing bracket"),
        (HEAD.format("sql").replace("FUNCTION", "FUNCTIO") + "    SELECT 1\n$$;\n", "Unparsable section"),
        (HEAD.format("plpgsql") + "BEGIN\n    return 1;\nEND\n$$;\n", "one.sql:5: write RETURN, not return"),
        ("-- " + "x" * 128 + "\nSELECT 1;\n", "layout.long_lines"),
    ],
)  # fmt: skip
def test_a_bad_file_is_found(tmp_path: Path, text, finding):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "one.sql").write_text(text)
    assert finding in lint.lint(tmp_path)
