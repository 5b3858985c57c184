"""Documents from http and https: every hop checked, the connection pinned to the checked address, bounded in size."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from metatag_jobs.adapters.sources.body_decoding import Decoder, UndecodableBody, decoder_for
from metatag_jobs.adapters.sources.hop_cookies import HopCookies
from metatag_jobs.adapters.sources.url_guard import Target, UrlGuard, encode_url
from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source, SourceCheck

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Answers after which another try may help.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
# Answers of servers that may dislike only that a range was asked for.
_WITHOUT_RANGE = frozenset({400, 403, 405, 416, 501})
_CONTENT_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18})", re.IGNORECASE)
_AGENT = "Mozilla/5.0 (compatible; metatag/2.0)"
CHECK_SECONDS = 10.0
# Longest Retry-After that is honoured. Seconds.
MAX_RETRY_AFTER = 600.0
_PREFIX = "Failed to download PDF from URL: "


class UrlFetcher:
    """The port Fetcher for URLs. Times in seconds; `ca_file` names certificates that are trusted beside the usual."""

    def __init__(self, guard: UrlGuard, *, timeout: float, redirects: int, ca_file: str = "") -> None:
        self._guard = guard
        self._timeout = timeout
        self._redirects = redirects
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)
        # Kept cookies would reach the next user's request, and another site at the same address.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        tls = httpx.create_ssl_context(trust_env=False)
        if ca_file:
            tls.load_verify_locations(cafile=ca_file)
        # No environment: a proxy would connect in our place, past the check.
        self._client = httpx.AsyncClient(
            trust_env=False, follow_redirects=False, limits=limits, cookies=no_cookies, verify=tls
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        """Write the URL's body to a file, unpacked."""
        try:
            async with asyncio.timeout(self._timeout):
                async with self._open(source.path) as answer:
                    _require_whole(answer)
                    await _save(answer, target, max_bytes)
        except TimeoutError:
            raise SourceUnavailable(f"{_PREFIX}Request timed out") from None

    async def check_address(self, url: str) -> None:
        """Raise SourceRefused for an address that may not be asked; one that cannot be resolved now may come later."""
        try:
            await self._guard.check(url)
        except SourceUnavailable as error:
            raise SourceRefused(f"The address cannot be used: {error.message}") from error

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Post and return the status, whatever it is; no redirect is followed, the answer is not read."""
        hop = await self._guard.check(url)
        try:
            answer = await self._send(hop, dict(headers), method="POST", body=body)
        except SourceUnavailable as error:
            reason = error.message.removeprefix(_PREFIX)
            raise SourceUnavailable(f"The event could not be posted: {reason}", again=error.again) from error
        await answer.aclose()
        return answer.status_code

    async def check(self, source: Source) -> SourceCheck:
        """Ask for the first byte, as many servers answer HEAD otherwise than GET; never raise for a bad source."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._look(source.path)
        except TimeoutError:
            return SourceCheck(error="Request timed out")
        except (SourceRefused, SourceUnavailable) as error:
            return SourceCheck(error=error.message.removeprefix(_PREFIX))

    async def _look(self, url: str) -> SourceCheck:
        for headers in ({"Range": "bytes=0-0"}, {}):
            async with self._open(url, headers) as answer:
                if headers and answer.status_code in _WITHOUT_RANGE:
                    continue
                if answer.status_code not in (200, 203, 206):
                    return SourceCheck(error=f"HTTP {answer.status_code}")
                return SourceCheck(True, "", answer.headers.get("content-type", "")[:200], _size_of(answer))
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _open(self, url: str, headers: dict[str, str] | None = None) -> AsyncIterator[httpx.Response]:
        """Follow redirects by hand, each hop checked anew; give the answer with its body unread."""
        cookies = HopCookies()
        for _ in range(self._redirects + 1):
            try:
                hop = await self._guard.check(url)
            except SourceUnavailable as error:
                raise SourceUnavailable(f"{_PREFIX}{error.message}", again=error.again) from error
            answer = await self._send(hop, (headers or {}) | cookies.header(hop.host, hop.port, hop.url))
            try:
                location = answer.headers.get("location")
                if answer.status_code not in _REDIRECTS or not location:
                    yield answer
                    return
                cookies.keep(hop.host, hop.port, hop.url, answer)
            finally:
                await answer.aclose()
            url = _next(hop.url, location)
        raise SourceUnavailable(f"{_PREFIX}Too many redirects", again=False)

    async def _send(
        self, hop: Target, more: dict[str, str], *, method: str = "GET", body: bytes | None = None
    ) -> httpx.Response:
        # Connect to the address that was checked; name the host in Host and in TLS, whose certificate must match it.
        try:
            # The host as it was written is not read a second time: two readings may differ.
            without_host = urlsplit(hop.url)._replace(netloc="checked").geturl()
            url = httpx.URL(without_host).copy_with(host=hop.address, port=hop.port)
        except httpx.InvalidURL:
            raise SourceRefused("The URL is malformed.") from None
        host = f"[{hop.host}]" if ":" in hop.host else hop.host
        default = hop.port == (443 if hop.scheme == "https" else 80)
        headers = {
            "Host": host if default else f"{host}:{hop.port}",
            "User-Agent": _AGENT,
            "Accept": "application/pdf,*/*;q=0.5",
            # Servers that pack all the same are read too, in bounds.
            "Accept-Encoding": "identity",
        }
        extensions = {"sni_hostname": hop.host, "timeout": httpx.Timeout(self._timeout, connect=10.0).as_dict()}
        request = self._client.build_request(method, url, content=body, headers=headers | more, extensions=extensions)
        try:
            return await self._client.send(request, stream=True)
        except httpx.TimeoutException:
            raise SourceUnavailable(f"{_PREFIX}Request timed out") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _unavailable(error) from error


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, encode_url(location))
    except ValueError:
        raise SourceUnavailable(f"{_PREFIX}Malformed redirect", again=False) from None


def _require_whole(answer: httpx.Response) -> None:
    """Raise SourceUnavailable unless the answer has the whole document."""
    status = answer.status_code
    if status in (200, 203):
        return
    if status == 206:
        found = _CONTENT_RANGE.match(answer.headers.get("content-range", ""))
        if found and int(found[1]) == 0 and int(found[2]) + 1 == int(found[3]):
            return
        raise SourceUnavailable(f"{_PREFIX}the server gave only a part of the file (HTTP 206)", again=False)
    wait = answer.headers.get("retry-after", "")
    retry_after = min(float(wait), MAX_RETRY_AFTER) if wait.isascii() and wait.isdigit() else None
    raise SourceUnavailable(f"{_PREFIX}HTTP {status}", again=status in _PASSING, retry_after=retry_after)


def _size_of(answer: httpx.Response) -> int | None:
    """Return the size of the whole document in bytes, if the server says it."""
    if answer.status_code == 206:
        found = _CONTENT_RANGE.match(answer.headers.get("content-range", ""))
        return int(found[3]) if found else None
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdigit() else None


async def _save(answer: httpx.Response, target: Path, max_bytes: int) -> None:
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise FileTooLarge(max_bytes)
    size = 0
    # A local file: its writes go to the page cache and do not hold the loop.
    with target.open("wb") as file:
        try:
            async for piece in _unpacked(answer):
                size += len(piece)
                if size > max_bytes:
                    raise FileTooLarge(max_bytes)
                file.write(piece)
        except UndecodableBody as error:
            raise SourceUnavailable(f"{_PREFIX}the server's answer is damaged: {error}") from error
        except httpx.HTTPError as error:
            raise _unavailable(error) from error


async def _unpacked(answer: httpx.Response) -> AsyncIterator[bytes]:
    encoding = answer.headers.get("content-encoding", "")
    decoder: Decoder | None = None
    first = True
    async for chunk in answer.aiter_raw(256 * 1024):
        if first and encoding and not chunk.startswith(b"%PDF-"):
            # A PDF as it is, under a header that says otherwise, is one.
            decoder = decoder_for(encoding)
        first = False
        if decoder is None:
            yield chunk
            continue
        for piece in decoder.decode(chunk):
            yield piece
            # What unpacks to much must not hold the loop.
            await asyncio.sleep(0)
    if decoder is not None:
        decoder.finish()


def _unavailable(error: Exception) -> SourceUnavailable:
    """Return what to tell of a failed request, without addresses, and whether another try may help."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = (cause.verify_message or "it cannot be verified").partition(", certificate is not valid")[0].lower()
            return SourceUnavailable(f"{_PREFIX}the server's certificate is not accepted: {why}", again=False)
        if isinstance(cause, ssl.SSLError):
            return SourceUnavailable(f"{_PREFIX}no secure connection could be made (TLS)", again=False)
        if isinstance(cause, ConnectionRefusedError):
            return SourceUnavailable(f"{_PREFIX}the connection was refused")
        if isinstance(cause, socket.gaierror):
            return SourceUnavailable(f"{_PREFIX}the host name could not be resolved")
    return SourceUnavailable(f"{_PREFIX}{_REASONS.get(type(error).__name__, 'the request failed')}")


_REASONS = {
    "ConnectError": "the server could not be reached",
    "RemoteProtocolError": "the server broke off",
    "ReadError": "the server broke off",
    # A redirect that no client can read.
    "InvalidURL": "the server's answer is malformed",
}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and those behind it, those of a group too."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [found.__cause__, found.__context__]
        if isinstance(found, BaseExceptionGroup):
            waiting += found.exceptions
