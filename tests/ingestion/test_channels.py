"""`impl.ingestion.channels`: the first rule that matches wins; nothing is guessed."""

from pathlib import Path

import pytest
import yaml

from impl.ingestion import channels
from impl.ingestion.channels import Origin, Rule
from impl.kernel.events import Hints
from impl.telemetry import metrics

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("google", "cpc", None, "google_search_paid"),
        ("Google", "CPC", None, "google_search_paid"),
        ("instagram", "paidsocial", None, "facebook_paid"),
        ("meta", "ppc", None, "facebook_paid"),
        ("tiktok", "paid", None, "tiktok_paid"),
        ("linkedin", "paid", None, "linkedin_paid"),
        ("google", "display", None, "google_display_paid"),
        ("newsletter", None, None, "email"),
        ("anything", "email", None, "email"),
        ("google", "organic", None, "organic"),
        ("blog.example", "referral", None, "referral"),
        (None, None, None, "direct"),  # no hint at all
        ("bing", "cpc", None, "unknown"),  # a hint that does not map
        (None, None, "spring", "unknown"),
        ("facebook", "display", None, "unknown"),
    ],
)
def test_hints_map_to_channels(source, medium, campaign, channel):
    assert channels.resolve(Hints(utm_source=source, utm_medium=medium, utm_campaign=campaign)) == channel


@pytest.mark.parametrize(
    ("origin", "channel"),
    [
        (Origin(click_id="gclid"), "google_search_paid"),
        (Origin(click_id="FBCLID"), "facebook_paid"),
        (Origin(click_id="ttclid", campaign="spring"), "tiktok_paid"),
        (Origin(click_id="gclid", source="newsletter"), "email"),  # words win
        (Origin(click_id="gclid", source="google", medium="display"), "google_display_paid"),
        (Origin(click_id="dclid", foreign_host="blog.example"), "google_display_paid"),  # and it wins over the referrer
        (Origin(click_id="gclid", source="bing", medium="cpc"), "google_search_paid"),
        (Origin(click_id="xyzid", foreign_host="blog.example"), "referral"),
    ],
)
def test_click_ids_map_where_words_do_not(origin, channel):
    assert channels.of_origin(origin) == channel


def test_a_hint_that_does_not_map_is_unknown_and_counted():
    before = metrics.CHANNELS_UNMAPPED._value.get()
    assert channels.of_origin(Origin(click_id="xyzid")) == "unknown"
    assert metrics.CHANNELS_UNMAPPED._value.get() == before + 1


async def test_every_code_of_the_map_stands_in_the_taxonomy(owner):
    known = {row["code"] for row in await owner.fetch("SELECT code FROM channel_taxonomy WHERE is_active")}
    assert channels.codes() <= known


def test_the_map_says_what_the_contract_says():
    """channels.yaml is what people read and lint checks; channels.toml is what runs."""
    contract = yaml.safe_load((ROOT / "contracts/governance/channels.yaml").read_text())
    words = [
        Rule(frozenset({word.lower()}), {platform: channel}, None)
        for platform, map_ in contract["platforms"].items()
        for word, channel in map_.items()
    ]
    assert list(channels.RULES[: len(words)]) == words
    written = [
        (sorted(rule.get("medium", [])), source, rule["channel"], rule.get("foreign_referrer", False))
        for rule in contract["utm"]
        for source in rule.get("source", [None])
    ]
    running = [
        (sorted(rule.media), source, channel, rule.is_foreign_referrer)
        for rule in channels.RULES[len(words) :]
        for source, channel in (rule.sources or {None: rule.channel}).items()
    ]
    assert running == written
    assert contract["click_ids"] == channels.CLICK_IDS
    assert (contract["nothing"], contract["unmapped"]) == (channels.DIRECT, channels.UNKNOWN)
    assert channels.codes() <= {channel["code"] for channel in contract["channels"]}


@pytest.mark.parametrize(
    ("host", "foreign"),
    [
        ("Blog.Example", "blog.example"),
        ("shop.example", None),
        ("www.shop.example.", None),
        ("notshop.example", "notshop.example"),
        ("", None),
        (None, None),
    ],
)
def test_a_host_of_the_tenant_is_no_origin(host, foreign):
    assert channels.foreign(host, {"shop.example"}) == foreign
