"""What a user's source may and may not reach: a real HTTP server, S3 service and file system."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from fakes import servers
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_room import running_room
from metatag.v1 import jobs_pb2
from metatag_jobs.adapters.local_fetcher import LocalFetcher
from metatag_jobs.adapters.s3_client import S3Client, S3Options
from metatag_jobs.adapters.s3_fetcher import S3Fetcher
from metatag_jobs.adapters.url_fetcher import UrlFetcher
from metatag_jobs.adapters.url_guard import UrlGuard, is_public
from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source
from metatag_runtime.errors import MetatagError

PDF = fake_pdf(pages=1)
Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def web(answer: Answer) -> AsyncIterator[int]:
    """Run a tiny HTTP server; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            await answer(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def plain(request: str, writer: asyncio.StreamWriter) -> None:
    path = request.split(" ")[1]
    if path == "/ok.pdf":
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: {len(PDF)}\r\n\r\n"
        writer.write(head.encode() + (b"" if request.startswith("HEAD") else PDF))
    elif path == "/page":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n<!doctype html><html></html")
    elif path == "/huge":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n%PDF-1.4")
    elif path == "/endless":
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
    elif path == "/slow":
        await asyncio.sleep(30)
    elif path.startswith("/to/"):
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {path[4:]}\r\n\r\n".encode())
    elif path == "/nohead.pdf" and request.startswith("HEAD"):
        writer.write(b"HTTP/1.1 405 No\r\n\r\n")
    elif path == "/nohead.pdf":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n%PDF-1.4")
    else:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def fetcher(allow: str = "", timeout: float = 5.0) -> UrlFetcher:
    return UrlFetcher(UrlGuard(allow), timeout=timeout, redirects=3)


async def refused(found: UrlFetcher, url: str, tmp_path: Path, kind: type[MetatagError]) -> str:
    with pytest.raises(kind) as caught:
        await found.fetch(Source("url", url), tmp_path / "x", 1024 * 1024)
    await found.close()
    return caught.value.message


async def test_an_allowed_url_is_fetched_and_checked(tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher("127.0.0.0/8")
        await found.fetch(Source("url", f"http://127.0.0.1:{port}/to//ok.pdf"), tmp_path / "a", 1024)
        assert (tmp_path / "a").read_bytes() == PDF
        check = await found.check(Source("url", f"http://127.0.0.1:{port}/ok.pdf"))
        assert (check.valid, check.content_type, check.size_bytes) == (True, "application/pdf", len(PDF))
        assert (await found.check(Source("url", f"http://127.0.0.1:{port}/nohead.pdf"))).valid
        assert (await found.check(Source("url", f"http://127.0.0.1:{port}/none"))).error == "HTTP 404"
        await found.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://localhost/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/x",
        "http://192.168.1.1/x",
        "http://0.0.0.0/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[64:ff9b::7f00:1]/x",
        "http://100.64.0.1/x",
        "http://224.0.0.1/x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "http://user:password@example.org/x",
        "http://exa mple.org/",
        "http:///x",
        "gopher://127.0.0.1/",
        "http://[::1",
    ],
)
async def test_addresses_that_are_not_public_are_refused_before_any_connection(url: str, tmp_path: Path) -> None:
    message = await refused(fetcher(), url, tmp_path, SourceRefused)
    assert "127.0.0.1" not in message


async def test_a_redirect_to_a_private_address_is_refused(tmp_path: Path) -> None:
    async with web(plain) as port:
        found = fetcher(f"127.0.0.1:{port}")
        await refused(found, f"http://127.0.0.1:{port}/to/http://127.0.0.2:{port}/ok.pdf", tmp_path, SourceRefused)


async def test_redirects_end(tmp_path: Path) -> None:
    async with web(plain) as port:
        path = "/to/" * 6 + "/ok.pdf"
        message = await refused(fetcher("127.0.0.1"), f"http://127.0.0.1:{port}{path}", tmp_path, SourceUnavailable)
        assert "Too many redirects" in message


async def test_the_connection_goes_to_the_address_that_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers a public address first and a private one afterwards gains nothing."""
    answers = [("93.184.216.34", 80), ("127.0.0.1", 80)]
    asked = []
    loop = asyncio.get_running_loop()

    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers[min(len(asked) - 1, 1)])]

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    target = await UrlGuard().check("http://rebind.example/x")
    assert target.address == "93.184.216.34"
    assert asked == ["rebind.example"]
    with pytest.raises(SourceRefused):
        await UrlGuard().check("http://rebind.example/x")


async def test_one_private_answer_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in ("93.184.216.34", "10.1.2.3")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(SourceRefused):
        await UrlGuard().check("http://mixed.example/x")


@pytest.mark.parametrize("path", ["/huge", "/endless"])
async def test_a_body_without_end_is_cut_at_the_bound(path: str, tmp_path: Path) -> None:
    async with web(plain) as port:
        await refused(fetcher("127.0.0.1"), f"http://127.0.0.1:{port}{path}", tmp_path, FileTooLarge)


async def test_a_server_that_never_answers_times_out(tmp_path: Path) -> None:
    async with web(plain) as port:
        start = time.monotonic()
        found = fetcher("127.0.0.1", timeout=0.5)
        message = await refused(found, f"http://127.0.0.1:{port}/slow", tmp_path, SourceUnavailable)
        assert "timed out" in message
        assert time.monotonic() - start < 5


def test_wrapped_private_addresses_are_seen_through() -> None:
    assert not is_public(ip_address("2002:7f00:1::1"))
    assert not is_public(ip_address("fec0::1"))
    assert is_public(ip_address("2606:4700::1111"))


def local(tmp_path: Path) -> tuple[LocalFetcher, Path]:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.pdf").write_bytes(PDF)
    (tmp_path / "secret.pdf").write_bytes(PDF)
    return LocalFetcher([root]), root


async def test_local_files_are_read_under_the_roots_only(tmp_path: Path) -> None:
    found, root = local(tmp_path)
    await found.fetch(Source("local", str(root / "a.pdf")), tmp_path / "copy", 1024)
    assert (tmp_path / "copy").read_bytes() == PDF
    (root / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (root / "dir").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    for path in ("link.pdf", "dir/secret.pdf", "../secret.pdf"):
        with pytest.raises(SourceRefused):
            await found.fetch(Source("local", str(root / path)), tmp_path / "x", 1024)
    assert (await found.check(Source("local", "a.pdf"))).error == "Relative paths not supported"
    assert (await found.check(Source("local", str(root)))).error == "Not a file"
    assert (await found.check(Source("local", str(root / "pipe")))).error == "Not a file"
    assert (await found.check(Source("local", str(root / "none.pdf")))).error == "File not found: none.pdf"
    assert (await found.check(Source("local", str(root / "a.pdf")))).size_bytes == len(PDF)
    outside = [str(tmp_path / "secret.pdf"), str(tmp_path / "absent.pdf")]
    # What lies outside is refused in the same words whether it exists or not.
    assert len({(await found.check(Source("local", path))).error for path in outside}) == 1


async def test_without_roots_no_local_file_may_be_named(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused):
        await LocalFetcher([]).fetch(Source("local", "/etc/hostname"), tmp_path / "x", 1024)


async def test_s3_objects_are_fetched_and_absent_ones_told(tmp_path: Path) -> None:
    moto = servers.moto()
    client = S3Client(S3Options(moto.endpoint, moto.access_key, moto.secret_key, "us-east-1", False))
    import io

    await client.call(lambda: client.minio.make_bucket("docs"))
    await client.call(lambda: client.minio.put_object("docs", "dir/a.pdf", io.BytesIO(PDF), len(PDF)))
    found = S3Fetcher(client, own_bucket="private")
    await found.fetch(Source("s3", "s3://docs/dir/a.pdf"), tmp_path / "a", 1024)
    assert (tmp_path / "a").read_bytes() == PDF
    assert (await found.check(Source("s3", "docs/dir/a.pdf"))).size_bytes == len(PDF)
    expected = {
        "s3://docs/none.pdf": "Object not found",
        "s3://nowhere/a.pdf": "Bucket not found",
        "s3://private/a.pdf": "Bucket not found",
        "s3://docs": "Invalid S3 path format",
    }
    for path, sentence in expected.items():
        assert (await found.check(Source("s3", path))).error == sentence
        with pytest.raises((SourceUnavailable, SourceRefused)):
            await found.fetch(Source("s3", path), tmp_path / "x", 1024)
    with pytest.raises(FileTooLarge):
        await found.fetch(Source("s3", "s3://docs/dir/a.pdf"), tmp_path / "x", 5)
    client.close()


async def test_a_batch_of_good_and_bad_sources_fails_row_by_row(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.pdf").write_bytes(PDF)
    async with web(plain) as port:
        base = f"http://127.0.0.1:{port}"
        async with running_room(url_allow="127.0.0.1", local_roots=str(root), url_timeout=2, max_tries=1) as room:
            paths = [
                (jobs_pb2.SOURCE_TYPE_URL, f"{base}/ok.pdf"),
                (jobs_pb2.SOURCE_TYPE_LOCAL, str(root / "a.pdf")),
                (jobs_pb2.SOURCE_TYPE_URL, f"{base}/page"),
                (jobs_pb2.SOURCE_TYPE_URL, f"{base}/none"),
                (jobs_pb2.SOURCE_TYPE_URL, "http://10.0.0.1/x.pdf"),
                (jobs_pb2.SOURCE_TYPE_URL, "http://no-such-host.invalid/x.pdf"),
                (jobs_pb2.SOURCE_TYPE_LOCAL, "/etc/hostname"),
                (jobs_pb2.SOURCE_TYPE_S3, "s3://b/k"),
            ]
            rows = [jobs_pb2.DocumentSpec(source=jobs_pb2.Source(type=kind, path=path)) for kind, path in paths]
            made = await room.client.create(rows)
            job = await room.client.finished(made.job.id)
            assert (job.processed, job.failed) == (2, 6)
            codes = [document.problem.code for document in await room.client.documents(made.job.id)]
            assert codes == [
                "",
                "",
                "unsupported_media",
                "source_unavailable",
                "source_refused",
                "source_unavailable",
                "source_refused",
                "source_refused",
            ]
            sources = [jobs_pb2.Source(type=kind, path=path) for kind, path in paths]
            request = jobs_pb2.ValidateSourcesRequest(user_id="u1", sources=sources)
            checks = (await room.client.stub.ValidateSources(request)).checks
            assert [check.valid for check in checks] == [True, True, True, False, False, False, False, False]
            fetch = jobs_pb2.FetchSourceRequest(user_id="u1", source=sources[0])
            assert b"".join([part.chunk async for part in room.client.stub.FetchSource(fetch)]) == PDF
