import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel import ids


def test_a_new_id_is_a_version_7_uuid_of_the_rfc_variant():
    made = [ids.new() for _ in range(500)]
    assert {(value.version, value.variant) for value in made} == {(7, uuid.RFC_4122)}
    assert len(set(made)) == 500


def test_a_later_id_sorts_after_an_earlier_one(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000_000_000)
    earlier = ids.new()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_001_000_000)
    assert earlier < ids.new()


@given(st.uuids())
def test_the_canonical_form_is_read_in_any_case(value):
    assert ids.parse(str(value)) == value
    assert ids.parse(str(value).upper()) == value


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "12345678123456781234567812345678",  # no dashes
        "{12345678-1234-5678-1234-567812345678}",
        "urn:uuid:12345678-1234-5678-1234-567812345678",
        "1234567812345678-1234-5678-12345678-",  # 36 characters, dashes elsewhere
        "12345678-1234-5678-1234-56781234567g",
        "\u06612345678-1234-5678-1234-567812345678",  # a digit of another script, which int() accepts
        "12345678-1234-5678-1234-567812345678\n",
    ],
)
def test_every_other_spelling_is_no_id(text):
    assert ids.parse(text) is None


@given(st.text(max_size=60))
def test_any_text_is_an_id_or_none(text):
    found = ids.parse(text)
    assert found is None or str(found) == text.lower()
