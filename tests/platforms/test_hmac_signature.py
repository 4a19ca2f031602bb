"""The signature of Shopify and WooCommerce: over raw bytes, on bytes, in constant time, whatever arrives."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.platforms import hmac_signature
from impl.platforms.errors import SignatureMismatch

SECRET, BODY = b"hush", b'{"id": 1}'
GOOD = hmac_signature.sign(BODY, SECRET)


def accepts(header, *, body=BODY, secrets=(SECRET,)) -> bool:
    try:
        hmac_signature.verify(body, header, secrets)
    except SignatureMismatch:
        return False
    return True


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=80))
def test_it_is_the_base64_of_the_hmac_of_the_raw_body(body, secret):
    expected = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest())
    assert hmac_signature.sign(body, secret) == expected
    assert hmac_signature.verify(body, expected, (secret,)) == 0


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"\xff\xfe",
        "é".encode(),
        GOOD[:-1],
        GOOD + b"=",
        GOOD + b"\n",
        b" " + GOOD,
        GOOD.lower(),
        base64.b16encode(base64.b64decode(GOOD)),
        GOOD * 2000,
    ],
)
def test_anything_else_is_refused(header):
    assert not accepts(header)


@given(st.binary(max_size=200))
def test_random_headers_never_pass_and_never_fall_over(header):
    assert accepts(header) == (header == GOOD)


@given(st.integers(0, len(GOOD) * 8 - 1))
def test_one_bit_of_the_signature_is_enough_to_be_refused(bit):
    forged = bytearray(GOOD)
    forged[bit // 8] ^= 1 << bit % 8
    assert not accepts(bytes(forged))


def test_the_secret_that_matched_is_named():
    assert hmac_signature.verify(BODY, GOOD, (b"new", SECRET)) == 1


def test_without_a_secret_nothing_passes():
    assert not accepts(hmac_signature.sign(BODY, b"no such tenant"), secrets=())


def test_the_same_work_is_done_for_every_cause(monkeypatch):
    """Causes cannot be told apart by time: one HMAC of the whole body for each secret, and at least one."""
    calls = []
    sign = hmac_signature.sign
    monkeypatch.setattr(hmac_signature, "sign", lambda *arguments: calls.append(1) or sign(*arguments))
    for header, secrets in [(None, (SECRET,)), (b"\xff", (SECRET,)), (GOOD, (SECRET,)), (GOOD, ())]:
        calls.clear()
        accepts(header, secrets=secrets)
        assert len(calls) == 1
    calls.clear()
    accepts(GOOD, secrets=(SECRET, b"previous"))
    assert len(calls) == 2
