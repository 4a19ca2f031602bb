"""Self-contained documents: one for each API, and one that joins them all. References stay references, inside the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml

from tools.openapi import kinds, refs, source
from tools.openapi.link import Sources
from tools.openapi.node import Node
from tools.openapi.source import Json
from tools.openapi.store import digest

_KINDS = "schemas responses parameters examples requestBodies headers securitySchemes links callbacks pathItems".split()
_KIND_BY_PARENT = {"responses": "responses", "parameters": "parameters", "headers": "headers", "examples": "examples"}


class Bundler:
    """Builds one document out of several files."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._components: dict[str, dict[str, Json]] = {}
        self._names: dict[tuple[str, str], str] = {}
        """Place of a referenced value to its reference in the bundle."""
        self._taken: set[str] = set()
        self._alive: dict[str, set[str]] = {}

    def document(self, file: str) -> dict[str, Json]:
        """The bundle of the entry document `file`."""
        return self.join([file])

    def join(self, files: list[str], title: str | None = None) -> dict[str, Json]:
        """One document with everything of the entry documents `files`."""
        first = self._sources.root(files[0])
        for file in files:
            self._reserve(file)
        joined: dict[str, Json] = {}
        for file in files:
            for key, node in self._sources.root(file).items():
                if key not in {"components", "paths", "tags", "info"} and key not in joined:
                    joined[key] = self._value(node)
        info = dict(first.value.get("info") or {})
        if title is not None:
            info |= {"title": title, "summary": "Every API in one document.", "description": self._contents(files)}
        tags: list[Json] = []
        for file in files:
            tags += [tag for tag in self._sources.root(file).value.get("tags") or [] if tag not in tags]
        paths = {path: self._value(item) for file in files for path, item in self._paths(file)}
        for file in files:
            self._own_components(file)
        head = {"openapi": joined.pop("openapi", "3.1.0"), "info": info}
        rest = {**({"tags": tags} if tags else {}), "paths": paths}
        components = {kind: self._components[kind] for kind in _KINDS if self._components.get(kind)}
        return {**head, **joined, **rest, **({"components": components} if components else {})}

    def _contents(self, files: list[str]) -> str:
        """A list of the joined APIs, in Markdown."""
        infos = [self._sources.root(file).value.get("info") or {} for file in files]
        rows = [f"- {info.get('title', 'API')} {info.get('version', '')}: {info.get('summary', '')}" for info in infos]
        return "\n".join(["The APIs in this document:", "", *(row.rstrip(": ") for row in rows)])

    def _paths(self, file: str) -> Iterator[tuple[str, Node]]:
        return self._sources.root(file).entries("paths")

    def _reserve(self, file: str) -> None:
        """Components of entry documents keep their names before those of other files get one."""
        for kind, name, node in self._components_of(file):
            self._name(node.place, kind, name)

    def _components_of(self, file: str) -> Iterator[tuple[str, str, Node]]:
        for kind, group in self._sources.root(file).entries("components"):
            if kind in _KINDS:
                for name, node in group.target().items():
                    yield kind, name, node

    def _own_components(self, file: str) -> None:
        for kind, name, node in self._components_of(file):
            target = self._names.get(node.place, "").rpartition("/")[2] or name
            group = self._components.setdefault(kind, {})
            if target not in group or group[target] is None:
                group[target] = None
                group[target] = self._component(node, f"#/components/{kind}/{target}")

    def _component(self, node: Node, own: str) -> Json:
        """Value of a component. One that only refers to another place of the same name becomes that place's value."""
        value = self._value(node)
        while isinstance(value, dict) and value.get("$ref") == own:
            node = node.step()
            value = self._value(node)
        return value

    def _name(self, place: tuple[str, str], kind: str, name: str) -> str:
        if place in self._names:
            return self._names[place]
        node = self._node(place)
        end = node.target() if node.is_reference and len(node.value) == 1 else node
        if end.place in self._names:
            self._names[place] = self._names[end.place]
            return self._names[place]
        unique, number = name, 2
        while f"#/components/{kind}/{unique}" in self._taken:
            unique, number = f"{name}_{number}", number + 1
        self._names[place] = self._names[end.place] = f"#/components/{kind}/{unique}"
        self._taken.add(self._names[place])
        return self._names[place]

    def _node(self, place: tuple[str, str]) -> Node:
        file, pointer = place
        return Node(self._sources, file, pointer, source.resolve(self._sources.documents[file].value, pointer))

    def _value(self, node: Node, *, has_names: bool = False) -> Json:
        """Value of `node` in the bundle. `has_names`: its keys are names that an author chose, such as properties."""
        if node.pointer not in self._living(node.file):
            return node.value
        if node.is_reference:
            # A whole map of names that stands elsewhere is not OpenAPI, but meant so: it is written in its place.
            return self._value(node.target(), has_names=True) if has_names else self._reference(node)
        if isinstance(node.value, dict):
            return {key: self._entry(node, key, child, has_names=has_names) for key, child in node.items()}
        if isinstance(node.value, list):
            return [self._value(child) for child in node.elements()]
        return node.value

    def _living(self, file: str) -> set[str]:
        """Places in `file` at or above a reference (or a discriminator's mapping): all else stays as it is."""
        if file not in self._alive:
            self._alive[file] = pointers = set()
            for pointer in self._sources.references(file):
                while pointer not in pointers:
                    pointers.add(pointer)
                    pointer = pointer.rpartition("/")[0]  # noqa: PLW2901  (upwards)
        return self._alive[file]

    def _entry(self, node: Node, key: str, child: Node, *, has_names: bool) -> Json:
        if not isinstance(child.value, dict | list):
            return child.value
        if has_names:
            return self._value(child)
        if key == "mapping" and "propertyName" in node.value:
            return self._mapping(child)
        if refs.is_data(key, child.value):
            return child.value
        return self._value(child, has_names=refs.holds_names(key, child.value))

    def _reference(self, node: Node) -> Json:
        target = node.step()
        kind = self._kind(node, target)
        if kind == "pathItems":
            return self._value(target)
        reference = self._place(target, kind)
        siblings = {key: self._value(child) for key, child in node.items() if key != "$ref"}
        return {"$ref": reference, **siblings}

    def _mapping(self, node: Node) -> Json:
        """A discriminator's mapping, whose values are references without the word."""
        result: dict[str, Json] = {}
        for value, child in node.items():
            file, _ = refs.locate(node.file, str(child.value))
            is_reference = file in self._sources.documents and ("#" in str(child.value) or file != node.file)
            result[value] = self._place(self._named(node.file, child.value), "schemas") if is_reference else child.value
        return result

    def _named(self, file: str, reference: str) -> Node:
        return Node(self._sources, *refs.find(self._sources.documents, file, reference))

    def _place(self, target: Node, kind: str) -> str:
        """Reference to `target` in the bundle; its value is added when it is first asked for."""
        tokens = source.split(target.pointer)
        if len(tokens) > 3 and tokens[0] == "components" and tokens[1] in _KINDS:
            head = self._node((target.file, source.join("", *tokens[:3])))
            return self._place(head, tokens[1]) + source.join("", *tokens[3:])
        known = target.place in self._names
        reference = self._name(target.place, kind, PurePosixPath(target.name).stem)
        name = reference.rpartition("/")[2]
        group = self._components.setdefault(reference.split("/")[2], {})
        if not known or name not in group:
            group[name] = None
            group[name] = self._component(target, reference)
        return reference

    def _kind(self, node: Node, target: Node) -> str:
        tokens = source.split(target.pointer)
        if len(tokens) >= 2 and tokens[0] == "components" and tokens[1] in _KINDS:
            return tokens[1]
        where = source.split(node.pointer)
        if len(where) >= 2 and where[-2] == "paths":
            return "pathItems"
        if where[-1] in kinds.METHODS and (len(where) == 1 or where[-3:-2] == ["paths"]):
            return "pathItems"  # an operation in a file of its own: it is written in its place, like a path
        if where[-1] == "requestBody":
            return "requestBodies"
        if len(where) >= 2 and where[-2] in _KIND_BY_PARENT:
            return _KIND_BY_PARENT[where[-2]]
        return "schemas"


def bundle(sources: Sources, file: str) -> dict[str, Json]:
    """The self-contained form of one entry document."""
    return Bundler(sources).document(file)


def join(sources: Sources, title: str) -> dict[str, Json]:
    """Every entry document in one."""
    return Bundler(sources).join(list(sources.entries), title)


class _Dumper(yaml.CSafeDumper if hasattr(yaml, "CSafeDumper") else yaml.SafeDumper):  # type: ignore[misc]  # chosen at run time
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: Any, text: str) -> Any:
    """A string in quotes wherever YAML 1.1 or 1.2 would read something else."""
    style = "'" if source.plain_scalar(text) != text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


class Writer:
    """Writes documents as YAML, in pieces: what was written before is known by its content and not written again."""

    def __init__(self, earlier: Mapping[str, str]) -> None:
        self._earlier = earlier
        self.chunks: dict[str, str] = {}
        """Pieces of this run, by their content."""

    @property
    def has_news(self) -> bool:
        """Whether other pieces were written than before."""
        return self.chunks.keys() != self._earlier.keys()

    def to_yaml(self, document: Mapping[str, Json]) -> str:
        """The same text as `to_yaml`."""
        return "".join(text for key, value in document.items() for text in self._entry(key, value))

    def _entry(self, key: str, value: Json) -> Iterator[str]:
        if key == "paths" and value:
            yield f"{key}:\n"
            yield from (self._chunk((key,), path, item) for path, item in value.items())
        elif key == "components" and value and all(value.values()):
            yield f"{key}:\n"
            for kind, group in value.items():
                yield f"  {kind}:\n"
                yield from (self._chunk((key, kind), name, child) for name, child in group.items())
        else:
            yield self._chunk((), key, value)

    def _chunk(self, above: tuple[str, ...], name: str, value: Json) -> str:
        """One entry of a mapping that stands below the keys `above`."""
        own = digest(json.dumps((above, name, value), ensure_ascii=False))
        text = self.chunks.get(own) or self._earlier.get(own)
        if text is None:
            whole: Json = {name: value}
            for key in reversed(above):
                whole = {key: whole}
            text = to_yaml(whole).split("\n", len(above))[len(above)]
        self.chunks[own] = text
        return text


def to_yaml(document: Json) -> str:
    """`document` as YAML that every tool reads the same way."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def to_json(document: Json) -> str:
    """`document` as compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
