"""Contracts in, served application out: every functional test starts from a few lines of YAML."""

import importlib
import itertools
import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tools.codegen import disk, pipeline
from tools.openapi import link, problems

_NUMBERS = itertools.count()

HEAD = "openapi: 3.1.0\ninfo: {title: Test, version: 1.0.0}\n"


class Built:
    """A generated package, imported."""

    def __init__(self, folder: Path, made: pipeline.Output) -> None:
        self.folder = folder
        self.name = folder.name
        self.made = made

    def module(self, path: str) -> Any:
        """Module of the generated server: `pets`, `models.pets`, `_runtime.requests`."""
        return importlib.import_module(f"{self.name}.server.{path}")

    @property
    def runtime(self) -> Any:
        """Public names of the generated server."""
        return importlib.import_module(f"{self.name}.server")

    def app(self, **ports: Any) -> FastAPI:
        """An application that serves it. APIs without an implementation are stubs."""
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        for name in self.made.modules.values():
            module = sys.modules.get(f"{self.name}.server.{name}") or _try_import(f"{self.name}.server.{name}")
            stub = (
                next((value for key, value in vars(module).items() if key.endswith("Stub")), None) if module else None
            )
            if stub is not None:
                ports.setdefault(name, stub())
        self.module("app").mount(app, **ports)
        return app

    def client(self, **ports: Any) -> httpx2.AsyncClient:
        """A client that talks to such an application in this process."""
        transport = httpx2.ASGITransport(app=self.app(**ports))
        return httpx2.AsyncClient(transport=transport, base_url="http://test")


def _try_import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def write_tree(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Built]]:
    """Generate and import: `build("paths: …")` for one file named api.yaml, or `build({"a.yaml": …})`; each contract once."""
    folder = tmp_path_factory.mktemp("built")
    packages: dict[str, Built] = {}
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(folder / "out")

    def make(contract: str | dict[str, str], *, head: str = HEAD) -> Built:
        files = contract if isinstance(contract, dict) else {"api.yaml": head + textwrap.dedent(contract)}
        key = json.dumps(files)
        if key not in packages:
            name = f"made{next(_NUMBERS)}"
            write_tree(folder / "in" / name, files)
            sources = link.read(folder / "in" / name, display_root="contracts")
            output_ = pipeline.build(sources)
            complaints = problems.in_order([*sources.problems, *output_.problems])
            assert not problems.has_errors(complaints), "\n".join(map(str, complaints))
            disk.write(folder / "out" / name, output_.files)
            importlib.invalidate_caches()
            packages[key] = Built(folder / "out" / name, output_)
        return packages[key]

    yield make
    patch.undo()


@pytest.fixture
def complain(tmp_path: Path) -> Callable[..., list[str]]:
    """Problems of a bad contract, line by line."""

    def judge(contract: str | dict[str, str], *, head: str = HEAD) -> list[str]:
        files = contract if isinstance(contract, dict) else {"api.yaml": head + textwrap.dedent(contract)}
        write_tree(tmp_path / "bad", files)
        sources = link.read(tmp_path / "bad", display_root="contracts")
        complaints = list(sources.problems)
        if not problems.has_errors(complaints):
            complaints += pipeline.build(sources).problems
        return [str(problem) for problem in problems.in_order(complaints)]

    return judge


def body_of(response: httpx2.Response) -> Any:
    return json.loads(response.content)
