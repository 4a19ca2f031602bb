"""Data beside any contract becomes Python and SQL: typed, by the standard library alone, made again only when it changed."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tools import rules
from tools.cli import drift, generate_command
from tools.codegen import disk, pipeline
from tools.openapi import governance, link

API = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
paths:
  /a:
    get:
      operationId: getA
      responses: {'204': {description: Nothing.}}
"""
DATA = """
# Sizes of a shop that has nothing to do with this project.
generate:
  python:
    Size: {enum: sizes.*.code, doc: Sizes.}
    SizeRow: {rows: sizes, each: code, doc: One size.}
    ALIASES: {constant: aliases, doc: "Size by what people say."}
    REGIONS: {keys: regions.*.sizes, doc: Sizes of a region.}
    DEFAULT: {constant: default, doc: The usual size.}
  sql:
    is_size: {member_of: [words, default_words], is_folded: true, grant: [reader], doc: Whether it is a size.}
    shop.without_sizes: {without: words, doc: "What is left."}
    plain_letters: {replace: letters, doc: Letters.}
    sizes: {upsert: sizes, key: code, columns: {code: code, label: name}, at_first: {is_sold: true}, doc: Sizes.}
sizes:
  - {code: extra-small, name: It's small, width: 1}
  - {code: large, name: Large, width: 2.5, also: [huge]}
aliases: {tiny: extra-small, big: large}
regions: {eu: {sizes: {large: 1, extra-small: 2}}, us: {sizes: {large: 1}}}
default: null
words: [very_big, small]
default_words: [Very-Big, one size]
letters: {"\\u0430": a, "'": b}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"shop/api/a.yaml": API, "shop/governance/sizes.yaml": DATA}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return tmp_path


def generate(**options: bool) -> int:
    return generate_command.run("shop/api", "made", **options)


def edit(old: str, new: str) -> None:
    path = Path("shop/governance/sizes.yaml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_python_has_enumerations_rows_and_constants_and_needs_nothing_else(here: Path) -> None:
    assert generate() == 0
    script = (
        "import sys; sys.path.insert(0, 'made/governance'); before = set(sys.modules); import sizes as s\n"
        "assert list(s.Size) == ['extra-small', 'large'] and s.Size.EXTRA_SMALL == 'extra-small'\n"
        "assert s.SIZES == (s.EXTRA_SMALL, s.LARGE) and s.LARGE.also == ('huge',) and s.EXTRA_SMALL.also == ()\n"
        "assert s.ALIASES['big'] == 'large' and s.REGIONS == {'eu': ('large', 'extra-small'), 'us': ('large',)}\n"
        "assert s.DEFAULT is None and s.SizeRow.__annotations__['width'] == 'float | int'\n"
        "assert {name.partition('.')[0] for name in set(sys.modules) - before} - {'sizes'} <= sys.stdlib_module_names\n"
    )
    subprocess.run([sys.executable, "-I", "-c", script], check=True, cwd=here)


def test_the_sql_folds_quotes_and_upserts(here: Path) -> None:
    assert generate() == 0
    sql = {path.relative_to("made/governance/sql").as_posix(): path.read_text() for path in Path("made").rglob("*.sql")}
    assert set(sql) == {"public/is_size.sql", "shop/without_sizes.sql", "public/plain_letters.sql", "public/sizes.sql"}
    assert "IN (\n    'verybig', 'small', 'onesize'\n)" in sql["public/is_size.sql"]
    assert (
        "REVOKE ALL ON FUNCTION is_size FROM PUBLIC;\nGRANT EXECUTE ON FUNCTION is_size TO reader;"
        in sql["public/is_size.sql"]
    )
    assert "document - ARRAY[\n    'very_big', 'small'\n]" in sql["shop/without_sizes.sql"]
    assert "U&'\\0430''',\n    'ab'" in sql["public/plain_letters.sql"]
    assert "('extra-small', 'It''s small', true),\n" in sql["public/sizes.sql"]
    assert "DO UPDATE SET\n    label = excluded.label\n" in sql["public/sizes.sql"]  # is_sold is not touched again


def test_an_edit_of_the_data_is_noticed_and_one_by_hand_is_undone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate() == 0
    assert generate(is_check=True) == 0
    edit("big: large", "big: extra-small")
    assert generate(is_check=True) == 1
    assert "made/governance/sizes.py: differs" in capsys.readouterr().err
    assert judged() == ["generated-is-current"]
    assert generate() == 0
    assert judged() == []
    path = Path("made/governance/sql/public/is_size.sql")
    path.write_text(path.read_text().replace("'small'", "'tall'"))
    assert generate(is_check=True) == 1
    assert generate() == 0
    assert "'small'" in path.read_text()


def judged() -> list[str]:
    """Rules by which the data and what was made of it are found wrong."""
    data, _ = governance.read(Path("shop/api"))
    contract = rules.Contract({}, data)
    sources = link.read(Path("shop/api"))
    contract.generated_files = (
        drift.generated_files(sources.documents, Path("made"), data) if Path("made").exists() else []
    )
    return [rule for rule in ("governance-code", "generated-is-current") if [*rules.ALL[rule].problems(contract)]]


def test_what_is_no_longer_asked_for_goes(here: Path) -> None:
    assert generate() == 0
    edit("generate:", "not_now:")
    assert generate() == 0
    assert not Path("made/governance/sizes.py").exists()
    assert not list(Path("made").rglob("*.sql"))


def test_a_bad_directive_is_reported_at_its_line_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("enum: sizes.*.code", "enum: sizes.*.kode")
    assert generate() == 1
    error = capsys.readouterr().err
    assert "shop/governance/sizes.yaml:5:12: error[governance-code]: nothing is at 'sizes.*.kode'" in error
    assert "begin with one of sizes, aliases, regions" in error
    assert not Path("made").exists()
    assert judged() == ["governance-code"]


def test_results_kept_between_runs_do_not_show(here: Path) -> None:
    assert generate() == 0
    edit("width: 2.5", "width: 3")
    assert generate() == 0
    sources = link.read(Path("shop/api"))
    sources.data, _ = governance.read(Path("shop/api"), only_code=True)
    shutil.rmtree("build")
    kept = {path.relative_to("made").as_posix(): path.read_text() for path in Path("made").rglob("*.*")}
    assert disk.finish(pipeline.build(sources), sources) == kept
