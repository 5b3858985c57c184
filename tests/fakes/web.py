"""A tiny HTTP server that answers as its path says: the sites to which users' URLs lead."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import brotli

from fakes.fake_ocr_node import fake_pdf

PDF = fake_pdf(pages=1)
Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def web(
    answer: Answer, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Run the server; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            await answer(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Site:
    """Answers as the path says and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    async def __call__(self, request: str, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.requests.append(request)
        await plain(request, writer)

    def header(self, name: str) -> list[str]:
        """Give a header of each request; "" where it was absent."""
        found = []
        for request in self.requests:
            lines = [line.partition(": ") for line in request.split("\r\n")]
            found.append(next((value for key, _, value in lines if key.lower() == name), ""))
        return found


async def plain(request: str, writer: asyncio.StreamWriter) -> None:
    """Answer by path; "/to/URL" redirects, "/with/HEADER: VALUE" gives a PDF under that header."""
    method, path, _ = request.split(" ", 2)
    if path.startswith("/to/"):
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {path[4:]}\r\nContent-Length: 0\r\n\r\n".encode())
    elif path == "/ok.pdf" or path.startswith("/with/"):
        more = path.removeprefix("/with/").replace("%20", " ") + "\r\n" if path != "/ok.pdf" else ""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n{more}Content-Length: {len(PDF)}\r\n\r\n"
        writer.write(head.encode() + (b"" if method == "HEAD" else PDF))
    elif path.startswith(("/packed/", "/cookie")):
        writer.write(_packed(path) if path.startswith("/packed/") else _gated(path, request))
    elif path == "/endless":
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
    elif path == "/slow":
        await asyncio.sleep(30)
    elif path == "/nohead.pdf" and method == "HEAD":
        writer.write(b"HTTP/1.1 405 No\r\n\r\n")
    else:
        writer.write(_FIXED.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))


def _packed(path: str) -> bytes:
    """Give a body by "/packed/ENCODING/PLAIN[/chunked]": a PDF, a bomb of 64 MB, one cut off, or one that lies."""
    _, _, encoding, what, *more = path.split("/")
    plain_body = bytes(64_000_000) if what == "bomb" else PDF
    body = PACKERS[encoding.split(",")[0]](plain_body)
    for again in encoding.split(",")[1:]:
        body = PACKERS[again](body)
    body = body[: len(body) // 2] if what == "cut" else PDF if what == "lie" else body
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Encoding: {encoding}\r\n"
    if more:
        return f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:]),
    "deflate": zlib.compress,
    "Deflate": _raw_deflate,
    "br": lambda data: brotli.compress(data, quality=2),
}


def _gated(path: str, request: str) -> bytes:
    """Give the PDF to who brings the cookie, else the cookie and a redirect: to itself, or where "?" says."""
    if "pass=1" in request.partition("Cookie: ")[2].partition("\r\n")[0]:
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(PDF)}\r\n\r\n".encode() + PDF
    to = path.partition("?")[2] or path
    cookie = "Set-Cookie: pass=1; Path=/; Domain=.example\r\n" if "domain" in path else "Set-Cookie: pass=1; Path=/\r\n"
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\n{cookie}Content-Length: 0\r\n\r\n".encode()


_PART = b"Content-Length: %d\r\n\r\n" % len(PDF) + PDF
_FIXED = {
    "/203": b"HTTP/1.1 203 Non-Authoritative\r\n" + _PART,
    "/206-whole": b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-%d/%d\r\n" % (len(PDF) - 1, len(PDF)) + _PART,
    "/206-part": b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-%d/99999\r\n" % (len(PDF) - 1) + _PART,
    "/206-of-unknown": b"HTTP/1.1 206 Partial\r\n" + _PART,
    "/a%20b/%E0%A4%86%E0%A4%A6%E0%A5%87%E0%A4%B6.pdf?q=%20%E0%A4%86": b"HTTP/1.1 200 OK\r\n" + _PART,
    "/unknown-packing": b"HTTP/1.1 200 OK\r\nContent-Encoding: zap\r\nContent-Length: 3\r\n\r\nabc",
    "/page": b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n<!doctype html><html></html",
    "/huge": b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n%PDF-1.4",
    "/nohead.pdf": b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n%PDF-1.4",
    "/short": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%PDF-1.4",
    "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Length: 9\r\n\r\n%PDF-1.4",
    "/long-length": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n%PDF-1.4",
    "/minus-length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n%PDF-1.4",
    "/many-headers": b"HTTP/1.1 200 OK\r\n" + b"X-Filling: x\r\n" * 20_000 + b"\r\n",
    "/not-http": b"220 mail.example ESMTP\r\n\r\n",
    "/later": b"HTTP/1.1 503 Later\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
    "/much-later": b"HTTP/1.1 503 Later\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n",
    "/strangely-later": b"HTTP/1.1 503 Later\r\nRetry-After: \xb2\r\nContent-Length: 0\r\n\r\n",
}
