import csv
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celery_queue.addresses import Guard, is_public

CORPUS = Path(__file__).parents[2] / "../shared/corpora/ssrf"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


def corpus(name: str) -> set[str]:
    """The addresses that the URLs of a corpus file hold or resolve to."""
    found = set()
    with (CORPUS / name).open() as lines:
        for line in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if line["category"].startswith(("literal", "name")) and not line["escaped"]:
                host = line["resolves_to"] or urlsplit(line["url"]).hostname or ""
                try:
                    found.add(str(ip_address(host)))
                except ValueError:
                    continue  # 127.1: the resolver's to read
    return found


@needs_corpus
def test_no_inward_address_of_the_corpus_is_public() -> None:
    addresses = corpus("urls_must_refuse.provenance.tsv")
    assert len(addresses) > 300
    assert [a for a in addresses if is_public(ip_address(a))] == []


@needs_corpus
def test_every_public_address_of_the_corpus_is_public() -> None:
    addresses = corpus("urls_must_accept.provenance.tsv")
    assert len(addresses) > 60
    assert [a for a in addresses if not is_public(ip_address(a))] == []


# First and last address of each block, and whether the addresses beside it are public. Written from
# the registries (IANA special-purpose addresses, multicast, IPv6 unicast), not from the code.
BLOCKS = [
    ("0.0.0.0", "0.255.255.255", None, True),
    ("10.0.0.0", "10.255.255.255", True, True),
    ("100.64.0.0", "100.127.255.255", True, True),
    ("127.0.0.0", "127.255.255.255", True, True),
    ("168.63.129.16", "168.63.129.16", True, True),
    ("169.254.0.0", "169.254.255.255", True, True),
    ("172.16.0.0", "172.31.255.255", True, True),
    ("192.0.0.0", "192.0.0.255", True, True),
    ("192.0.2.0", "192.0.2.255", True, True),
    ("192.31.196.0", "192.31.196.255", True, True),
    ("192.52.193.0", "192.52.193.255", True, True),
    ("192.88.99.0", "192.88.99.255", True, True),
    ("192.168.0.0", "192.168.255.255", True, True),
    ("192.175.48.0", "192.175.48.255", True, True),
    ("198.18.0.0", "198.19.255.255", True, True),
    ("198.51.100.0", "198.51.100.255", True, True),
    ("203.0.113.0", "203.0.113.255", True, True),
    ("224.0.0.0", "255.255.255.255", True, None),
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, True),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", True, True),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", True, True),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", True, True),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", True, True),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", True, True),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", True, None),
]


@pytest.mark.parametrize(("first", "last", "before", "after"), BLOCKS)
def test_every_block_is_refused_to_its_last_address_and_no_further(
    first: str, last: str, before: bool | None, after: bool | None
) -> None:
    low, high = ip_address(first), ip_address(last)
    middle = type(low)((int(low) + int(high)) // 2)
    assert not is_public(low)
    assert not is_public(high)
    assert not is_public(middle)
    if before is not None:
        assert is_public(low - 1) is before
    if after is not None:
        assert is_public(high + 1) is after


@settings(max_examples=1000)
@given(st.integers(0, 2**32 - 1))
def test_no_ipv6_form_that_embeds_an_ipv4_address_is_public(ipv4: int) -> None:
    forms = [
        ipv4,  # compatible
        0xFFFF << 32 | ipv4,  # mapped
        0xFFFF_0000 << 32 | ipv4,  # translated (SIIT)
        0x0064_FF9B << 96 | ipv4,  # NAT64
        0x0064_FF9B_0001 << 80 | ipv4,  # NAT64, local use
        0x2002 << 112 | ipv4 << 80,  # 6to4
        0x2001_0000 << 96 | ipv4 ^ 0xFFFF_FFFF,  # Teredo
        0x2606_4700 << 96 | 0x0000_5EFE << 32 | ipv4,  # ISATAP
        0x2606_4700 << 96 | 0x0200_5EFE << 32 | ipv4,
    ]
    assert [form for form in forms if is_public(IPv6Address(form))] == []


def test_the_guard_permits_public_addresses_at_its_ports() -> None:
    guard = Guard(ports=[80, 8443])
    assert guard.permits("example.org", "93.184.215.14", 80)
    assert guard.permits("example.org", "2606:4700:4700::1111", 8443)
    assert not guard.permits("example.org", "93.184.215.14", 443)
    assert not guard.permits("example.org", "10.0.0.1", 80)
    assert not guard.permits("example.org", "fe80::1%eth0", 80)


def test_allowed_networks_are_open_at_any_port_whatever_name_leads_there() -> None:
    guard = Guard(["10.1.0.0/16", "192.168.0.7", "fd00::/8"])
    assert guard.permits("cdn.example", "10.1.255.255", 8080)
    assert guard.permits("192.168.0.7", "192.168.0.7", 1)
    assert guard.permits("cdn.example", "fd00::1", 9000)
    assert not guard.permits("cdn.example", "10.2.0.0", 80)
    assert not guard.permits("cdn.example", "192.168.0.8", 80)
    assert not guard.permits("cdn.example", "::ffff:10.1.0.1", 80)
    assert not guard.permits("cdn.example", "93.184.215.14", 8080)


def test_an_allowed_host_is_open_by_its_name_alone() -> None:
    guard = Guard(["Sandbox", "images.intra.example.", "cdn_1"])
    assert guard.permits("sandbox", "172.18.0.5", 9000)
    assert guard.permits("SANDBOX.", "172.18.0.5", 9000)
    assert guard.permits("cdn_1", "fd00::1", 1)
    assert guard.permits("images.intra.example", "10.0.0.1", 80)
    assert not guard.permits("172.18.0.5", "172.18.0.5", 9000)
    assert not guard.permits("other.intra.example", "10.0.0.1", 80)
    assert not guard.permits("x.sandbox", "172.18.0.5", 9000)


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.1/8",
        "10.0.0.0/33",
        "300.1.1.1",
        "127.1",
        "http://intra",
        "a b",
        "",
        "::g",
        "bücher.example",
    ],
)
def test_what_is_neither_network_nor_host_is_an_error_of_the_operator(entry: str) -> None:
    with pytest.raises(ValueError, match="takes networks, IP addresses and host names"):
        Guard([entry])


@given(st.ip_addresses(v=4))
def test_allowing_one_address_allows_no_other(address: IPv4Address) -> None:
    guard = Guard(["127.0.0.1"])
    allowed = guard.permits("h", str(address), 80)
    assert allowed is (is_public(address) or address == IPv4Address("127.0.0.1"))
