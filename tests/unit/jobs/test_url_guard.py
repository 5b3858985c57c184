"""Where a user's URL may not lead: the tricks by which servers were made to ask for what is behind them."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from metatag_jobs.adapters.sources.url_guard import Target, UrlGuard
from metatag_jobs.errors import SourceRefused, SourceUnavailable

# What the names of the tests resolve to. No name server is ever asked.
NAMES = {
    "files.example": ["93.184.216.34"],
    "v6.example": ["2606:4700::1111"],
    "localhost": ["127.0.0.1", "::1"],
    "inside.example": ["10.1.2.3"],
    "mixed.example": ["93.184.216.34", "10.1.2.3"],
    "mixed6.example": ["2606:4700::1111", "fd00::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "zone.example": ["fe80::1%2"],
    "xn--bcher-kva.example": ["93.184.216.34"],
    "xn--21b5axe7a.xn--h2brj9c": ["93.184.216.34"],
}

# (the trick, the URL). None may lead to a connection.
REFUSED = [
    # Plainly inside.
    ("loopback", "http://127.0.0.1/"),
    ("loopback, not the first", "http://127.8.9.10/"),
    ("this host", "http://0.0.0.0/"),
    ("this network", "http://0.1.2.3/"),
    ("private 10", "http://10.0.0.1/"),
    ("private 172.16", "http://172.16.0.1/"),
    ("private 172.31", "http://172.31.255.255/"),
    ("private 192.168", "http://192.168.1.1/"),
    ("carrier's network", "http://100.64.0.1/"),
    ("broadcast", "http://255.255.255.255/"),
    ("multicast", "http://224.0.0.1/"),
    ("reserved", "http://240.0.0.1/"),
    ("benchmarks", "http://198.18.0.1/"),
    ("documentation", "http://203.0.113.7/"),
    ("6to4 relays", "http://192.88.99.1/"),
    # What clouds tell their machines.
    ("link-local metadata: AWS, GCP, Azure", "http://169.254.169.254/latest/meta-data/"),
    ("link-local metadata: ECS", "http://169.254.170.2/v2/credentials"),
    ("metadata: Alibaba", "http://100.100.100.200/latest/meta-data/"),
    ("metadata: Oracle", "http://192.0.0.192/opc/v1/instance/"),
    ("host service: Azure", "http://168.63.129.16/machine"),
    ("metadata by IPv6: AWS", "http://[fd00:ec2::254]/latest/meta-data/"),
    ("metadata by name: GCP", "http://metadata.google.internal/computeMetadata/v1/"),
    # The same addresses, spelled otherwise.
    ("decimal", "http://2130706433/"),
    ("decimal metadata", "http://2852039166/"),
    ("hexadecimal", "http://0x7f000001/"),
    ("hexadecimal parts", "http://0x7f.0x0.0x0.0x1/"),
    ("octal", "http://017700000001/"),
    ("octal parts", "http://0177.0.0.01/"),
    ("octal private", "http://0300.0250.1.1/"),
    ("mixed bases", "http://0x7f.0.0.01/"),
    ("two parts", "http://127.1/"),
    ("three parts", "http://127.0.1/"),
    ("one zero", "http://0/"),
    ("trailing dot", "http://127.0.0.1./"),
    ("trailing dots", "http://127.0.0.1.../"),
    ("full-width digits", "http://１２７.0.0.1/"),
    ("ideographic full stops", "http://127。0。0。1/"),
    ("circled letters", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"),
    ("soft hyphen", "http://local\u00adhost/"),
    ("digits with their full stops", "http://⒈⒉⒎/"),
    ("percent-encoded", "http://%31%32%37.0.0.1/"),
    ("percent-encoded once more", "http://127.0.0.1%2f.files.example/"),
    # IPv6, and IPv4 wrapped in it.
    ("IPv6 loopback", "http://[::1]/"),
    ("IPv6 loopback in full", "http://[0:0:0:0:0:0:0:1]/"),
    ("IPv6 this host", "http://[::]/"),
    ("IPv4-mapped", "http://[::ffff:127.0.0.1]/"),
    ("IPv4-mapped, in hexadecimal", "http://[::ffff:7f00:1]/"),
    ("IPv4-mapped metadata", "http://[::ffff:169.254.169.254]/"),
    ("IPv4-compatible", "http://[::127.0.0.1]/"),
    ("IPv4-translated", "http://[::ffff:0:127.0.0.1]/"),
    ("NAT64", "http://[64:ff9b::10.0.0.1]/"),
    ("NAT64 of a network's own", "http://[64:ff9b:1::10.0.0.1]/"),
    ("6to4", "http://[2002:7f00:1::1]/"),
    ("Teredo", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/"),
    ("ISATAP", "http://[2606:4700::5efe:10.0.0.1]/"),
    ("unique local", "http://[fc00::1]/"),
    ("link-local", "http://[fe80::1]/"),
    ("link-local with a zone", "http://[fe80::1%25eth0]/"),
    ("public with a zone", "http://[2606:4700::1111%25lo]/"),
    ("loopback with a zone, unescaped", "http://[::1%lo]/"),
    ("site-local", "http://[fec0::1]/"),
    ("IPv6 multicast", "http://[ff02::1]/"),
    ("IPv6 documentation", "http://[2001:db8::1]/"),
    ("IPv6 that nobody has", "http://[4000::1]/"),
    ("future address", "http://[v1.127.0.0.1]/"),
    # Who is the host?
    ("userinfo", "http://files.example@127.0.0.1/"),
    ("userinfo with a password", "http://user:password@files.example/"),
    ("userinfo, empty", "http://@files.example/"),
    ("userinfo behind a backslash", "http://files.example\\@127.0.0.1/"),
    ("userinfo before a backslash", "http://127.0.0.1\\@files.example/"),
    ("a backslash as a slash", "http://files.example\\.127.0.0.1/"),
    ("two ports", "http://127.0.0.1:80:8080/"),
    ("port out of range", "http://files.example:99999/"),
    ("port that is none", "http://files.example:http/"),
    ("no host", "http:///x"),
    ("host without slashes", "http:127.0.0.1/"),
    ("only a dot", "http://./"),
    ("open bracket", "http://[::1"),
    ("IPv4 in brackets", "http://[127.0.0.1]/"),
    ("line break in the host", "http://127.0.0.1\r\nHost: files.example/"),
    ("tab in the scheme", "ht\ttp://files.example/"),
    ("blank in the host", "http://files .example/"),
    ("blank and another host", "http://files.example @127.0.0.1/"),
    ("line break before another host", "http://files.example\n.127.0.0.1/"),
    ("zero byte", "http://files.example\0.127.0.0.1/"),
    ("delete character", "http://127.0.0.1\x7f/"),
    ("too long", "http://files.example/" + "x" * 5000),
    # Names.
    ("localhost", "http://localhost/"),
    ("LOCALHOST.", "http://LOCALHOST./"),
    ("a name for a private address", "http://inside.example/"),
    ("a public name for loopback", "http://127.0.0.1.nip.example/"),
    ("one private answer among public ones", "http://mixed.example/"),
    ("one private answer of two kinds", "http://mixed6.example/"),
    ("a name for a mapped address", "http://mapped.example/"),
    ("a name for a link-local address", "http://zone.example/"),
    ("a name that is not known", "http://unknown.example/"),
    # Other protocols.
    ("file", "file:///etc/passwd"),
    ("ftp", "ftp://files.example/x"),
    ("gopher", "gopher://127.0.0.1:6379/_FLUSHALL"),
    ("dict", "dict://127.0.0.1:6379/"),
    ("jar", "jar:http://files.example!/x"),
    ("data", "data:application/pdf,%25PDF"),
    ("no scheme", "//files.example/x"),
]

# (why it is fine, the URL, the address to connect to, the name to speak to).
ALLOWED = [
    ("blanks around", " \u00a0http://files.example/ \n", "93.184.216.34", "files.example"),
    ("angle brackets around", "<http://files.example/>", "93.184.216.34", "files.example"),
    ("blanks and another host behind", "http://files.example/ http://127.0.0.1/", "93.184.216.34", "files.example"),
    ("a name", "http://files.example/a.pdf", "93.184.216.34", "files.example"),
    ("a name in other letters, with a dot", "HTTPS://Files.Example./", "93.184.216.34", "files.example"),
    ("an address", "http://8.8.8.8/", "8.8.8.8", "8.8.8.8"),
    ("an IPv6 address", "http://[2606:4700::1111]:8080/", "2606:4700::1111", "2606:4700::1111"),
    ("an IPv6 name", "https://v6.example/", "2606:4700::1111", "v6.example"),
    ("a public address through NAT64", "http://[64:ff9b::808:808]/", "64:ff9b::808:808", "64:ff9b::808:808"),
    ("a private address after the host", "http://files.example/?u=http://127.0.0.1", "93.184.216.34", "files.example"),
    ("a private address in the fragment", "http://files.example#@127.0.0.1/", "93.184.216.34", "files.example"),
    ("umlauts", "http://bücher.example/", "93.184.216.34", "xn--bcher-kva.example"),
    ("Devanagari", "http://दिखे.भारत/", "93.184.216.34", "xn--21b5axe7a.xn--h2brj9c"),
    ("next to private", "http://172.32.0.1/", "172.32.0.1", "172.32.0.1"),
    ("next to the carrier's network", "http://100.128.0.1/", "100.128.0.1", "100.128.0.1"),
]


@pytest.fixture
async def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer names from the table; numbers are read as the system's resolver reads them. Gives the names asked for."""
    loop = asyncio.get_running_loop()
    real, found = loop.getaddrinfo, []

    async def resolve(host: str, port: int, **more: Any) -> list[Any]:
        found.append(host)
        if host not in NAMES:
            return await real(host, port, flags=socket.AI_NUMERICHOST, **more)
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, port)) for each in NAMES[host]]

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    return found


@pytest.mark.parametrize(("trick", "url"), REFUSED, ids=[trick for trick, _ in REFUSED])
async def test_no_trick_leads_inside(trick: str, url: str, asked: list[str]) -> None:
    with pytest.raises((SourceRefused, SourceUnavailable)) as refused:
        await UrlGuard().check(url)
    # The sentence is shown to the user: it must not map the network behind us.
    assert not any(address in refused.value.message for address in ("127.", "10.", "169.254", "::1"))


@pytest.mark.parametrize(("why", "url", "address", "host"), ALLOWED, ids=[row[0] for row in ALLOWED])
async def test_what_is_public_is_let_through(why: str, url: str, address: str, host: str, asked: list[str]) -> None:
    target = await UrlGuard().check(url)
    assert (target.address, target.host) == (address, host)


async def test_a_name_is_resolved_once_a_check(asked: list[str]) -> None:
    target = await UrlGuard().check("http://files.example/a.pdf")
    assert target == Target("http", "files.example", 80, "93.184.216.34", "http://files.example/a.pdf")
    assert asked == ["files.example"]


@pytest.mark.parametrize(
    ("allow", "url", "may"),
    [
        ("inside.example", "http://inside.example/", True),
        ("Inside.Example.", "http://inside.example:8080/", True),
        ("inside.example:8080", "http://inside.example:8080/", True),
        ("inside.example:8080", "http://inside.example:9090/", False),
        ("10.0.0.0/8", "http://inside.example/", True),
        ("10.0.0.0/8", "http://192.168.0.1/", False),
        ("10.0.0.0/8", "http://[::ffff:10.0.0.1]/", False),
        ("127.0.0.1", "http://127.0.0.2/", False),
        ("fd00::/8", "http://mixed6.example/", True),
        ("other.example", "http://inside.example/", False),
        ("inside.example", "http://notinside.example/", False),
    ],
)
async def test_an_operator_may_allow_hosts_ports_and_networks(
    allow: str, url: str, may: bool, asked: list[str]
) -> None:
    if may:
        await UrlGuard(allow).check(url)
    else:
        with pytest.raises((SourceRefused, SourceUnavailable)):
            await UrlGuard(allow).check(url)
