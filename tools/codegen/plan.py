"""Which module holds what under which name. Nothing here writes text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from tools.codegen import ir, names
from tools.codegen.graph import components
from tools.codegen.names import ClassName, ModuleName
from tools.contracts.link import Sources, locate, references

SHARED = ModuleName("common")


class Home(NamedTuple):
    """A class and the module it stands in."""

    module: ModuleName
    name: ClassName


@dataclass(frozen=True, slots=True)
class Plan:
    """Names and places for one contract."""

    contract: ir.Contract
    modules: Mapping[str, ModuleName]
    """Module of each API, by its file."""
    types: Mapping[ir.Key, Home]
    replies: Mapping[tuple[tuple[str, str], str, str], Home]
    """Reply class by response identity, status and media type."""
    owners: Mapping[ModuleName, str]
    """What a module of models is made from, for its head."""

    def reply(self, response: ir.Response) -> Home:
        """Class of `response`."""
        return self.replies[reply_key(response)]


def reply_key(response: ir.Response) -> tuple[tuple[str, str], str, str]:
    """Identity of a reply class."""
    return response.key, response.status, response.media.media_type if response.media else ""


def make(contract: ir.Contract, sources: Sources) -> Plan:
    """Plan the modules for `contract`."""
    api_modules = _unique_modules(contract.apis)
    by_file = _model_modules(sources, api_modules)
    by_file = _merge_circles(contract, by_file)
    types = _type_names(contract, by_file)
    owners = {by_file[file]: _owner(by_file, file) for file in sources.documents if file in by_file}
    replies = _reply_names(contract, api_modules)
    return Plan(contract, api_modules, types, replies, owners)


def _unique_modules(apis: Iterable[ir.Api]) -> dict[str, ModuleName]:
    taken: set[str] = {"app", "security", "models", SHARED}
    found: dict[str, ModuleName] = {}
    for api in apis:
        name = names.module_name(api.name)
        while name in taken:
            name = ModuleName(f"{name}_api")
        taken.add(name)
        found[api.file] = name
    return found


def _model_modules(sources: Sources, api_modules: Mapping[str, ModuleName]) -> dict[str, ModuleName]:
    """Module of models for each file: an entry's own, its `_folder`'s, its only user's, or the shared one."""
    users: dict[str, set[str]] = {}
    for entry in sources.entries:
        for file in _reach(sources, entry):
            users.setdefault(file, set()).add(entry)
    found: dict[str, ModuleName] = {}
    for file in sources.documents:
        below = file[len(sources.shown) + 1 :] if sources.shown not in {"", "."} else file
        folders = [part for part in PurePosixPath(below).parts[:-1] if part.startswith("_")]
        if file in api_modules:
            found[file] = api_modules[file]
        elif folders:
            found[file] = names.module_name(folders[0].lstrip("_"))
        elif len(users.get(file, ())) == 1:
            found[file] = api_modules.get(next(iter(users[file])), SHARED)
        else:
            found[file] = SHARED
    return found


def _reach(sources: Sources, entry: str) -> set[str]:
    seen = {entry}
    queue = [entry]
    while queue:
        file = queue.pop()
        for node in references(sources.root(file)):
            target = locate(node.file, node.value["$ref"])[0]
            if target not in seen and target in sources.documents:
                seen.add(target)
                queue.append(target)
    return seen


def _merge_circles(contract: ir.Contract, by_file: dict[str, ModuleName]) -> dict[str, ModuleName]:
    """Modules that need each other become one."""
    edges: dict[ModuleName, set[ModuleName]] = {module: set() for module in by_file.values()}
    for definition in contract.definitions.values():
        own = by_file[definition.key[0]]
        edges[own] |= {by_file[key[0]] for key in needs(definition.body)} - {own}
    merged: dict[ModuleName, ModuleName] = {}
    for group in components(sorted(edges), lambda module: sorted(edges[module])):
        if len(group) > 1:
            merged |= dict.fromkeys(group, SHARED if SHARED in group or len(group) > 2 else min(group))
    return {file: merged.get(module, module) for file, module in by_file.items()}


def needs(body: ir.Object | ir.Type) -> set[ir.Key]:
    """Definitions that `body` names directly."""
    if isinstance(body, ir.Object):
        inner = [one.type for one in body.properties] + ([body.extra] if body.extra is not None else [])
    elif isinstance(body, ir.Reference):
        return {body.key}
    elif isinstance(body, ir.Array):
        inner = [body.item]
    elif isinstance(body, ir.Dictionary):
        inner = [body.value]
    elif isinstance(body, ir.Union):
        inner = list(body.members)
    elif isinstance(body, ir.Checked):
        inner = [body.type]
    else:
        inner = []
    return {key for one in inner for key in needs(one)}


def _type_names(contract: ir.Contract, by_file: Mapping[str, ModuleName]) -> dict[ir.Key, Home]:
    taken: dict[tuple[ModuleName, str], ir.Key] = {}
    found: dict[ir.Key, Home] = {}
    ordered = sorted(contract.definitions.values(), key=_preference)
    for definition in ordered:
        module = by_file[definition.key[0]]
        name = _free(definition, lambda candidate, module=module: (module, candidate) in taken)
        taken[module, name] = definition.key
        found[definition.key] = Home(module, ClassName(name))
    return found


def _preference(definition: ir.Definition) -> tuple[int, int, ir.Key]:
    """Components keep their names; what stands deeper gives way."""
    return (0 if definition.key[1].count("/") <= 3 else 1, definition.key[1].count("/"), definition.key)


_RESERVED = frozenset(
    "Any Annotated Literal TypeAlias Never ClassVar ContractModel Maybe Omittable Int Number Uuid Timestamp Date Time Base64 "
    "Binary DecimalText Text Integer Real Conforms Tagged ConfigDict Field UNSET Unset TypeAliasType None True False".split()
)


def _free(definition: ir.Definition, is_taken: object) -> str:
    name: str = definition.name
    candidates = [name]
    folder = PurePosixPath(definition.key[0]).parent.name
    if folder:
        candidates.append(names.class_name(folder) + name)
    candidates += [f"{name}{number}" for number in range(2, 10_000)]
    return next(one for one in candidates if one not in _RESERVED and not is_taken(one))  # type: ignore[operator]  # a predicate


def _reply_names(
    contract: ir.Contract, api_modules: Mapping[str, ModuleName]
) -> dict[tuple[tuple[str, str], str, str], Home]:
    users: dict[tuple[str, str], set[str]] = {}
    for api in contract.apis:
        for operation in api.operations:
            for response in operation.responses:
                users.setdefault(response.key, set()).add(api.file)
    found: dict[tuple[tuple[str, str], str, str], Home] = {}
    taken: set[Home] = set()
    for api in contract.apis:
        for operation in api.operations:
            for response in operation.responses:
                key = reply_key(response)
                if key in found:
                    continue
                is_own = len(users[response.key]) == 1 and (response.shared_name is None or response.key[0] == api.file)
                module = api_modules[api.file] if is_own else SHARED
                base = response.shared_name or names.class_name(operation.id)
                home = Home(module, _reply_name(base, response))
                number = 2
                while home in taken:
                    home = Home(module, ClassName(f"{_reply_name(base, response)}_{number}"))
                    number += 1
                taken.add(home)
                found[key] = home
    return found


_MEDIA_NAMES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Xlsx",
    "application/octet-stream": "Bytes",
    "text/plain": "Text",
}


def _reply_name(base: str, response: ir.Response) -> ClassName:
    status = "Default" if response.status == "default" else response.status
    name = base if base.endswith(status) else f"{base}_{status}" if base[-1].isdigit() else base + status
    if response.is_one_of_several and response.media is not None:
        media_type = response.media.media_type.partition(";")[0]
        subtype = media_type.rpartition("/")[2].replace("*", "any")
        name += _MEDIA_NAMES.get(media_type) or names.class_name(subtype.removeprefix("x-").removeprefix("vnd."))
    return ClassName(name)


def _owner(by_file: Mapping[str, ModuleName], file: str) -> str:
    same = sorted(other for other in by_file if by_file[other] == by_file[file])
    return same[0] if len(same) == 1 else f"{PurePosixPath(same[0]).parent}/"
