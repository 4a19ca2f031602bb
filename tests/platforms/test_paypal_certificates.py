"""Whose key counts: only a certificate in PayPal's name, from PayPal's host, under a pinned root, for as long as all of it holds."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from impl.kernel.clock import FixedClock
from impl.kernel.errors import ConfigurationError
from impl.platforms.errors import ProcessorUnreachable
from impl.platforms.paypal import PayPal, certificates, local_authority, transport
from impl.platforms.paypal.certificates import (
    FETCHES_AT_ONCE,
    FETCHES_OF_ONE,
    CertificateUnavailable,
    CouldNotAsk,
    PinnedCertificates,
    known_issuers,
    pinned_roots,
)
from impl.settings import Settings, read
from impl.telemetry import metrics

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = local_authority.URL.encode()
SANDBOX = URL.replace(b"api.", b"api.sandbox.")
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
KEY = rsa.generate_private_key(65537, 2048)
ROOT = local_authority.issue(ROOT_KEY.public_key(), "Root", ROOT_KEY, NOW, is_root=True)


def leaf(name=local_authority.NAME, *, key=None, signing_key=ROOT_KEY, **how):
    made = local_authority.issue((key or KEY).public_key(), name, signing_key, NOW, root=ROOT, **how)
    return made.public_bytes(serialization.Encoding.PEM)


class Host:
    """What is at every address, and how often it was asked for."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def fetch(self, url):
        self.asked.append(url)
        await asyncio.sleep(0)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def source(host, clock=None, **how):
    return PinnedCertificates(host.fetch, [ROOT], clock or FixedClock(NOW), **how)


async def test_a_certificate_in_paypals_name_is_trusted_and_asked_for_once():
    host = Host(leaf())
    certificates = source(host)
    keys = await asyncio.gather(*(certificates.key(URL) for _ in range(50)))
    assert {key.public_numbers() for key in keys} == {KEY.public_key().public_numbers()}
    assert host.asked == [URL.decode()]


@pytest.mark.parametrize(
    "address",
    [
        None,
        b"",
        b"http://api.paypal.com/v1/notifications/certs/CERT-1",
        b"https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        b"https://evil.example/api.paypal.com/v1/notifications/certs/CERT-1",
        b"https://evilpaypal.com/v1/notifications/certs/CERT-1",
        b"https://user@api.paypal.com/v1/notifications/certs/CERT-1",
        b"https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        b"https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        b"https://api.paypal.com/v1/notifications/certs/../../../evil",
        b"https://api.paypal.com/v1/notifications/certs/CERT-1?next=https://evil.example",
        b"https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        b"https://api.paypal.com/v1/notifications/certs/CERT-1\n",
        b"https://api.paypal.com/v1/notifications/certs/" + b"A" * 129,
        b"https://api.paypal.com\\.evil.example/v1/notifications/certs/CERT-1",
        b"https://API.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.pаypal.com/v1/notifications/certs/CERT-1".encode(),  # noqa: RUF001 - a Cyrillic letter
        b"https://169.254.169.254/v1/notifications/certs/CERT-1",
        b"file:///etc/passwd",
        b"\xff\xfe",
    ],
)
async def test_no_other_address_is_ever_asked(address):
    host = Host(leaf())
    assert await source(host, is_sandbox_allowed=True).key(address) is None
    assert host.asked == []


@given(st.binary(max_size=200))
async def test_no_random_address_is_ever_asked(address):
    host = Host(leaf())
    assert await source(host).key(address) is None
    assert host.asked == []


async def test_the_sandbox_counts_only_where_it_is_allowed():
    sandbox = leaf("messageverificationcerts.sandbox.paypal.com")
    assert await source(Host(sandbox)).key(SANDBOX) is None
    assert await source(Host(sandbox), is_sandbox_allowed=True).key(SANDBOX) is not None
    assert await source(Host(leaf()), is_sandbox_allowed=True).key(SANDBOX) is None
    assert await source(Host(sandbox), is_sandbox_allowed=True).key(URL) is None


def _forged():
    stranger = ec.generate_private_key(ec.SECP256R1())
    return leaf(signing_key=stranger)


REFUSED = {
    "signed by a stranger": _forged,
    "in another name": lambda: leaf("messageverificationcerts.paypal.com.evil.example"),
    "of another kind of key": lambda: leaf(key=ROOT_KEY),
    "a key too small": lambda: leaf(key=rsa.generate_private_key(65537, 1024)),
    "expired": lambda: leaf(valid_for=timedelta(seconds=-1)),
    "no certificate": lambda: b"<html>",
    "empty": lambda: b"",
    "a broken certificate": lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a long chain": lambda: leaf() * 20,
    "not there": lambda: CertificateUnavailable("404"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_nothing_else_at_the_address_is_trusted_and_it_is_not_asked_again_at_once(what):
    host, clock = Host(REFUSED[what](), leaf()), FixedClock(NOW)
    certificates = source(host, clock)
    assert await certificates.key(URL) is None
    assert await certificates.key(URL) is None
    assert len(host.asked) == 1
    clock.advance(61)
    assert await certificates.key(URL) is not None


ISSUER_KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER = local_authority.issue(ISSUER_KEY.public_key(), "Issuer", ROOT_KEY, NOW, root=ROOT, is_root=True)


def issued(*chain):
    """PayPal's certificate by the issuer, and what is served along with it."""
    made = local_authority.issue(KEY.public_key(), local_authority.NAME, ISSUER_KEY, NOW, root=ISSUER)
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (made, *chain))


@pytest.mark.parametrize(
    ("served", "known", "is_trusted"),
    [
        ((ISSUER,), (), True),
        ((ISSUER, ROOT), (), True),
        ((), (ISSUER,), True),
        ((), (), False),
        ((ROOT,), (), False),
    ],
)
async def test_a_certificate_without_its_issuer_is_trusted_when_the_issuer_is_known(served, known, is_trusted):
    certificates = source(Host(issued(*served)), issuers=known)
    assert (await certificates.key(URL) is not None) is is_trusted


@pytest.mark.parametrize(
    ("served", "known", "trusted"),
    [((ISSUER,), (), "true"), ((), (), "false"), ((ISSUER,), (ISSUER,), None), ((), (ISSUER,), None)],
)
async def test_an_issuer_that_is_in_no_file_is_told_to_operators_also_while_it_is_trusted(served, known, trusted):
    heard, before = [], metrics.CERTIFICATE_ISSUERS_UNKNOWN._value.get()
    certificates = source(Host(issued(*served)), issuers=known, on_notice=heard.append)
    with structlog.testing.capture_logs() as lines:
        await certificates.key(URL)
    expected = [] if trusted is None else [("paypal", "unknown_issuer", {"issuer": "CN=Issuer", "is_trusted": trusted})]
    assert [(one.source, one.code, one.detail) for one in heard] == expected
    assert [line["issuer"] for line in lines if line["event"] == "paypal_issuer_unknown"] == ["CN=Issuer"] * len(
        expected
    )
    assert metrics.CERTIFICATE_ISSUERS_UNKNOWN._value.get() == before + len(expected)


def pem_file(path, *certificates):
    path.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates))
    return path


def test_roots_and_issuers_come_from_the_files_of_the_settings(tmp_path):
    roots, issuers = pem_file(tmp_path / "roots.pem", ROOT), pem_file(tmp_path / "issuers.pem", ISSUER)
    assert (pinned_roots(roots), known_issuers(issuers)) == ([ROOT], [ISSUER])
    heard = []
    settings = Settings(paypal_roots=roots, paypal_issuers=issuers, data_dir=tmp_path)
    PayPal().configured(settings, FixedClock(NOW), heard.append)
    assert heard == []
    assert metrics.CERTIFICATES_EXPIRE_AT._value.get() == ROOT.not_valid_after_utc.timestamp()


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "FileNotFoundError"), (b"", "ValueError"), (b"roots", "ValueError"), (leaf(), "no certificate authority")],
)
@pytest.mark.parametrize("name", ["paypal_roots", "paypal_issuers"])
def test_an_unusable_file_of_the_settings_is_refused_at_the_start(name, text, message, tmp_path):
    if text is not None:
        (tmp_path / "file.pem").write_bytes(text)
    settings = Settings(**{name: tmp_path / "file.pem", "data_dir": tmp_path})
    with pytest.raises(ConfigurationError, match=f"SKELDIR_{name.upper()}.*{message}"):
        PayPal().configured(settings, FixedClock(NOW))


@pytest.mark.parametrize(("days", "is_told"), [(91, False), (89, True)])
def test_a_root_that_expires_soon_is_told_to_operators(days, is_told):
    heard = []
    certificates.report_expiry([ROOT], ROOT.not_valid_after_utc - timedelta(days=days), heard.append)
    assert [one.code for one in heard] == ["issuer_expires"] * is_told


async def test_a_known_issuer_is_trusted_through_a_root_only():
    certificates = PinnedCertificates(Host(issued()).fetch, pinned_roots(), FixedClock(NOW), issuers=[ISSUER])
    assert await certificates.key(URL) is None


async def test_a_real_root_does_not_stand_behind_a_stand_in():
    assert await PinnedCertificates(Host(leaf()).fetch, pinned_roots(), FixedClock(NOW)).key(URL) is None


async def test_a_key_is_remembered_for_a_day_and_not_longer():
    host, clock = Host(leaf()), FixedClock(NOW)
    certificates = source(host, clock)
    for seconds in (0, 12 * 3600, 12 * 3600 - 1, 1):
        clock.advance(seconds)
        assert await certificates.key(URL) is not None
    assert len(host.asked) == 2


async def test_a_key_is_not_remembered_beyond_its_certificate():
    host, clock = Host(leaf(valid_for=timedelta(hours=1))), FixedClock(NOW)
    certificates = source(host, clock)
    assert await certificates.key(URL) is not None
    clock.advance(3601)
    assert await certificates.key(URL) is None


async def test_many_addresses_at_once_cannot_make_us_hammer_paypal():
    host = Host(leaf())
    certificates = source(host)
    subjects = [b"tenant %d" % (number % 50) for number in range(100)]
    asked = (certificates.key(URL + b"-%d" % number, subject) for number, subject in enumerate(subjects))
    keys = await asyncio.gather(*asked, return_exceptions=True)
    refused = [key for key in keys if isinstance(key, ProcessorUnreachable)]
    assert len(keys) - len(refused) == len(host.asked) == FETCHES_AT_ONCE


async def test_one_tenant_that_names_slow_addresses_takes_no_slot_from_others():
    """What could not be asked is no verdict: the processor repeats the delivery (red team A14)."""
    slow = asyncio.Event()

    async def fetch(url):
        if "slow" in url:
            await slow.wait()
        return leaf()

    known = PinnedCertificates(fetch, [ROOT], FixedClock(NOW))
    waiting = [asyncio.create_task(known.key(URL + b"-slow-%d" % number, b"hostile")) for number in range(20)]
    await asyncio.sleep(0)
    assert await known.key(URL, b"another") is not None
    slow.set()
    replies = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(one, ProcessorUnreachable) for one in replies) == 20 - FETCHES_OF_ONE


async def test_an_address_that_could_not_be_asked_is_no_refusal_and_asked_again_soon():
    host, clock = Host(CouldNotAsk("late"), leaf()), FixedClock(NOW)
    known = source(host, clock)
    for _ in range(2):
        with pytest.raises(ProcessorUnreachable):
            await known.key(URL)
    assert len(host.asked) == 1
    clock.advance(11)
    assert await known.key(URL) is not None


async def test_a_sender_that_gives_up_takes_the_answer_from_nobody():
    certificates = source(Host(leaf()))
    first, second = (asyncio.create_task(certificates.key(URL)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is not None


async def endless(request):
    async def pour():
        while True:
            yield b"x" * 4096

    return httpx2.Response(200, content=pour())


async def stalled(request):
    await asyncio.sleep(60)


async def broken(request):
    raise httpx2.ConnectError("no route")


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (lambda request: httpx2.Response(302, headers={"location": "https://evil.example"}), "answered 302"),
        (lambda request: httpx2.Response(500), "answered 500"),
        (endless, "more than 65536 bytes"),
        (stalled, "did not answer within"),
        (broken, "ConnectError"),
    ],
)
async def test_the_request_to_paypal_is_small_short_and_follows_nothing(handler, message, monkeypatch):
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(CertificateUnavailable, match=message):
        await transport.fetch(URL.decode(), transport=httpx2.MockTransport(handler))


async def test_what_paypal_answers_is_what_is_read():
    async def two_parts():
        yield b"pe"
        yield b"m"

    good = httpx2.MockTransport(lambda request: httpx2.Response(200, content=two_parts()))
    assert await transport.fetch(URL.decode(), transport=good) == b"pem"


def test_the_pinned_roots_are_certificates_that_are_valid_now():
    assert all(root.not_valid_before_utc < NOW < root.not_valid_after_utc for root in pinned_roots())
    assert all(root.subject == root.issuer for root in pinned_roots())


def test_the_known_issuers_are_issuers_under_the_pinned_roots_and_valid_now():
    roots = {root.subject: root for root in pinned_roots()}
    for one in known_issuers():
        one.verify_directly_issued_by(roots[one.issuer])
        assert one.not_valid_before_utc < NOW < one.not_valid_after_utc
        assert one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize("environment", ["stage", "prod"])
def test_stage_and_prod_refuse_a_stand_in_for_paypal(environment, tmp_path):
    with pytest.raises(ConfigurationError, match="SKELDIR_PAYPAL_TEST_AUTHORITY"):
        read(SKELDIR_ENV=environment, paypal_test_authority=tmp_path)
    assert Settings(paypal_test_authority=tmp_path).paypal_test_authority == tmp_path


def test_a_stand_in_is_made_once_and_its_key_is_private(tmp_path):
    first, second = (local_authority.ensure(tmp_path / "paypal", NOW) for _ in range(2))
    assert first.root == second.root
    assert (tmp_path / "paypal" / "key.pem").stat().st_mode & 0o077 == 0


def test_a_damaged_stand_in_says_what_to_do(tmp_path):
    (tmp_path / "root.pem").write_text("nothing")
    with pytest.raises(ConfigurationError, match="remove the folder"):
        local_authority.read(tmp_path)
