"""Which channel of the taxonomy a hint of origin means. The map is data: `channels.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impl.kernel.events import Hints

DIRECT = "direct"
"""No hint of origin at all."""
UNKNOWN = "unknown"
"""There are hints, but no rule maps them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches a medium, a source, or both; a rule without media matches any, one without sources too."""

    media: frozenset[str]
    sources: Mapping[str, str]
    channel: str | None

    def match(self, source: str, medium: str) -> str | None:
        """Channel code, or None when the rule does not apply."""
        if self.media and medium not in self.media:
            return None
        return self.sources.get(source) if self.sources else self.channel


def _read(path: Path) -> tuple[Rule, ...]:
    rules: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
    return tuple(Rule(frozenset(rule.get("medium", ())), rule.get("source", {}), rule.get("channel")) for rule in rules)


RULES = _read(Path(__file__).with_name("channels.toml"))


def resolve(hints: Hints) -> str:
    """Channel code of a conversion: by its UTM values; `direct` without any; `unknown` when they do not map."""
    source, medium = (hints.utm_source or "").strip().lower(), (hints.utm_medium or "").strip().lower()
    if not source and not medium and not hints.utm_campaign:
        return DIRECT
    return next((channel for rule in RULES if (channel := rule.match(source, medium))), UNKNOWN)


def codes() -> frozenset[str]:
    """Every channel code that `resolve` can give."""
    named = {code for rule in RULES for code in (*rule.sources.values(), rule.channel) if code}
    return frozenset(named | {DIRECT, UNKNOWN})
