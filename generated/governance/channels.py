"""Data of channels.yaml.

Generated from contracts/governance/channels.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ChannelCode(StrEnum):
    """Codes of the taxonomy."""

    FACEBOOK_PAID = "facebook_paid"
    FACEBOOK_BRAND = "facebook_brand"
    TIKTOK_PAID = "tiktok_paid"
    LINKEDIN_PAID = "linkedin_paid"
    GOOGLE_SEARCH_PAID = "google_search_paid"
    GOOGLE_DISPLAY_PAID = "google_display_paid"
    DIRECT = "direct"
    ORGANIC = "organic"
    REFERRAL = "referral"
    EMAIL = "email"
    UNKNOWN = "unknown"


PLATFORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "facebook_ads": {"FB_ADS": "facebook_paid", "FACEBOOK_ADS": "facebook_paid", "FB_BRAND": "facebook_brand"},
    "google_ads": {
        "SEARCH": "google_search_paid",
        "GOOGLE_SEARCH": "google_search_paid",
        "DISPLAY": "google_display_paid",
        "GOOGLE_DISPLAY": "google_display_paid",
    },
    "tiktok_ads": {"IN_FEED": "tiktok_paid", "TIKTOK_ADS": "tiktok_paid"},
    "linkedin_ads": {"SPONSORED": "linkedin_paid", "LINKEDIN_ADS": "linkedin_paid"},
    "shopify": {"DIRECT": "direct", "ORGANIC": "organic", "REFERRAL": "referral", "EMAIL": "email"},
    "stripe": {"DIRECT": "direct", "ORGANIC": "organic", "REFERRAL": "referral", "EMAIL": "email"},
    "paypal": {"DIRECT": "direct", "ORGANIC": "organic", "REFERRAL": "referral", "EMAIL": "email"},
    "woocommerce": {"DIRECT": "direct", "ORGANIC": "organic", "REFERRAL": "referral", "EMAIL": "email"},
}
"""Channel by the platform named as the source and by its own word for what it sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtmRule:
    """A medium, a source or both that mean one channel; an empty field matches everything."""

    medium: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    channel: str
    foreign_referrer: bool | None = None


UTM: Final[tuple[UtmRule, ...]] = (
    UtmRule(
        medium=(
            "cpc",
            "ppc",
            "paid",
            "paidsearch",
            "paidsocial",
        ),
        source=("google",),
        channel="google_search_paid",
    ),
    UtmRule(
        medium=(
            "cpc",
            "ppc",
            "paid",
            "paidsearch",
            "paidsocial",
        ),
        source=(
            "facebook",
            "instagram",
            "meta",
        ),
        channel="facebook_paid",
    ),
    UtmRule(
        medium=(
            "cpc",
            "ppc",
            "paid",
            "paidsearch",
            "paidsocial",
        ),
        source=("tiktok",),
        channel="tiktok_paid",
    ),
    UtmRule(
        medium=(
            "cpc",
            "ppc",
            "paid",
            "paidsearch",
            "paidsocial",
        ),
        source=("linkedin",),
        channel="linkedin_paid",
    ),
    UtmRule(medium=("display",), source=("google",), channel="google_display_paid"),
    UtmRule(medium=("email",), channel="email"),
    UtmRule(source=("newsletter",), channel="email"),
    UtmRule(medium=("organic",), channel="organic"),
    UtmRule(medium=("referral",), channel="referral"),
    UtmRule(channel="referral", foreign_referrer=True),
)
"""All of them, in the order of the file."""

CLICK_IDS: Final[Mapping[str, str]] = {
    "gclid": "google_search_paid",
    "gbraid": "google_search_paid",
    "wbraid": "google_search_paid",
    "dclid": "google_display_paid",
    "fbclid": "facebook_paid",
    "ttclid": "tiktok_paid",
    "li_fat_id": "linkedin_paid",
}
"""Channel by the name of a click id."""

NOTHING: Final[str] = "direct"
"""Channel of a sale without any hint of its origin."""

UNMAPPED: Final[str] = "unknown"
"""Channel of hints that no rule maps."""
