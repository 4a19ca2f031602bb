"""Rules that hold before any other can be asked: files can be read.

Reading (`tools.contracts.source`) reports them under these names; the functions here only say why, for `contracts explain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.contracts.rules.rule import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.contracts.rules.contract import Contract
    from tools.contracts.rules.rule import Found


def yaml_syntax(_: Contract) -> Iterator[Found]:
    """A contract is YAML. What cannot be read cannot be promised."""
    return iter(())


def duplicate_key(_: Contract) -> Iterator[Found]:
    """A key stands once. Most readers keep the last of two without a word, so one of them was never true."""
    return iter(())


def yaml_tag(_: Contract) -> Iterator[Found]:
    """A contract is plain JSON data: a tag such as `!!python/object` means something to one program only."""
    return iter(())


def empty_document(_: Contract) -> Iterator[Found]:
    """A contract file says something; an empty one was saved by mistake."""
    return iter(())


RULES = rules_of(
    "reading",
    (yaml_syntax, duplicate_key, yaml_tag, empty_document),
)
