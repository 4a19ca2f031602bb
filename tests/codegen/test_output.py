"""Files on disk: the same bytes everywhere, readable by itself, mapped to the contracts, quick when nothing changed."""

import json
import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

from tools.cli import generate_command
from tools.codegen import disk, inputs, pipeline
from tools.openapi import link

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"


def made_from(folder):
    return disk.formatted(pipeline.build(link.read(folder, display_root="contracts")).files)


@pytest.mark.parametrize(
    "folder", sorted(path for path in GOLDEN.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_a_small_contract_makes_exactly_this(folder):
    """Each folder holds `api.yaml` and what it becomes; renew with `UPDATE_GOLDEN=1`."""
    files = made_from(folder)
    for name in ("server/api.py", "server/models/api.py"):
        path = folder / Path(name).name if name == "server/api.py" else folder / "models.py"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(files[name])
        assert path.read_text() == files[name]


def test_the_bytes_are_the_same_for_every_hash_seed(tmp_path):
    script = (
        "import sys; from pathlib import Path; from tools.codegen import pipeline; from tools.openapi import files, link\n"
        "made = pipeline.build(link.read(Path(sys.argv[1]), display_root='contracts'))\n"
        "print({name: files.digest(text.encode()) for name, text in sorted(made.files.items())})"
    )
    (tmp_path / "api.yaml").write_text((Path(__file__).parent / "torture.yaml").read_text())
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, tmp_path],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


def test_the_manifest_leads_from_each_symbol_to_the_contract_and_back():
    manifest = json.loads((ROOT / "generated/manifest.json").read_text())
    line, place = manifest["sources"]["server/auth.py"]["Login200"]
    assert (ROOT / "generated/server/auth.py").read_text().split("\n")[line - 1].startswith("class Login200")
    file, _, number = place.rpartition(":")
    assert "'200'" in (ROOT / file).read_text().split("\n")[int(number) - 1]


def test_the_manifest_says_what_made_it():
    versions = json.loads((ROOT / "generated/manifest.json").read_text())["versions"]
    assert versions["generator"] == inputs.FORMAT
    assert versions["ruff"] == metadata.version("ruff")
    assert versions["PyYAML"] == metadata.version("PyYAML")
    assert versions["contracts/openapi/v1/auth.yaml"].count(".") == 2


class TestDrift:
    @pytest.fixture
    def here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "in").mkdir()
        (tmp_path / "in/api.yaml").write_text((GOLDEN / "minimal/api.yaml").read_text())
        assert generate_command.run("in", "out") == 0
        return tmp_path

    def test_nothing_changed_is_up_to_date(self, here):
        assert generate_command.run("in", "out", is_check=True) == 0

    @pytest.mark.parametrize("change", ["edited", "removed", "added", "contract"])
    def test_every_difference_is_named(self, here, change, capsys):
        if change == "edited":
            (here / "out/server/api.py").write_text("# mine\n")
        elif change == "removed":
            (here / "out/server/api.py").unlink()
        elif change == "added":
            (here / "out/server/left_over.py").write_text("")
        else:
            (here / "in/api.yaml").write_text((here / "in/api.yaml").read_text().replace("getThing", "findThing"))
        assert generate_command.run("in", "out", is_check=True) == 1
        assert "left_over.py: nothing makes this file" in capsys.readouterr().err or change != "added"
        assert generate_command.run("in", "out") == 0
        assert generate_command.run("in", "out", is_check=True) == 0
        assert not (here / "out/server/left_over.py").exists()

    def test_only_what_differs_is_written(self, here):
        before = {path: path.stat().st_mtime_ns for path in (here / "out").rglob("*.py")}
        (here / "in/api.yaml").write_text((here / "in/api.yaml").read_text().replace("A thing.", "One thing."))
        assert generate_command.run("in", "out") == 0
        changed = {path.name for path, at in before.items() if path.stat().st_mtime_ns != at}
        assert changed == {"api.py"}


def test_a_run_without_news_imports_next_to_nothing():
    """It must take 0.15 s with the start of the process, so it may not load YAML, typer, pydantic or the generator."""
    script = "import sys; from tools.cli import generate_command; print(sorted(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("'yaml'", "'typer'", "'pydantic'", "'tools.codegen.pipeline'", "'pathlib._'"):
        assert heavy not in modules
    seconds = []
    for _ in range(5):  # the best of some, in the time of this thread, which a busy machine does not change
        began = time.thread_time()
        inputs.input_hash(str(ROOT / "contracts/openapi/v1"))
        seconds.append(time.thread_time() - began)
    assert min(seconds) < 0.1
