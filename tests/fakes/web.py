"""A tiny HTTP server that answers as its path says: the sites to which users' URLs lead."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

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


_FIXED = {
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
