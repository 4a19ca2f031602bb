"""Which channel of the taxonomy a hint of origin means. The map is data: `channels.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from impl.kernel.events import Hints
from impl.telemetry import metrics

DIRECT = "direct"
"""No hint of origin at all."""
UNKNOWN = "unknown"
"""There are hints, but no rule maps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where somebody came from, as the tenant's site tells it."""

    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    """Name or id of the campaign; a hint that maps to no channel by itself."""
    click_id: str | None = None
    """Name of the parameter by which an ad platform tagged the address, such as `gclid`; never its value."""
    foreign_host: str | None = None
    """Host of the page before, when it is not the tenant's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches a medium, a source, or both; a rule without media matches any, one without sources too."""

    media: frozenset[str]
    sources: Mapping[str, str]
    channel: str | None
    is_foreign_referrer: bool = False

    def match(self, source: str, medium: str, *, is_foreign: bool) -> str | None:
        """Channel code, or None when the rule does not apply."""
        if (self.media and medium not in self.media) or (self.is_foreign_referrer and not is_foreign):
            return None
        return self.sources.get(source) if self.sources else self.channel


def _read(document: Mapping[str, Any]) -> tuple[Rule, ...]:
    words = (
        Rule(frozenset({word.lower()}), {platform: channel}, None)
        for platform, map_ in document["platform"].items()
        for word, channel in map_.items()
    )
    return (*words, *(_rule(values) for values in document["rule"]))


def _rule(values: Mapping[str, Any]) -> Rule:
    media = frozenset(values.get("medium", ()))
    return Rule(media, values.get("source", {}), values.get("channel"), values.get("foreign_referrer", False))


_DOCUMENT: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("channels.toml").read_text(encoding="utf-8"))
RULES = _read(_DOCUMENT)
CLICK_IDS: Mapping[str, str] = _DOCUMENT["click_id"]
"""Channel by the name of a click id."""


def of_origin(origin: Origin) -> str:
    """Channel code of `origin`: `direct` without any hint; `unknown`, which is counted, when the hints do not map."""
    source, medium = (origin.source or "").strip().lower(), (origin.medium or "").strip().lower()
    is_foreign = bool(origin.foreign_host)
    if not (source or medium or origin.campaign or origin.click_id or is_foreign):
        return DIRECT
    found = _mapped(source, medium, (origin.click_id or "").lower(), is_foreign)
    if found is None:
        metrics.CHANNELS_UNMAPPED.inc()
    return found or UNKNOWN


@lru_cache(maxsize=1024)  # a shop's campaigns repeat the same few words
def _mapped(source: str, medium: str, click_id: str, is_foreign: bool) -> str | None:
    return _by_words(source, medium) or CLICK_IDS.get(click_id) or _by_words(source, medium, is_foreign=is_foreign)


def _by_words(source: str, medium: str, *, is_foreign: bool = False) -> str | None:
    matches = (rule.match(source, medium, is_foreign=is_foreign) for rule in RULES)
    return next((channel for channel in matches if channel is not None), None)


def resolve(hints: Hints) -> str:
    """Channel code of a conversion, by its UTM values."""
    return of_origin(Origin(source=hints.utm_source, medium=hints.utm_medium, campaign=hints.utm_campaign))


def foreign(host: str | None, own_hosts: Collection[str]) -> str | None:
    """`host` in lower case when it is neither one of `own_hosts` nor below one; None otherwise."""
    found = (host or "").strip().rstrip(".").lower()
    is_own = any(found == own or found.endswith(f".{own}") for own in own_hosts)
    return found if found and not is_own else None


def codes() -> frozenset[str]:
    """Every channel code that `of_origin` can give."""
    named = {code for rule in RULES for code in (*rule.sources.values(), rule.channel) if code} | {*CLICK_IDS.values()}
    return frozenset(named | {DIRECT, UNKNOWN})
