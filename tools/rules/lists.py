"""Lists are read page by page with a cursor, which stays right while rows come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract, Node, OperationNodes

COUNTS = frozenset({"total", "total_count", "total_items", "total_pages", "page_count", "count"})
PAGE_NUMBERS = frozenset({"page", "page_number", "offset", "skip", "per_page", "page_size"})


def cursor_list(contract: Contract) -> Iterator[Problem]:
    """An operation whose name starts with `list` takes `cursor` and `limit` and returns `{items, page}`."""
    for operation in contract.operations:
        if not operation.id.startswith("list"):
            continue
        for name in ("cursor", "limit"):
            if operation.parameter(name, "query") is None:
                hint = "refer to it in _common/parameters.yaml"
                yield finding(operation.node.at("parameters"), f"{operation.id} does not take {name}", hint=hint)
        schema = _answer(contract, operation)
        if schema is not None and not {"items", "page"} <= set(map(str, schema.listed("required"))):
            yield finding(schema.at(), f"{operation.id} does not return items and page", hint="require both")


def no_totals(contract: Contract) -> Iterator[Problem]:
    """Lists have no totals: counting every row costs more than the page, and the count is outdated when it is read."""
    for operation in contract.operations:
        schema = _answer(contract, operation)
        properties = schema.mapping("properties") if schema is not None else {}
        if schema is None or "items" not in properties:
            continue
        for name in sorted(COUNTS & set(properties)):
            yield finding(schema.at("properties", name), f"{operation.id} declares a total", hint="remove it")


def no_page_numbers(contract: Contract) -> Iterator[Problem]:
    """No parameter is a page number: when a list grows, page 2 repeats items of page 1."""
    for node in contract.written("parameter"):
        if node.get("in") == "query" and node.text("name") in PAGE_NUMBERS:
            hint = "use cursor and limit"
            yield finding(node.value_at("name"), f"the parameter {node.get('name')!r} is a page number", hint=hint)


RULES = rules_of("lists", (cursor_list, no_totals, no_page_numbers))


def _answer(contract: Contract, operation: OperationNodes) -> Node | None:
    """Schema of the JSON answer with status 200, followed."""
    response = contract.follow(operation.responses["200"]) if "200" in operation.responses else None
    try:
        media = response.child("schema", "content", "application/json", "schema") if response is not None else None
    except KeyError:
        return None
    schema = contract.follow(media) if media is not None else None
    return schema if schema is not None and isinstance(schema.value, dict) else None
