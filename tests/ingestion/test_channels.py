"""`impl.ingestion.channels`: the first rule that matches wins; nothing is guessed."""

import pytest

from generated.governance.channels import ChannelCode
from impl.ingestion import channels
from impl.ingestion.channels import Origin
from impl.kernel.events import Hints
from impl.telemetry import metrics


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


@pytest.mark.parametrize(
    ("source", "medium", "channel"),
    [
        ("facebook_ads", "FB_BRAND", "facebook_brand"),
        ("Google_Ads", "display", "google_display_paid"),
        ("tiktok_ads", "IN_FEED", "tiktok_paid"),
        ("linkedin_ads", "sponsored", "linkedin_paid"),
        ("shopify", "ORGANIC", "organic"),
        ("stripe", "FB_ADS", "unknown"),  # the word of another platform
    ],
)
def test_the_words_of_a_platform_map_where_it_is_the_source(source, medium, channel):
    assert channels.of_origin(Origin(source=source, medium=medium)) == channel


async def test_every_code_of_the_map_stands_in_the_taxonomy(owner):
    active = {row["code"] for row in await owner.fetch("SELECT code FROM channel_taxonomy WHERE is_active")}
    assert set(ChannelCode) == active


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
