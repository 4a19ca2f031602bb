"""Where references lead. That they lead somewhere at all is checked when the files are linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi import source
from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.openapi.kinds import Kind
    from tools.rules.contract import Contract

_SECTIONS: Mapping[Kind, str] = {
    "schema": "schemas",
    "response": "responses",
    "parameter": "parameters",
    "example": "examples",
    "request-body": "requestBodies",
    "header": "headers",
    "security-scheme": "securitySchemes",
    "link": "links",
}


def reference_kind(contract: Contract) -> Iterator[Problem]:
    """A reference points to the kind of object that its position requires, such as a parameter among parameters."""
    for kind, expected in _SECTIONS.items():
        for node in contract.all(kind):
            parts = source.split((node.reference or "").partition("#")[2])
            if len(parts) == 3 and parts[0] == "components" and parts[1] != expected:
                message = f"this refers to one of {parts[1]!r}; one of {expected!r} is expected here"
                yield finding(node.value_at("$ref"), message)


def used_components(contract: Contract) -> Iterator[Problem]:
    """Every shared or local component is used; an unused one misleads readers."""
    targets = {(target.document.path, target.pointer) for kind in _SECTIONS for node in contract.all(kind)
            if node.reference is not None and (target := contract.target(node)) is not None}  # fmt: skip
    is_library = {node.document.path for node in contract.all("openapi") if "paths" not in node.value}
    for kind, section in _SECTIONS.items():
        for node in contract.all(kind):
            parts = source.split(node.pointer)
            if parts[:2] != ["components", section] or len(parts) != 3 or kind == "security-scheme":
                continue
            is_named = (node.document.path, node.pointer) in targets
            if not is_named and not (node.document.path in is_library and "openapi" in node.document.value):
                yield finding(node.at(), f"nothing refers to {parts[2]!r}", hint="remove it, or use it")


RULES = rules_of("references", (reference_kind, used_components))
