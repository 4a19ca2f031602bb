"""Do generated models say what the schemas say? Mutated documents, judged by the models and by jsonschema-rs.

`python -m tests.bench.models` prints for every request body how many documents one side accepts and the other refuses.
"""

from __future__ import annotations

import copy
import importlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs

from tools.codegen.samples import Sampler
from tools.openapi import bundle, link
from tools.openapi.link import Sources
from tools.openapi.node import Node
from tools.openapi.source import Json

_ALTERNATIVES: tuple[Json, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    5.0,
    1.5,
    0.07,
    0.071,
    -0.01,
    100,
    10**6,
    2**31,
    2**53 + 1,
    2**63 - 1,
    "",
    "x",
    "5",
    "true",
    "usd",
    "USD",
    "ä\u2028😀",
    "x" * 300,
    "x" * 9000,
    "a@b.example",
    "a@",
    "2024-02-29",
    "2023-02-29",
    "2024-02-29T10:00:00Z",
    "2024-02-29t10:00:00.123z",
    "2024-02-29T10:00:00",
    "2024-02-29 10:00:00Z",
    "1700000000",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "0f8fad5bd9cb469fa16570867728950e",
    "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
    "https://a.example/b?c#d",
    "not a uri",
    "line\n",
    [],
    [1],
    ["x", "x"],
    [None],
    {},
    {"x": 1},
)


def mutations(document: Json, chance: random.Random, limit: int) -> Iterator[Json]:
    """`document` with one change at a time, at every place, at most `limit` of them (a random choice, the same for a seed)."""
    documents = [document, *_changes(document)]
    if len(documents) > limit:
        documents = [document, *chance.sample(documents[1:], limit - 1)]
    yield from documents


def _changes(document: Json) -> Iterator[Json]:
    for path in _paths(document):
        value = _at(document, path)
        for other in (*_ALTERNATIVES, *_variants(value)):
            yield _with(document, path, copy.deepcopy(other))


def _variants(value: Json) -> list[Json]:
    """Values that are nearly `value`."""
    if isinstance(value, dict):
        without = [{key: child for key, child in value.items() if key != name} for name in value]
        return [*without, {**value, "surplus": 1}]
    if isinstance(value, list):
        return [value + value[:1], value * 60, value[:-1]] if value else []
    if isinstance(value, str):
        return [f"{value}x", value.upper(), value[:-1], f" {value}"]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [value + 1, value - 1, value + 0.5, value + 0.001, float(value), str(value)]
    return []


def _paths(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _paths(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value[:2]):
            yield from _paths(child, (*path, index))


def _at(document: Json, path: tuple[str | int, ...]) -> Json:
    for token in path:
        document = document[token]
    return document


def _with(document: Json, path: tuple[str | int, ...], value: Json) -> Json:
    if not path:
        return value
    changed = copy.deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


@dataclass(slots=True)
class Verdicts:
    """Verdicts of both validators about the documents of one body."""

    name: str
    documents: int = 0
    valid: int = 0
    lax: list[Json] = field(default_factory=list[Json])
    """Accepted by the model, refused by the schema."""
    strict: list[Json] = field(default_factory=list[Json])
    """Conflicts by the model, accepted by the schema."""


def judge(name: str, schema: Json, decode: Callable[[bytes], bool], documents: Iterator[Json]) -> Verdicts:
    """Ask the model (`decode`: is it valid?) and the schema about each document."""
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    verdicts = Verdicts(name)
    for document in documents:
        raw = json.dumps(document).encode()
        says_schema = validator.is_valid(document)
        says_model = decode(raw)
        verdicts.documents += 1
        verdicts.valid += says_schema
        if says_model and not says_schema:
            verdicts.lax.append(document)
        elif says_schema and not says_model:
            verdicts.strict.append(document)
    return verdicts


def bodies(sources: Sources, package: str) -> Iterator[tuple[str, Json, Any, list[Json]]]:
    """Every JSON request body: operation, self-contained schema, decoder, and documents to start from."""
    joined = bundle.join(sources, "all")
    by_id = {one["operationId"]: one for item in joined["paths"].values() for one in _operations(item)}
    for _, operation in _operations_of(package):
        if operation.bodies is None:
            continue
        body = by_id[operation.id]["requestBody"]
        media = (_target(joined, body).get("content") or {}).get("application/json")
        reader = operation.bodies.readers.get("application/json")
        if media is None or reader is None:
            continue
        schema = {**media["schema"], "components": joined.get("components", {})}
        starts = [
            _target(joined, one)["value"]
            for one in (media.get("examples") or {}).values()
            if "value" in _target(joined, one)
        ]
        sampler = Sampler(joined)
        starts += [sampler.sample(media["schema"]), sampler.sample(media["schema"], is_full=True)]
        yield operation.id, schema, reader, starts


def _operations(item: Json) -> list[Json]:
    return [value for value in item.values() if isinstance(value, dict) and "operationId" in value]


def _operations_of(package: str) -> Iterator[tuple[str, Any]]:
    app = importlib.import_module(f"{package}.server.app")
    for name, value in vars(app).items():
        if name.endswith("_OPERATIONS"):
            for operation in value:
                yield name, operation


def _target(document: Json, value: Json) -> Json:
    while isinstance(value, dict) and "$ref" in value:
        target = document
        for token in value["$ref"].split("/")[1:]:
            target = target[token.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def compare(sources: Sources, package: str, *, limit: int, seed: int = 1) -> list[Verdicts]:
    """Verdicts for every request body, on at most `limit` documents each."""
    verdicts: list[Verdicts] = []
    for name, schema, reader, starts in bodies(sources, package):
        chance = random.Random(f"{seed} {name}")
        documents = (one for start in starts for one in mutations(start, chance, limit // len(starts)))
        invalid = importlib.import_module(f"{package}.server").Invalid

        def decode(raw: bytes, reader: Any = reader, invalid: type = invalid) -> bool:
            return not isinstance(reader.decode(raw), invalid)

        verdicts.append(judge(name, schema, decode, documents))
    return verdicts


def main() -> None:
    """Compare the contracts of this repository with what is generated from them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("contracts/openapi/v1")
    package = sys.argv[2] if len(sys.argv) > 2 else "generated"
    verdicts = compare(link.read(folder), package, limit=2000)
    for one in verdicts:
        print(
            f"{one.name:36} {one.documents:6} documents, {one.valid:6} valid,",
            f"{len(one.lax):4} lax, {len(one.strict):4} too strict",
        )
        for kind, documents in (("lax", one.lax), ("too strict", one.strict)):
            for document in documents[:3]:
                print(f"    {kind}: {json.dumps(document, ensure_ascii=False)[:300]}")
    total: Counter[str] = Counter()
    for one in verdicts:
        total.update(documents=one.documents, lax=len(one.lax), strict=len(one.strict))
    print(f"{total['documents']} documents: {total['lax']} lax, {total['strict']} too strict")


if __name__ == "__main__":
    main()


__all__ = ["Node", "Verdicts", "bodies", "compare", "judge", "mutations"]
