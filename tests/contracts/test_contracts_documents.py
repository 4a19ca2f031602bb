"""The contracts themselves: they can be read, they are OpenAPI 3.1, and they hold the operations of the specification."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from impl.platforms import registry
from tests.contracts.specified import SPECIFIED
from tools.openapi import source

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "contracts" / "openapi" / "v1").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_contract_file_is_plain_data_without_findings(path: Path) -> None:
    document, problems = source.load(path)
    assert problems == []
    assert document is not None


@pytest.mark.promise("P041")
@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name != "_common"], ids=lambda path: path.stem)
def test_every_api_says_that_it_is_openapi_3_1(path: Path) -> None:
    document, _ = source.load(path)
    assert document is not None
    assert document.value["openapi"] == "3.1.0"


METHODS = ("get", "put", "post", "delete", "patch")


@pytest.mark.promise("P041")
def test_the_contracts_hold_every_operation_of_the_specification() -> None:
    counted = {}
    for path in FILES:
        document, _ = source.load(path)
        assert document is not None
        items = document.value.get("paths", {}).values()
        count = sum(method in METHODS for item in items for method in item)
        if count:
            counted[path.stem] = count
    added = counted.keys() - SPECIFIED.keys()
    assert added <= set(registry.NAMES), "only a further processor brings a file of its own"
    assert {name: count for name, count in counted.items() if name not in added} == SPECIFIED


def test_every_click_id_that_maps_to_a_channel_may_be_sent() -> None:
    channels, _ = source.load(ROOT / "contracts" / "governance" / "channels.yaml")
    events, _ = source.load(ROOT / "contracts" / "openapi" / "v1" / "events.yaml")
    assert channels is not None
    assert events is not None
    schema = events.value["components"]["schemas"]["Touch"]["properties"]["click_id_kind"]
    known = {channel["code"] for channel in channels.value["channels"]}
    for name, channel in channels.value["click_ids"].items():
        assert re.search(schema["pattern"], name)
        assert schema["minLength"] <= len(name) <= schema["maxLength"]
        assert channel in known
