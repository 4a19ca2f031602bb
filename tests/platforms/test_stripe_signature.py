"""Stripe's signature, judged by Stripe's own library, and what that library lets through or falls over."""

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from impl.platforms import stripe as adapter
from impl.platforms.errors import SignatureMismatch

NOW = 1_700_000_000
SECRET = b"whsec_test_secret"
BODY = b'{"id":"evt_1"}'
GOOD = adapter.sign(BODY, SECRET, timestamp=NOW)
DIGEST = GOOD.split("v1=")[1]


def accepts(header: bytes | None, *, body: bytes = BODY, secrets=(SECRET,), now: float = NOW) -> bool:
    try:
        adapter.signature.verify(body, header, secrets, now=now)
    except SignatureMismatch:
        return False
    return True


def stripe_accepts(header: str, body: bytes, monkeypatch) -> bool:
    monkeypatch.setattr("stripe._webhook.time.time", lambda: NOW)
    try:
        return bool(stripe.WebhookSignature.verify_header(body.decode(), header, SECRET.decode(), 300))
    except stripe.SignatureVerificationError:
        return False


def test_what_we_sign_stripe_accepts(monkeypatch):
    assert stripe_accepts(GOOD, BODY, monkeypatch)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (GOOD, True),
        (f"t={NOW},v1={'0' * 64},v1={DIGEST}", True),  # the tenant rotates: any v1 may match
        (f"t={NOW},v0=abc,v1={DIGEST}", True),
        (f"t={NOW},v1={DIGEST[:-1]}{'0' if DIGEST[-1] != '0' else '1'}", False),
        (f"t={NOW + 1},v1={DIGEST}", False),
        (f"t={NOW},v0={DIGEST}", False),
        (f"v1={DIGEST}", False),
        (f"t=,v1={DIGEST}", False),
        (f"t=abc,v1={DIGEST}", False),
        ("", False),
        (",,,===", False),
    ],
)
def test_we_and_stripe_agree(header, accepted, monkeypatch):
    assert accepts(header.encode()) is accepted
    assert stripe_accepts(header, BODY, monkeypatch) is accepted


@given(st.text(st.characters(codec="ascii", exclude_characters="\n"), max_size=200))
def test_random_headers_never_pass_and_never_fall_over(header):
    assert not accepts(header.encode())


@pytest.mark.promise("Q22")
@pytest.mark.parametrize(
    ("age", "accepted"),
    [(0, True), (300, True), (301, False), (-300, True), (-301, False), (86400, False), (-86400, False)],
)
def test_tolerance_is_300_seconds_both_ways(age, accepted):
    """Stripe's library accepts any time in the future; we do not."""
    assert accepts(GOOD.encode(), now=NOW + age) is accepted


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"\xff\xfe",  # not ASCII: Stripe's library raises TypeError
        f"t={NOW},v1=\u00e9{DIGEST[1:]}".encode(),
        f"t={'9' * 5000},v1={DIGEST}".encode(),
        f"t=-{NOW},v1={DIGEST}".encode(),
        f"t={NOW},t={NOW},v1={DIGEST}".encode(),
        f"t=\u0661,v1={DIGEST}".encode(),  # a digit, but not an ASCII one
        b"t=1," + b"v1=" + b"0" * 64 + b",v1=x" * 100_000,
    ],
)
def test_hostile_headers_are_refused(header):
    assert not accepts(header)


def test_a_body_that_is_not_utf8_can_be_signed():
    body = b"\xff\x00"
    assert accepts(adapter.sign(body, SECRET, timestamp=NOW).encode(), body=body)


def test_the_secret_that_matched_is_named():
    assert adapter.signature.verify(BODY, GOOD.encode(), (b"current", SECRET), now=NOW) == 1


def test_without_a_secret_nothing_passes():
    assert not accepts(adapter.sign(BODY, b"no such tenant", timestamp=NOW).encode(), secrets=())
    assert not accepts(adapter.sign(BODY, b"", timestamp=NOW).encode())


def test_the_same_work_is_done_for_every_cause(monkeypatch):
    """Causes cannot be told apart by time: each computes one HMAC of the whole body per secret, at least one."""
    calls = []
    digest = adapter.signature._digest
    monkeypatch.setattr(adapter.signature, "_digest", lambda *arguments: calls.append(1) or digest(*arguments))
    for header, secrets in [(None, (SECRET,)), (b"\xff", (SECRET,)), (GOOD.encode(), (SECRET,)), (GOOD.encode(), ())]:
        calls.clear()
        accepts(header, secrets=secrets)
        assert len(calls) == 1
