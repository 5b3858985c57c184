"""One batch with every kind of bad row: each fails alone with a sentence, the good rows around them are tagged.

Bad requests are answered with their status elsewhere: a taken job_id (409), 100,001 documents (413) and a malformed
column_mapping (400) in contract/gateway/public_api.yaml and integration/gateway/test_single_requests.py.
"""

from __future__ import annotations

import asyncio
import io
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes import servers
from fakes.jobs_process import JobsProcess, running_jobs
from fakes.web import PDF, plain, web
from metatag.v1 import jobs_pb2
from metatag_jobs.adapters.files.s3_client import S3Client, S3Options

URL, S3 = jobs_pb2.SOURCE_TYPE_URL, jobs_pb2.SOURCE_TYPE_S3
LOCAL, UPLOAD = jobs_pb2.SOURCE_TYPE_LOCAL, jobs_pb2.SOURCE_TYPE_UPLOAD
UNKNOWN = jobs_pb2.SOURCE_TYPE_UNSPECIFIED
MIB = 1024 * 1024

# (what is bad, type, path, code, sentence, found by validate-paths as well)
ROWS = [
    ("nothing: a good URL", URL, "{site}/ok.pdf", "", "", False),
    ("missing path", URL, "", "invalid_argument", "file_path is required", True),
    ("blank path", LOCAL, "  ", "invalid_argument", "file_path is required", True),
    ("unknown source type", UNKNOWN, "x", "invalid_argument", "Unknown source type", True),
    ("no scheme", URL, "report.pdf", "source_refused", "URL must start with http:// or https://", True),
    ("unknown host", URL, "http://no-such-host.invalid/x.pdf", "source_unavailable", "could not be resolved", True),
    ("unreachable host", URL, "http://127.0.0.1:1/x.pdf", "source_unavailable", "the connection was refused", True),
    ("private address", URL, "http://10.0.0.1/x.pdf", "source_refused", "an address that is not public", True),
    ("redirect to a private address", URL, "{site}/to/http://10.0.0.1/x.pdf", "source_refused", "not public", True),
    ("DNS changes between check and connect", URL, "{rebinding}/to//ok.pdf", "source_refused", "not public", True),
    ("redirects without end", URL, "{site}" + "/to/" * 9, "source_unavailable", "Too many redirects", True),
    ("absent page", URL, "{site}/none", "source_unavailable", "Failed to download PDF from URL: HTTP 404", True),
    ("endless body", URL, "{site}/endless", "too_large", "File too large (max 1MB)", False),
    ("10 GB Content-Length", URL, "{site}/huge", "too_large", "File too large (max 1MB)", False),
    ("no answer", URL, "{site}/slow", "source_unavailable", "Request timed out", True),
    ("broken off", URL, "{site}/short", "source_unavailable", "the server broke off", False),
    ("not HTTP", URL, "{site}/not-http", "source_unavailable", "the server broke off", True),
    ("HTML instead of PDF", URL, "{site}/page", "unsupported_media", "not a PDF", False),
    ("S3 key absent", S3, "s3://{bucket}/none.pdf", "source_unavailable", "Object not found", True),
    ("S3 bucket absent", S3, "s3://nowhere-at-all/a.pdf", "source_unavailable", "Bucket not found", True),
    ("S3 without a key", S3, "s3://{bucket}", "source_refused", "Invalid S3 path format", True),
    ("path outside the roots", LOCAL, "/etc/hostname", "source_refused", "outside the directories", True),
    ("path that climbs out", LOCAL, "{root}/../secret.pdf", "source_refused", "outside the directories", True),
    ("symbolic link out of a root", LOCAL, "{root}/link.pdf", "source_refused", "outside the directories", True),
    ("folder", LOCAL, "{root}", "source_unavailable", "Not a file", True),
    ("pipe", LOCAL, "{root}/pipe", "source_unavailable", "Not a file", True),
    ("absent file", LOCAL, "{root}/none.pdf", "source_unavailable", "File not found: none.pdf", True),
    ("relative path", LOCAL, "a.pdf", "source_refused", "Relative paths not supported", True),
    ("upload that never was", UPLOAD, "upload://a.pdf", "invalid_argument", "The uploaded file is missing", True),
    ("nothing: a good file", LOCAL, "{root}/a.pdf", "", "", False),
    ("nothing: a good object", S3, "s3://{bucket}/a.pdf", "", "", False),
]


@dataclass
class Places:
    """A service, and what fills the rows' placeholders."""

    service: JobsProcess
    words: dict[str, str]

    def sources(self) -> list[jobs_pb2.Source]:
        return [jobs_pb2.Source(type=row[1], path=row[2].format(**self.words)) for row in ROWS]


@pytest.fixture
async def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Places]:
    _change_dns(monkeypatch)
    root = _folder(tmp_path)
    moto = servers.moto()
    await _bucket(moto)
    settings = {
        "url_allow": "127.0.0.1",
        "local_roots": str(root),
        "url_timeout": 2,
        "max_tries": 1,
        "max_file_bytes": MIB,
        "s3_endpoint": moto.endpoint,
        "s3_access_key": moto.access_key,
        "s3_secret_key": moto.secret_key,
        "s3_secure": False,
        "s3_sources": "bad-rows,nowhere-at-all",
    }
    async with web(plain) as port, running_jobs(**settings) as service:
        words = {"site": f"http://127.0.0.1:{port}", "rebinding": f"http://rebind.example:{port}"}
        yield Places(service, {**words, "root": str(root), "bucket": "bad-rows"})


def _change_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one name lead to an allowed address at every first question and inside at every second."""
    real = asyncio.BaseEventLoop.getaddrinfo
    asked: list[str] = []

    async def resolve(self: Any, host: Any, port: Any, **more: Any) -> list[Any]:
        if host != "rebind.example":
            return await real(self, host, port, **more)  # type: ignore[no-any-return]
        asked.append(host)
        address = "127.0.0.1" if len(asked) % 2 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)


def _folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.pdf").write_bytes(PDF)
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (root / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    os.mkfifo(root / "pipe")
    return root


async def _bucket(moto: servers.Moto) -> None:
    client = S3Client(S3Options(moto.endpoint, moto.access_key, moto.secret_key, "us-east-1", secure=False))
    if not await client.call(lambda: client.minio.bucket_exists("bad-rows")):
        await client.call(lambda: client.minio.make_bucket("bad-rows"))
    await client.call(lambda: client.minio.put_object("bad-rows", "a.pdf", io.BytesIO(PDF), len(PDF)))
    client.close()


async def test_every_bad_row_fails_alone_with_its_sentence(places: Places) -> None:
    client = places.service.client
    rows = [
        jobs_pb2.DocumentSpec(title=row[0], source=source) for row, source in zip(ROWS, places.sources(), strict=True)
    ]
    made = await client.create(rows)
    job = await client.finished(made.job.id)
    documents = await client.documents(made.job.id)
    for (what, _, _, code, sentence, _), document in zip(ROWS, documents, strict=True):
        assert (what, document.problem.code) == (what, code)
        assert sentence in document.problem.message, (what, document.problem.message)
        assert bool(document.result.tags) == (not code)
        # Nobody learns where the service stands.
        assert "127.0.0.1" not in document.problem.message
        assert "10.0.0.1" not in document.problem.message
    good = sum(not row[3] for row in ROWS)
    assert (job.processed, job.failed, job.state) == (good, len(ROWS) - good, jobs_pb2.JOB_STATE_COMPLETED)


async def test_what_can_be_seen_without_reading_is_told_before_the_start(places: Places) -> None:
    request = jobs_pb2.ValidateSourcesRequest(user_id="u1", sources=places.sources())
    checks = (await places.service.client.stub.ValidateSources(request)).checks
    for (what, _, _, _, _, seen), check in zip(ROWS, checks, strict=True):
        assert (what, check.valid) == (what, not seen)
        assert bool(check.error) == seen, what


async def test_a_source_is_fetched_for_a_preview(places: Places) -> None:
    fetch = jobs_pb2.FetchSourceRequest(user_id="u1", source=places.sources()[0])
    assert b"".join([part.chunk async for part in places.service.client.stub.FetchSource(fetch)]) == PDF
