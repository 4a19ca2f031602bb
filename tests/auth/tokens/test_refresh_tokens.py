import uuid

import pytest

from impl.auth.tokens import refresh_tokens


def test_a_token_is_read_as_it_was_written():
    token = refresh_tokens.new(uuid.uuid4())
    assert refresh_tokens.parse(str(token)) == token
    assert len(token.secret) == 64  # 48 random bytes
    assert len(token.secret_hash) == 32


def test_no_two_tokens_are_alike():
    assert refresh_tokens.new(uuid.UUID(int=1)).secret != refresh_tokens.new(uuid.UUID(int=1)).secret


def test_the_secret_does_not_show_in_a_traceback():
    token = refresh_tokens.new(uuid.uuid4())
    assert token.secret not in repr(token)


def test_a_secret_is_behind_its_own_hash_only():
    token = refresh_tokens.new(uuid.uuid4())
    assert token.is_behind(token.secret_hash)
    assert not token.is_behind(refresh_tokens.new(uuid.uuid4()).secret_hash)
    assert not token.is_behind(None)


ONE = str(refresh_tokens.new(uuid.uuid4()))


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "...", ONE[:-1], ONE + "a", ONE + ".a", ONE.replace("-", "", 1), "é" * 140, ONE[:-1] + "é", " " + ONE,
     ONE + "\n", "a" * 1_000_000, "\ud800", ONE.replace(".", "", 1)],
)  # fmt: skip
def test_what_is_no_refresh_token_stands_for_one_that_nobody_holds(text):
    assert refresh_tokens.parse(text) is refresh_tokens.NOBODYS
