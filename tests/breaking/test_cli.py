"""The command: exit codes, formats, inputs of every kind, and refusal of what cannot be compared."""

import json
import subprocess
import xml.etree.ElementTree as ET

import pytest
import yaml
from typer.testing import CliRunner

from tests.bench.breaking import contexts
from tools.cli.commands import app

RUNNER = CliRunner()
BASE = contexts.operation(requestBody={"content": {"application/json": {"schema": {"type": "string", "maxLength": 9}}}})
BROKEN = contexts.operation(
    requestBody={"content": {"application/json": {"schema": {"type": "string", "maxLength": 5}}}}
)


def run(*arguments):
    return RUNNER.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path):
    def write(name, document):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False))
        return path

    return write


def test_exit_codes_follow_the_worst_finding(files):
    base, head = files("base.yaml", BASE), files("head.yaml", BROKEN)
    assert run("breaking", base, base).exit_code == 0
    assert run("breaking", base, head).exit_code == 1
    assert run("breaking", head, base).exit_code == 0


def test_a_finding_shows_both_places_the_witness_and_what_to_do(files):
    base, head = files("base.yaml", BASE), files("head.yaml", BROKEN)
    report = json.loads(run("breaking", base, head, "--format", "json").stdout)
    assert report["semver"] == "major"
    finding = report["findings"][0]
    assert finding["id"] == "request-body-max-length-decreased"
    assert finding["operations"] == ["POST /things"]
    assert finding["witness"] == "aaaaaa"
    assert finding["base"]["file"].endswith("base.yaml")
    assert finding["head"]["line"] > 1
    assert len(finding["fingerprint"]) == 12
    assert finding["why"]
    assert finding["instead"]


@pytest.mark.parametrize("form", ["text", "sarif", "junit", "github", "markdown", "html"])
def test_every_format_names_the_rule(files, form):
    shown = run("breaking", files("base.yaml", BASE), files("head.yaml", BROKEN), "--format", form).stdout
    assert "request-body-max-length-decreased" in shown
    if form == "sarif":
        assert json.loads(shown)["version"] == "2.1.0"
    if form == "junit":
        assert ET.fromstring(shown).get("failures") == "1"


def test_references_lead_over_files_and_the_place_is_in_the_right_one(files):
    shared = {"Name": {"type": "string", "maxLength": 9}}
    entry = contexts.operation(
        requestBody={"content": {"application/json": {"schema": {"$ref": "_common/shared.yaml#/Name"}}}}
    )
    files("old/api.yaml", entry), files("old/_common/shared.yaml", shared)
    files("new/api.yaml", entry), files("new/_common/shared.yaml", {"Name": {"type": "string", "maxLength": 5}})
    folder = files("x", "").parent
    result = run("breaking", folder / "old", folder / "new", "--format", "json")
    finding = json.loads(result.stdout)["findings"][0]
    assert finding["head"]["file"].endswith("new/_common/shared.yaml")
    assert finding["head"]["line"] == 3


def test_git_revisions_are_compared(files, monkeypatch):
    api = files("repo/contracts/openapi/v1/api.yaml", BASE)
    repository = api.parents[3]
    monkeypatch.chdir(repository)

    def git(*arguments):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    api.write_text(yaml.safe_dump(BROKEN, sort_keys=False))
    assert run("breaking", "HEAD", "contracts/openapi/v1").exit_code == 1
    assert run("breaking", "HEAD:contracts/openapi/v1/api.yaml", api).exit_code == 1
    assert run("breaking", "HEAD", "HEAD").exit_code == 0


BAD = {
    "not YAML": "a: [",
    "not OpenAPI": {"swagger": "2.0", "paths": {}},
    "no mapping": "- 1",
    "a loose end": contexts.operation(requestBody={"$ref": "#/components/requestBodies/None"}),
}
ODD = {
    "a pattern that no engine compiles": contexts.operation(
        requestBody={"content": {"application/json": {"schema": {"type": "string", "pattern": "(["}}}}
    ),
    "an impossible schema": contexts.operation(
        requestBody={"content": {"application/json": {"schema": {"type": "string", "minLength": 5, "maxLength": 2}}}}
    ),
    "recursion without an end": contexts.operation(
        requestBody={
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Endless"},
                }
            }
        }
    )
    | {
        "components": {
            "schemas": {
                "Endless": {
                    "type": "object",
                    "required": ["in"],
                    "properties": {"in": {"$ref": "#/components/schemas/Endless"}},
                }
            }
        }
    },
}


@pytest.mark.parametrize("document", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_read_is_refused_with_exit_code_two(files, document):
    base, bad = files("base.yaml", BASE), files("bad.yaml", document)
    for pair in ((base, bad), (bad, base), (bad, bad)):
        result = run("breaking", *pair)
        assert result.exit_code == 2
        assert "nothing can be concluded" in result.stderr
        assert "bad.yaml:" in result.stderr


@pytest.mark.parametrize("document", ODD.values(), ids=ODD.keys())
def test_an_odd_schema_costs_what_reaches_it(files, document):
    """The operation is not judged and the exit code says so; what breaks elsewhere is found all the same."""
    base, odd = files("base.yaml", BASE), files("odd.yaml", document)
    for pair in ((base, odd), (odd, base)):
        result = run("breaking", *pair)
        assert result.exit_code == 2
        assert "nothing can be concluded about what reaches it: POST /things" in result.stderr
        assert "odd.yaml:" in result.stderr
        assert "1 operations compared" in result.stdout
    other = {"get": {"responses": {"200": {"description": "ok"}}}}
    broken = {**document, "paths": document["paths"] | {"/gone": other}}
    result = run("breaking", files("broken.yaml", broken), odd)
    assert result.exit_code == 1
    assert "GET /gone was removed" in result.stdout


@pytest.mark.parametrize("document", ODD.values(), ids=ODD.keys())
def test_an_odd_schema_that_stayed_as_it_was_costs_nothing(files, document):
    before, after = (
        files("before.yaml", document),
        files("after.yaml", {**document, "info": {"title": "other", "version": "1"}}),
    )
    result = run("breaking", before, after)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("command", ["changelog", "bump"])
def test_what_writes_a_version_down_needs_every_operation(files, command):
    base, odd = files("base.yaml", BASE), files("odd.yaml", ODD["an impossible schema"])
    result = run(command, base, odd)
    assert result.exit_code == 2
    assert "no value satisfies this schema" in result.stderr


def test_a_keyword_without_effect_is_told_once_and_changes_nothing(files):
    def api(**schema):
        content = {
            "application/json": {
                "schema": {"type": "object", "properties": {name: schema | {"type": "string"} for name in "ab"}}
            }
        }
        return contexts.operation(responses={"200": {"description": "ok", "content": content}})

    result = run("breaking", files("a.yaml", api()), files("b.yaml", api(nullable=True)))
    assert result.exit_code == 0
    assert result.stderr.count("no-effect") == 1
    assert "null is not accepted; write `type: [string, 'null']` (and at 1 other places)" in result.stderr


def test_two_files_that_share_nothing_are_refused(files):
    other = {**BASE, "paths": {"/elsewhere": BASE["paths"]["/things"]}}
    result = run("breaking", files("a.yaml", BASE), files("b.yaml", other))
    assert result.exit_code == 2
    assert "share no operation" in result.stderr


def test_a_missing_baseline_is_refused(files):
    files("old/a.yaml", BASE), files("new/a.yaml", BASE), files("new/b.yaml", BASE), files("old/c.yaml", BASE)
    folder = files("x", "").parent
    result = run("breaking", folder / "old", folder / "new")
    assert result.exit_code == 2
    assert "b is in" in result.stderr


def test_a_batch_answers_line_by_line(files):
    lines = [
        {"id": 1, "base": BASE, "revision": BROKEN},
        {"id": 2, "base": BASE, "revision": BASE},
        {"id": 3, "base": {}, "revision": BASE},
    ]
    batch = files("pairs.jsonl", "\n".join(map(json.dumps, lines)))
    result = run("breaking", "--batch", batch)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["semver"] for answer in answers] == ["major", "none", None]
    assert "no `openapi` field" in answers[2]["error"]
    assert result.exit_code == 1
    assert run("breaking", "--batch", files("none.jsonl", "{}")).exit_code == 2


def test_an_accepted_finding_passes_until_its_day(files, monkeypatch):
    base, head = files("base.yaml", BASE), files("head.yaml", BROKEN)
    monkeypatch.chdir(base.parent)
    print_ = json.loads(run("breaking", base, head, "--format", "json").stdout)["findings"][0]["fingerprint"]
    options = ["--reason", "agreed", "--owner", "me", "--until", "2099-01-01", "--base", base, "--head", head]
    assert run("accept", print_, *options).exit_code == 0
    assert run("breaking", base, head).exit_code == 0
    assert run("breaking", base, head, "--now", "2099-02-01").exit_code == 1
    assert run("accept", "000000000000", *options).exit_code == 2
    for until in ("2020-01-01", "soon"):
        options[options.index("--until") + 1] = until
        assert run("accept", print_, *options).exit_code == 2
    for written in ("- fingerprint: x\n", "fingerprint: x\n"):
        (base.parent / "contracts/baselines/accepted.yaml").write_text(written)
        assert run("breaking", base, head).exit_code == 2


def test_an_accepted_finding_is_shown_with_its_reason_in_every_format(files, monkeypatch):
    base, head = files("base.yaml", BASE), files("head.yaml", BROKEN)
    monkeypatch.chdir(base.parent)
    print_ = json.loads(run("breaking", base, head, "--format", "json").stdout)["findings"][0]["fingerprint"]
    options = ["--reason", 'agreed "so"', "--owner", "me", "--until", "2099-01-01", "--base", base, "--head", head]
    assert run("accept", print_, *options).exit_code == 0
    assert 'accepted: agreed "so" (me, until 2099-01-01)' in run("breaking", base, head).stdout
    assert "::error" not in run("breaking", base, head, "--format", "github").stdout
    assert '"suppressions"' in run("breaking", base, head, "--format", "sarif").stdout
    assert 'failures="0"' in run("breaking", base, head, "--format", "junit").stdout


def test_a_document_without_an_operation_is_no_proof_of_anything(files):
    empty = files("empty.yaml", {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}})
    result = run("breaking", empty, empty)
    assert (result.exit_code, "nothing was compared" in result.stderr) == (2, True)


def test_two_dialects_are_compared_only_when_that_is_meant(files):
    old = files("old.yaml", {**BASE, "openapi": "3.0.3"})
    new = files("new.yaml", BASE)
    result = run("breaking", old, new)
    assert (result.exit_code, "--across-versions" in result.stderr) == (2, True)
    assert run("breaking", old, new, "--across-versions").exit_code == 0


def test_a_sunset_must_leave_ninety_days_unless_told_otherwise(files):
    base = files("base.yaml", BASE)
    soon = files("soon.yaml", _deprecated(BASE, "2026-12-01"))
    undated = files("undated.yaml", _deprecated(BASE, None))
    now = ("--now", "2026-11-20")
    assert run("breaking", base, soon, *now).exit_code == 1
    assert run("breaking", base, soon, *now, "--grace-days", "5").exit_code == 0
    assert run("breaking", base, undated, *now).exit_code == 0
    assert run("breaking", undated, soon, *now).exit_code == 1
    assert run("breaking", base, undated, *now, "--grace-days", "5").exit_code == 1
    assert run("breaking", base, base, "--grace-days", "-1").exit_code == 2
    assert run("breaking", base, base, "--now", "today").exit_code == 2


def _deprecated(document, sunset):
    copy = json.loads(json.dumps(document))
    copy["paths"]["/things"]["post"] |= {"deprecated": True, **({"x-sunset": sunset} if sunset else {})}
    return copy


def test_a_release_needs_the_version_that_its_changes_ask_for(files):
    folder = files("bundles/api.yaml", BASE).parent
    baselines = folder.parent / "baselines"
    assert run("release", baselines, folder).exit_code == 0
    files("bundles/api.yaml", BROKEN)
    assert run("bump", baselines, folder, "--check").exit_code == 1
    assert "write 2.0.0" in run("release", baselines, folder).stdout
    files("bundles/api.yaml", {**BROKEN, "info": {"title": "Bench", "version": "2.0.0"}})
    assert run("release", baselines, folder).exit_code == 0
    assert run("breaking", baselines, folder).exit_code == 0


def test_our_own_contracts_break_nobody():
    assert run("breaking").exit_code == 0
