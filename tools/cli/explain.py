"""`contracts explain RULE`: the reason for a rule, with a bad and a good example."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tools import rules
from tools.rules import specimens

if TYPE_CHECKING:
    from pathlib import Path


class UnknownRuleError(Exception):
    """There is no rule of that name; the text names the nearest."""


def explain(name: str, root: Path) -> str:
    """Reason and both examples of the rule `name`. `root` is the repository. Raises `UnknownRuleError`."""
    rule = rules.ALL.get(name)
    if rule is None:
        near = difflib.get_close_matches(name, list(rules.ALL), n=1)
        advice = f"did you mean {near[0]!r}?" if near else "`contracts explain` without a name lists them"
        raise UnknownRuleError(f"there is no rule {name!r}; {advice}")
    bad, good = (specimens.path_of(root, rule, which) for which in ("bad", "good"))
    text, _, _ = bad.read_text("utf-8").partition("\n# finds\n")
    findings = "\n".join(specimens.expected(bad))
    parts = [rule.id, rule.reason, "Bad:", _indented(text), findings, "Good:", _indented(good.read_text("utf-8"))]
    return "\n\n".join(parts)


def overview() -> str:
    """Every rule with the first sentence of its reason, by group."""
    lines: list[str] = []
    for group in dict.fromkeys(rule.group for rule in rules.ALL.values()):
        lines.append(group)
        members = [rule for rule in rules.ALL.values() if rule.group == group]
        lines += [f"  {rule.id:24} {rule.reason.splitlines()[0]}" for rule in members]
    return "\n".join(lines)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip("\n").split("\n"))
