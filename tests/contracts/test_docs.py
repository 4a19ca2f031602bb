"""The documentation is complete, its links lead somewhere, its samples run, and a real browser can use it without a network."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

from tests.contracts.conftest import Mocks
from tests.contracts.specified import TOTAL
from tools.cli import docs_command
from tools.docs import reference, samples, site
from tools.docs.html import prose, tag
from tools.mocks import service as mocks
from tools.openapi import calls

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts" / "openapi" / "v1"
# One worker writes the site, and starts the mocks for all.
pytestmark = pytest.mark.xdist_group("mocks")
OPERATIONS = [one for mock in mocks.plan(CONTRACTS) for one in calls.operations(mock.document)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("docs") / "site"
    paths = site.build(CONTRACTS, out, out / "none", docs_command.changes_since)
    return {path.name: path.read_text("utf-8") for path in paths} | {"": str(out)}


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.targets: list[str] = []
        self.resources: list[str] = []
        self.feed(text)

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        self.ids |= {known["id"] or ""} if "id" in known else set()
        if name == "a":
            self.targets.append(known.get("href") or "")
        elif name in ("link", "script", "img"):
            self.resources.append(known.get("href") or known.get("src") or "")


def test_every_operation_has_its_section_with_samples_and_a_form(pages: dict[str, str]) -> None:
    everything = "".join(pages.values())
    for one in OPERATIONS:
        assert everything.count(f'data-operation="{one.id}"') == 1
        assert everything.count(f'data-form="{one.id}"') == 1
    assert everything.count("<summary>curl</summary>") == len(OPERATIONS) == TOTAL


def test_every_link_leads_to_a_page_and_a_place_in_it(pages: dict[str, str]) -> None:
    links_by_page = {name: Links(text) for name, text in pages.items() if name}
    for name, links in links_by_page.items():
        for target in links.targets:
            file, _, fragment = target.partition("#")
            assert (file or name) in links_by_page, (name, target)
            assert not fragment or fragment in links_by_page[file or name].ids, (name, target)


def test_pages_need_nothing_from_elsewhere(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        if name:
            assert set(Links(text).resources) == {"icon.svg", "style.css", "search.js", "tryout.js"}
    folder = Path(pages[""])
    assert not re.search(r"url\(|@import|https?://", (folder / "style.css").read_text("utf-8"))


def test_the_problem_page_names_every_slug_of_the_registry(pages: dict[str, str]) -> None:
    slugs = set(re.findall(r"slug: (\S+)", (ROOT / "contracts/governance/problems.yaml").read_text("utf-8")))
    assert slugs <= Links(pages["problems.html"]).ids


def test_the_page_of_changes_tells_what_breaks_and_links_the_operation(pages: dict[str, str], tmp_path: Path) -> None:
    assert "Nothing has been released yet" in pages["changes.html"]
    shutil.copytree(ROOT / "generated" / "bundles" / "v1", tmp_path / "released")
    released = tmp_path / "released" / "auth.yaml"
    released.write_text(released.read_text("utf-8").replace("maxLength: 254", "maxLength: 300"), "utf-8")
    site.build(CONTRACTS, tmp_path / "site", tmp_path / "released", docs_command.changes_since)
    text = (tmp_path / "site" / "changes.html").read_text("utf-8")
    assert "Breaks clients (1)" in text
    assert "max length decreased from <code>300</code> to <code>254</code>" in text
    assert '<a href="auth.html#login"><code>POST /api/auth/login</code></a>' in text


def test_text_of_a_contract_never_becomes_markup() -> None:
    assert tag("p", "<b>&", class_='"x"') == '<p class="&quot;x&quot;">&lt;b&gt;&amp;</p>'
    assert prose("a `<b>` c") == "a <code>&lt;b&gt;</code> c"


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_python_and_curl_samples_say_the_example_request(one: calls.Operation) -> None:
    call = calls.example_call(one)
    ast.parse(samples.python(call))
    words = shlex.split(samples.curl(call))
    assert samples.BASE + call.target in words
    headers = {words[index + 1] for index, word in enumerate(words) if word == "-H"}
    assert headers == {f"{name}: {value}" for name, value in call.headers.items()}
    if call.body is not None:
        assert json.loads(words[words.index("--data-binary") + 1]) == json.loads(call.body)


@pytest.fixture
def served(all_mocks: Mocks) -> dict[str, str]:
    """Address of the mock that answers each operation."""
    return {one.id: mock.url for mock in all_mocks.by_name.values() for one in calls.operations(mock.document)}


def sample(one: calls.Operation, language: str, base: str) -> str:
    return samples.samples(calls.example_call(one), reference.media_type(one), base)[language]


def test_every_python_sample_runs(
    served: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each sends its request to a mock and prints what came back. httpx2, which we have, speaks as httpx does."""
    monkeypatch.chdir(tmp_path)
    with httpx2.Client(timeout=120) as client:
        # One client for all: each would read the certificates of the world anew.
        monkeypatch.setitem(sys.modules, "httpx", client)
        for one in OPERATIONS:
            exec(compile(sample(one, "Python", served[one.id]), one.id, "exec"), {})
            assert capsys.readouterr().out or Path("skeldir-export.xlsx").exists(), one.id


def test_every_typescript_sample_runs(served: dict[str, str], tmp_path: Path) -> None:
    """They need no type but those that TypeScript finds by itself, so Node runs them as they are."""
    bodies = [f"async () => {{\n{sample(one, 'TypeScript', served[one.id])}\n}}" for one in OPERATIONS]
    path = tmp_path / "samples.mjs"
    path.write_text(f"for (const run of [{', '.join(bodies)}]) await run();\n", "utf-8")
    run = subprocess.run(["node", str(path)], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr[-500:]
    assert run.stdout.count("correlation_id") > 5


CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
SEND = """<script>addEventListener('load', () => {
  document.getElementById('server').value = 'URL';
  document.querySelector('form[data-form=getHealthStatus]').requestSubmit();
});</script>"""


def test_a_browser_tries_an_operation_out_against_its_mock(pages: dict[str, str], tmp_path: Path) -> None:
    assert CHROMIUM is not None, (
        "no Chromium on this machine: run `make install-browser`, or install Debian's package chromium"
    )
    folder = Path(pages[""])
    with mocks.running(mocks.plan(CONTRACTS, ["health"], any_port=True)) as (mock,):
        page = folder / "try.html"
        page.write_text(pages["health.html"].replace("</body>", f"{SEND.replace('URL', mock.url)}</body>"), "utf-8")
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", "--dump-dom",
            f"--user-data-dir={tmp_path}", page.as_uri(),
        ]  # fmt: skip
        run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    reply = re.search(r'data-form="getHealthStatus".*?<output>(.*?)</output>', run.stdout, re.DOTALL)
    assert reply is not None, run.stderr[-500:]
    assert "200 OK" in reply[1]
    assert '"status": "healthy"' in reply[1]
