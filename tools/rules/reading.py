"""Rules that hold before any other can be asked: files can be read, and references lead somewhere.

Reading (`tools.openapi.source`) and linking (`tools.openapi.link`) report them under these names; the functions here only say
why, for `contracts explain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules.rule import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract


def yaml_syntax(_: Contract) -> Iterator[Problem]:
    """Every contract file is valid YAML; a file that cannot be parsed promises nothing."""
    return iter(())


def duplicate_key(_: Contract) -> Iterator[Problem]:
    """A key appears once in a mapping. Most parsers silently keep the last duplicate, so the other has no effect."""
    return iter(())


def yaml_tag(_: Contract) -> Iterator[Problem]:
    """A contract is plain JSON data: a tag such as `!!python/object` has a meaning in one program only."""
    return iter(())


def empty_document(_: Contract) -> Iterator[Problem]:
    """A contract file has content; an empty one was saved by mistake."""
    return iter(())


def unread_file(_: Contract) -> Iterator[Problem]:
    """Every file in the contracts folder is an API or part of one. A file that nothing refers to has no effect."""
    return iter(())


def dangling_ref(_: Contract) -> Iterator[Problem]:
    """Every `$ref` points to an existing element of an existing file. A dangling reference breaks every later tool."""
    return iter(())


def remote_ref(_: Contract) -> Iterator[Problem]:
    """References stay within the contract tree: a remote document can change or disappear after a release."""
    return iter(())


def anchor_ref(_: Contract) -> Iterator[Problem]:
    """An anchor in a reference is that of exactly one schema: with none or several, nobody knows what is meant."""
    return iter(())


def circular_ref(_: Contract) -> Iterator[Problem]:
    """A reference resolves to a value and does not lead back to itself through other references."""
    return iter(())


RULES = rules_of(
    "reading",
    (
        yaml_syntax,
        duplicate_key,
        yaml_tag,
        empty_document,
        unread_file,
        dangling_ref,
        remote_ref,
        anchor_ref,
        circular_ref,
    ),
)
