"""Documents from http and https: every hop checked, the connection pinned to the checked address, bounded in size."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from metatag_jobs.adapters.url_guard import Target, UrlGuard
from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source, SourceCheck

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Answers after which another try may help.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_AGENT = "Mozilla/5.0 (compatible; metatag/2.0)"
CHECK_SECONDS = 10.0
# Longest Retry-After that is honoured. Seconds.
MAX_RETRY_AFTER = 600.0


class UrlFetcher:
    """The port Fetcher for URLs. Times in seconds."""

    def __init__(self, guard: UrlGuard, *, timeout: float, redirects: int) -> None:
        self._guard = guard
        self._timeout = timeout
        self._redirects = redirects
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)
        # Kept cookies would reach the next user's request, and another site at the same address.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        # No environment: a proxy would connect in our place, past the check.
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, limits=limits, cookies=no_cookies)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        """Write the URL's body to a file."""
        try:
            async with asyncio.timeout(self._timeout):
                async with self._open("GET", source.path) as answer:
                    _require_ok(answer)
                    await _save(answer, target, max_bytes)
        except TimeoutError:
            raise SourceUnavailable("Failed to download PDF from URL: Request timed out") from None

    async def check(self, source: Source) -> SourceCheck:
        """Look with HEAD, or with GET where HEAD is not allowed; never raises for a bad source."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._look(source.path)
        except TimeoutError:
            return SourceCheck(error="Request timed out")
        except (SourceRefused, SourceUnavailable) as error:
            return SourceCheck(error=error.message.removeprefix(_PREFIX))

    async def _look(self, url: str) -> SourceCheck:
        for method in ("HEAD", "GET"):
            async with self._open(method, url) as answer:
                if method == "HEAD" and answer.status_code in (403, 405, 501):
                    continue
                if answer.status_code != 200:
                    return SourceCheck(error=f"HTTP {answer.status_code}")
                length = answer.headers.get("content-length", "")
                content_type = answer.headers.get("content-type", "")[:200]
                return SourceCheck(True, "", content_type, int(length) if length.isdigit() else None)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _open(self, method: str, url: str) -> AsyncIterator[httpx.Response]:
        """Follow redirects by hand, each hop checked anew; give the answer with its body unread."""
        for _ in range(self._redirects + 1):
            hop = await self._guard.check(url)
            answer = await self._send(method, hop)
            try:
                location = answer.headers.get("location")
                if answer.status_code not in _REDIRECTS or not location:
                    yield answer
                    return
            finally:
                await answer.aclose()
            url = _next(url, location)
        raise SourceUnavailable(f"{_PREFIX}Too many redirects", again=False)

    async def _send(self, method: str, hop: Target) -> httpx.Response:
        # Connect to the address that was checked; name the host in Host and in TLS, whose certificate must match it.
        try:
            # The host as it was written is not read a second time: two readings may differ.
            without_host = urlsplit(hop.url)._replace(netloc="checked").geturl()
            url = httpx.URL(without_host).copy_with(host=hop.address, port=hop.port)
        except httpx.InvalidURL:
            raise SourceRefused("The URL is malformed.") from None
        host = f"[{hop.host}]" if ":" in hop.host else hop.host
        default = hop.port == (443 if hop.scheme == "https" else 80)
        request = self._client.build_request(
            method,
            url,
            headers={
                "Host": host if default else f"{host}:{hop.port}",
                "User-Agent": _AGENT,
                "Accept": "application/pdf,*/*;q=0.5",
                # A small compressed body must not become a large one.
                "Accept-Encoding": "identity",
            },
            extensions={"sni_hostname": hop.host, "timeout": httpx.Timeout(self._timeout, connect=10.0).as_dict()},
        )
        try:
            return await self._client.send(request, stream=True)
        except httpx.TimeoutException:
            raise SourceUnavailable(f"{_PREFIX}Request timed out") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SourceUnavailable(f"{_PREFIX}Request failed: {_reason(error)}") from error


_PREFIX = "Failed to download PDF from URL: "


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise SourceUnavailable(f"{_PREFIX}Malformed redirect", again=False) from None


def _require_ok(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == 200:
        return
    wait = answer.headers.get("retry-after", "")
    retry_after = min(float(wait), MAX_RETRY_AFTER) if wait.isascii() and wait.isdigit() else None
    raise SourceUnavailable(
        f"{_PREFIX}Failed to download: HTTP {status}", again=status in _PASSING, retry_after=retry_after
    )


async def _save(answer: httpx.Response, target: Path, max_bytes: int) -> None:
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise FileTooLarge(max_bytes)
    size = 0
    # A local file: its writes go to the page cache and do not hold the loop.
    with target.open("wb") as file:
        try:
            async for chunk in answer.aiter_raw(256 * 1024):
                size += len(chunk)
                if size > max_bytes:
                    raise FileTooLarge(max_bytes)
                file.write(chunk)
        except httpx.HTTPError as error:
            raise SourceUnavailable(f"{_PREFIX}Request failed: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Give a short reason without addresses."""
    return {
        "ConnectError": "the connection was refused",
        "RemoteProtocolError": "the server broke off",
        "ReadError": "the server broke off",
        # A redirect that no client can read.
        "InvalidURL": "the server's answer is malformed",
    }.get(type(error).__name__, type(error).__name__)
