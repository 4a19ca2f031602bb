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
from tests.bench.server.measure import CASES
from tools.codegen import disk, pipeline
from tools.openapi import link

FOLDER = Path("build/bench/server")
PEERS = Path("build/bench/peers/bin/python")
MEASURE = Path(__file__).with_name("measure.py").resolve()
OTHERS = 659
OPERATIONS = OTHERS + 4
STILL_FLAT = 1.25
"""What the last of many operations may cost at most, beside the same one among few."""
TARGETS = {"get one": 0.35, "get list": 0.7, "post": 0.35}


def build_ours(folder: Path, others: int) -> None:
    """The generated server."""
    (folder / "contract").mkdir(parents=True)
    (folder / "contract" / "api.json").write_text(contract.text(others))
    output = pipeline.build(link.read(folder / "contract", display_root="contract"))
    disk.write(folder / "ours", output.files)
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
      --output-model-type pydantic_v2.BaseModel --formatters builtin --generate-server fastapi --server-handler-mode async
      --server-output dmcg_server --server-package dmcg_server --server-model-package dmcg_models""".split()
    tool = Path(sys.executable).absolute().with_name(command[0])
    subprocess.run([tool, *command[1:]], cwd=folder, check=True, capture_output=True)
    (folder / "services" / "widgets.py").write_text(peers.DMCG_SERVICE)
    (folder / "services" / "authorize.py").write_text(peers.DMCG_AUTHORIZE)
    (folder / "dmcg_app.py").write_text("from dmcg_server.main import app\n")


def measured(folder: Path, module: str, python: Path | None = None) -> dict[str, float] | str:
    """CPU per call of one peer, or why there is none."""
    environment = {**os.environ, "PYTHONPATH": "."}
    command = [(python or Path(sys.executable)).absolute(), MEASURE, module, "app"]
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if process.returncode:
        return (process.stderr or process.stdout).strip().splitlines()[-1][:160]
    figures: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return figures


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
    build_dmcg(few)
    last = f"generated, last of {OPERATIONS}"
    rows: dict[str, dict[str, float] | str] = {
        "FastAPI by hand": measured(few, "fastapi_app"),
        "generated": measured(few, "ours_app"),
        f"FastAPI by hand, last of {OPERATIONS}": measured(many, "fastapi_app"),
        last: measured(many, "ours_app"),
    }
    rows["datamodel-code-generator's server"] = measured(few, "dmcg_app")
    rows["connexion"] = measured(few, "connexion_app", PEERS) if PEERS.exists() else "could not be installed here"
    print(
        f"{f'CPU per call, microseconds (load {os.getloadavg()[0]:.1f})':38}" + "".join(f"{name:>12}" for name in CASES)
    )
    for name, row in rows.items():
        cells = row if isinstance(row, str) else "".join(f"{row[case]:12.1f}" for case in CASES)
        print(f"{name:38}{cells}")
    sys.exit(verdict(rows["FastAPI by hand"], rows["generated"], rows[last]))


def verdict(hand: dict[str, float] | str, ours: dict[str, float] | str, among_many: dict[str, float] | str) -> int:
    """Print how the generated server stands to the one by hand, and to itself among many. Returns 1 when a target is missed."""
    if isinstance(hand, str) or isinstance(ours, str) or isinstance(among_many, str):
        return 1
    ratios = {case: ours[case] / hand[case] for case in TARGETS}
    print(
        "generated / by hand: "
        + ", ".join(f"{case} {ratio:.2f} (target {TARGETS[case]})" for case, ratio in ratios.items())
    )
    flat = max(among_many[case] / ours[case] for case in TARGETS)
    print(f"last of {OPERATIONS} / one of 4: at most {flat:.2f} (target {STILL_FLAT})")
    return int(flat > STILL_FLAT or any(ratio > TARGETS[case] for case, ratio in ratios.items()))


if __name__ == "__main__":
    main()
