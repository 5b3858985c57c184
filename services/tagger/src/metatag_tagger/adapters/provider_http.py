"""HTTP to the provider: one pooled client, bounded answers, no redirects, the key to the configured host only."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx

from metatag_runtime.context import time_left
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm.event_stream import is_stream, joined
from metatag_tagger.llm.failures import failure

# A list of 500 models is about 1 MB; an answer of tags a few thousand characters.
MAX_BODY = 8 * 1024 * 1024
UNFIT_KEY = (
    "The API key holds characters that no key has (a line break, a hidden or a typographic character); "
    "copy it again from the provider."
)


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How the provider is reached. Times are in seconds."""

    base_url: str
    connect_seconds: float
    read_seconds: float
    connections: int = 32
    app_name: str = ""
    app_url: str = ""
    proxy: str = ""


class ProviderHttp:
    """Requests below one base URL. Every failure comes out as ProviderError."""

    def __init__(self, options: HttpOptions, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._options = options
        self.host = httpx.URL(options.base_url).host
        headers = {"User-Agent": "metatag-tagger/2", "Accept": "application/json"}
        if options.app_name:
            headers["X-Title"] = options.app_name
        if options.app_url:
            headers["HTTP-Referer"] = options.app_url
        self._client = httpx.AsyncClient(
            headers=headers,
            # A redirect could carry the key to another host.
            follow_redirects=False,
            # Proxies and .netrc of the environment could see or replace the key; a proxy has a setting of its own.
            trust_env=False,
            proxy=options.proxy or None,
            limits=httpx.Limits(max_connections=options.connections, max_keepalive_connections=8),
            timeout=httpx.Timeout(options.read_seconds, connect=options.connect_seconds),
            transport=transport,
        )

    async def post(self, path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send JSON and give the decoded answer of a success."""
        return await self._send("POST", path, key, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))

    async def get(self, path: str, key: str) -> dict[str, Any]:
        """Get the decoded answer of a success."""
        return await self._send("GET", path, key, None)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _send(self, method: str, path: str, key: str, content: bytes | None) -> dict[str, Any]:
        if not (key.isascii() and key.isprintable()):
            # Such a key fits no header; what is sent would be another one.
            raise ProviderError(Category.AUTH, UNFIT_KEY)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            # httpx's limits are per read; a server that drips a byte a second must end too.
            async with asyncio.timeout(time_left(self._options.connect_seconds + self._options.read_seconds)):
                status, found, raw = await self._exchange(method, path, headers, content)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ProviderError(Category.TIMEOUT) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ValueError) as error:
            # The chained cause names host and port, never the key.
            raise ProviderError(Category.NETWORK) from error
        body = _decode(raw)
        problem = failure(status, found, body)
        if problem is not None:
            raise problem
        assert isinstance(body, dict)
        return body

    async def _exchange(
        self, method: str, path: str, headers: dict[str, str], content: bytes | None
    ) -> tuple[int, httpx.Headers, bytes]:
        url = f"{self._options.base_url}{path}"
        async with self._client.stream(method, url, headers=headers, content=content) as response:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > MAX_BODY:
                    raise ProviderError(Category.TOO_LARGE)
                chunks.append(chunk)
            return response.status_code, response.headers, b"".join(chunks)


def _decode(raw: bytes) -> Any:
    """Return decoded JSON, the joined events of a stream, or the text of a body that is neither."""
    # Leading blank lines keep a slow connection open at some hosts.
    text = raw.decode("utf-8", "replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if is_stream(text) and (answer := joined(text)) is not None:
        return answer
    return text[:2_000]
