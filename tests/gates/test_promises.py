"""The table of promises tells kept, broken and open ones apart, and names what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates import promises

RESULTS = """<testsuites><testsuite>
  <testcase classname="tests.a" name="test_kept"><properties><property name="promise" value="P001"/></properties></testcase>
  <testcase classname="tests.a" name="test_broken"><failure/><properties><property name="promise" value="P002"/></properties></testcase>
  <testcase classname="tests.a" name="test_ok"><properties><property name="promise" value="P002"/></properties></testcase>
  <testcase classname="tests.a" name="test_skipped"><skipped/><properties><property name="promise" value="P003"/></properties></testcase>
  <testcase classname="tests.a" name="test_x"><properties><property name="promise" value="P999"/></properties></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.xml"
    path.write_text(RESULTS)
    return path


def test_one_failing_test_breaks_a_promise_and_a_skipped_one_does_not_keep_it(results: Path) -> None:
    listed = promises.read()
    assert promises.judge(listed, [results]) == ["P999"]
    assert [listed[id_].result for id_ in ("P001", "P002", "P003", "P004")] == ["PASS", "FAIL", "FAIL", "open"]
    lines = promises.table(listed.values())
    assert lines[0].startswith("P001  PASS")
    assert lines[0].endswith("tests.a::test_kept")
    assert lines[3].startswith("P004  open")


def test_the_list_is_whole() -> None:
    listed = promises.read()
    assert [id_ for id_ in listed if id_.startswith("P")] == [f"P{n:03}" for n in range(1, 137)]
    assert [id_ for id_ in listed if id_.startswith("Q")] == [f"Q{n:02}" for n in range(1, 24)]
    assert [id_ for id_ in listed if id_.startswith("F")] == [f"F{n:02}" for n in range(1, 29)]


def test_every_claim_of_the_tests_is_in_the_list(pytestconfig: pytest.Config) -> None:
    import re

    tests = pytestconfig.rootpath / "tests"
    claimed = {
        id_
        for path in tests.rglob("test_*.py")
        for call in re.findall(r"mark\.promise\(([^)]*)\)", path.read_text())
        for id_ in re.findall(r'"([PQF]\d+)"', call)
    }
    assert claimed
    assert claimed <= set(promises.read())


def test_every_promise_of_data_and_deliveries_has_a_test(pytestconfig: pytest.Config) -> None:
    """Which of them are kept is what `make promises` tells; none may be left without a test."""
    import re

    texts = [path.read_text() for path in (pytestconfig.rootpath / "tests").rglob("test_*.py")]
    claimed = {
        id_
        for text in texts
        for call in re.findall(r"mark\.promise\(([^)]*)\)", text)
        for id_ in re.findall(r"\w+", call)
    }
    data = {f"P{n:03}" for n in (*range(56, 74), *range(112, 137))} | {f"F{n:02}" for n in range(1, 29)}
    data |= {f"Q{n:02}" for n in range(1, 5)}
    assert data - claimed == set()
