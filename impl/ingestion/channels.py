"""Which channel of the taxonomy a hint of origin means. The map is contracts/governance/channels.yaml."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from generated.governance.channels import CLICK_IDS, NOTHING, PLATFORMS, UNMAPPED, UTM, UtmRule
from impl.kernel.events import Hints
from impl.telemetry import metrics

_BY_PLATFORM: Final = {
    (platform, word.lower()): channel for platform, words in PLATFORMS.items() for word, channel in words.items()
}
"""Channel by platform and the platform's own word, as source and medium."""


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


def of_origin(origin: Origin) -> str:
    """Channel code of `origin`: `NOTHING` without any hint; `UNMAPPED`, which is counted, when no rule maps the hints."""
    source, medium = (origin.source or "").strip().lower(), (origin.medium or "").strip().lower()
    is_foreign = bool(origin.foreign_host)
    if not (source or medium or origin.campaign or origin.click_id or is_foreign):
        return NOTHING
    channel = _mapped(source, medium, (origin.click_id or "").lower(), is_foreign)
    if channel is None:
        metrics.CHANNELS_UNMAPPED.inc()
    return channel or UNMAPPED


@lru_cache(maxsize=1024)  # a shop's campaigns repeat the same few words
def _mapped(source: str, medium: str, click_id: str, is_foreign: bool) -> str | None:
    return _by_words(source, medium) or CLICK_IDS.get(click_id) or _by_words(source, medium, is_foreign=is_foreign)


def _by_words(source: str, medium: str, *, is_foreign: bool = False) -> str | None:
    by_platform = _BY_PLATFORM.get((source, medium))
    matching = (rule.channel for rule in UTM if _matches(rule, source, medium, is_foreign=is_foreign))
    return by_platform or next(matching, None)


def _matches(rule: UtmRule, source: str, medium: str, *, is_foreign: bool) -> bool:
    return (
        (not rule.medium or medium in rule.medium)
        and (not rule.source or source in rule.source)
        and (is_foreign or not rule.foreign_referrer)
    )


def resolve(hints: Hints) -> str:
    """Channel code of a conversion, by its UTM values."""
    return of_origin(Origin(source=hints.utm_source, medium=hints.utm_medium, campaign=hints.utm_campaign))


def foreign(host: str | None, own_hosts: Collection[str]) -> str | None:
    """`host` in lower case when it is neither one of `own_hosts` nor below one; None otherwise."""
    name = (host or "").strip().rstrip(".").lower()
    is_own = any(name == own or name.endswith(f".{own}") for own in own_hosts)
    return name if name and not is_own else None
