"""The client behind trusted proxies: the rightmost address that none of them has."""

import ipaddress

import pytest

from generated.server import RawRequest
from generated.server._runtime.requests import Headers
from impl.auth.limits.addresses import ClientAddresses
from impl.settings import Settings

TRUSTED = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "2001:db8:ffff::/48")]


def request(peer, *forwarded):
    return RawRequest(client_host=peer, headers=Headers([(b"x-forwarded-for", value.encode()) for value in forwarded]))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # a stranger's header says nothing
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["192.0.2.1, 198.51.100.1"], "198.51.100.1"),  # what the client wrote itself is not believed
        ("10.1.2.3", ["192.0.2.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["192.0.2.1", "198.51.100.1"], "198.51.100.1"),  # two headers are one list
        ("10.1.2.3", ["10.9.9.9"], "10.9.9.9"),
        ("10.1.2.3", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.2.3", ["[2001:db8:1:2::3]:4711"], "2001:db8:1:2::/64"),
        ("10.1.2.3", ["2001:db8:1:2::3"], "2001:db8:1:2::/64"),
        ("2001:db8:ffff::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["198.51.100.1, unknown"], "10.1.2.3"),  # nothing left of an unreadable hop is believed
        ("10.1.2.3", ["\udcff".encode("utf-8", "surrogateescape").decode("latin-1")], "10.1.2.3"),
        (None, ["198.51.100.1"], "unknown"),
        ("not an address", [], "unknown"),
    ],
)
def test_the_subscriber(peer, forwarded, expected):
    assert ClientAddresses(TRUSTED).subscriber(request(peer, *forwarded)) == expected


def test_without_trusted_proxies_the_peer_is_the_client():
    assert ClientAddresses().subscriber(request("10.1.2.3", "198.51.100.1")) == "10.1.2.3"


def test_one_machine_may_use_a_whole_ipv6_network():
    subscribers = {ClientAddresses().subscriber(request(f"2001:db8::{n}")) for n in range(1, 9)}
    assert subscribers == {"2001:db8::/64"}


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.250", "203.0.113.0/24"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
    ],
)
def test_a_site_is_the_neighbourhood_a_person_logs_in_from(peer, expected):
    assert ClientAddresses().site(request(peer)) == expected


def test_the_setting_is_a_list_of_networks():
    settings = Settings(trusted_proxies="10.0.0.0/8, 2001:db8::/32,203.0.113.7")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "2001:db8::/32", "203.0.113.7/32"]
