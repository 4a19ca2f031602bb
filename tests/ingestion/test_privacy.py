"""`impl.ingestion.privacy`: nothing personal survives, whatever the key looks like and however deep it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.ingestion import privacy
from impl.kernel import personal_keys
from tests.fixtures.personal_keys import PERSONAL, SPELLINGS, STRIPPED


@pytest.mark.promise("P061", "P063")
@pytest.mark.parametrize("key", PERSONAL)
def test_every_listed_key_is_removed_in_every_spelling(key):
    keys = [f" {key} ", *(spell(key) for spell in SPELLINGS.values())]
    assert privacy.strip({"a": [dict.fromkeys(keys, "x") | {"id": 1}]}) == {"a": [{"id": 1}]}


@pytest.mark.parametrize(
    "key",
    [
        "\u0435mail",
        "em\u0430il",
        "\uff45\uff4d\uff41\uff49\uff4c",
        "e\u200bmail",
        "e-mail",
        "emailAddress",
        "\u03b5mail",
        "IPAddress",
    ],
)
def test_look_alikes_are_removed(key):
    assert privacy.strip({key: "x"}) == {}


@pytest.mark.parametrize(
    "key", ["id", "amount", "name", "metadata", "shipping", "skeldir_session_id", "email_count", "zip", "tip"]
)
def test_other_keys_stay(key):
    assert privacy.strip({key: 1}) == {key: 1}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text() | st.sampled_from(STRIPPED), children),
)


@given(json_values)
def test_nothing_listed_survives_and_the_rest_is_untouched(value):
    stripped = privacy.strip(value)
    assert privacy.strip(stripped) == stripped
    assert not any(personal_keys.is_personal(key) for key in keys_of(stripped))
    if not any(personal_keys.is_personal(key) for key in keys_of(value)):
        assert stripped == value


def keys_of(value):
    if isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from keys_of(child)
    elif isinstance(value, list):
        for child in value:
            yield from keys_of(child)


@pytest.mark.promise("F26")
def test_what_is_too_deep_to_search_is_refused():
    value: object = {}
    for _ in range(privacy.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(privacy.CannotStrip):
        privacy.strip(value)
