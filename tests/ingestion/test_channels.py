"""`impl.ingestion.channels`: the first rule that matches wins; nothing is guessed."""

import pytest

from impl.ingestion import channels
from impl.kernel.events import Hints


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


async def test_every_code_of_the_map_stands_in_the_taxonomy(owner):
    known = {row["code"] for row in await owner.fetch("SELECT code FROM channel_taxonomy WHERE is_active")}
    assert channels.codes() <= known
