"""The site as a whole: an overview, a page per API, the problem registry, and what changed since the last release."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.docs import changes, quickstart, reference, search
from tools.docs.html import Markup, join, prose, tag
from tools.docs.samples import BASE
from tools.openapi import bundle, calls, governance, link, problems
from tools.openapi.link import Sources
from tools.openapi.operations import Operation
from tools.openapi.source import Json

ASSETS = Path(__file__).parent / "assets"


class DocsError(Exception):
    """The site cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Api:
    """One API and its page."""

    name: str
    document: Json = field(repr=False)

    @property
    def file(self) -> str:
        """Name of its page."""
        return self.name.replace("/", "-") + ".html"

    @property
    def title(self) -> str:
        """Title of the API without the name of the product."""
        words = str(self.document["info"]["title"]).removeprefix("Skeldir ")
        return words[:1].upper() + words[1:]

    @property
    def operations(self) -> list[Operation]:
        """Its operations in the order of the contract."""
        return list(calls.operations(self.document))


def build(contracts: Path, out: Path, baselines: Path, compare: changes.Compare) -> list[Path]:
    """Write the site to `out` and return its pages; `compare` knows what changed since the release. Raises `DocsError`."""
    sources = _sources(contracts)
    apis = _apis(sources)
    registry = governance.read(contracts)[0].get("problems")
    pages = {"index.html": ("Skeldir API", _overview(apis))}
    pages |= {api.file: (api.title, _api(api)) for api in apis}
    pages["problems.html"] = ("Problems", _problems(registry.value if registry else {"problems": []}))
    pages["changes.html"] = ("Changes", changes.page(compare(sources, baselines), _pages_of(apis)))
    shutil.copytree(ASSETS, out)
    (out / "search.js").write_text(search.script(_entries(apis, registry.value if registry else {})), encoding="utf-8")
    (out / "unwritten.json").write_text("[]\n", encoding="ascii")
    for name, (title, content) in pages.items():
        (out / name).write_text(_page(title, name, content, apis), encoding="utf-8")
    return [out / name for name in pages]


def _sources(contracts: Path) -> Sources:
    sources = link.read(contracts)
    if problems.has_errors(sources.problems):
        raise DocsError(problems.refusal(sources.problems))
    return sources


def _apis(sources: Sources) -> list[Api]:
    return [
        Api(entry.removeprefix(f"{sources.display_root}/").rpartition(".")[0], bundle.bundle(sources, entry))
        for entry in sources.entries
        if sources.documents[entry].value.get("paths")
    ]


def _pages_of(apis: Iterable[Api]) -> dict[str, str]:
    """Where each operation is described, by its method and path."""
    return {f"{one.method.upper()} {one.path}": f"{api.file}#{one.id}" for api in apis for one in api.operations}


def _page(title: str, file: str, content: Markup, apis: Iterable[Api]) -> str:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} - Skeldir"),
        tag("link", rel="stylesheet", href="style.css"),
        tag("link", rel="icon", href="icon.svg"),
        tag("script", src="search.js", defer=True),
        tag("script", src="tryout.js", defer=True),
    )
    body = tag("body", _navigation(file, apis), tag("main", tag("h1", title), content))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _navigation(file: str, apis: Iterable[Api]) -> Markup:
    """Links to every page; on the page of an API, to its operations too."""
    rows: list[Markup] = [_entry(file, "index.html", "Overview")]
    for api in apis:
        inner = [
            tag("li", tag("a", one.value.get("summary") or one.id, href=f"#{one.id}", data_for=one.id))
            for one in api.operations
        ]
        rows.append(join(_entry(file, api.file, api.title), tag("ul", inner) if api.file == file else join()))
    rows += [_entry(file, "problems.html", "Problems"), _entry(file, "changes.html", "Changes")]
    server = tag("label", "Server", tag("input", id="server", value=BASE, spellcheck="false"))
    token = tag(
        "label",
        "Access token",
        tag("input", id="token", value="", placeholder="from the login operation", spellcheck="false"),
    )
    find = tag("input", id="find", type="search", placeholder="Search", aria_label="Search", spellcheck="false")
    lists = [tag("ul", id="hits", hidden=True), tag("ul", rows, id="pages"), tag("div", server, token, class_="where")]
    menu = tag("details", tag("summary", "Menu"), lists, id="menu", open=True)
    return tag("nav", tag("b", tag("a", "Skeldir API", href="index.html")), find, menu)


def _entry(here: str, file: str, title: str) -> Markup:
    return tag("li", tag("a", title, href=file, aria_current="page" if here == file else None))


def _entries(apis: Iterable[Api], registry: Json) -> Iterator[search.Entry]:
    """Everything that can be found."""
    for api in apis:
        for one in api.operations:
            title = str(one.value.get("summary") or one.id)
            yield search.Entry(title, f"{one.method.upper()} {one.path} {one.id}", f"{api.file}#{one.id}")
    for entry in registry.get("problems", ()):
        yield search.Entry(entry["code"], f"{entry['status']} {entry['title']}", f"problems.html#{entry['slug']}")


def _overview(apis: Sequence[Api]) -> Markup:
    intro = (
        "Skeldir tells a merchant how much revenue is real, how much is only claimed by ad platforms, and which channel earned "
        "it. These pages describe every request and reply with examples; you can try each operation against the service or its "
        "mock. Every error is an `application/problem+json` document with a code from the list of problems."
    )
    tables = [
        join(
            tag("h2", tag("a", api.title, href=api.file)),
            tag("p", prose(api.document["info"].get("description") or "")),
            tag("table", [_row(api, one) for one in api.operations], class_="operations"),
        )
        for api in apis
    ]
    start = quickstart.section(one for api in apis for one in api.operations)
    return join(tag("p", prose(intro)), start, tables)


def _row(api: Api, one: Operation) -> Markup:
    return tag(
        "tr",
        tag("td", tag("span", one.method.upper(), class_=f"method {one.method}")),
        tag("td", tag("a", one.value.get("summary") or one.id, href=f"{api.file}#{one.id}", data_for=one.id)),
        tag("td", tag("code", one.path)),
    )


def _api(api: Api) -> Markup:
    return join(tag("p", prose(api.document["info"].get("description") or "")), reference.sections(api.operations))


def _problems(registry: Json) -> Markup:
    intro = "Decide by `code` in programs, show `detail` to people, and quote `correlation_id` in support requests."
    rows = [
        tag(
            "tr",
            tag("td", tag("code", entry["code"])),
            tag("td", " or ".join(map(str, [entry["status"], *entry.get("also_status", [])]))),
            tag("td", prose(entry["when"])),
            id=entry["slug"] if index == _first(registry, entry["slug"]) else None,
        )
        for index, entry in enumerate(registry["problems"])
    ]
    head = tag("tr", tag("th", "Code"), tag("th", "Status"), tag("th", "When"))
    return join(tag("p", prose(intro)), tag("table", head, rows, class_="problems"))


def _first(registry: Json, slug: str) -> int:
    return next(index for index, entry in enumerate(registry["problems"]) if entry["slug"] == slug)
