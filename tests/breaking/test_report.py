"""Every format carries every finding: level, place, witness and fingerprint; and nothing in a document can break a format."""

import html.parser
import json
import xml.etree.ElementTree as ET

import pytest
import yaml
from typer.testing import CliRunner

from tests.bench.breaking import contexts
from tools.breaking import defaults
from tools.cli.commands import app

RUNNER = CliRunner()
NASTY = "a<b>&\"'`|%:,\n::error::x"


def api(limit, *, gone=False, kind="maxLength"):
    subject = {"type": "object", "properties": {NASTY: {"type": "string", kind: limit}, "kept": {"type": "string"}}}
    if gone:
        del subject["properties"]["kept"]
    document = contexts.operation(
        requestBody={"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Subject"}}}}
    )
    document["components"]["schemas"] = {"Subject": subject}
    return document


@pytest.fixture
def shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, document in (("base", api(9)), ("head", api(5, gone=True))):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    def run(*arguments):
        return RUNNER.invoke(app, [*arguments]).stdout

    return run


@pytest.fixture
def findings(shown):
    return json.loads(shown("breaking", "base.yaml", "head.yaml", "--format", "json"))["findings"]


def lines(tmp_path, name):
    return (tmp_path / f"{name}.yaml").read_text(encoding="utf-8").split("\n")


def test_json_says_what_the_contract_of_the_command_says(findings, tmp_path):
    assert {finding["id"]: finding["level"] for finding in findings} == {
        "request-property-max-length-decreased": "error",
        "request-property-removed": "warning",
        "api-version-not-bumped": "info",
    }
    for finding in findings:
        assert {"id", "level", "operations", "message", "witness", "base", "head", "fingerprint"} <= finding.keys()
        for side in ("base", "head"):
            assert finding[side].keys() == {"file", "line", "col"}
            assert finding[side]["file"] == f"{side}.yaml"
            assert 0 < finding[side]["line"] <= len(lines(tmp_path, side))


def test_both_places_show_the_words_that_changed(findings, tmp_path):
    error, warning, _ = findings
    assert "maxLength: 9" in lines(tmp_path, "base")[error["base"]["line"] - 1]
    assert "maxLength: 5" in lines(tmp_path, "head")[error["head"]["line"] - 1]
    assert "kept:" in lines(tmp_path, "base")[warning["base"]["line"] - 1]


def test_a_removal_is_annotated_at_the_line_that_encloses_it_in_the_new_file(findings, tmp_path):
    removed = findings[1]
    assert lines(tmp_path, "head")[removed["head"]["line"] - 1].strip() in {"Subject:", "properties:"}


def test_a_finding_names_the_models_and_fields_of_the_sdk(findings):
    assert findings[0]["sdk"] == [f"model Subject.{NASTY}"]
    assert findings[1]["sdk"] == ["model Subject.kept"]
    assert findings[0]["witness"] == {NASTY: "aaaaaa"}


def test_sarif_has_what_its_schema_requires(shown, findings):
    log = json.loads(shown("breaking", "base.yaml", "head.yaml", "--format", "sarif"))
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert [result["ruleId"] for result in run["results"]] == [finding["id"] for finding in findings]
    for result, finding in zip(run["results"], findings, strict=True):
        assert result["ruleId"] in rules
        assert result["level"] == {"error": "error", "warning": "warning", "info": "note"}[finding["level"]]
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "head.yaml"
        assert place["region"]["startLine"] == finding["head"]["line"]
        assert place["region"]["startColumn"] >= 1
        assert result["partialFingerprints"] == {"contracts/v1": finding["fingerprint"]}


def test_junit_fails_once_for_each_finding_that_is_more_than_information(shown):
    suite = ET.fromstring(shown("breaking", "base.yaml", "head.yaml", "--format", "junit").split("\n", 1)[1])
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [case.find("failure") is not None for case in suite] == [True, True, False]
    clean = ET.fromstring(shown("breaking", "base.yaml", "base.yaml", "--format", "junit").split("\n", 1)[1])
    assert (clean.get("tests"), clean.get("failures")) == ("1", "0")


def test_github_gets_one_line_for_each_finding_and_no_command_hides_in_it(shown):
    annotations = shown("breaking", "base.yaml", "head.yaml", "--format", "github").rstrip("\n").split("\n")
    assert [line.split(" ")[0] for line in annotations] == ["::error", "::warning", "::notice"]
    assert all("file=head.yaml,line=" in line for line in annotations)


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("command", ["breaking", "changelog"])
def test_html_shows_both_sides_and_takes_no_markup_from_documents(shown, command):
    page = shown(command, "base.yaml", "head.yaml", "--format", "html")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "b" not in tags.seen
    assert page.count('class="sides"') == 3
    assert "maxLength: 9" in page
    assert "maxLength: 5" in page


def test_the_changelog_also_tells_the_fine_print(tmp_path, shown):
    (tmp_path / "wide.yaml").write_text(yaml.safe_dump(api(9, kind="minLength"), sort_keys=False), encoding="utf-8")
    (tmp_path / "none.yaml").write_text(yaml.safe_dump(api("", kind="description"), sort_keys=False), encoding="utf-8")
    assert "min-length-unset" not in shown("breaking", "wide.yaml", "none.yaml")
    told = shown("changelog", "wide.yaml", "none.yaml")
    assert told.startswith("**Version step: minor**")
    assert "request-property-min-length-unset" in told


def test_the_changelog_shows_the_line_before_and_after(shown):
    assert "  - before: `maxLength: 9` · after: `maxLength: 5`" in shown("changelog", "base.yaml", "head.yaml")


def test_the_changelog_groups_by_what_it_means_for_clients(shown):
    told = shown("changelog", "base.yaml", "head.yaml")
    assert [line for line in told.split("\n") if line.startswith("###")] == [
        "### Breaking",
        "### Perhaps breaking",
        "### Compatible",
    ]


@pytest.mark.parametrize("form", defaults.FORMATS)
def test_every_format_of_nothing_says_so(shown, form):
    assert form == "github" or shown("breaking", "base.yaml", "base.yaml", "--format", form).strip()
