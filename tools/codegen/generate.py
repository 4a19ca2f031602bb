"""The pipeline: linked sources in, files out. Pure until `write`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.codegen import ir
from tools.codegen import plan as planning
from tools.codegen.emit import api, app, models, security
from tools.codegen.emit.module import Module
from tools.codegen.names import ModuleName
from tools.codegen.read import contract as reading
from tools.contracts import bundle
from tools.contracts.link import Sources
from tools.contracts.problems import Origin, Problem

RUNTIME = Path(__file__).parent / "runtime"


@dataclass(frozen=True, slots=True)
class Output:
    """What a run makes, before it is formatted."""

    files: Mapping[str, str]
    """Path below the output folder to text."""
    symbols: Mapping[str, Mapping[str, Origin]]
    """Python file to its symbols and where they come from."""
    problems: tuple[Problem, ...]
    skipped: tuple[str, ...]
    modules: Mapping[str, str] = field(default_factory=dict[str, str])
    """API file to the name of its module."""


def build(sources: Sources) -> Output:
    """Everything that `sources` become."""
    contract, problems = reading.read(sources)
    plan = planning.make(contract, sources)
    made_from = sources.shown
    modules: list[Module] = [app.emit_package(), app.emit_mount(plan, made_from)]
    shared = api.emit_shared(plan)
    modules += [shared] if shared is not None else []
    if contract.schemes:
        modules.append(security.emit([contract.schemes[name] for name in sorted(contract.schemes)], made_from))
    modules += [api.emit(plan, one) for one in contract.apis if one.operations]
    modules += _models(plan)
    files = {module.path: module.render() for module in modules}
    files |= {f"server/_runtime/{path.name}": path.read_text(encoding="utf-8") for path in sorted(RUNTIME.glob("*.py"))}
    files["server/py.typed"] = ""
    files["__init__.py"] = (
        '"""Written by `contracts generate`, never by hand: change contracts/ or tools/codegen/ instead."""\n'
    )
    files |= _bundles(sources)
    symbols = {module.path: module.symbols for module in modules if module.symbols}
    return Output(files, symbols, tuple(problems), contract.skipped, plan.modules)


def _models(plan: planning.Plan) -> list[Module]:
    by_module: dict[str, list[ir.Definition]] = {}
    for key, definition in plan.contract.definitions.items():
        by_module.setdefault(plan.types[key].module, []).append(definition)
    package = Module("server/models/__init__.py", "Schemas of the contracts as Pydantic models.", "the contracts")
    made = [models.emit(plan, ModuleName(name), by_module[name]) for name in sorted(by_module)]
    return [package, *made]


def _bundles(sources: Sources) -> dict[str, str]:
    files: dict[str, str] = {}
    for entry in sources.entries:
        below = entry[len(sources.shown) + 1 :] if sources.shown not in {"", "."} else entry
        version = Path(sources.shown).name
        name = f"bundles/{version}/{below.rpartition('.')[0]}.yaml"
        files[name] = bundle.to_yaml(bundle.bundle(sources, entry))
    joined = bundle.join(sources, "Skeldir" if len(sources.entries) > 1 else str(_title(sources)))
    files["bundles/openapi.yaml"] = bundle.to_yaml(joined)
    files["server/openapi.json"] = bundle.to_json(joined)
    return files


def _title(sources: Sources) -> object:
    return (sources.root(sources.entries[0]).value.get("info") or {}).get("title", "API")
