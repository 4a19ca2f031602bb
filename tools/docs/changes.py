"""Changes for clients since the last release: the page to read before an upgrade."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from tools.docs.html import Markup, join, prose, tag
from tools.openapi.link import Sources
from tools.openapi.pointers import Json
from tools.openapi.problems import Severity

_TITLES = {
    Severity.ERROR: "Breaks clients",
    Severity.WARNING: "May break clients",
    Severity.INFO: "Compatible changes",
}
_WITNESS_LENGTH = 400


class Change(Protocol):
    """One change, as the comparison of two versions reports it."""

    level: Severity
    message: str
    why: str
    operations: list[str]
    has_witness: bool
    witness: Json
    accepted: str


@dataclass(frozen=True, slots=True)
class Release:
    """Changes since the last release."""

    changes: Sequence[Change]
    versions: Mapping[str, tuple[str, str, str]]
    """API to its released version, its version now, and the step that its changes ask for."""


Compare: TypeAlias = Callable[[Sources, Path], "Release | None"]
"""Compares contracts with the baselines in a folder; None when nothing was released yet."""


def page(release: Release | None, pages: Mapping[str, str]) -> Markup:
    """`release` for people. `pages` says where an operation, named `GET /api/health`, is described."""
    if release is None:
        return tag("p", "Nothing has been released yet, so nothing has changed.")
    findings = release.changes
    intro = (
        "Changes between the last release and this version."
        if findings
        else "Nothing has changed since the last release."
    )
    return join(tag("p", intro), _versions(release), [_group(level, findings, pages) for level in _TITLES])


def _versions(release: Release) -> Markup:
    """Released version and version of now, API by API."""
    head = tag("tr", tag("th", "API"), tag("th", "Released"), tag("th", "Now"), tag("th", "Required step"))
    rows = [
        tag("tr", tag("td", name), tag("td", released), tag("td", now), tag("td", "" if step == "none" else step))
        for name, (released, now, step) in sorted(release.versions.items())
    ]
    return tag("table", head, rows, class_="versions")


def _group(level: Severity, findings: Sequence[Change], pages: Mapping[str, str]) -> Markup:
    alike: dict[tuple[str, str], list[Change]] = {}
    for finding in findings:
        if finding.level is level:
            alike.setdefault((finding.message, finding.why), []).append(finding)
    if not alike:
        return join()
    changes = [tag("div", _told(same, pages), class_="change") for same in alike.values()]
    return join(tag("h2", f"{_TITLES[level]} ({len(alike)})"), changes)


def _told(same: list[Change], pages: Mapping[str, str]) -> Iterator[Markup]:
    """One change, which several operations may have in common."""
    finding = same[0]
    text = finding.message
    yield tag("p", tag("b", prose(text[:1].upper() + text[1:] + ".")), " ", prose(finding.why))
    names = [tag("li", _operation(name, pages)) for one in same for name in one.operations]
    if names:
        yield tag("ul", names)
    if finding.has_witness:
        text = json.dumps(finding.witness, ensure_ascii=False, default=str)
        cut = text if len(text) <= _WITNESS_LENGTH else f"{text[:_WITNESS_LENGTH]} ..."
        yield tag("p", "For example: ", tag("code", cut))
    if finding.accepted:
        yield tag("p", "Accepted because: ", prose(finding.accepted))


def _operation(name: str, pages: Mapping[str, str]) -> Markup:
    return tag("a", tag("code", name), href=pages[name]) if name in pages else tag("code", name)
