"""Findings for people and machines: text, JSON, SARIF, JUnit, GitHub annotations, Markdown, HTML."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.breaking import defaults
from tools.breaking.report.findings import Finding
from tools.openapi.problems import Origin, Severity

Json = Any


@dataclass(slots=True)
class Report:
    """All that one run found."""

    findings: list[Finding]
    semver: str
    line_of: Callable[[Origin], str]
    """Text of a line in either document."""
    apis: int = 1
    unchanged: int = 0
    """How many of `apis` are the same to the byte."""
    operations: int = 0
    """Operations on both sides of the others."""

    def counted(self) -> str:
        """`2 errors, 1 warning, 5 infos in 16 APIs`."""
        levels = (Severity.ERROR, Severity.WARNING, Severity.INFO)
        counts = [sum(finding.level is level and not finding.accepted for finding in self.findings) for level in levels]
        return defaults.tally(counts, self.apis, self.unchanged, self.operations)


def text(report: Report) -> str:
    """For a terminal."""
    blocks = [_block(finding, report) for finding in report.findings]
    return "\n\n".join([*blocks, f"{report.counted()}; version step: {report.semver}"])


def _block(finding: Finding, report: Report) -> str:
    place = finding.head or finding.base
    level = "accepted" if finding.accepted else finding.level.value
    lines = [f"{place}: {level}[{finding.id}]: {finding.message}"]
    for side, origin in (("base", finding.base), ("head", finding.head)):
        excerpt = report.line_of(origin).strip() if origin else ""
        if origin and excerpt:
            lines.append(f"    {side} {origin.file}:{origin.line} | {excerpt}")
    if finding.operations:
        lines.append(f"    operations: {', '.join(finding.operations)}")
    lines += [f"    {label}: {value}" for label, value in details(finding)]
    return "\n".join(lines)


def details(finding: Finding) -> list[tuple[str, str]]:
    """Details of a finding, as label and text."""
    rows = [("why", finding.why)] if finding.why else []
    if finding.has_witness:
        rows.append(("witness", json.dumps(finding.witness, ensure_ascii=False, default=str)))
    rows += [("instead", finding.instead)] if finding.instead else []
    rows += [("sdk", ", ".join(finding.sdk))] if finding.sdk else []
    rows += [("accepted", finding.accepted)] if finding.accepted else []
    return [*rows, ("fingerprint", finding.fingerprint)] if finding.level is not Severity.INFO else rows


def as_json(report: Report) -> str:
    """For programs."""
    value = {"findings": [finding.as_json() for finding in report.findings], "semver": report.semver}
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def github(report: Report) -> str:
    """Annotations of a GitHub workflow: on the head, so that removals show too."""
    lines = []
    for finding in report.findings:
        place = finding.head or finding.base or Origin("", 1, 1)
        kind = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}[finding.level]
        kind = "notice" if finding.accepted else kind
        message = f"{finding.message}. {finding.why}".strip()
        properties = {"file": place.file, "line": place.line, "col": place.column, "title": finding.id}
        text = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        lines.append(f"::{kind} {text}::{message.replace('%', '%25').replace(chr(10), '%0A')}")
    return "\n".join(lines)


def _property(value: str) -> str:
    return value.replace("%", "%25").replace(":", "%3A").replace(",", "%2C").replace("\n", "%0A")


def sarif(report: Report) -> str:
    """SARIF 2.1.0."""
    rules = sorted({finding.id for finding in report.findings})
    results = [_sarif_result(finding) for finding in report.findings]
    driver = {
        "name": "contracts breaking",
        "informationUri": "https://spec.openapis.org/",
        "rules": [{"id": rule} for rule in rules],
    }
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    value = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(value, indent=2, ensure_ascii=False)


def _sarif_result(finding: Finding) -> Json:
    place = finding.head or finding.base or Origin("", 1, 1)
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": place.file},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }
    result: dict[str, Json] = {
        "ruleId": finding.id,
        "level": {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}[finding.level],
        "message": {"text": f"{finding.message}. {finding.why}".strip()},
        "locations": [location],
        "partialFingerprints": {"contracts/v1": finding.fingerprint},
    }
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return result


def junit(report: Report) -> str:
    """JUnit XML: a case for each finding, one passing case when there is none."""
    from xml.sax import saxutils  # noqa: PLC0415 - start-up: it brings a client for HTTP along

    cases = []
    failures = 0
    for finding in report.findings:
        name = saxutils.quoteattr(f"{finding.id} {finding.fingerprint}")
        where = saxutils.quoteattr(str(finding.head or finding.base or ""))
        if finding.level is Severity.INFO or finding.accepted:
            cases.append(f"  <testcase name={name} classname={where}/>")
            continue
        failures += 1
        body = saxutils.escape(
            "\n".join([finding.message, *(f"{label}: {value}" for label, value in details(finding))])
        )
        message = saxutils.quoteattr(finding.message)
        kind = saxutils.quoteattr(finding.level.value)
        cases.append(
            f"  <testcase name={name} classname={where}><failure type={kind} message={message}>{body}</failure></testcase>"
        )
    cases = cases or ['  <testcase name="compatible" classname="contracts breaking"/>']
    head = f'<testsuite name="contracts breaking" tests="{len(cases)}" failures="{failures}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"])


def markdown(report: Report) -> str:
    """A page for a pull request."""
    lines = [f"**Version step: {report.semver}** · {report.counted()}", ""]
    for level, title in (
        (Severity.ERROR, "Breaking"),
        (Severity.WARNING, "Perhaps breaking"),
        (Severity.INFO, "Compatible"),
    ):
        findings = [finding for finding in report.findings if finding.level is level]
        if findings:
            lines += [
                f"### {title}",
                "",
                *(line for finding in findings for line in _markdown_item(finding, report)),
                "",
            ]
    return "\n".join(lines).rstrip()


def _markdown_item(finding: Finding, report: Report) -> list[str]:
    operations = f" ({', '.join(f'`{name}`' for name in finding.operations)})" if finding.operations else ""
    lines = [f"- {finding.message}{operations} · `{finding.id}` · {finding.head or finding.base}"]
    sides = [_code(report.line_of(origin).strip()) if origin else "" for origin in (finding.base, finding.head)]
    if any(sides):
        lines.append(f"  - before: {sides[0] or '(nothing)'} · after: {sides[1] or '(nothing)'}")
    return lines + [
        f"  - {label}: {_code(value) if label in {'witness', 'fingerprint'} else value}"
        for label, value in details(finding)
    ]


def _code(text: str) -> str:
    """`text` as code, however many backticks it has itself."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if len(fence) > 1 else f"`{text}`" if text else ""


_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}
article{border:1px solid #ddd;border-left:.35rem solid #888;border-radius:.4rem;padding:.6rem 1rem;margin:1rem 0}
article.error{border-left-color:#c62828}article.warning{border-left-color:#ef8f00}article.info{border-left-color:#2e7d32}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:1rem}pre{background:#f6f6f8;padding:.5rem;overflow:auto;margin:.3rem 0}
code,pre{font:13px/1.45 ui-monospace,monospace}small{color:#666}dt{font-weight:600}mark{background:#ffe9a8}
@media(prefers-color-scheme:dark){body{background:#16161a;color:#e6e6ea}pre{background:#222228}article{border-color:#333}mark{background:#6b5200;color:#fff}}"""


def as_html(report: Report) -> str:
    """A page with both sides next to each other."""
    articles = "\n".join(_article(finding, report) for finding in report.findings)
    summary = html.escape(f"Version step: {report.semver} · {report.counted()}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Contract changes</title><style>{_STYLE}</style>'
        f"<h1>Contract changes</h1><p>{summary}</p>\n{articles}\n</html>"
    )


def _article(finding: Finding, report: Report) -> str:
    sides = "".join(
        f"<div><small>{side}</small>{excerpt(origin, report)}</div>"
        for side, origin in (("base", finding.base), ("head", finding.head))
    )
    rows = "".join(f"<dt>{label}</dt><dd>{html.escape(value)}</dd>" for label, value in details(finding))
    operations = html.escape(", ".join(finding.operations))
    return (
        f'<article class="{finding.level.value}"><h3>{html.escape(finding.message)}</h3>'
        f"<p><code>{html.escape(finding.id)}</code> <small>{operations}</small></p>"
        f'<div class="sides">{sides}</div><dl>{rows}</dl></article>'
    )


def excerpt(origin: Origin | None, report: Report) -> str:
    """The lines around a place, as HTML."""
    if origin is None:
        return "<pre>(nothing)</pre>"
    lines = []
    for number in range(max(1, origin.line - 2), origin.line + 4):
        raw = report.line_of(Origin(origin.file, number, 1))
        escaped = html.escape(f"{number:>5} {raw}")
        lines.append(f"<mark>{escaped}</mark>" if number == origin.line else escaped)
    return f"<pre>{html.escape(origin.file)}\n" + "\n".join(lines) + "</pre>"


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text, "json": as_json, "sarif": sarif, "junit": junit, "github": github, "markdown": markdown, "html": as_html,
}  # fmt: skip
