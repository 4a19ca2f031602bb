"""Drive Schemathesis: write its configuration and its view of the contract, run it, read what it recorded.

Settings and their reasons: one worker (several make runs differ), no cache and no example database (one run would feed the
next), a fixed seed, missing examples filled in, warnings fail, and never stop at the first failure of an operation.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.conformance.drive import ndjson
from tools.conformance.drive.target import BadTarget, Target
from tools.conformance.judge.oracle import Credential
from tools.conformance.report import present

SEED = 20_26


FUZZED_WARNINGS = (
    "missing_auth missing_test_data base_url_mismatch missing_deserializer unused_openapi_auth unsupported_regex "
    "method_not_allowed unmatched_filter unresolvable_reference rate_limited timeout_units"
).split()
"""Of fuzzed deliveries: not that most are refused, since an address takes one kind of event and they are of all kinds."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One run of Schemathesis."""

    name: str
    phases: tuple[str, ...]
    operations: tuple[str, ...]
    """CompiledOperation ids."""
    uses_keys: bool = False
    """Prove who calls by the keys of the target instead of its logins."""
    mode: str = "all"
    max_examples: int = 0
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of one pass."""

    name: str
    record: ndjson.Record
    exit_code: int
    output: str
    seconds: float
    warnings: tuple[str, ...]
    issued: tuple[Credential, ...]
    """Credentials that hooks fetched while it ran."""


def view_of(document: dict[str, Any]) -> dict[str, Any]:
    """The contract as Schemathesis gets it: oauth2 written as http bearer, because 4.32 tests no auth of oauth2 operations."""
    view = copy.deepcopy(document)
    for scheme in view.get("components", {}).get("securitySchemes", {}).values():
        if scheme.get("type") in {"oauth2", "openIdConnect"}:
            scheme.pop("flows", None)
            scheme.pop("openIdConnectUrl", None)
            scheme.update(type="http", scheme="bearer")
    for item in view.get("paths", {}).values():
        for operation in item.values():
            for requirement in operation.get("security", []) if isinstance(operation, dict) else []:
                requirement.update({name: [] for name in requirement})
    for requirement in view.get("security", []):
        requirement.update({name: [] for name in requirement})
    return view


def _configuration(target: Target, plan: Pass, credentials: tuple[Credential, ...], work: Path) -> str:
    lines = [
        f"seed = {plan.seed}",
        "workers = 1",
        "continue-on-failure = true",
        "request-timeout = 20",
        "[cache]",
        "enabled = false",
        "[generation]",
        'database = "none"',
        "deterministic = false",
        "[phases.examples]",
        "fill-missing = true",
        "[phases.fuzzing.error-feedback]",
        "enabled = false",
        "[warnings]",
        "fail-on = true",
        *([f"display = {json.dumps(FUZZED_WARNINGS)}"] if plan.uses_keys and "fuzzing" in plan.phases else []),
        "[checks.response_schema_conformance]",
        "validate-formats = true",
    ]
    people = [item for item in credentials if item.value.startswith("Bearer ") and item.scopes]
    if plan.uses_keys:
        lines += [
            f"[auth.openapi.{name}]\napi_key = {json.dumps(value)}" for name, value in _key_values(target).items()
        ]
    elif people:
        _write_identities(target, people, work / "identities.json")
        lines += ["[auth.wfc]", f"path = {json.dumps(str(work / 'identities.json'))}"]
        if len(target.peers) > 1:
            lines.append(f"peers = {json.dumps(list(target.peers))}")
    return "\n".join(lines) + "\n"


def _key_values(target: Target) -> dict[str, str]:
    values: dict[str, str] = {}
    for key in target.keys:
        values.setdefault(key.scheme, key.value)
    return values


def _write_identities(target: Target, people: list[Credential], path: Path) -> None:
    """The peers only: an identity for every role would be tried in turn after any 401 and make the sequence depend on it."""
    peers = [item for item in people if item.name in target.peers] or people[:1]
    peers.sort(key=lambda item: target.peers.index(item.name) if item.name in target.peers else 99)
    auth = [{"name": item.name, "fixedHeaders": [{"name": "Authorization", "value": item.value}]} for item in peers]
    path.write_text(json.dumps({"auth": auth}), encoding="utf-8")


def run(
    target: Target, document: dict[str, Any], plan: Pass, credentials: tuple[Credential, ...], work: Path
) -> Outcome:
    """Run Schemathesis as `plan` says, in the directory `work`. Raises `BadTarget` when it could not run."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "schemathesis.toml").write_text(_configuration(target, plan, credentials, work), encoding="utf-8")
    (work / "view.json").write_text(json.dumps(view_of(document)), encoding="utf-8")
    (work / "session.json").write_text(json.dumps(_session(target, credentials, work)), encoding="utf-8")
    record = work / "record.ndjson"
    # When Schemathesis cannot start, the record of an earlier run must not be taken for this one's.
    record.unlink(missing_ok=True)
    (work / "issued.jsonl").unlink(missing_ok=True)
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tools.conformance.drive.hooks",
        "CONFORMANCE_SESSION": str(work / "session.json"),
        "PYTHONHASHSEED": "0",  # Schemathesis walks sets of strings
        "NO_PROXY": urlsplit(target.url).hostname or "",  # saves the search for one with every request
    }
    started = time.perf_counter()
    process = subprocess.run(
        # A failing run is a result, not an error: its exit code is judged together with its record.
        _command(target, plan, work),
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.perf_counter() - started
    (work / "output.txt").write_text(process.stdout + process.stderr, encoding="utf-8")
    try:
        recording = ndjson.read(record)
    except ndjson.UnreadableReport as error:
        last = [line for line in (process.stdout + process.stderr).splitlines() if line.strip()][-4:]
        raise BadTarget(f"Schemathesis did not run ({plan.name}): {error}; it said: {' / '.join(last)}") from error
    return Outcome(
        plan.name,
        recording,
        process.returncode,
        process.stdout,
        seconds,
        tuple(_warnings(process.stdout)),
        _issued(work),
    )


def _command(target: Target, plan: Pass, work: Path) -> list[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(work / "schemathesis.toml"), "run"]
    command += [str(work / "view.json"), "--url", target.url, "--phases", ",".join(plan.phases), "--mode", plan.mode]
    command += ["--continue-on-failure", "--output-sanitize", "false", "--output-truncate", "false", "--no-color"]
    command += ["--report", "ndjson", "--report-dir", str(work), "--report-ndjson-path", str(work / "record.ndjson")]
    if plan.max_examples:
        command += ["--max-examples", str(plan.max_examples)]
    for operation in plan.operations:
        command += ["--include-operation-id", operation]
    return command


def _session(target: Target, credentials: tuple[Credential, ...], work: Path) -> dict[str, Any]:
    return {
        "conventions": {
            "correlation_header": target.correlation_header.lower(),
            "problem_media_type": target.problem_media_type,
        },
        "signatures": [dataclasses.asdict(item) for item in target.signatures],
        "rule_codes": sorted(target.rule_codes),
        "opaque": sorted(target.opaque),
        "polite_refusals": target.polite_refusals,
        "pinned": target.pinned,
        "hooks": target.hooks,
        "url": target.url,
        "logins": [{**dataclasses.asdict(item), "scopes": sorted(item.scopes)} for item in target.logins],
        "extra": target.extra,
        "private": sorted(target.private),
        "sacrifices": target.sacrifices,
        "present": sorted(target.present),
        "moment": present.now(),
        "repeats": target.repeats,
        "issued": str(work / "issued.jsonl"),
        "credentials": {item.name: item.value for item in credentials},
    }


def _issued(work: Path) -> tuple[Credential, ...]:
    path = work / "issued.jsonl"
    if not path.exists():
        return ()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(_credential(row) for row in rows)


def _credential(row: dict[str, Any]) -> Credential:
    fields: dict[str, Any] = {**row, "scopes": frozenset(row["scopes"])}
    return Credential(**fields)


def _warnings(output: str) -> list[str]:
    """Lines of the warnings section of Schemathesis' report."""
    lines = output.splitlines()
    starts = [index for index, line in enumerate(lines) if line.strip("= ").strip() == "WARNINGS"]
    if not starts:
        return []
    section = []
    for line in lines[starts[0] + 1 :]:
        if line.startswith("==="):
            break
        if line.strip():
            section.append(line.strip())
    return section
