"""However broken a contract is, judging it gives findings and never a traceback; judging it in parts gives the same ones."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from tools import rules
from tools.openapi import governance, link, problems, source
from tools.openapi.source import Document

ROOT = Path(__file__).parents[3]
CONTRACTS = ROOT / "contracts" / "openapi" / "v1"
SOURCES = link.read(CONTRACTS, display_root="contracts/openapi/v1")
GOVERNANCE = governance.read(CONTRACTS)[0]
ODD: list[Any] = [
    None, 5, True, "x", "", [], {}, [1], ["x"], [{}], [[]], [None], 1.5, {"a": 1}, {"": None}, {"$ref": 5}, {"$ref": "#/nope"},
    {"$ref": "#/components"}, {"$ref": "../../../etc/passwd"}, {"type": [[]]}, {"properties": {"$ref": {"$ref": "#"}}},
]  # fmt: skip


def broken(document: Document, chance: random.Random) -> Document:
    """`document` with one value, anywhere outside examples, replaced by something that does not belong there."""
    value = copy.deepcopy(document.value)
    places = [pointer for pointer, _ in source.walk(value) if pointer and "/examples/" not in pointer]
    parent, _, last = chance.choice(places).rpartition("/")
    holder = source.resolve(value, parent)
    holder[source.unescape(last) if isinstance(holder, dict) else int(last)] = copy.deepcopy(chance.choice(ODD))
    return Document(document.path, document.text, value, document.marks)


@pytest.mark.parametrize("seed", range(8))
def test_no_broken_document_gives_a_traceback(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        name = chance.choice(sorted(SOURCES.documents))
        documents = {**SOURCES.documents, name: broken(SOURCES.documents[name], chance)}
        contract = rules.Contract(documents, GOVERNANCE).narrowed({name})
        for problem in rules.check(contract):
            assert problem.origin.line >= 1


@pytest.mark.parametrize("seed", range(3))
def test_judging_file_by_file_finds_what_judging_all_at_once_finds(seed: int) -> None:
    chance = random.Random(seed)
    documents = {name: broken(document, chance) for name, document in SOURCES.documents.items()}
    contract = rules.Contract(documents, GOVERNANCE)
    each = [problem for name in documents for problem in rules.check_each(contract.narrowed({name}))]
    assert problems.in_order([*each, *rules.check_whole(contract)]) == problems.in_order(rules.check(contract))


@pytest.mark.parametrize("name", sorted(GOVERNANCE))
def test_no_broken_data_file_gives_a_traceback(name: str) -> None:
    chance = random.Random(name)
    for _ in range(25):
        data = {**GOVERNANCE, name: broken(GOVERNANCE[name], chance)}
        rules.check_whole(rules.Contract(SOURCES.documents, data).narrowed({"contracts/openapi/v1/health.yaml"}))
