"""The rule that generated code is current. It compares hashes recorded by the last run, so nothing is generated again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract, GeneratedFile


def generated_is_current(contract: Contract) -> Iterator[Problem]:
    """Generated code equals the output of the generator for these contracts, byte for byte.

    A server that was made from yesterday's contract keeps yesterday's promises, and what somebody wrote into it by hand is gone
    after the next run.
    """
    for file in contract.generated_files:
        if file.then != file.now:
            message, hint = _explained(file)
            yield finding(file.origin, message, hint)


RULES = rules_of("generated", (generated_is_current,))

_GENERATE = "run: make generate"


def _explained(file: GeneratedFile) -> tuple[str, str]:
    """Message and advice for a file that differs."""
    match (file.is_contract, file.then is None, file.now is None):
        case (True, True, _):
            return "this file was added after the code was generated", _GENERATE
        case (True, _, True):
            return f"the code was generated from {file.path!r}, which does not exist any more", _GENERATE
        case (True, _, _):
            return "this file has changed since code was generated from it", _GENERATE
        case (_, True, _):
            return "no contract generates this file", "remove it, or move it to another folder"
        case (_, _, True):
            return f"{file.path!r} is missing or cannot be read", _GENERATE
        case _:
            return (
                "this file differs from the output of the generator",
                "change the contract instead, then run: make generate",
            )
