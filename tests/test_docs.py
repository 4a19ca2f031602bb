"""The service shows its own documentation, and a browser tries operations out from there, with nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from impl.app import docs
from impl.cli.tenant import NewTenant
from tests.fixtures.browser import Browser, browser
from tests.fixtures.service import Service, log_in
from tools.cli import docs_command

ROOT = Path(__file__).parents[1]
# One worker writes the site and starts the browser.
pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(scope="module")
def site(service: Service) -> Path:
    """The site of the real contracts, in the folder that the service looks into."""
    folder = service.settings.docs_dir
    assert docs_command.run(ROOT / "contracts" / "openapi" / "v1", folder, ROOT / "contracts" / "baselines" / "v1") == 0
    return folder


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    with browser() as page:
        yield page


async def test_docs_are_served_with_their_assets_and_let_nothing_else_in(http: httpx2.AsyncClient, site: Path) -> None:
    moved = await http.get("/docs")
    assert (moved.status_code, moved.headers["location"]) == (307, "/docs/")
    index = await http.get("/docs/")
    assert index.status_code == 200
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    assert index.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    for file in site.iterdir():
        if file.name == "unwritten.json":
            continue  # the service answers it itself
        served = await http.get(f"/docs/{file.name}")
        assert (served.status_code, served.content) == (200, file.read_bytes())
    again = await http.get("/docs/style.css", headers={"If-None-Match": served_etag(await http.get("/docs/style.css"))})
    assert (again.status_code, again.content) == (304, b"")


def served_etag(response: httpx2.Response) -> str:
    return str(response.headers["etag"])


@pytest.mark.parametrize("name", ["nothing.html", "..%2f..%2fpyproject.toml", "%2e%2e/settings.py", "a/b.html", "%00"])
async def test_a_page_that_is_not_there_is_the_problem_of_any_unknown_path(
    http: httpx2.AsyncClient, site: Path, name: str
) -> None:
    response = await http.get(f"/docs/{name}")
    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")


async def test_docs_are_only_read(http: httpx2.AsyncClient, site: Path) -> None:
    assert (await http.head("/docs/index.html")).status_code == 200
    refused = await http.post("/docs/index.html")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


Operations = dict[str, tuple[str, str]]


def operations_of(document: dict[str, Any]) -> Operations:
    """Method and path by id."""
    return {
        one["operationId"]: (method, path)
        for path, item in document["paths"].items()
        for method, one in item.items()
        if isinstance(one, dict)
    }


async def test_the_served_contract_begins_with_this_service_and_leaves_out_just_what_answers_501(
    http: httpx2.AsyncClient, make_merchant: Callable[[], NewTenant]
) -> None:
    joined = json.loads((ROOT / "generated" / "server" / "openapi.json").read_bytes())
    served = (await http.get("/openapi.json")).json()
    assert served["servers"][0]["url"] == "/"
    whole = (await http.get("/openapi.json", params={"unwritten": "true"})).json()
    assert {**whole, "servers": joined["servers"]} == joined
    assert re.search(
        r"^- Skeldir auth \S+: Log in, refresh tokens and log out.$", served["info"]["description"], re.MULTILINE
    )
    access = await log_in(http, make_merchant())
    left_out = operations_of(joined).keys() - operations_of(served).keys()
    answers = {}
    for operation, (method, path) in operations_of(joined).items():
        if method == "get" and "{" not in path:
            answers[operation] = (await http.request(method, path, headers=access)).status_code
    # Without the parameters that they require some answer 400, which says nothing about whether they are written.
    assert {one for one, status in answers.items() if status == 501} <= left_out
    assert left_out.isdisjoint(one for one, status in answers.items() if status not in {400, 501})


async def test_the_root_leads_to_the_documentation(http: httpx2.AsyncClient) -> None:
    moved = await http.get("/")
    assert (moved.status_code, moved.headers["location"]) == (307, "/docs/")


async def test_the_type_of_a_problem_leads_to_the_page_about_it(http: httpx2.AsyncClient, site: Path) -> None:
    path = httpx2.URL((await http.get("/api/nothing")).json()["type"]).path
    moved = await http.get(path)
    assert (moved.status_code, moved.headers["location"]) == (307, "/docs/problems.html#not-found")
    assert 'id="not-found"' in (site / "problems.html").read_text("utf-8")
    unknown = await http.get("/problems/nothing-of-ours")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    assert (await http.get("/redoc")).headers["location"] == "/docs/"


async def test_before_the_site_is_written_the_page_says_what_to_do(tmp_path: Path) -> None:
    app = FastAPI(openapi_url=None)
    app.router.routes[:0] = docs.routes(tmp_path / "not yet")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://docs") as client:
        response = await client.get("/docs/")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "make docs" in response.text


def send(page: Browser, operation: str) -> str:
    """What the form of an operation shows after it was sent."""
    page.run(f"document.querySelector('form[data-form={operation}]').requestSubmit()")
    output = f"document.querySelector('form[data-form={operation}] output').textContent"
    return str(page.wait_for(f"/^([0-9]{{3}} |No answer)/.test({output}) && {output}"))


def test_a_browser_tries_operations_out_against_the_service_it_came_from(
    page: Browser, service: Service, site: Path
) -> None:
    page.open(f"{service.url}/docs/health.html")
    assert page.run("document.getElementById('server').value") == service.url
    shown = send(page, "livenessProbe")
    assert "200 OK" in shown
    assert '"alive": true' in shown
    page.open(f"{service.url}/docs/auth.html")
    assert "401" in send(page, "login")
    page.open(f"{service.url}/docs/revenue.html")
    page.run("document.getElementById('token').value = 'not a token'")
    assert '"code": "AUTH_UNAUTHORIZED"' in send(page, "getRealtimeRevenueV1")


def test_a_login_on_the_page_opens_what_needs_a_token(
    page: Browser, service: Service, site: Path, make_merchant: Callable[[], NewTenant]
) -> None:
    merchant = make_merchant()
    body = {"email": merchant.email, "password": merchant.password, "tenant_id": str(merchant.tenant_id)}
    page.open(f"{service.url}/docs/auth.html")
    page.run(f"document.querySelector('form[data-form=login]').elements.body.value = {json.dumps(json.dumps(body))}")
    assert send(page, "login").startswith("200")
    page.open(f"{service.url}/docs/revenue.html")
    assert '"verified": false' in send(page, "getRealtimeRevenueV1")


def fields(page: Browser, operation: str, **values: str) -> None:
    """Fill in fields of an operation's form by the names of their parameters."""
    for name, value in values.items():
        field = f"document.querySelector('form[data-form={operation}]').elements['query:{name}']"
        page.run(f"{field}.value = {json.dumps(value)}")


def test_samples_name_this_service_the_token_of_the_login_and_a_fresh_id(
    page: Browser, service: Service, site: Path, make_merchant: Callable[[], NewTenant]
) -> None:
    merchant = make_merchant()
    page.open(f"{service.url}/docs/index.html")
    page.run("sessionStorage.clear()")
    page.open(f"{service.url}/docs/index.html")
    samples = "[...document.querySelectorAll('.samples pre')].map((one) => one.textContent).join()"
    before = page.run(samples)
    assert before.count(service.url) >= 4
    assert "127.0.0.1:8000" not in before
    assert "example.access.token" in before
    key = re.search(r"X-Idempotency-Key: ([0-9a-f-]{36})", before)
    assert key is not None
    page.open(f"{service.url}/docs/auth.html")
    body = {"email": merchant.email, "password": merchant.password, "tenant_id": str(merchant.tenant_id)}
    page.run(f"document.querySelector('form[data-form=login]').elements.body.value = {json.dumps(json.dumps(body))}")
    assert send(page, "login").startswith("200")
    assert send(page, "logout").startswith("200")  # takes the refresh token, in its header and in its body
    page.open(f"{service.url}/docs/index.html")
    after = page.run(samples)
    assert "example.access.token" not in after
    assert after.count(page.run("document.getElementById('token').value")) >= 3
    assert key[1] not in after


def test_optional_and_query_parameters_have_fields(
    page: Browser, service: Service, site: Path, make_merchant: Callable[[], NewTenant]
) -> None:
    merchant = make_merchant()
    page.open(f"{service.url}/docs/auth.html")
    body = {"email": merchant.email, "password": merchant.password, "tenant_id": str(merchant.tenant_id)}
    page.run(f"document.querySelector('form[data-form=login]').elements.body.value = {json.dumps(json.dumps(body))}")
    assert send(page, "login").startswith("200")
    page.open(f"{service.url}/docs/events.html")
    fields(page, "listDeadEvents", limit="3")
    assert '"limit": 3' in send(page, "listDeadEvents")
    fields(page, "listDeadEvents", limit="0")
    assert '"/query/limit"' in send(page, "listDeadEvents")
    assert "404" in send(page, "getDeadEvent")


async def test_what_answers_501_has_a_badge_and_nothing_else(
    http: httpx2.AsyncClient, page: Browser, service: Service, site: Path
) -> None:
    unwritten = (await http.get("/docs/unwritten.json")).json()
    page.open(f"{service.url}/docs/index.html")
    rows = "[...document.querySelectorAll('td a[data-for]')].filter((one) => one.querySelector('.badge'))"
    if unwritten:
        page.wait_for(f"{rows}.length")
    assert sorted(page.run(f"{rows}.map((one) => one.dataset.for)")) == unwritten


def test_the_search_finds_operations_and_problems(page: Browser, service: Service, site: Path) -> None:
    page.open(f"{service.url}/docs/index.html")

    def hits(words: str) -> list[str]:
        page.run(f"find.value = {json.dumps(words)}; find.dispatchEvent(new Event('input'))")
        return list(page.run("[...document.querySelectorAll('#hits a')].map((one) => one.getAttribute('href'))"))

    assert "events.html#listDeadEvents" in hits("dead events")
    assert hits("rate_limited")[0] == "problems.html#rate-limited"
    assert hits("zzzz") == []
    assert page.run("document.getElementById('hits').textContent") == "Nothing was found."
    hits("")
    assert page.run("document.getElementById('hits').hidden && !document.getElementById('pages').hidden")


@pytest.mark.parametrize("name", ["index", "auth", "problems"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_can_be_read_on_a_desk_and_on_a_phone(
    page: Browser, service: Service, site: Path, tmp_path: Path, width: int, dark: bool, name: str
) -> None:
    """Text and background differ enough (WCAG AA, 4.5 : 1), nothing is wider than the window, no code of a problem is broken,
    and the first screen shows the page and not its menu."""
    page.picture(tmp_path / "size.png", width=width, height=844, dark=dark)
    page.open(f"{service.url}/docs/{name}.html")
    picture = page.picture(tmp_path / f"{name}.png", width=width, height=844, dark=dark)
    assert picture.stat().st_size > 20_000
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run("document.querySelector('h1').getBoundingClientRect().top") < 200
    broken = "[...document.querySelectorAll('.problems td:first-child code')].filter((one) => one.getClientRects().length > 1)"
    assert page.run(f"{broken}.map((one) => one.textContent)") == []
    assert page.run("document.getElementById('menu').open") == (width > 700)
    assert page.run(CONTRAST) == []
    # No sample has to be scrolled sideways.
    assert page.run(
        "[...document.querySelectorAll('.samples pre')].every((one) => one.scrollWidth <= one.clientWidth + 1)"
    )


CONTRAST = """(() => {
  const parts = (color) => color.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parts(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  for (const element of document.querySelectorAll('body *')) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.add(`${element.tagName}.${element.className}: ${element.textContent.slice(0, 20)}`);
  }
  return [...poor];
})()"""
