"""PayPal's signature: over the id, the time, the webhook and the body, and nothing that arrives makes it fall over."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel.clock import FixedClock
from impl.platforms.errors import SignatureMismatch
from impl.platforms.paypal import PayPal, local_authority, signature
from impl.platforms.paypal.certificates import PinnedCertificates

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AUTHORITY = local_authority.make(NOW)
BODY, WEBHOOK = b'{"id":"WH-1"}', "1JE4291016473214C"
WEBHOOKS = (WEBHOOK.encode(),)
PAYPAL = PayPal(PinnedCertificates(AUTHORITY.fetch, [AUTHORITY.root], FixedClock(NOW)))


def headers(body=BODY, webhook=WEBHOOK, **changes):
    signed = {name: value.encode() for name, value in AUTHORITY.headers(body, webhook, NOW).items()}
    changed = signed | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in changed.items() if value is not None}


async def accepts(sent, *, body=BODY, webhooks=WEBHOOKS) -> bool:
    try:
        await PAYPAL.verify(body, sent, webhooks, now=NOW.timestamp())
    except SignatureMismatch:
        return False
    return True


def test_the_message_is_what_paypal_documents():
    """Built here from the words of PayPal's documentation, checked with the key alone."""
    sent = headers()
    parts = (sent["paypal-transmission-id"], sent["paypal-transmission-time"], WEBHOOK.encode())
    message = b"|".join((*parts, str(zlib.crc32(BODY) & 0xFFFFFFFF).encode()))
    raw = base64.b64decode(sent["paypal-transmission-sig"])
    AUTHORITY.key.public_key().verify(raw, message, padding.PKCS1v15(), hashes.SHA256())


async def test_a_good_delivery_passes_and_names_its_webhook():
    assert await accepts(headers())
    assert await PAYPAL.verify(BODY, headers(), (b"NEW", WEBHOOK.encode()), now=NOW.timestamp()) == 1


@pytest.mark.parametrize(
    ("age", "is_believed"),
    [
        (timedelta(days=4), True),
        (timedelta(days=4, seconds=1), False),
        (timedelta(days=30), False),
        (timedelta(days=3650), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
        (timedelta(days=-3650), False),
    ],
)
async def test_a_signature_is_good_for_four_days_and_five_minutes_ahead(age, is_believed):
    """PayPal repeats a delivery for three days; what was captured is no key for ever."""
    sent = {name: value.encode() for name, value in AUTHORITY.headers(BODY, WEBHOOK, NOW - age).items()}
    assert await accepts(sent) is is_believed


@pytest.mark.parametrize(
    ("create_time", "is_believed"),
    [
        ("2026-11-21T12:05:00Z", True),
        ("2026-11-21T12:05:01Z", False),
        ("2026-11-21T04:05:01-08:00", False),
        ("2026-11-21T20:05:00+08:00", True),
        ("2016-01-01T00:00:00Z", True),
        ("2036-01-01T00:00:00Z", False),
        ("yesterday", True),  # a mistake that its reader finds, or has no use for
        ("9999-12-31T23:59:59-14:00", True),
        (17, True),
    ],
)
async def test_an_event_is_no_newer_than_its_transmission(create_time, is_believed):
    body = json.dumps({"id": "WH-1", "create_time": create_time}).encode()
    assert await accepts(headers(body=body), body=body) is is_believed


@pytest.mark.parametrize(
    "time", ["2026-11-21T12:00:00", "2026-11-21", "noon", "0001-01-01T00:00:00+14:00", "1795262400"]
)
async def test_a_signed_time_that_is_none_is_refused(time):
    sent = signature.sign(BODY, AUTHORITY.key, webhook_id=WEBHOOK, id="T-1", time=time)
    changes = {
        "paypal_transmission_id": b"T-1",
        "paypal_transmission_time": time.encode(),
        "paypal_transmission_sig": sent,
    }
    assert not await accepts(headers(**changes))


async def test_a_body_that_is_not_utf8_can_be_signed():
    assert await accepts(headers(body=b"\xff\x00"), body=b"\xff\x00")


@pytest.mark.parametrize(
    "changes",
    [
        {"paypal_transmission_id": b"another"},
        {"paypal_transmission_id": None},
        {"paypal_transmission_id": b""},
        {"paypal_transmission_time": b"2026-11-20T12:00:00Z"},
        {"paypal_transmission_time": b"2027-11-21T12:00:00Z"},
        {"paypal_transmission_time": None},
        {"paypal_transmission_sig": None},
        {"paypal_transmission_sig": b"garbage!"},
        {"paypal_transmission_sig": b"\xff\xfe"},
        {"paypal_transmission_sig": b"AAAA"},
        {"paypal_transmission_sig": b"A" * 100_000},
        {"paypal_transmission_sig": base64.b64encode(bytes(256))},
        {"paypal_transmission_sig": base64.b64encode(b"\xff" * 256)},
        {"paypal_auth_algo": b"SHA1withRSA"},
        {"paypal_auth_algo": b"none"},
        {"paypal_auth_algo": None},
        {"paypal_cert_url": None},
        {"paypal_cert_url": b"https://evil.example/cert.pem"},
    ],
)
async def test_each_part_of_the_proof_counts(changes):
    assert not await accepts(headers(**changes))


@given(st.integers(0, 256 * 8 - 1))
async def test_one_bit_of_the_signature_is_enough_to_be_refused(bit):
    forged = bytearray(base64.b64decode(headers()["paypal-transmission-sig"]))
    forged[bit // 8] ^= 1 << bit % 8
    assert not await accepts(headers(paypal_transmission_sig=base64.b64encode(bytes(forged))))


async def test_the_delivery_of_another_webhook_or_body_is_refused():
    assert not await accepts(headers(webhook="ANOTHER"))
    assert not await accepts(headers(), body=BODY + b" ")


async def test_a_key_of_nobody_signs_nothing():
    stranger = local_authority.make(NOW)
    assert not await accepts({name: value.encode() for name, value in stranger.headers(BODY, WEBHOOK, NOW).items()})


async def test_parts_cannot_be_shifted_across_their_borders():
    """`a|b` and `c` must not sign for `a` and `b|c`."""
    sent = headers()
    id_, time = sent["paypal-transmission-id"], sent["paypal-transmission-time"]
    assert signature.read(sent | {"paypal-transmission-id": id_ + b"|" + time}) is None


async def test_a_tenant_without_a_webhook_takes_nothing_and_paypal_is_not_asked():
    asked = []

    async def fetch(url):
        asked.append(url)
        return AUTHORITY.chain

    paypal = PayPal(PinnedCertificates(fetch, [AUTHORITY.root], FixedClock(NOW)))
    for webhooks, sent in [((), headers()), ((b"X",), headers(paypal_transmission_sig=b"!"))]:
        with pytest.raises(SignatureMismatch):
            await paypal.verify(BODY, sent, webhooks, now=0)
    assert asked == []


async def test_the_same_work_is_done_for_every_cause(monkeypatch):
    """Causes cannot be told apart by time: one RSA check for each webhook, and at least one."""
    calls = []
    check = signature._is_signed
    monkeypatch.setattr(signature, "_is_signed", lambda *arguments: calls.append(1) or check(*arguments))
    cases = [
        ({}, (b"X",)),
        (headers(), ()),
        (headers(paypal_cert_url=b"https://evil.example/"), (b"X",)),
        (headers(), (b"X",)),
    ]
    for sent, webhooks in cases:
        calls.clear()
        assert not await accepts(sent, webhooks=webhooks)
        assert len(calls) == 1


@given(st.dictionaries(st.sampled_from(sorted(signature.HEADERS)), st.binary(max_size=100)))
async def test_random_headers_never_pass_and_never_fall_over(sent):
    assert not await accepts(sent)


def test_a_signature_of_another_length_costs_what_a_real_one_costs():
    small = rsa.generate_private_key(65537, 2048).public_key()
    proof = signature.Proof(b"i", b"t", b"short")
    assert not signature._is_signed(small, proof, b"w", BODY)
