"""The least of HTTP/1.1 that the fake needs, written out so that it can also be broken on purpose."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """One request as it came in; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Give the decoded body, None when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def key(self) -> str:
        """Give the bearer key, empty when there is none."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return value if kind == "Bearer" else ""


@dataclass
class Response:
    """One answer. `transport` names a way to break it; `delay` is in seconds."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    transport: str = ""
    delay: float = 0.0


def reply(value: Any, status: int = 200, **headers: str) -> Response:
    """Answer with JSON."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(
        status, json.dumps(value, ensure_ascii=False).encode(), {"content-type": "application/json", **names}
    )


def error(code: int, message: str, metadata: dict[str, Any] | None = None, **headers: str) -> Response:
    """Refuse as the provider does."""
    return reply(error_body(code, message, metadata), code, **headers)


def error_body(code: int | str, message: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give the provider's error object."""
    found: dict[str, Any] = {"code": code, "message": message}
    if metadata is not None:
        found["metadata"] = metadata
    return {"error": found}


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request, None when the client is done."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)


def _head(response: Response, length: int | None) -> bytes:
    lines = [f"HTTP/1.1 {response.status} Fake"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    if length is not None:
        lines.append(f"content-length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def write_response(writer: asyncio.StreamWriter, response: Response) -> bool:
    """Write an answer, broken if so wished; tell whether the connection may go on."""
    if response.delay:
        await asyncio.sleep(response.delay)
    breaker = _BROKEN.get(response.transport)
    if breaker is not None:
        await breaker(writer, response)
        return False
    body = gzip.compress(response.body) if response.transport == "gzip" else response.body
    if response.transport == "gzip":
        response.headers["content-encoding"] = "gzip"
    writer.write(_head(response, len(body)) + body)
    await writer.drain()
    return True


async def _reset(writer: asyncio.StreamWriter, response: Response) -> None:
    writer.transport.abort()


async def _close_mid_body(writer: asyncio.StreamWriter, response: Response) -> None:
    writer.write(_head(response, len(response.body)) + response.body[: len(response.body) // 2])
    await writer.drain()


async def _wrong_length(writer: asyncio.StreamWriter, response: Response) -> None:
    writer.write(_head(response, len(response.body) + 500) + response.body)
    await writer.drain()


async def _half_closed(writer: asyncio.StreamWriter, response: Response) -> None:
    """Answer nothing more but keep the socket's other half open for a while."""
    writer.write_eof()
    await asyncio.sleep(0.2)


async def _drip(writer: asyncio.StreamWriter, response: Response) -> None:
    writer.write(_head(response, len(response.body)))
    for byte in response.body:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.2)


async def _keepalive_blanks(writer: asyncio.StreamWriter, response: Response) -> None:
    """Send blank lines before the JSON, as the provider does while a slow model thinks."""
    body = b"\n\n   \n" + response.body
    writer.write(_head(response, len(body)))
    for start in range(0, 6):
        writer.write(body[start : start + 1])
        await writer.drain()
        await asyncio.sleep(0.01)
    writer.write(body[6:])
    await writer.drain()


async def _huge(writer: asyncio.StreamWriter, response: Response) -> None:
    writer.write(_head(response, 30 * 1024 * 1024))
    for _ in range(30 * 16):
        writer.write(b" " * 65536)
        await writer.drain()


_BROKEN = {
    "reset": _reset,
    "close": _close_mid_body,
    "wrong_length": _wrong_length,
    "half_closed": _half_closed,
    "drip": _drip,
    "blanks": _keepalive_blanks,
    "huge": _huge,
}
