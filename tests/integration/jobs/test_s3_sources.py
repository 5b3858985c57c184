"""Documents from S3: plain behaviour on both services, security on the one that checks every signature."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from minio.credentials import Credentials
from minio.signer import sign_v4_s3

from fakes import servers
from fakes.jobs_process import running_jobs
from fakes.web import PDF
from metatag.v1 import jobs_pb2
from metatag_jobs.adapters.files.s3 import S3Files
from metatag_jobs.adapters.files.s3_client import S3Client, S3Options
from metatag_jobs.adapters.files.s3_clients import source_client
from metatag_jobs.adapters.sources.s3 import S3Fetcher
from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source
from metatag_jobs.settings import JobsSettings
from metatag_runtime.errors import MetatagError, Unavailable
from metatag_runtime.settings import SettingsError

Service = servers.Moto | servers.Swift


def client_of(service: Service, access: str = "", secret: str = "") -> S3Client:
    keys = (access or service.access_key, secret or service.secret_key)
    return S3Client(S3Options(service.endpoint, *keys, "us-east-1", secure=False))


async def filled(client: S3Client) -> str:
    """Make a bucket with one document, dir/a.pdf; give its name."""
    bucket = f"docs-{uuid.uuid4().hex[:12]}"
    await client.call(lambda: client.minio.make_bucket(bucket))
    await client.call(lambda: client.minio.put_object(bucket, "dir/a.pdf", io.BytesIO(PDF), len(PDF)))
    return bucket


@pytest.fixture(params=["moto", "swift"])
async def service(request: pytest.FixtureRequest) -> Service:
    return servers.moto() if request.param == "moto" else servers.swift()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[S3Client]:
    found = client_of(service)
    yield found
    found.close()


async def test_objects_are_fetched_and_absent_ones_told(client: S3Client, tmp_path: Path) -> None:
    bucket = await filled(client)
    found = S3Fetcher(client, [bucket, "nowhere-at-all"], own_bucket="private")
    await found.fetch(Source("s3", f"s3://{bucket}/dir/a.pdf"), tmp_path / "a", 1024)
    assert (tmp_path / "a").read_bytes() == PDF
    assert (await found.check(Source("s3", f"{bucket}/dir/a.pdf"))).size_bytes == len(PDF)
    await found.fetch(Source("s3", f" S3://{bucket}/dir/a.pdf"), tmp_path / "b", 1024)
    assert (tmp_path / "b").read_bytes() == PDF
    expected = {
        f"s3://{bucket}/none.pdf": "Object not found",
        "s3://nowhere-at-all/a.pdf": "Bucket not found",
        "s3://private/a.pdf": "Bucket not found",
        "S3://private/a.pdf": "Bucket not found",
        f"s3://{bucket}": "Invalid S3 path format",
    }
    for path, sentence in expected.items():
        assert (await found.check(Source("s3", path))).error == sentence
        with pytest.raises((SourceUnavailable, SourceRefused)):
            await found.fetch(Source("s3", path), tmp_path / "x", 1024)
    with pytest.raises(FileTooLarge):
        await found.fetch(Source("s3", f"s3://{bucket}/dir/a.pdf"), tmp_path / "x", 5)


@pytest.mark.parametrize("path", ["docs/a/../b.pdf", "docs/./b.pdf", "ab/a.pdf", "has blank/a.pdf", "docs../a.pdf"])
async def test_a_name_that_s3_cannot_have_is_told_and_not_tried_again(
    client: S3Client, tmp_path: Path, path: str
) -> None:
    found = S3Fetcher(client, [path.partition("/")[0]])
    with pytest.raises(SourceRefused, match="^S3 cannot have this bucket or key: "):
        await found.fetch(Source("s3", f"s3://{path}"), tmp_path / "x", 1024)
    assert (await found.check(Source("s3", f"s3://{path}"))).error.startswith("S3 cannot have this bucket or key: ")


@pytest.mark.parametrize("key", ["a..b.pdf", "..a.pdf", "v1.2/...pdf", "dir/a.b.c.pdf", "आदेश १+#?%20.pdf"])
async def test_dots_and_signs_within_a_key_are_ordinary(client: S3Client, tmp_path: Path, key: str) -> None:
    bucket = await filled(client)
    await client.call(lambda: client.minio.put_object(bucket, key, io.BytesIO(PDF), len(PDF)))
    await S3Fetcher(client, [bucket]).fetch(Source("s3", f"s3://{bucket}/{key}"), tmp_path / "a", 1024)
    assert (tmp_path / "a").read_bytes() == PDF


@pytest.mark.parametrize(
    "path",
    [
        "s3://PRIVATE/objects/x",
        "s3:///private/objects/x",
        "s3://private/../private/objects/x",
        "s3://docs/../private/objects/x",
        "s3://./private/objects/x",
        "s3://private%2Fobjects/x",
        "s3://http://127.0.0.1/x",
        "s3://docs/",
        "s3://",
        "//private/objects/x",
        "s3://private\r\n/objects/x",
    ],
)
async def test_no_spelling_leads_into_the_bucket_of_the_service_itself(
    path: str, client: S3Client, tmp_path: Path
) -> None:
    own = S3Files(client, "private")
    await own.ping()
    await own.put_bytes("x", PDF)
    found = S3Fetcher(client, ["private", "docs"], own_bucket="private")
    for spelling in (path, path.replace("objects/x", "objects/x/x")):
        assert not (await found.check(Source("s3", spelling))).valid
        with pytest.raises(MetatagError):
            await found.fetch(Source("s3", spelling), tmp_path / "x", 1024)


async def test_only_the_buckets_and_prefixes_that_the_operator_named_are_read(client: S3Client, tmp_path: Path) -> None:
    bucket, other = await filled(client), await filled(client)
    path = "dir/a.pdf"
    for allowed, refused in (([], bucket), ([other], bucket), ([f"{bucket}/reports/"], bucket), ([bucket], other)):
        with pytest.raises(SourceRefused):
            await S3Fetcher(client, allowed).fetch(Source("s3", f"s3://{refused}/{path}"), tmp_path / "x", 1024)
    for allowed in ([bucket], [f"{bucket}/dir/"], [other, bucket]):
        await S3Fetcher(client, allowed).fetch(Source("s3", f"s3://{bucket}/{path}"), tmp_path / "x", 1024)
    for key in ("dir/../dir/a.pdf", "dir/./a.pdf"):
        with pytest.raises(SourceRefused):
            await S3Fetcher(client, [f"{bucket}/dir/"]).fetch(Source("s3", f"s3://{bucket}/{key}"), tmp_path / "x", 9)


def test_keys_that_open_the_files_of_all_users_fetch_no_sources() -> None:
    settings = JobsSettings(files_url="s3://own", s3_endpoint="s3:9000", s3_access_key="k", s3_sources="docs")  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="METATAG_JOBS_S3_SOURCE_ACCESS_KEY"):
        source_client(settings)


@pytest.mark.parametrize(
    ("access", "secret"),
    [("", "not-the-secret"), ("metatag:nobody", ""), ("metatag:nobody", "not-the-secret")],
    ids=["wrong secret", "unknown user", "both wrong"],
)
async def test_a_service_that_checks_signatures_refuses_wrong_keys(access: str, secret: str, tmp_path: Path) -> None:
    service = servers.swift()
    good = client_of(service)
    bucket = await filled(good)
    wrong = client_of(service, access, secret)
    source = Source("s3", f"s3://{bucket}/dir/a.pdf")
    with pytest.raises(SourceUnavailable) as refused:
        await S3Fetcher(wrong, [bucket]).fetch(source, tmp_path / "a", 1024)
    assert not refused.value.again
    assert service.secret_key not in refused.value.message
    assert not (tmp_path / "a").exists()
    check = await S3Fetcher(wrong, [bucket]).check(source)
    assert (check.valid, check.error) == (False, "S3 error: access denied")
    with pytest.raises(Unavailable):
        await S3Files(wrong, bucket).ping()
    await S3Fetcher(good, [bucket]).fetch(source, tmp_path / "a", 1024)
    good.close()
    wrong.close()


async def test_a_request_that_was_tampered_with_is_refused() -> None:
    service = servers.swift()
    client = client_of(service)
    bucket = await filled(client)
    url = f"http://{service.endpoint}/{bucket}/dir/a.pdf"
    headers = _signed(service, "GET", url)
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(url, headers=headers)).content == PDF
        for other, changed in _tampered(service, url, headers):
            answer = await http.get(other, headers=changed)
            assert answer.status_code in (400, 403), (other, changed, answer.text)
            assert b"%PDF" not in answer.content
        assert (await http.delete(url, headers=headers)).status_code == 403
        assert (await http.get(url)).status_code in (400, 401, 403)
        assert (await http.get(url, headers=headers)).status_code == 200
    client.close()


async def test_a_body_that_is_not_the_signed_one_is_not_stored() -> None:
    service = servers.swift()
    client = client_of(service)
    bucket = await filled(client)
    url = f"http://{service.endpoint}/{bucket}/dir/b.pdf"
    headers = _signed(service, "PUT", url, PDF)
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.put(url, headers=headers, content=PDF.replace(b"pages", b"sages"))
        assert answer.status_code in (400, 403, 422)
        assert (await http.get(url, headers=_signed(service, "GET", url))).status_code == 404
        assert (await http.put(url, headers=headers, content=PDF)).status_code == 200
    client.close()


def _signed(service: Service, method: str, url: str, body: bytes = b"") -> dict[str, str]:
    digest = hashlib.sha256(body).hexdigest()
    now = datetime.now(UTC)
    headers = {
        "Host": service.endpoint,
        "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        "x-amz-content-sha256": digest,
    }
    credentials = Credentials(service.access_key, service.secret_key)
    signed: dict[str, Any] = sign_v4_s3(
        method=method,
        url=urlsplit(url),
        region="us-east-1",
        headers=headers,
        credentials=credentials,
        content_sha256=digest,
        date=now,
    )
    return dict(signed)


def _tampered(service: Service, url: str, headers: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
    signature = headers["Authorization"]
    flipped = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    return [
        (url.replace("a.pdf", "none.pdf"), headers),
        (url + "?response-content-type=text/html", headers),
        (url, {**headers, "Authorization": flipped}),
        (url, {**headers, "Authorization": signature.replace("us-east-1", "us-west-2")}),
        (url, {**headers, "x-amz-date": "20200101T000000Z"}),
        (url, {**headers, "x-amz-content-sha256": "0" * 64}),
        (url, {**headers, "Authorization": signature.replace(service.access_key, "metatag:nobody")}),
    ]


async def test_rows_that_name_absent_objects_fail_alone() -> None:
    service = servers.swift()
    client = client_of(service)
    bucket = await filled(client)
    settings = {
        "s3_endpoint": service.endpoint,
        "s3_access_key": service.access_key,
        "s3_secret_key": service.secret_key,
        "s3_secure": False,
        "s3_sources": f"{bucket},nowhere-at-all",
        "s3_source_access_key": service.access_key,
        "s3_source_secret_key": service.secret_key,
        "files_url": f"s3://own-{uuid.uuid4().hex[:12]}",
        "max_tries": 1,
    }
    paths = [f"s3://{bucket}/dir/a.pdf", f"s3://{bucket}/none.pdf", "s3://nowhere-at-all/a.pdf", settings["files_url"]]
    async with running_jobs(**settings) as service:
        rows = [
            jobs_pb2.DocumentSpec(source=jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_S3, path=str(path)))
            for path in paths
        ]
        made = await service.client.create(rows)
        job = await service.client.finished(made.job.id)
        problems = [document.problem.message for document in await service.client.documents(made.job.id)]
        assert problems == ["", "Object not found", "Bucket not found", "Invalid S3 path format"]
        assert (job.processed, job.failed) == (1, 3)
    client.close()


async def test_the_pdfs_below_a_prefix_are_listed_within_what_is_allowed(client: S3Client) -> None:
    bucket = await filled(client)
    for key in ("dir/1998/b.PDF", "dir/notes.txt", "dir/empty.pdf", "other/c.pdf", "dirty/d.pdf"):
        body = b"" if "empty" in key else PDF
        await client.call(client.minio.put_object, bucket, key, io.BytesIO(body), len(body))
    found = S3Fetcher(client, [f"{bucket}/dir"], own_bucket="private")
    below = await found.list_below(Source("s3", f"s3://{bucket}/dir/"), 10)
    assert below == ([f"s3://{bucket}/dir/1998/b.PDF", f"s3://{bucket}/dir/a.pdf"], False)
    assert await found.list_below(Source("s3", f"s3://{bucket}/dir/"), 1) == ([f"s3://{bucket}/dir/1998/b.PDF"], True)
    assert await found.list_below(Source("s3", f"s3://{bucket}/dir/none/"), 1) == ([], False)
    for refused in (f"s3://{bucket}/", f"s3://{bucket}/other/", "s3://private/", "s3:///", f"s3://{bucket}/dir/../"):
        with pytest.raises(SourceRefused):
            await found.list_below(Source("s3", refused), 1)
    with pytest.raises(SourceUnavailable, match="Bucket not found"):
        await S3Fetcher(client, ["nowhere-at-all"]).list_below(Source("s3", "s3://nowhere-at-all/"), 1)
