"""Modules and names of all classes. Nothing here writes text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple

from tools.codegen import ir, names, vocabulary
from tools.codegen.graph import components
from tools.codegen.names import ClassName, ConstantName, ModuleName, VariableName
from tools.codegen.outline import DefinitionOutline, Outline, ReplyKey, ReplyOutline, reply_key

SHARED = ModuleName("common")


class SchemeNames(NamedTuple):
    """Names of a security scheme in Python."""

    principal: ClassName
    """Type variable for who it stands for."""
    constant: ConstantName
    method: VariableName
    """Method of the authenticator that checks it."""


class Home(NamedTuple):
    """A class and the module it stands in."""

    module: ModuleName
    name: ClassName


@dataclass(frozen=True)
class Plan:
    """Names and places for one contract."""

    modules: Mapping[str, ModuleName]
    """Module of each API, by its file."""
    types: Mapping[ir.Key, Home]
    replies: Mapping[ReplyKey, Home]
    owners: Mapping[ModuleName, str]
    """Source of each module of models, for its head."""
    schemes: Mapping[str, SchemeNames] = field(default_factory=dict[str, SchemeNames])
    """Of every security scheme, by its name in the contract."""

    def alias(self, home: Home) -> str:
        """Name of a class in another module of models: `Pet`, or `Pet_shop` where several modules have a `Pet`."""
        return f"{home.name}_{home.module}" if home.name in self._ambiguous else home.name

    @cached_property
    def _ambiguous(self) -> set[str]:
        """Names that classes of several modules have."""
        modules: dict[str, set[ModuleName]] = {}
        for home in self.types.values():
            modules.setdefault(home.name, set()).add(home.module)
        return {name for name, own in modules.items() if len(own) > 1}

    def reply(self, response: ir.Response) -> Home:
        """Class of `response`."""
        return self.replies[reply_key(response)]


def make(outlines: Sequence[Outline], root: str) -> Plan:
    """Plan the modules for the parts of a contract, whose files start with `root`."""
    apis = [(one.file, one.name) for one in outlines if one.name is not None]
    api_modules = _unique_modules(apis)
    definitions: dict[ir.Key, DefinitionOutline] = {}
    for one in outlines:
        for definition in one.definitions:
            definitions.setdefault(definition.key, definition)
    by_file = _model_modules(outlines, root, api_modules)
    by_file = _merge_circles(definitions.values(), by_file)
    types = _type_names(definitions.values(), by_file)
    owners = _owners(by_file)
    replies = _reply_names(outlines, api_modules)
    return Plan(api_modules, types, replies, owners, _scheme_names(outlines))


def _scheme_names(outlines: Sequence[Outline]) -> dict[str, SchemeNames]:
    """Names of the schemes, kept apart where two of them are spelled alike."""
    used = set[str](vocabulary.USED)
    by_name: dict[str, SchemeNames] = {}
    for name in sorted({scheme.name for one in outlines for scheme in one.schemes}):
        own = SchemeNames(
            ClassName(f"{names.class_name(name)}T"), names.constant_name(name), VariableName(names.method_name(name))
        )
        number = 1
        while used & set(own):
            number += 1
            method = VariableName(f"{names.method_name(name)}_{number}")
            constant = ConstantName(f"{names.constant_name(name)}_{number}")
            own = SchemeNames(ClassName(f"{names.class_name(name)}{number}T"), constant, method)
        used |= set(own)
        by_name[name] = own
    return by_name


def _unique_modules(apis: Iterable[tuple[str, str]]) -> dict[str, ModuleName]:
    reserved = set[str](vocabulary.MODULES | vocabulary.MOUNTING)
    prefixes = set[str]()
    modules: dict[str, ModuleName] = {}
    for file, api_name in apis:
        name = names.module_name(api_name)
        while name in reserved or names.class_name(name) in prefixes:
            name = ModuleName(f"{name}_api")
        reserved.add(name)
        prefixes.add(names.class_name(name))
        modules[file] = name
    return modules


def _model_modules(
    outlines: Iterable[Outline], root: str, api_modules: Mapping[str, ModuleName]
) -> dict[str, ModuleName]:
    """Module of models for each file: an entry's own, its `_folder`'s, its only user's, or the shared one."""
    users: dict[str, list[str]] = {}
    for one in outlines:
        for file in one.files:
            users.setdefault(file, []).append(one.file)
    modules: dict[str, ModuleName] = {}
    for file, entries in users.items():
        below = file[len(root) + 1 :] if root not in {"", "."} else file
        folders = [part for part in PurePosixPath(below).parts[:-1] if part.startswith("_")]
        if file in api_modules:
            modules[file] = api_modules[file]
        elif folders:
            modules[file] = names.module_name(folders[0].lstrip("_"))
        elif len(entries) == 1:
            modules[file] = api_modules.get(entries[0], SHARED)
        else:
            modules[file] = SHARED
    return modules


def _merge_circles(definitions: Iterable[DefinitionOutline], by_file: dict[str, ModuleName]) -> dict[str, ModuleName]:
    """Modules that need each other become one."""
    edges: dict[ModuleName, set[ModuleName]] = {module: set() for module in by_file.values()}
    for definition in definitions:
        own = by_file[definition.key[0]]
        edges[own] |= {by_file[key[0]] for key in definition.needs} - {own}
    merged: dict[ModuleName, ModuleName] = {}
    for group in components(sorted(edges), lambda module: sorted(edges[module])):
        if len(group) > 1:
            merged |= dict.fromkeys(group, SHARED if SHARED in group or len(group) > 2 else min(group))
    return {file: merged.get(module, module) for file, module in by_file.items()}


def _type_names(definitions: Iterable[DefinitionOutline], by_file: Mapping[str, ModuleName]) -> dict[ir.Key, Home]:
    homes = set[Home]()
    by_key: dict[ir.Key, Home] = {}
    for definition in sorted(definitions, key=_preference):
        module = by_file[definition.key[0]]
        candidates = (Home(module, name) for name in _candidates(definition) if name not in vocabulary.USED)
        home = by_key[definition.key] = next(one for one in candidates if one not in homes)
        homes.add(home)
    return by_key


def _preference(definition: DefinitionOutline) -> tuple[int, int, ir.Key]:
    """Components keep their names; what stands deeper gives way."""
    depth = definition.key[1].count("/")
    return (0 if depth <= 3 else 1, depth, definition.key)


def _candidates(definition: DefinitionOutline) -> Iterator[ClassName]:
    yield ClassName(definition.name)
    folder = PurePosixPath(definition.key[0]).parent.name
    if folder:
        yield ClassName(names.class_name(folder) + definition.name)
    number = 2
    while True:
        yield ClassName(f"{definition.name}{number}")
        number += 1


def _reply_names(outlines: Sequence[Outline], api_modules: Mapping[str, ModuleName]) -> dict[ReplyKey, Home]:
    users: dict[tuple[str, str], set[str]] = {}
    for one in outlines:
        for answer in one.answers:
            users.setdefault(answer.key, set()).add(one.file)
    by_key: dict[ReplyKey, Home] = {}
    homes: set[Home] = set()
    for one in outlines:
        constants: set[str] = {names.constant_name(operation_id) for operation_id, _ in one.operations}
        for answer in one.answers:
            if answer.reply_key in by_key:
                continue
            is_own = len(users[answer.key]) == 1 and (answer.shared_name is None or answer.key[0] == one.file)
            name = _reply_name(answer.shared_name or names.class_name(answer.operation_id), answer)
            home = Home(api_modules[one.file] if is_own else SHARED, name)
            number = 2
            while home in homes or home.name in vocabulary.USED or home.name in constants:
                home = Home(home.module, ClassName(f"{name}_{number}"))
                number += 1
            homes.add(home)
            by_key[answer.reply_key] = home
    return by_key


_MEDIA_NAMES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Xlsx",
    "application/octet-stream": "Bytes",
    "text/plain": "Text",
}


def _reply_name(base: str, answer: ReplyOutline) -> ClassName:
    status = "Default" if answer.status == "default" else answer.status
    name = base if base.endswith(status) else f"{base}_{status}" if base[-1].isdigit() else base + status
    if answer.is_one_of_several:
        media_type = answer.media_type.partition(";")[0]
        subtype = media_type.rpartition("/")[2].replace("*", "any")
        name += _MEDIA_NAMES.get(media_type) or names.class_name(subtype.removeprefix("x-").removeprefix("vnd."))
    return ClassName(name)


def _owners(by_file: Mapping[str, ModuleName]) -> dict[ModuleName, str]:
    files: dict[ModuleName, list[str]] = {}
    for file, module in by_file.items():
        files.setdefault(module, []).append(file)
    return {
        module: paths[0] if len(paths) == 1 else f"{PurePosixPath(min(paths)).parent}/"
        for module, paths in files.items()
    }
