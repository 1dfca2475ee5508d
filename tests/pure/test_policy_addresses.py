"""Where outgoing calls may go."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.policy.addresses import Refusal, judge_address, judge_endpoint, parse_network, redact_url

NONE = ()
LOOPBACK = (parse_network("127.0.0.0/8"), parse_network("::1/128"))

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8"]
SPECIAL = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_public_address_may_be_called(ip: str) -> None:
    assert judge_address(ip, allowed=NONE) is None


@pytest.mark.parametrize("ip", SPECIAL)
def test_a_special_address_may_not_be_called(ip: str) -> None:
    assert judge_address(ip, allowed=NONE) is Refusal.NOT_PUBLIC


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_a_network_the_operator_opened_may_be_called(ip: str) -> None:
    assert judge_address(ip, allowed=LOOPBACK) is None


@pytest.mark.parametrize("ip", ["10.0.0.1", "169.254.169.254", "fd00::1", "::127.0.0.1", "2002:7f00:1::"])
def test_opening_one_network_opens_no_other(ip: str) -> None:
    assert judge_address(ip, allowed=LOOPBACK) is Refusal.NOT_PUBLIC


@pytest.mark.parametrize("ip", ["fe80::1%eth0", "::1%lo", "2606:4700::1%1"])
def test_a_scope_is_refused_even_in_an_opened_network(ip: str) -> None:
    assert judge_address(ip, allowed=LOOPBACK) is Refusal.SCOPED


@pytest.mark.parametrize(
    "ip", ["", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "[::1]", "1.1.1.1 "]
)
def test_what_is_no_plain_address_is_refused(ip: str) -> None:
    assert judge_address(ip, allowed=LOOPBACK) is Refusal.UNREADABLE


@given(st.text())
def test_any_text_gets_a_verdict(ip: str) -> None:
    assert judge_address(ip, allowed=LOOPBACK) in {None, *Refusal}


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_inside_ipv6(ip: IPv4Address) -> None:
    mapped = IPv6Address(f"::ffff:{ip}")
    assert judge_address(str(mapped), allowed=NONE) == judge_address(str(ip), allowed=NONE)


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_outside_global_unicast_is_public_only_when_it_is_ipv4(ip: IPv6Address) -> None:
    if ip.ipv4_mapped is None and int(ip) >> 125 != 1:
        assert judge_address(str(ip), allowed=NONE) is Refusal.NOT_PUBLIC


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_the_webs_ports_may_be_called(port: int) -> None:
    assert judge_endpoint("1.1.1.1", port, allowed=NONE) is None


@pytest.mark.parametrize("port", [0, 21, 22, 25, 3306, 5432, 6379, 8081, 11211])
def test_another_port_of_a_public_address_may_not(port: int) -> None:
    assert judge_endpoint("1.1.1.1", port, allowed=NONE) is Refusal.PORT


def test_the_ports_do_not_bind_an_opened_network() -> None:
    assert judge_endpoint("127.0.0.1", 6379, allowed=LOOPBACK) is None


def test_a_private_address_is_refused_whatever_the_port() -> None:
    assert judge_endpoint("127.0.0.1", 443, allowed=NONE) is Refusal.NOT_PUBLIC


@pytest.mark.parametrize("text", ["", "localhost", "127.0.0.1/64", "::1/129"])
def test_a_network_that_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.0/8"):
        parse_network(text)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://gazette.example/in", "https://gazette.example/in"),
        ("https://sara:pass@gazette.example:8443/in", "https://gazette.example:8443/in"),
        ("https://gazette.example/in?token=s3cret&v=2", "https://gazette.example/in?token=***&v=***"),
        ("https://gazette.example/in?s3cret", "https://gazette.example/in?***"),
        ("https://gazette.example/in#s3cret", "https://gazette.example/in"),
        ("https://a@b:c@gazette.example/", "https://gazette.example/"),
        ("http://[s3cret", "(unreadable address)"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert redact_url(url) == shown


@given(st.text())
def test_any_text_can_be_redacted(url: str) -> None:
    redact_url(url)


@given(
    st.text(alphabet="abcXYZ019-._~%", min_size=12, max_size=40),
    st.sampled_from(["?{0}", "?a={0}", "?a=1&{0}=2&b={0}", "#{0}"]),
)
def test_no_value_of_a_query_survives(secret: str, shape: str) -> None:
    shown = redact_url("https://gazette.example/in" + shape.format(secret))
    assert f"={secret}" not in shown
    assert not shown.endswith(secret)
