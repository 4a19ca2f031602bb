"""Changes for clients since the last release: the page to read before an upgrade."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tools.contracts import bundle
from tools.contracts.docs.html import Markup, join, prose, tag
from tools.contracts.link import Sources
from tools.contracts.problems import Severity

if TYPE_CHECKING:
    from tools.breaking.findings import Finding
    from tools.breaking.run import Comparison

_TITLES = {
    Severity.ERROR: "Breaks clients",
    Severity.WARNING: "May break clients",
    Severity.INFO: "Compatible changes",
}
_WITNESS_LENGTH = 400


def since(sources: Sources, baselines: Path) -> Comparison | None:
    """The contracts beside the last release; None when nothing was released yet."""
    if not baselines.is_dir():
        return None
    from tools.breaking import run  # noqa: PLC0415  (only where there is a release to compare with)
    from tools.breaking.options import Options  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        for entry in sources.entries:
            path = (Path(folder) / entry.removeprefix(f"{sources.display_root}/")).with_suffix(".yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(bundle.to_yaml(bundle.bundle(sources, entry)), encoding="utf-8")
        return run.compare_all(str(baselines), folder, Options(dt.datetime.now(dt.UTC).date()))


def page(comparison: Comparison | None, pages: Mapping[str, str]) -> Markup:
    """`comparison` for people. `pages` says where an operation, named `GET /api/health`, is described."""
    if comparison is None:
        return tag("p", "Nothing has been released yet, so nothing has changed.")
    findings = comparison.report.findings
    intro = (
        "Changes between the last release and this version."
        if findings
        else "Nothing has changed since the last release."
    )
    return join(tag("p", intro), _versions(comparison), [_group(level, findings, pages) for level in _TITLES])


def _versions(comparison: Comparison) -> Markup:
    """Released version and version of now, API by API."""
    head = tag("tr", tag("th", "API"), tag("th", "Released"), tag("th", "Now"), tag("th", "Required step"))
    rows = [
        tag("tr", tag("td", name), tag("td", released), tag("td", now), tag("td", "" if step == "none" else step))
        for name, (released, now, step) in sorted(comparison.versions.items())
    ]
    return tag("table", head, rows, class_="versions")


def _group(level: Severity, findings: list[Finding], pages: Mapping[str, str]) -> Markup:
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.level is level:
            alike.setdefault((finding.message, finding.why), []).append(finding)
    if not alike:
        return join()
    changes = [tag("div", _told(same, pages), class_="change") for same in alike.values()]
    return join(tag("h2", f"{_TITLES[level]} ({len(alike)})"), changes)


def _told(same: list[Finding], pages: Mapping[str, str]) -> Iterator[Markup]:
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
