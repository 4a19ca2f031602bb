"""What did not change is not read; what was edited since the bundles were made is compared all the same."""

import datetime as dt
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests import forked
from tools.breaking import defaults, run
from tools.breaking.input import digests, inputs, working
from tools.breaking.input.documents import BadInputError
from tools.breaking.rules.options import Options
from tools.cli import startup

ROOT = Path(__file__).parents[2]
SOURCE = "contracts/openapi/v1/revenue.yaml"
# One worker starts the process that forks.
pytestmark = pytest.mark.xdist_group("breaking-working")


@pytest.fixture(scope="module")
def contracts(tmp_path_factory):
    """`contracts …` as a process where the test stands."""
    with forked.forker("contracts", tmp_path_factory.mktemp("forked")) as forker:
        yield lambda *arguments: forker.run([*arguments], os.environ)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A copy of what the command reads by default, as if it had just been released, and standing in it."""
    for part in ("contracts", "generated/bundles"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "generated/manifest.json", tmp_path / "generated")
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(inputs.BASELINES)
    Path(inputs.EXCEPTIONS).unlink(missing_ok=True)
    shutil.copytree(inputs.BUNDLES, inputs.BASELINES, ignore=shutil.ignore_patterns(digests.JOINED))
    digests.write(inputs.BASELINES)
    return tmp_path


def edit(path, old, new):
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def change_a_maximum(path, *, double):
    """Another maximum where the first one stands; returns the line as it is now."""
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    old = re.search(r"maximum: (\d{6,})\n", text)
    assert old is not None
    new = f"maximum: {int(old[1]) * 2 if double else int(old[1]) // 2}"
    path.write_text(text[: old.start()] + new + text[old.end() - 1 :], encoding="utf-8")
    return new


def test_every_baseline_is_listed_with_its_digest_and_is_sound():
    """The proof that the shortcut rests on, for the contracts of this repository."""
    base = str(ROOT / inputs.BASELINES)
    known, in_all = digests.unchanged(base, base)
    assert len(known) == in_all >= 16
    assert run.compare_all(base, base, Options(dt.date(2026, 11, 20)), all_read=True).report.unchanged == in_all


def test_where_nothing_changed_nothing_is_read(tree, monkeypatch, capsys):
    monkeypatch.setattr(run, "command", lambda *_: pytest.fail("the documents were read"))
    assert startup._everyday(["breaking"]) == 0
    assert re.search(r"(\d+) APIs \(\1 unchanged\)", capsys.readouterr().out)


def test_the_quick_answer_is_the_careful_answer(tree, contracts):
    quickly, carefully = contracts("breaking"), contracts("breaking", "--now", "2026-11-20")
    assert (quickly.stdout, quickly.returncode) == (carefully.stdout, carefully.returncode)
    assert json.loads(contracts("breaking", "--format", "json").stdout) == {"findings": [], "semver": "none"}


def test_an_edit_of_a_source_is_compared_before_anything_is_generated(tree, contracts):
    new = change_a_maximum(SOURCE, double=True)
    done = contracts("breaking", "--format=json")
    assert done.returncode == 1
    finding = json.loads(done.stdout)["findings"][0]
    assert finding["id"] == "response-property-max-increased"
    assert finding["head"]["file"] == SOURCE
    assert new in Path(SOURCE).read_text(encoding="utf-8").split("\n")[finding["head"]["line"] - 1]
    assert finding["base"]["file"] == "contracts/baselines/v1/revenue.yaml"


def test_an_edit_of_a_shared_file_reaches_every_api_that_uses_it(tree):
    shared = sorted(Path("contracts/openapi/v1/_common").glob("*.yaml"))
    users = working.touched({path.relative_to(inputs.SOURCES).as_posix() for path in shared})
    assert len(users) > 10
    change_a_maximum(SOURCE, double=True)
    assert working.touched(working.edited()) == ["revenue.yaml"]


def test_an_edit_of_a_shared_file_is_compared_in_every_folder(tree, contracts):
    """Entry files in a folder of their own refer to files beside that folder."""
    edit("contracts/openapi/v1/_common/responses.yaml", "description: An unexpected error", "description: An odd error")
    done = contracts("breaking")
    assert done.stderr == ""
    assert done.returncode == 0
    compared = re.search(r"(\d+) operations compared", done.stdout)
    assert compared is not None
    assert int(compared[1]) >= 70


def test_a_source_that_cannot_be_linked_is_refused(tree, contracts):
    edit(SOURCE, "$ref: ", "$ref: nowhere/")
    done = contracts("breaking")
    assert done.returncode == 2
    assert SOURCE in done.stderr
    assert "nothing can be concluded" in done.stderr


def test_a_contract_that_came_or_went_with_its_source_is_noticed(tree, contracts):
    shutil.copy(SOURCE, "contracts/openapi/v1/extra.yaml")
    assert "extra is in" in contracts("breaking").stderr
    Path("contracts/openapi/v1/extra.yaml").unlink()
    Path(SOURCE).unlink()
    done = contracts("breaking")
    assert done.returncode == 2
    assert "revenue is in" in done.stderr


def test_a_missing_baseline_is_an_error(tree, contracts):
    Path("contracts/baselines/v1/revenue.yaml").unlink()
    done = contracts("breaking")
    assert done.returncode == 2
    assert "revenue is in generated/bundles/v1 and has no baseline" in done.stderr
    shutil.rmtree("contracts/baselines")
    assert contracts("breaking").returncode == 2


@pytest.mark.parametrize("changed", ["contracts/baselines/v1/revenue.yaml", "generated/bundles/v1/revenue.yaml"])
def test_a_file_that_is_not_what_was_released_is_read(tree, changed):
    edit(changed, "title:", "title: Other")
    assert startup._unchanged(inputs.BASELINES, inputs.BUNDLES) == 0
    chosen = inputs.pairs(inputs.BASELINES, inputs.BUNDLES)
    assert [pair.name for pair in chosen.pairs] == ["revenue"]
    assert len(chosen.unchanged) >= 15


@pytest.mark.parametrize("list_", [None, b"", b"\xff\xfe", b"0000  v1/revenue.yaml\n"])
def test_without_a_good_list_everything_is_read(tree, list_, contracts):
    path = Path("contracts/baselines", digests.LIST)
    path.unlink() if list_ is None else path.write_bytes(list_)
    assert len(inputs.pairs(inputs.BASELINES, inputs.BUNDLES).pairs) >= 16
    assert contracts("breaking").returncode == 0


def test_equal_garbage_on_both_sides_is_no_agreement(tree, contracts):
    for side in (inputs.BASELINES, inputs.BUNDLES):
        Path(side, "revenue.yaml").write_text("openapi: 3.1.0\npaths: [", encoding="utf-8")
    assert contracts("breaking").returncode == 2


def test_a_release_refuses_stale_bundles_and_lists_what_it_froze(tree, contracts):
    change_a_maximum(SOURCE, double=False)
    done = contracts("release")
    assert (done.returncode, "run `contracts generate` first" in done.stderr) == (2, True)
    shutil.copy(ROOT / SOURCE, SOURCE)
    change_a_maximum("generated/bundles/v1/revenue.yaml", double=True)
    refused = contracts("release")
    assert (refused.returncode, refused.stderr) == (1, "")
    assert "the changes require major: write " in refused.stdout
    asked = refused.stdout.rpartition("write ")[2].strip()
    edit("generated/bundles/v1/revenue.yaml", "version: ", f"version: {asked} # ")
    assert contracts("release").returncode == 0
    assert len(digests.unchanged(inputs.BASELINES, inputs.BUNDLES)[0]) >= 16
    Path("generated/bundles/v1/extra.yaml").write_text("openapi: 3.1.0\npaths: [", encoding="utf-8")
    assert contracts("release").returncode == 2


def test_two_contracts_of_one_name_are_not_confused(tree):
    shutil.copy("generated/bundles/v1/revenue.yaml", "generated/bundles/v1/webhooks/revenue.yaml")
    with pytest.raises(BadInputError, match="both called revenue"):
        inputs.pairs(inputs.BASELINES, inputs.BUNDLES)


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ([], (defaults.BASE, defaults.HEAD, "text", "error")),
        (["a"], ("a", defaults.HEAD, "text", "error")),
        (["a", "b", "--format", "json"], ("a", "b", "json", "error")),
        (["--fail-on=warning", "a"], ("a", defaults.HEAD, "text", "warning")),
        (["a", "b", "c"], None),
        (["--format", "xml"], None),
        (["--format"], None),
        (["--batch", "f"], None),
        (["--help"], None),
        (["-"], None),
    ],
)
def test_everyday_options_are_read_by_hand_and_all_others_are_left_alone(arguments, read):
    assert startup._breaking_options(arguments) == read
