"""What a user may name beside URLs: files under the operator's roots, and batches of good and bad sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fakes.jobs_room import running_room
from fakes.web import PDF, plain, web
from metatag.v1 import jobs_pb2
from metatag_jobs.adapters.local_fetcher import LocalFetcher
from metatag_jobs.errors import SourceRefused
from metatag_jobs.model import Source


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
