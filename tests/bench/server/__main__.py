"""Build every peer from one contract, measure them one after the other, print a table and how it stands to the targets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.server import contract, peers
from tools.codegen import generate, output
from tools.contracts import link

FOLDER = Path("build/bench/server")
PEERS = Path("build/bench/peers/bin/python")
MEASURE = Path(__file__).with_name("measure.py").resolve()
OTHERS = 660
TARGETS = {"get one": 0.35, "get list": 0.7, "post": 0.35}


def build_ours(folder: Path, others: int) -> None:
    """The generated server."""
    (folder / "contract").mkdir(parents=True)
    (folder / "contract" / "api.json").write_text(contract.text(others))
    made = generate.build(link.read(folder / "contract", shown="contract"))
    output.write(folder / "ours", made.files)
    (folder / "ours_app.py").write_text(peers.OURS)


def build_fastapi(folder: Path, others: int) -> None:
    """What an experienced author writes by hand."""
    more = peers.FASTAPI_OTHERS.replace("COUNT", str(others)) if others else ""
    (folder / "fastapi_app.py").write_text(peers.FASTAPI.replace("OTHERS", more))


def build_connexion(folder: Path) -> None:
    """connexion, which reads OpenAPI 3.0 only and finds handlers by their dotted name."""
    document = contract.contract(version="3.0.3")
    for item in document["paths"].values():
        for operation in item.values():
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation["operationId"]).lower()
            operation["operationId"] = f"connexion_app.{name}"
    document["components"]["securitySchemes"]["bearer"]["x-bearerInfoFunc"] = "connexion_app.check"
    (folder / "connexion.json").write_text(json.dumps(document))
    (folder / "connexion_app.py").write_text(peers.CONNEXION)


def build_dmcg(folder: Path) -> None:
    """datamodel-code-generator's own FastAPI server, filled in."""
    (folder / "dmcg.json").write_text(contract.text())
    command = """datamodel-codegen --input dmcg.json --input-file-type openapi --output dmcg_models.py
      --output-model-type pydantic_v2.BaseModel --formatters builtin --generate-server fastapi --server-output dmcg_server
      --server-package dmcg_server --server-model-package dmcg_models""".split()
    tool = Path(sys.executable).with_name(command[0])
    subprocess.run([tool, *command[1:]], cwd=folder, check=True, capture_output=True)


def measured(folder: Path, module: str, python: Path | None = None) -> dict[str, float] | str:
    """CPU per call of one peer, or why there is none."""
    environment = {**os.environ, "PYTHONPATH": "."}
    command = [(python or Path(sys.executable)).absolute(), MEASURE, module, "app"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr or done.stdout).strip().splitlines()[-1][:160]
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the table. Fails when a target is missed."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    few, many = FOLDER / "few", FOLDER / "many"
    for folder, others in ((few, 0), (many, OTHERS)):
        folder.mkdir(parents=True)
        (folder / "data.py").write_text(peers.DATA)
        build_ours(folder, others)
        build_fastapi(folder, others)
    build_connexion(few)
    rows: dict[str, dict[str, float] | str] = {
        "FastAPI by hand": measured(few, "fastapi_app"),
        "generated": measured(few, "ours_app"),
        f"FastAPI by hand, last of {OTHERS + 3}": measured(many, "fastapi_app"),
        f"generated, last of {OTHERS + 3}": measured(many, "ours_app"),
    }
    if PEERS.exists():
        rows["connexion"] = measured(few, "connexion_app", PEERS)
    print(f"{'CPU per call, microseconds':34}" + "".join(f"{name:>12}" for name in TARGETS))
    for name, row in rows.items():
        cells = row if isinstance(row, str) else "".join(f"{row[case]:12.1f}" for case in TARGETS)
        print(f"{name:34}{cells}")
    sys.exit(verdict(rows["FastAPI by hand"], rows["generated"]))


def verdict(hand: dict[str, float] | str, ours: dict[str, float] | str) -> int:
    """Print how the generated server stands to the one by hand. Returns 1 when a target is missed."""
    if isinstance(hand, str) or isinstance(ours, str):
        return 1
    ratios = {case: ours[case] / hand[case] for case in TARGETS}
    print(
        "generated / by hand: "
        + ", ".join(f"{case} {ratio:.2f} (target {TARGETS[case]})" for case, ratio in ratios.items())
    )
    return int(any(ratio > TARGETS[case] for case, ratio in ratios.items()))


if __name__ == "__main__":
    main()
