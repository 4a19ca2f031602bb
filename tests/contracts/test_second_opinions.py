"""Other tools read the same contracts and agree: Redocly's linter and bundler, and openapi-spec-validator."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tools.openapi import bundle, calls, link, source

ROOT = Path(__file__).parents[2]
REDOCLY = ROOT / "tools" / "node" / "node_modules" / ".bin" / "redocly"
SOURCES = link.read(ROOT / "contracts" / "openapi" / "v1", display_root="contracts/openapi/v1")
APIS = [entry for entry in SOURCES.entries if SOURCES.documents[entry].value.get("paths")]
CONFIG = "tests/contracts/redocly.yaml"


def redocly(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(REDOCLY), *arguments]
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def reports(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that Redocly prints one after the other, one per API."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        report, end = decoder.raw_decode(text, start)
        yield report
        start = text.find("{", end)


def resolved(document: Any, value: Any) -> Any:
    """`value` without references: what two bundles mean, whatever they call their components."""
    value = calls.follow(document, value)
    if isinstance(value, dict):
        return {key: resolved(document, child) for key, child in value.items()}
    return [resolved(document, child) for child in value] if isinstance(value, list) else value


@pytest.mark.promise("P044")
def test_redocly_lint_has_nothing_to_say() -> None:
    run = redocly("lint", "--config", CONFIG, "--format", "json", *APIS)
    results = list(reports(run.stdout))
    assert len(results) == len(APIS)
    assert [report["problems"] for report in results if report["problems"]] == []


@pytest.mark.promise("P042")
def test_redocly_bundles_the_same_operations(tmp_path: Path) -> None:
    run = redocly("bundle", "--config", CONFIG, "--output", str(tmp_path), *APIS)
    assert run.returncode == 0, run.stderr[-1000:]
    bundled = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.yaml")}
    assert len(bundled) == len(APIS) == 16
    for entry in APIS:
        ours = bundle.bundle(SOURCES, entry)
        path = next(path for name, path in bundled.items() if Path(name).name == Path(entry).name)
        theirs, problems = source.load(path)
        assert theirs is not None
        assert problems == []
        assert resolved(ours, ours["paths"]) == resolved(theirs.value, theirs.value["paths"]), entry


@pytest.mark.promise("P044")
@pytest.mark.parametrize("entry", SOURCES.entries)
def test_openapi_spec_validator_accepts_the_bundle(entry: str) -> None:
    document = bundle.bundle(SOURCES, entry)
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@pytest.mark.promise("P042")
@pytest.mark.parametrize("entry", APIS)
def test_a_bundle_needs_no_other_file_and_carries_its_examples(entry: str) -> None:
    document = bundle.bundle(SOURCES, entry)
    references = [value["$ref"] for _, value in source.walk(document) if isinstance(value, dict) and "$ref" in value]
    assert all(isinstance(reference, str) and reference.startswith("#/") for reference in references)
    for operation in calls.operations(document):
        assert all(reply.example or reply.media_type is None for reply in calls.replies(operation))


@pytest.mark.promise("P055")
def test_contracts_are_read_and_bundled_in_a_path_with_spaces_and_other_scripts(tmp_path: Path) -> None:
    folder = tmp_path / "mein Ordner – 契約"
    for name, document in SOURCES.documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.text, encoding="utf-8")
    sources = link.read(folder / "contracts" / "openapi" / "v1", display_root="contracts/openapi/v1")
    assert sources.problems == []
    assert {entry: bundle.bundle(sources, entry) for entry in sources.entries} == {
        entry: bundle.bundle(SOURCES, entry) for entry in SOURCES.entries
    }
