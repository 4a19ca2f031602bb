"""Watching sees every save at once, says only what changed, agrees with a full check, and nothing that is saved ends it."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx2
import pytest

from tests.contracts.conftest import READ
from tools import rules
from tools.cli import checking
from tools.cli.watch import Verdict, Watcher, shown
from tools.openapi import governance, link, problems

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, and standing where it has the name of the original."""
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    monkeypatch.chdir(tmp_path)
    return Path("contracts/openapi/v1")


@pytest.fixture
def watcher(contracts: Path) -> Watcher:
    watcher = Watcher(contracts)
    watcher.sources.loaded = dict(READ.loaded)
    assert watcher.look().remaining == 0
    return watcher


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def rules_of(findings: list[problems.Problem]) -> list[str]:
    return [problem.rule for problem in findings]


def full_check(contracts: Path) -> int:
    sources = link.read(contracts)
    findings = rules.check(rules.Contract(sources.documents, governance.read(contracts)[0]))
    return len(problems.in_order([*sources.problems, *findings]))


def test_a_save_says_what_appeared_and_the_next_what_was_fixed(watcher: Watcher, contracts: Path) -> None:
    edit(contracts / "revenue.yaml", "operationId: getRealtimeRevenueV1", "operationId: get-revenue")
    verdict = watcher.look()
    assert [path.rpartition("/")[2] for path in verdict.changed] == ["revenue.yaml"]
    assert sorted(rules_of(verdict.appeared)) == ["deprecation-is-dated", "operation-id"]
    edit(contracts / "revenue.yaml", "operationId: get-revenue", "operationId: getRealtimeRevenueV1")
    verdict = watcher.look()
    assert (verdict.appeared, verdict.remaining, len(verdict.fixed)) == ([], 0, 2)


def test_findings_that_only_move_are_not_said_again(watcher: Watcher, contracts: Path) -> None:
    edit(contracts / "revenue.yaml", "operationId: getRealtimeRevenueV1", "operationId: get-revenue")
    watcher.look()
    edit(contracts / "revenue.yaml", "paths:\n", "\n\npaths:\n")
    verdict = watcher.look()
    assert (verdict.appeared, verdict.fixed, verdict.remaining) == ([], [], 2)


def test_a_change_in_a_shared_file_is_judged_in_every_file_that_uses_it(watcher: Watcher, contracts: Path) -> None:
    edit(contracts / "_common" / "schemas.yaml", "enum: [high, medium, low]", "enum: [high, low]")
    verdict = watcher.look()
    findings = {problem.origin.file.rpartition("/")[2] for problem in verdict.appeared}
    assert {"attribution.yaml", "llm-explanations.yaml"} <= findings
    assert verdict.remaining == full_check(contracts)


def test_a_half_saved_file_is_a_finding_and_watching_goes_on(watcher: Watcher, contracts: Path) -> None:
    path = contracts / "health.yaml"
    text = path.read_text("utf-8")
    path.write_text(text[: len(text) // 3] + "\n  x: {", "utf-8")
    assert "yaml-syntax" in rules_of(watcher.look().appeared)
    path.write_text(text, "utf-8")
    assert watcher.look().remaining == 0


def test_a_deleted_file_is_a_finding_where_it_is_missed(watcher: Watcher, contracts: Path) -> None:
    path = contracts / "_common" / "responses.yaml"
    text = path.read_text("utf-8")
    path.unlink()
    verdict = watcher.look()
    assert "dangling-ref" in rules_of(verdict.appeared)
    path.write_text(text, "utf-8")
    assert watcher.look().remaining == 0


def test_links_that_lead_in_a_circle_are_a_finding(watcher: Watcher, contracts: Path) -> None:
    path = contracts / "_common" / "security.yaml"
    path.unlink()
    path.symlink_to("security.yaml")
    (contracts / "loop").symlink_to(".")
    verdict = watcher.look()
    assert "dangling-ref" in rules_of(verdict.appeared)


def test_data_beside_the_contract_is_watched_too(watcher: Watcher, contracts: Path) -> None:
    edit(contracts.parent.parent / "governance" / "problems.yaml", "code: WINDOW_CLOSED", "code: WINDOW_SHUT")
    assert set(rules_of(watcher.look().appeared)) == {"problem-registry", "problem-example"}


def test_a_verdict_is_shown_in_few_lines() -> None:
    text = shown(Verdict(["a/auth.yaml"], [], [], 0, 0.042, has_errors=False), lambda _: "")
    assert text == "auth.yaml: no findings, 42 ms"


def place(problem: problems.Problem) -> str:
    return f"{problem.origin.file.rpartition('/')[2]}:{problem.origin.line}:{problem.origin.column} {problem.rule}"


def spoil(contracts: Path, how: str) -> None:
    """One of the accidents that happen to files."""
    path = contracts / "health.yaml"
    text = path.read_text("utf-8")
    match how:
        case "no YAML":
            path.write_text("<html>&nbsp;</html>: {[\n", "utf-8")
        case "no text":
            path.write_bytes(b"\x00\xff\xfe")
        case "half saved":
            path.write_text(text[: text.index("  description: >-\n")] + "  summary: [half", "utf-8")
        case "empty":
            path.write_text("", "utf-8")
        case "deleted":
            path.unlink()
        case "missing anchor":
            path.write_text(text.replace("responses/Unauthorized'", "responses/Unauthorised'", 1), "utf-8")
        case "loop":
            path.unlink()
            path.symlink_to("health.yaml")
        case "folder that is a link":
            (contracts / "again").symlink_to(".")


ACCIDENTS = {
    "no YAML": "health.yaml:2:1 yaml-syntax",
    "no text": "health.yaml:1:2 not-utf8",
    "half saved": "health.yaml:7:1 yaml-syntax",
    "empty": "health.yaml:1:1 empty-document",
    "deleted": "mocks.yaml:7:11 mock-port",
    "missing anchor": "dangling-ref",
    "loop": "health.yaml:1:1 unread-file",
    "folder that is a link": "again:1:1 unread-file",
}


@pytest.mark.parametrize("how", ACCIDENTS)
def test_an_accident_is_a_finding_with_its_place_and_ends_with_its_cause(
    watcher: Watcher, contracts: Path, how: str
) -> None:
    spoil(contracts, how)
    verdict = watcher.look()
    assert any(ACCIDENTS[how] in place(problem) for problem in verdict.appeared), list(map(place, verdict.appeared))
    assert verdict.remaining == len(checking.judge(link.read(contracts), contracts))
    (contracts / "again").unlink(missing_ok=True)
    (contracts / "health.yaml").unlink(missing_ok=True)
    shutil.copy(ROOT / "contracts" / "openapi" / "v1" / "health.yaml", contracts)
    assert (watcher.look().remaining, watcher.look().appeared) == (0, [])


def test_broken_data_beside_the_contract_is_a_finding_with_its_line(watcher: Watcher, contracts: Path) -> None:
    path = contracts.parent.parent / "governance" / "problems.yaml"
    path.write_text("problems: [\n", "utf-8")
    verdict = watcher.look()
    assert [place(problem) for problem in verdict.appeared] == ["problems.yaml:2:1 yaml-syntax"]
    assert "problems.yaml:2:1: error[yaml-syntax]" in shown(verdict, watcher.line)


class Running:
    """`contracts watch` as a process."""

    def __init__(self, folder: Path, *options: str) -> None:
        script = Path(sys.executable).with_name("contracts")
        self.process = subprocess.Popen(
            [str(script), "watch", *options],
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def until(self, pattern: str) -> str:
        """What it prints up to the line in which `pattern` is found."""
        printed = ""
        while not re.search(pattern, printed.rpartition("\n")[0].rpartition("\n")[2]):
            try:
                printed += self.lines.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                raise AssertionError(f"it never said {pattern!r}: {printed}") from None
        return printed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE_SECONDS) == 0
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def eventually(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_command_survives_every_accident_and_then_regenerates(contracts: Path, tmp_path: Path) -> None:
    original = (contracts / "health.yaml").read_text("utf-8")
    with Running(tmp_path) as running:
        running.until("[1-9][0-9]* of [0-9]+ files changed")
        for how in ("half saved", "loop"):
            spoil(contracts, how)
            running.until(r"health.yaml: [0-9]+ findings?, ")
            (contracts / "health.yaml").unlink()
            (contracts / "health.yaml").write_text(original, "utf-8")
            assert "fixed: " in running.until("health.yaml: no findings")
        edit(contracts / "health.yaml", "summary: Get the health of the service\n", "summary: Tell how it does\n")
        bundle = tmp_path / "generated" / "bundles" / "v1" / "health.yaml"
        eventually(lambda: bundle.exists() and "Tell how it does" in bundle.read_text("utf-8"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now, below those that the kernel hands out for connections: they can be taken later."""
    ports: list[int] = []
    with contextlib.ExitStack() as stack:
        while len(ports) < count:
            port = random.randrange(20_000, 32_000)
            with contextlib.suppress(OSError):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
                ports.append(port)
    return ports


def test_the_mock_of_a_saved_contract_answers_anew_and_a_killed_one_comes_back(contracts: Path, tmp_path: Path) -> None:
    registry = contracts.parent.parent / "governance" / "mocks.yaml"
    text = registry.read_text("utf-8")
    ports = dict(zip(re.findall(r"port: (\d+)", text), free_ports(16), strict=True))
    registry.write_text(re.sub(r"port: (\d+)", lambda found: f"port: {ports[found[1]]}", text), "utf-8")
    url = f"http://127.0.0.1:{ports['4014']}/api/health"

    def uptime() -> int | None:
        try:
            return int(httpx2.get(url, headers={"Prefer": "example=healthy"}).json()["uptime_seconds"])
        except httpx2.TransportError:
            return None

    with Running(tmp_path, "--mock") as running:
        running.until("mocks: 16 up to date")
        assert uptime() == 86400
        edit(contracts / "health.yaml", "uptime_seconds: 86400", "uptime_seconds: 86401")
        eventually(lambda: uptime() == 86401)
        (node,) = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
        os.kill(int(node), signal.SIGKILL)
        edit(contracts / "health.yaml", "uptime_seconds: 86401", "uptime_seconds: 86402")
        running.until("mocks: 16 up to date")
        eventually(lambda: uptime() == 86402)
