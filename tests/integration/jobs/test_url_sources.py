"""Documents from URLs over a real HTTP server: where redirects and changing answers may lead, and what is bounded."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import certifi
import pytest

from fakes.certificates import Authority
from fakes.web import PDF, Site, plain, web
from metatag_jobs.adapters.sources.url import MAX_RETRY_AFTER, UrlFetcher
from metatag_jobs.adapters.sources.url_guard import UrlGuard
from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source
from metatag_runtime.errors import MetatagError

MAX_BYTES = 1024 * 1024


def fetcher(allow: str = "127.0.0.1", timeout: float = 5.0) -> UrlFetcher:
    return UrlFetcher(UrlGuard(allow), timeout=timeout, redirects=3)


async def fetched(found: UrlFetcher, url: str, tmp_path: Path) -> bytes:
    await found.fetch(Source("url", url), tmp_path / "x", MAX_BYTES)
    return (tmp_path / "x").read_bytes()


async def refused(found: UrlFetcher, url: str, tmp_path: Path, kind: type[MetatagError] = MetatagError) -> MetatagError:
    with pytest.raises(kind) as caught:
        await found.fetch(Source("url", url), tmp_path / "x", MAX_BYTES)
    # Looking at it tells the same, and never raises.
    await found.check(Source("url", url))
    await found.close()
    return caught.value


async def test_an_allowed_url_is_fetched_and_checked(tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher("127.0.0.0/8")
        assert await fetched(found, f"http://127.0.0.1:{port}/to//ok.pdf", tmp_path) == PDF
        check = await found.check(Source("url", f"http://127.0.0.1:{port}/ok.pdf"))
        assert (check.valid, check.content_type, check.size_bytes) == (True, "application/pdf", len(PDF))
        assert (await found.check(Source("url", f"http://127.0.0.1:{port}/nohead.pdf"))).valid
        assert (await found.check(Source("url", f"http://127.0.0.1:{port}/none"))).error == "HTTP 404"
        await found.close()


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/ok.pdf",
        "//127.0.0.2:{port}/ok.pdf",
        "HTTP://2130706434:{port}/ok.pdf",
        "http://0x7f000002:{port}/ok.pdf",
        "http://127.2:{port}/ok.pdf",
        "http://[::ffff:127.0.0.2]:{port}/ok.pdf",
        "http://[::1]:{port}/ok.pdf",
        "http://0:{port}/ok.pdf",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1@127.0.0.2:{port}/ok.pdf",
        "http://127.0.0.2:{port}\\@127.0.0.1:{port}/ok.pdf",
        "http://127.0.0.1:1/ok.pdf",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/ok.pdf",
        "gopher://127.0.0.1:{port}/_x",
        "data:application/pdf,%25PDF-1.4",
        "http://[::1",
        "http://[",
    ],
)
async def test_no_redirect_leads_inside(location: str, tmp_path: Path) -> None:
    outside, inside = Site(), Site()
    async with web(outside) as port, web(inside, "127.0.0.2", port):
        found = fetcher(f"127.0.0.1:{port}")
        url = f"http://127.0.0.1:{port}/to/{location.format(port=port)}"
        await refused(found, url, tmp_path)
        # One GET to fetch and one to look at the site that was allowed, and nothing behind it.
        assert len(outside.requests) == 2
        assert inside.requests == []


async def test_redirects_end(tmp_path: Path) -> None:
    async with web(plain) as port:
        error = await refused(fetcher(), f"http://127.0.0.1:{port}{'/to/' * 6}/ok.pdf", tmp_path, SourceUnavailable)
        assert "Too many redirects" in error.message


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name server that answers 127.0.0.1 to the first question and 127.0.0.2 to all others."""
    # The fixture runs before the loop of the test: the class is patched.
    asked: list[str] = []

    async def resolve(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{min(len(asked), 2)}", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    return asked


async def test_the_connection_goes_to_the_address_that_was_checked(tmp_path: Path, rebinding: list[str]) -> None:
    outside, inside = Site(), Site()
    async with web(outside, "127.0.0.1") as port, web(inside, "127.0.0.2", port):
        rebinding.clear()
        found = fetcher("127.0.0.1")
        assert await fetched(found, f"http://rebind.example:{port}/ok.pdf", tmp_path) == PDF
        assert rebinding == ["rebind.example"]
        assert outside.header("host") == [f"rebind.example:{port}"]
        assert inside.requests == []
        await found.close()


async def test_a_redirect_to_the_same_name_is_checked_anew(tmp_path: Path, rebinding: list[str]) -> None:
    outside, inside = Site(), Site()
    async with web(outside, "127.0.0.1") as port, web(inside, "127.0.0.2", port):
        rebinding.clear()
        url = f"http://rebind.example:{port}/to//ok.pdf"
        await refused(fetcher("127.0.0.1"), url, tmp_path, SourceRefused)
        assert len(outside.requests) == 1
        assert inside.requests == []


async def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Site()
    async with web(plain) as port, web(proxy, "127.0.0.2") as proxy_port:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.2:{proxy_port}")
        found = fetcher()
        assert await fetched(found, f"http://127.0.0.1:{port}/ok.pdf", tmp_path) == PDF
        assert proxy.requests == []
        await found.close()


async def test_no_cookie_of_one_document_is_sent_with_another(tmp_path: Path) -> None:
    site = Site()
    async with web(site) as port:
        found = fetcher()
        await fetched(found, f"http://127.0.0.1:{port}/with/Set-Cookie:%20session=of-another-user", tmp_path)
        await fetched(found, f"http://127.0.0.1:{port}/ok.pdf", tmp_path)
        assert site.header("cookie") == ["", ""]
        await found.close()


async def test_a_name_in_any_script_is_spoken_to_in_its_ascii_form(tmp_path: Path, rebinding: list[str]) -> None:
    site = Site()
    async with web(site, "127.0.0.1") as port:
        rebinding.clear()
        found = fetcher("127.0.0.1")
        assert await fetched(found, f"http://दिखे.भारत:{port}/with/X-Any:%20é?name=दिखे", tmp_path) == PDF
        assert rebinding == ["xn--21b5axe7a.xn--h2brj9c"]
        assert site.header("host") == [f"xn--21b5axe7a.xn--h2brj9c:{port}"]
        await found.close()


@pytest.mark.parametrize(
    ("named", "known", "good"),
    [("rebind.example", True, True), ("other.example", True, False), ("rebind.example", False, False)],
)
async def test_a_certificate_must_be_the_names_and_of_a_known_authority(
    named: str, known: bool, good: bool, tmp_path: Path, rebinding: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Authority().issue(tmp_path / "tls", named)
    if known:
        monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "tls" / "ca.crt"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "tls" / "tls.crt", tmp_path / "tls" / "tls.key")
    async with web(plain, tls=tls) as port:
        rebinding.clear()
        found = fetcher("127.0.0.1")
        url = f"https://rebind.example:{port}/ok.pdf"
        if good:
            assert await fetched(found, url, tmp_path) == PDF
            await found.close()
        else:
            error = await refused(found, url, tmp_path, SourceUnavailable)
            assert "the server's certificate is not accepted: " in error.message
            assert not error.again


async def test_an_authority_of_the_operators_own_is_trusted_beside_the_public_ones(
    tmp_path: Path, rebinding: list[str]
) -> None:
    Authority().issue(tmp_path / "tls", "rebind.example")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "tls" / "tls.crt", tmp_path / "tls" / "tls.key")
    async with web(plain, tls=tls) as port:
        rebinding.clear()
        guard = UrlGuard("127.0.0.1")
        found = UrlFetcher(guard, timeout=5, redirects=3, ca_file=str(tmp_path / "tls" / "ca.crt"))
        assert await fetched(found, f"https://rebind.example:{port}/ok.pdf", tmp_path) == PDF
        await found.close()


async def test_a_server_without_tls_is_told_from_one_that_refuses(tmp_path: Path) -> None:
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await refused(fetcher(), f"https://127.0.0.1:{port}/ok.pdf", tmp_path, SourceUnavailable)
    assert "no secure connection" in error.message


async def test_a_name_that_nobody_knows_is_told_and_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    error = await refused(fetcher(), "http://absent.example/a.pdf", tmp_path, SourceUnavailable)
    assert "the host name could not be resolved" in error.message
    assert not error.again


@pytest.mark.parametrize("path", ["/cookie", "/cookie2?/cookie", "/to//cookie?/cookie"])
async def test_a_cookie_opens_the_gate_that_set_it(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher()
        assert await fetched(found, f"http://127.0.0.1:{port}{path}", tmp_path) == PDF
        assert (await found.check(Source("url", f"http://127.0.0.1:{port}{path}"))).valid
        await found.close()


async def test_no_other_host_or_port_sees_a_cookie_whatever_domain_it_names(tmp_path: Path) -> None:
    site, other_host, other_port = Site(), Site(), Site()
    async with web(site) as port, web(other_host, "127.0.0.2", port), web(other_port) as second:
        for target in (f"http://127.0.0.2:{port}/ok.pdf", f"http://127.0.0.1:{second}/ok.pdf"):
            for gate in ("/cookie", "/cookie-domain"):
                found = fetcher("127.0.0.0/8")
                assert await fetched(found, f"http://127.0.0.1:{port}{gate}?{target}", tmp_path) == PDF
                await found.close()
    assert other_host.header("cookie") == ["", ""]
    assert other_port.header("cookie") == ["", ""]


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "Deflate", "br", "br,gzip"])
@pytest.mark.parametrize("more", ["", "/chunked"])
async def test_a_body_that_is_packed_unasked_is_unpacked(encoding: str, more: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher()
        assert await fetched(found, f"http://127.0.0.1:{port}/packed/{encoding}/pdf{more}", tmp_path) == PDF
        await found.close()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip,gzip"])
async def test_a_small_body_that_unpacks_to_much_is_cut_at_the_bound(encoding: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        await refused(fetcher(), f"http://127.0.0.1:{port}/packed/{encoding}/bomb", tmp_path, FileTooLarge)
        assert (tmp_path / "x").stat().st_size <= MAX_BYTES


@pytest.mark.parametrize("path", ["/packed/gzip/cut", "/packed/br/cut", "/packed/deflate/cut", "/unknown-packing"])
async def test_a_packed_body_that_is_damaged_is_told_in_a_sentence(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        error = await refused(fetcher(), f"http://127.0.0.1:{port}{path}", tmp_path, SourceUnavailable)
        assert "the server's answer is damaged: it " in error.message


async def test_a_pdf_under_a_header_that_says_it_is_packed_is_taken_as_it_is(tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher()
        assert await fetched(found, f"http://127.0.0.1:{port}/packed/gzip/lie", tmp_path) == PDF
        await found.close()


@pytest.mark.parametrize(
    "path", ["{}", "/to/{}", "/to/http://127.0.0.1:{port}{}", "/to//to/{}"], ids=["url", "path", "whole", "twice"]
)
@pytest.mark.parametrize("around", ["{}", " {}\n", "<{}>"])
async def test_blanks_and_letters_of_any_script_are_encoded_as_browsers_do(
    path: str, around: str, tmp_path: Path
) -> None:
    site = Site()
    async with web(site) as port:
        found = fetcher()
        written = path.replace("{port}", str(port)).replace("{}", "/a b/आदेश.pdf?q= आ")
        url = around.format(f"http://127.0.0.1:{port}{written}")
        assert await fetched(found, url, tmp_path) == PDF
        await found.close()


@pytest.mark.parametrize("path", ["/203", "/206-whole"])
async def test_whole_documents_under_other_statuses_are_taken(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher()
        assert await fetched(found, f"http://127.0.0.1:{port}{path}", tmp_path) == PDF
        await found.close()


@pytest.mark.parametrize("path", ["/206-part", "/206-of-unknown"])
async def test_a_part_of_a_document_is_none(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        error = await refused(fetcher(), f"http://127.0.0.1:{port}{path}", tmp_path, SourceUnavailable)
        assert "only a part of the file" in error.message


async def test_a_server_is_never_asked_with_head(tmp_path: Path) -> None:
    site = Site()
    async with web(site) as port:
        found = fetcher()
        check = await found.check(Source("url", f"http://127.0.0.1:{port}/206-whole"))
        assert (check.valid, check.size_bytes) == (True, len(PDF))
        assert [request.split(" ")[0] for request in site.requests] == ["GET"]
        assert site.header("range") == ["bytes=0-0"]
        await found.close()


@pytest.mark.parametrize("path", ["/huge", "/endless"])
async def test_a_body_without_end_is_cut_at_the_bound(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        await refused(fetcher(), f"http://127.0.0.1:{port}{path}", tmp_path, FileTooLarge)
        assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size <= MAX_BYTES


@pytest.mark.parametrize(
    "path", ["/short", "/two-lengths", "/long-length", "/minus-length", "/many-headers", "/not-http", "/none"]
)
async def test_a_broken_answer_is_told_in_a_sentence(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        error = await refused(fetcher(), f"http://127.0.0.1:{port}{path}", tmp_path, SourceUnavailable)
        assert error.message.startswith("Failed to download PDF from URL: ")
        assert "127.0.0.1" not in error.message


@pytest.mark.parametrize(
    ("path", "wait"), [("/later", 7.0), ("/much-later", MAX_RETRY_AFTER), ("/strangely-later", None)]
)
async def test_a_site_that_asks_for_time_gets_it_within_bounds(path: str, wait: float | None, tmp_path: Path) -> None:
    async with web(plain) as port:
        error = await refused(fetcher(), f"http://127.0.0.1:{port}{path}", tmp_path, SourceUnavailable)
        assert error.retry_after == wait


async def test_a_server_that_never_answers_times_out(tmp_path: Path) -> None:
    async with web(plain) as port:
        start = time.monotonic()
        found = fetcher(timeout=0.5)
        with pytest.raises(SourceUnavailable, match="timed out"):
            await found.fetch(Source("url", f"http://127.0.0.1:{port}/slow"), tmp_path / "x", MAX_BYTES)
        # Half a second was allowed; the answer would have taken thirty.
        assert time.monotonic() - start < 15
        await found.close()


async def test_a_host_that_nobody_listens_at_is_unavailable(tmp_path: Path) -> None:
    async with web(plain) as port:
        pass
    error = await refused(fetcher(), f"http://127.0.0.1:{port}/ok.pdf", tmp_path, SourceUnavailable)
    assert "the connection was refused" in error.message
