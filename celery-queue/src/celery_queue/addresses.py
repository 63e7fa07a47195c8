"""Which addresses may be connected to. A leaf: it resolves nothing and connects to nothing.

The tables are explicit because the predicates of `ipaddress` (`is_private`, `is_global`) differ
between Python versions and let inward addresses pass in all of them: `::127.0.0.1`, `fec0::1`.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")

_INWARD_V4 = [
    IPv4Network(network)
    for network in (
        # IANA IPv4 Special-Purpose Address Registry, and multicast.
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; 100.100.100.200 is Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocols; 192.0.0.192 is Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        # In no registry: what every virtual machine on Azure talks to.
        "168.63.129.16/32",
    )
]

_UNICAST_V6 = IPv6Network("2000::/3")
"""All that IANA has given out. Outside: loopback, local, multicast, mapped and compatible IPv4, the
well-known and the local-use prefix of NAT64. On a network that reaches IPv4 through NAT64 alone,
FETCH_ALLOW=64:ff9b::/96 opens it."""

_INWARD_V6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocols: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address may be inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
# AS112 and AMT are globally reachable by IANA's word, and disputed: some filters refuse them, some
# do not. They answer DNS and relay multicast; no image is there, so the stricter reading is free.


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether this is a unicast address of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _INWARD_V4)
    return (
        address in _UNICAST_V6
        and not any(address in network for network in _INWARD_V6)
        and not _is_isatap(address)
    )


def _is_isatap(address: IPv6Address) -> bool:
    """RFC 5214 §6.1: an interface identifier 0000:5efe or 0200:5efe and an IPv4 address."""
    return (int(address) >> 32) & 0xFDFF_FFFF == 0x0000_5EFE


class Guard:
    """What the fetcher may connect to: public addresses at some ports, and what is opened.

    `allow` opens addresses, networks (10.1.0.0/16) and host names, at any port; a host name,
    wherever it resolves to. Raises ValueError for anything else.
    """

    def __init__(self, allow: Iterable[str] = (), ports: Iterable[int] = (80, 443)) -> None:
        self._ports = frozenset(ports)
        self._networks: list[IPv4Network | IPv6Network] = []
        self._hosts: set[str] = set()
        for entry in allow:
            try:
                self._networks.append(ip_network(entry))
            except ValueError:
                self._hosts.add(_host_name(entry))

    def permits(self, host: str, address: str, port: int) -> bool:
        """Whether `address`, which `host` resolved to or is, may be connected to at `port`."""
        if _canonical(host) in self._hosts:
            return True
        ip = ip_address(address)
        if any(ip in network for network in self._networks):
            return True
        return port in self._ports and is_public(ip)


def _host_name(entry: str) -> str:
    """A host name; not what was meant to be a network and is none, such as 10.0.0.1/8."""
    name = _canonical(entry)
    if not _HOST_NAME.fullmatch(name) or name.rpartition(".")[2].isdigit():
        raise ValueError(f"takes networks, IP addresses and host names, not {entry!r}")
    return name


def _canonical(host: str) -> str:
    return host.removesuffix(".").lower()
