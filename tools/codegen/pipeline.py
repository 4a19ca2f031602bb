"""The pipeline: linked sources in, files out. Nothing is written here, except to the store of `sources`, for the next run.

Every file is made from little: an API from what its entry document reaches, a module of models from its definitions. Each has a
key over all of that, and is not made again while the store has it under this key.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from tools.codegen import bundles, ir, outline
from tools.codegen import plan as planning
from tools.codegen.emit import governance, sql
from tools.codegen.emit.module import Module
from tools.codegen.emit.python_server import api, app, handlers, models, security
from tools.codegen.names import ModuleName
from tools.codegen.outline import DefinitionOutline, Outline
from tools.codegen.read import api as reading
from tools.codegen.read import contract, notices, wellformed
from tools.openapi import directives
from tools.openapi.link import Sources
from tools.openapi.problems import Origin, Problem
from tools.openapi.store import digest

RUNTIME = Path(__file__).parent / "runtime"


@dataclass(frozen=True, slots=True)
class CachedModule:
    """A formatted module of an earlier run."""

    text: str
    map: str
    """Its part of the source map, as JSON."""


@dataclass(frozen=True, slots=True)
class Output:
    """Output of a run, before it is formatted."""

    files: Mapping[str, str]
    """Path below the output folder to text."""
    symbols: Mapping[str, Mapping[str, Origin]]
    """Python file to its symbols and where they come from."""
    problems: tuple[Problem, ...]
    skipped: tuple[str, ...]
    modules: Mapping[str, str] = field(default_factory=dict[str, str])
    """API file to the name of its module."""
    cached: Mapping[str, CachedModule] = field(default_factory=dict[str, CachedModule])
    """Modules of an earlier run, which need no formatting."""
    operations: int = 0
    """How many are served."""
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """Under which key the store will keep a file."""


_FRAMES = 20_000
"""Calls inside each other that reading needs for the longest chain of schemas: some 8 for each link, in a few thousand links."""


def build(sources: Sources) -> Output:
    """The output for `sources`."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))
    return _Run(sources).output()


class _Run:
    """Reads a part of the contract when a module needs it, and collects modules."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.problems = wellformed.clean(sources)
        self.owned = contract.owned_headers(sources)
        self._parts: dict[str, reading.Part] = {}
        self._modules: list[Module] = []
        self._cached: dict[str, CachedModule] = {}
        self._keys: dict[str, str] = {}
        self._statements: dict[str, str] = {}

    def output(self) -> Output:
        root = self.sources.display_root
        outlines = [one.without(self.conflicts.of(one.file)) for one in self.outlines]
        plan = planning.make(outlines, root)
        served = [one for one in outlines if one.operations]
        self._make("server/__init__.py", "", app.emit_package)
        self._mount(plan, served)
        self._shared(plan, outlines)
        self._security(plan, outlines, root)
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
            self._cached,
            sum(len(one.operations) for one in served),
            self._keys,
        )

    @cached_property
    def outlines(self) -> list[Outline]:
        """One for each entry document."""
        return [self._outline(file) for file in self.sources.entries]

    @cached_property
    def conflicts(self) -> contract.Conflicts:
        """Operations that claim the same name or path as another part."""
        return contract.conflicts_between(
            contract.ApiClaims(one.file, one.claims, one.schemes, one.operations, one.handed) for one in self.outlines
        )

    def _problems(self) -> list[Problem]:
        return [
            *self.problems,
            *(problem for one in self.outlines for problem in one.problems),
            *self.conflicts.problems,
        ]

    def _skipped(self) -> tuple[str, ...]:
        return (*(name for one in self.outlines for name in one.skipped), *self.conflicts.skipped)

    def _part(self, file: str) -> reading.Part:
        if file not in self._parts:
            self._parts[file] = reading.read(self.sources, file, self.owned)
        return self._parts[file]

    def _outline(self, file: str) -> Outline:
        key = ("outline", file, *sorted(self.owned), self.sources.closure_digest(file))
        data = self.sources.store.get(*key)
        if data is not None:
            stored = outline.from_data(data)
            # The path of a successor may be in a file that this one does not refer to, so its closure does not cover it.
            if all(notices.path_of(self.sources, name) == path for name, path in stored.successors):
                return stored
        fresh = outline.of(file, self.sources.closure(file), self._part(file))
        self.sources.store.put(outline.to_data(fresh), *key)
        return fresh

    def _mount(self, plan: planning.Plan, served: Sequence[Outline]) -> None:
        """The module `app`, and the module of handlers that it takes."""
        apis = [
            app.MountedApi(plan.modules[one.file], _schemes(one.own), len(one.own), len(one.handed)) for one in served
        ]
        handed = [(one, shared) for one in served for shared in one.handed]
        by_handler: dict[str, set[str]] = {}
        for one, shared in handed:
            by_handler.setdefault(shared.handler, set()).update(dict(one.operations)[shared.operation_id])
        groups = [app.Group(name, tuple(sorted(schemes))) for name, schemes in sorted(by_handler.items())]
        shown = self.sources.display_root
        self._make(
            "server/app.py",
            repr((apis, groups, shown, plan.schemes)),
            lambda: app.emit_mount(plan, apis, groups, shown),
        )
        if groups:
            files = list(dict.fromkeys(one.file for one, _ in handed))
            replies = [plan.replies[answer.reply_key] for one in served for answer in one.answers]
            homes = [plan.types[named.key] for one in served for named in one.definitions]
            members = [(plan.modules[one.file], shared) for one, shared in handed]
            depends_on = repr((members, replies, homes, groups, plan.schemes))
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
        module = self.sources.store.get("module", key)
        if module is None:
            self._modules.append(emit())
        else:
            self._cached[path] = CachedModule(*module)

    def _shared(self, plan: planning.Plan, outlines: Sequence[Outline]) -> None:
        """Replies that several APIs share."""
        answers = {
            answer.reply_key: (one.file, answer)
            for one in reversed(outlines)
            for answer in one.answers
            if plan.replies[answer.reply_key].module == planning.SHARED
        }
        if not answers:
            return
        depends_on = sorted(
            (plan.replies[key], answer.digest, [plan.types[need] for need in answer.needs])
            for key, (_, answer) in answers.items()
        )
        self._make(f"server/{planning.SHARED}.py", repr(depends_on), lambda: self._emit_shared(plan, answers))

    def _emit_shared(
        self, plan: planning.Plan, answers: Mapping[outline.ReplyKey, tuple[str, outline.ReplyOutline]]
    ) -> Module:
        files = {file for file, _ in answers.values()}
        apis = [part.api for part in map(self._part, sorted(files)) if part.api is not None]
        everything = [response for one in apis for operation in one.operations for response in operation.responses]
        # The first of the same key counts, as in `_shared`: operations of one handler share a key, not a description.
        by_key = {outline.reply_key(response): response for response in reversed(everything)}
        return api.emit_shared(plan, [by_key[key] for key in answers])

    def _security(self, plan: planning.Plan, outlines: Sequence[Outline], root: str) -> None:
        schemes = {scheme.name: scheme for one in reversed(outlines) for scheme in one.schemes}
        ordered = [schemes[name] for name in sorted(schemes)]
        if ordered:
            self._make(
                "server/security.py", repr((ordered, root, plan.schemes)), lambda: security.emit(plan, ordered, root)
            )

    def _api(self, plan: planning.Plan, one: Outline) -> None:
        homes = [plan.types[definition.key] for definition in one.definitions]
        replies = [plan.replies[answer.reply_key] for answer in one.answers]
        operations = [name for name, _ in one.operations]
        schemes = [plan.schemes[scheme] for scheme in sorted({name for _, own in one.operations for name in own})]
        parts = (homes, replies, operations, schemes, sorted(self.owned), self.sources.closure_digest(one.file))
        depends_on = repr(parts)
        path = f"server/{plan.modules[one.file]}.py"
        self._make(path, depends_on, lambda: api.emit(plan, self._served(one.file)))

    def _served(self, file: str) -> ir.Api:
        api_ = self._part(file).api
        assert api_ is not None
        return contract.without(api_, self.conflicts.of(file))

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
        first: dict[ir.Key, tuple[str, DefinitionOutline]] = {}
        for one in outlines:
            for definition in one.definitions:
                first.setdefault(definition.key, (one.file, definition))
        by_module: dict[ModuleName, list[tuple[str, DefinitionOutline]]] = {}
        for key, member in first.items():
            by_module.setdefault(plan.types[key].module, []).append(member)
        self._make("server/models/__init__.py", "", _models_package)
        for module, members in sorted(by_module.items()):
            depends_on = [
                (plan.types[one.key], one.digest, [(plan.types[key], plan.alias(plan.types[key])) for key in one.needs])
                for _, one in members
            ]
            emit = partial(self._emit_models, plan, module, members)
            self._make(f"server/models/{module}.py", repr((plan.owners.get(module), depends_on)), emit)

    def _emit_models(
        self, plan: planning.Plan, module: ModuleName, members: Sequence[tuple[str, DefinitionOutline]]
    ) -> Module:
        return models.emit(plan, module, [self._part(file).definitions[one.key] for file, one in members])


_CONSTANT = {
    "server/py.typed": "",
    "__init__.py": '"""Written by `contracts generate`, never by hand: change contracts/ or tools/codegen/ instead."""\n',
}


def _models_package() -> Module:
    return Module("server/models/__init__.py", "Schemas of the contracts as Pydantic models.", "the contracts")


def _schemes(operations: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(sorted({scheme for _, schemes in operations for scheme in schemes}))
