"""Rules that hold before any other can be asked: files can be read, and references lead somewhere.

Reading (`tools.contracts.source`) and linking (`tools.contracts.link`) report them under these names; the functions here only say
why, for `contracts explain`.
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


def unread_file(_: Contract) -> Iterator[Found]:
    """Every file among the contracts is an API, or part of one. One that nobody reads says something that nobody keeps."""
    return iter(())


def dangling_ref(_: Contract) -> Iterator[Found]:
    """Every `$ref` names something that exists, in a file that exists. A dangling one breaks every tool after us."""
    return iter(())


def remote_ref(_: Contract) -> Iterator[Found]:
    """References stay within the contract tree: what is fetched from elsewhere can change or vanish under a release."""
    return iter(())


def anchor_ref(_: Contract) -> Iterator[Found]:
    """A reference is a path, not an anchor: half of the tools that read contracts do not know anchors."""
    return iter(())


def circular_ref(_: Contract) -> Iterator[Found]:
    """A reference leads to something, not back to itself through other references."""
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
