"""The pipeline: linked sources in, files out. Nothing is written here, except what the store of `sources` keeps for next time.

Every file is made from little: an API from what its entry document reaches, a module of models from its definitions. Each has a
key over all of that, and is not made again while the store has it under this key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from tools.codegen import bundles, ir, outline
from tools.codegen import plan as planning
from tools.codegen.emit import api, app, governance, handlers, models, security, sql
from tools.codegen.emit.module import Module
from tools.codegen.names import ModuleName
from tools.codegen.outline import Named, Outline
from tools.codegen.read import api as reading
from tools.codegen.read import contract, notices, wellformed
from tools.contracts import directives
from tools.contracts.link import Sources
from tools.contracts.problems import Origin, Problem
from tools.contracts.store import digest

RUNTIME = Path(__file__).parent / "runtime"


@dataclass(frozen=True, slots=True)
class Ready:
    """A formatted module of an earlier run."""

    text: str
    map: str
    """Its part of the source map, as JSON."""


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
    ready: Mapping[str, Ready] = field(default_factory=dict[str, Ready])
    """Files that need no formatting."""
    operations: int = 0
    """How many are served."""
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """Under which key the store will keep a file."""


def build(sources: Sources) -> Output:
    """Everything that `sources` become."""
    return _Run(sources).output()


class _Run:
    """Reads what is needed when it is needed, and collects modules."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.problems = wellformed.clean(sources)
        self.owned = contract.owned_headers(sources)
        self._parts: dict[str, reading.Part] = {}
        self._modules: list[Module] = []
        self._ready: dict[str, Ready] = {}
        self._keys: dict[str, str] = {}
        self._statements: dict[str, str] = {}

    def output(self) -> Output:
        shown = self.sources.shown
        outlines = [one.without(self.refused.of(one.file)) for one in self.outlines]
        plan = planning.make(outlines, shown)
        served = [one for one in outlines if one.operations]
        self._make("server/__init__.py", "", app.emit_package)
        self._mount(plan, served)
        self._shared(plan, outlines)
        self._security(outlines, shown)
        for one in served:
            self._api(plan, one)
        self._models(plan, outlines)
        self._data()
        files = {module.path: module.render() for module in self._modules}
        files |= {f"server/_runtime/{path.name}": path.read_text("utf-8") for path in sorted(RUNTIME.glob("*.py"))}
        files |= bundles.make(self.sources) | self._statements
        files |= _CONSTANT
        symbols = {module.path: module.symbols for module in self._modules if module.symbols}
        return Output(
            files,
            symbols,
            tuple(self._problems()),
            self._skipped(),
            plan.modules,
            self._ready,
            sum(len(one.operations) for one in served),
            self._keys,
        )

    @cached_property
    def outlines(self) -> list[Outline]:
        """One for each entry document."""
        return [self._outline(file) for file in self.sources.entries]

    @cached_property
    def refused(self) -> contract.Refused:
        """What the parts take from each other."""
        return contract.refused(
            contract.Stake(one.file, one.claims, one.schemes, one.operations, one.handed) for one in self.outlines
        )

    def _problems(self) -> list[Problem]:
        return [*self.problems, *(found for one in self.outlines for found in one.problems), *self.refused.problems]

    def _skipped(self) -> tuple[str, ...]:
        return (*(name for one in self.outlines for name in one.skipped), *self.refused.skipped)

    def _part(self, file: str) -> reading.Part:
        if file not in self._parts:
            self._parts[file] = reading.read(self.sources, file, self.owned)
        return self._parts[file]

    def _outline(self, file: str) -> Outline:
        key = ("outline", file, *sorted(self.owned), self.sources.closure_digest(file))
        kept = self.sources.store.get(*key)
        if kept is not None:
            found = outline.from_data(kept)
            if all(notices.path_of(self.sources, name) == path for name, path in found.successors):
                return found
        made = outline.of(file, self.sources.closure(file), self._part(file))
        self.sources.store.put(outline.to_data(made), *key)
        return made

    def _mount(self, plan: planning.Plan, served: Sequence[Outline]) -> None:
        """The module `app`, and the module of handlers that it takes."""
        doors = [app.Door(plan.modules[one.file], _schemes(one.own), len(one.own), len(one.handed)) for one in served]
        handed = [(one, shared) for one in served for shared in one.handed]
        by_handler: dict[str, set[str]] = {}
        for one, shared in handed:
            by_handler.setdefault(shared.handler, set()).update(dict(one.operations)[shared.operation_id])
        groups = [app.Group(name, tuple(sorted(schemes))) for name, schemes in sorted(by_handler.items())]
        shown = self.sources.shown
        self._make("server/app.py", repr((doors, groups, shown)), lambda: app.emit_mount(doors, groups, shown))
        if groups:
            files = list(dict.fromkeys(one.file for one, _ in handed))
            replies = [plan.replies[answer.reply_key] for one in served for answer in one.answers]
            homes = [plan.types[named.key] for one in served for named in one.definitions]
            members = [(plan.modules[one.file], shared) for one, shared in handed]
            depends_on = repr((members, replies, homes, groups))
            self._make(f"server/{handlers.MODULE}.py", depends_on, lambda: self._emit_handlers(plan, files))

    def _emit_handlers(self, plan: planning.Plan, files: Sequence[str]) -> Module:
        groups: dict[str, list[handlers.Member]] = {}
        for file in files:
            for operation in self._served(file).operations:
                if operation.handler is not None:
                    member = handlers.Member(plan.modules[file], operation)
                    groups.setdefault(operation.handler, []).append(member)
        return handlers.emit(plan, dict(sorted(groups.items())))

    def _make(self, path: str, depends_on: str, emit: Callable[[], Module]) -> None:
        """The module at `path`: as it was made before from the same, or made now."""
        key = self._keys[path] = digest(path, depends_on)
        kept = self.sources.store.get("module", key)
        if kept is None:
            self._modules.append(emit())
        else:
            self._ready[path] = Ready(*kept)

    def _shared(self, plan: planning.Plan, outlines: Sequence[Outline]) -> None:
        """Replies that several APIs share."""
        found = {
            answer.reply_key: (one.file, answer)
            for one in reversed(outlines)
            for answer in one.answers
            if plan.replies[answer.reply_key].module == planning.SHARED
        }
        if not found:
            return
        depends_on = sorted(
            (plan.replies[key], answer.digest, [plan.types[need] for need in answer.needs])
            for key, (_, answer) in found.items()
        )
        self._make(f"server/{planning.SHARED}.py", repr(depends_on), lambda: self._emit_shared(plan, found))

    def _emit_shared(self, plan: planning.Plan, found: Mapping[outline.ReplyKey, tuple[str, outline.Answer]]) -> Module:
        files = {file for file, _ in found.values()}
        apis = [part.api for part in map(self._part, sorted(files)) if part.api is not None]
        everything = [response for one in apis for operation in one.operations for response in operation.responses]
        # The first of the same key counts, as in `_shared`: operations of one handler share a key, not a description.
        by_key = {outline.reply_key(response): response for response in reversed(everything)}
        return api.emit_shared(plan, [by_key[key] for key in found])

    def _security(self, outlines: Sequence[Outline], shown: str) -> None:
        schemes = {scheme.name: scheme for one in reversed(outlines) for scheme in one.schemes}
        ordered = [schemes[name] for name in sorted(schemes)]
        if ordered:
            self._make("server/security.py", repr((ordered, shown)), lambda: security.emit(ordered, shown))

    def _api(self, plan: planning.Plan, one: Outline) -> None:
        homes = [plan.types[named.key] for named in one.definitions]
        replies = [plan.replies[answer.reply_key] for answer in one.answers]
        operations = [name for name, _ in one.operations]
        depends_on = repr((homes, replies, operations, sorted(self.owned), self.sources.closure_digest(one.file)))
        path = f"server/{plan.modules[one.file]}.py"
        self._make(path, depends_on, lambda: api.emit(plan, self._served(one.file)))

    def _served(self, file: str) -> ir.Api:
        found = self._part(file).api
        assert found is not None
        return contract.without(found, self.refused.of(file))

    def _data(self) -> None:
        """Python and SQL of the data beside the contracts."""
        followed: list[directives.Directive] = []
        for document in self.sources.data.values():
            sound, problems = directives.read(document)
            self.problems += problems
            followed += sound
        for document in self.sources.data.values():
            python = [one for one in followed if one.document is document and one.target == "python"]
            if python:
                path = governance.path(document)
                self._make(path, document.text, partial(governance.emit, document, python))
        self._statements = {sql.path(one): sql.emit(one) for one in followed if one.target == "sql"}
        if followed:
            self._make(governance.PACKAGE, "", governance.emit_package)

    def _models(self, plan: planning.Plan, outlines: Sequence[Outline]) -> None:
        first: dict[ir.Key, tuple[str, Named]] = {}
        for one in outlines:
            for named in one.definitions:
                first.setdefault(named.key, (one.file, named))
        by_module: dict[ModuleName, list[tuple[str, Named]]] = {}
        for key, found in first.items():
            by_module.setdefault(plan.types[key].module, []).append(found)
        self._make("server/models/__init__.py", "", _models_package)
        for module, members in sorted(by_module.items()):
            depends_on = [
                (plan.types[one.key], one.digest, [plan.types[need] for need in one.needs]) for _, one in members
            ]
            emit = partial(self._emit_models, plan, module, members)
            self._make(f"server/models/{module}.py", repr((plan.owners.get(module), depends_on)), emit)

    def _emit_models(self, plan: planning.Plan, module: ModuleName, members: Sequence[tuple[str, Named]]) -> Module:
        return models.emit(plan, module, [self._part(file).definitions[one.key] for file, one in members])


_CONSTANT = {
    "server/py.typed": "",
    "__init__.py": '"""Written by `contracts generate`, never by hand: change contracts/ or tools/codegen/ instead."""\n',
}


def _models_package() -> Module:
    return Module("server/models/__init__.py", "Schemas of the contracts as Pydantic models.", "the contracts")


def _schemes(operations: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(sorted({scheme for _, schemes in operations for scheme in schemes}))
