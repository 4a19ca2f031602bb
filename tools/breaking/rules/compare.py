"""Compare two documents: every finding, and the version step they ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tools.breaking.input.documents import BadInputError, Spec
from tools.breaking.report.findings import Finding
from tools.breaking.rules import facts, operations, security
from tools.breaking.rules.facts import Fact
from tools.breaking.rules.law import Effect
from tools.breaking.rules.oddities import Undecided
from tools.breaking.rules.options import Options
from tools.breaking.rules.pairing import Pairing
from tools.openapi.problems import Origin, Problem, Severity

Json = Any
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?\Z")


@dataclass(slots=True)
class Result:
    """Result of a comparison."""

    findings: list[Finding]
    semver: str
    """`major`, `minor`, `patch` or `none`: the step from the base's version that the changes ask for."""
    compared: int
    """Operations that exist on both sides."""
    undecided: list[Undecided] = field(default_factory=list)
    """Those of them that were left out because of an odd schema."""


def compare(base: Spec, head: Spec, options: Options) -> Result:
    """Compare two documents. Raises `BadInputError` when one of them cannot be read as OpenAPI."""
    pairing = Pairing(base, head, options)
    operations.compare_paths(pairing)
    operations.compare_webhooks(pairing)
    security.components(pairing)
    _removed_schemas(pairing)
    _servers(pairing)
    _dialects(pairing)
    semver = _semver(pairing)
    _version(pairing, semver)
    return Result(pairing.findings.sorted(), semver, pairing.compared, pairing.undecided)


def check_dialects(base: Spec, head: Spec, options: Options) -> None:
    """Refuse two documents whose schemas are in different dialects, unless the options say that this is meant."""
    if base.is_30 != head.is_30 and not options.across_versions:
        versions = [str(spec.root.raw.get("openapi")) for spec in (base, head)]
        reason = f"{base.name} is OpenAPI {versions[0]} and {head.name} is {versions[1]}: the same words mean different things"
        hint = "convert one of them, or say --across-versions to compare both as JSON Schema 2020-12"
        raise BadInputError([Problem("mixed-versions", reason, head.origin(head.at("/openapi")), hint=hint)])


def check_relation(base: Spec, head: Spec, result: Result) -> None:
    """Refuse a comparison of two documents that share no operation although both have some."""
    sides = [spec.entries(spec.root, "paths") or spec.entries(spec.root, "webhooks") for spec in (base, head)]
    if result.compared == 0 and all(sides) and not set(sides[0]) & set(sides[1]):
        where = Origin(head.entry.path, 1, 1)
        raise BadInputError(
            [
                Problem(
                    "nothing-shared", f"{base.name} and {head.name} share no operation: are they the same API?", where
                )
            ]
        )


def _removed_schemas(pairing: Pairing) -> None:
    """Not asked of a document in several files: there a schema may stand anywhere."""
    if pairing.head.is_split:
        return
    old, new = (spec.entries(spec.root, "components", "schemas") for spec in (pairing.base, pairing.head))
    for name, at in old.items():
        if name not in new:
            text = f"the schema `{name}` was removed; operations that used it are reported by themselves"
            head = pairing.head.at("/components/schemas")
            facts.report(
                pairing, Fact("api-schema-removed", Effect.NONE, text, at, head, subject=name, documentation_only=True)
            )


def _servers(pairing: Pairing) -> None:
    old, new = (_urls(spec) for spec in (pairing.base, pairing.head))
    places = pairing.base.at("/servers"), pairing.head.at("/servers")
    for url in dict.fromkeys([*old, *new]):
        if (url in old) != (url in new):
            action, effect = ("removed", Effect.UNKNOWN) if url in old else ("added", Effect.NONE)
            facts.report(
                pairing, Fact(f"api-server-{action}", effect, f"the server {url} was {action}", *places, subject=url)
            )


def _urls(spec: Spec) -> list[str]:
    return [
        at.raw["url"]
        for at in spec.items(spec.root, "servers")
        if isinstance(at.raw, dict) and isinstance(at.raw.get("url"), str)
    ]


def _dialects(pairing: Pairing) -> None:
    versions = [str(spec.root.raw.get("openapi")) for spec in (pairing.base, pairing.head)]
    if pairing.base.is_30 != pairing.head.is_30:
        text = f"the document went from OpenAPI {versions[0]} to {versions[1]}; both were read as JSON Schema 2020-12"
        places = pairing.base.at("/openapi"), pairing.head.at("/openapi")
        facts.report(pairing, Fact("openapi-version-changed", Effect.NONE, text, *places, documentation_only=True))


def _semver(pairing: Pairing) -> str:
    findings = pairing.findings.sorted()
    if any(finding.level is Severity.ERROR for finding in findings):
        return "major"
    if any(not finding.documentation_only for finding in findings):
        return "minor"
    base, head = (_without_version(spec.root.raw) for spec in (pairing.base, pairing.head))
    return "none" if base == head else "patch"


def _without_version(value: Json) -> Json:
    info = value.get("info")
    return {**value, "info": {**info, "version": ""}} if isinstance(info, dict) else value


def parsed(version: str) -> tuple[int, int, int] | None:
    """The three numbers of a semantic version."""
    match = _VERSION.match(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def step_between(old: str, new: str) -> str:
    """Which number was raised between two versions; `none` when none or one of them is no semantic version."""
    before, after = parsed(old), parsed(new)
    if before is None or after is None or after <= before:
        return "none"
    return next(step for step, was, now in zip(("major", "minor", "patch"), before, after, strict=True) if now != was)


def _version(pairing: Pairing, semver: str) -> None:
    """Three rules of policy, informative: `contracts bump --check` enforces them."""
    old, new = pairing.base.version, pairing.head.version
    places = pairing.base.at("/info/version"), pairing.head.at("/info/version")
    before, after = parsed(old), parsed(new)
    if before and after and after < before:
        text = f"info.version went back from {old} to {new}"
        facts.report(pairing, Fact("api-version-decreased", Effect.NONE, text, *places, documentation_only=True))
    if semver != "major":
        return
    if old == new:
        text = f"something breaks, and info.version is still {new}"
        facts.report(pairing, Fact("api-version-not-bumped", Effect.NONE, text, *places, documentation_only=True))
    elif before and after and after[0] == before[0] and after > before:
        text = f"something breaks, and info.version only went from {old} to {new}"
        facts.report(pairing, Fact("api-major-version-not-bumped", Effect.NONE, text, *places, documentation_only=True))
