"""Objects in an S3 bucket."""

from __future__ import annotations

import contextlib
import io
import itertools
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog
from minio.error import S3Error
from urllib3.exceptions import HTTPError

from metatag_jobs.adapters.files.s3_client import S3Client
from metatag_jobs.errors import FileGone
from metatag_runtime.errors import Unavailable
from metatag_runtime.failures import AGAIN

log = structlog.get_logger("metatag.jobs.files")

T = TypeVar("T")

CHUNK = 1024 * 1024
# Objects in one portion of a listing.
LISTED = 1000
# Not NoSuchBucket: a store without our bucket is not itself.
_GONE = ("NoSuchKey", "NoSuchObject")


class S3Files:
    """The port FileStore."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._minio = client.minio
        self._bucket = bucket

    async def put(self, name: str, path: Path) -> None:
        """Store a local file; S3 shows an object only when it is whole."""
        await self._put(
            lambda: self._minio.fput_object(self._bucket, _key(name), str(path), content_type="application/pdf")
        )

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes."""
        await self._put(
            lambda: self._minio.put_object(self._bucket, _key(name), io.BytesIO(data), len(data), "application/json")
        )

    async def read(self, name: str) -> bytes:
        """Give an object; raises FileGone."""
        body, _ = await self._call(self._read, name, 0, 0)
        return body

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """Give an object in chunks of at most 1 MiB; raises FileGone at the first."""
        offset, total = 0, 1
        while offset < total:
            # A request a chunk: no connection is held while a slow reader takes its time.
            chunk, total = await self._call(self._read, name, offset, CHUNK)
            if not chunk:
                return
            yield chunk
            offset += len(chunk)

    async def delete(self, name: str) -> None:
        """Remove an object; absent is fine."""
        with contextlib.suppress(FileGone):
            await self._call(self._minio.remove_object, self._bucket, _key(name))

    async def list_objects(self, shard: str) -> AsyncIterator[list[tuple[str, float]]]:
        """Return the objects of a shard with their ages in seconds, in portions."""
        after = ""
        while portion := await self._call(self._list, f"objects/{shard}/", after):
            after = portion[-1][0]
            yield [(key.rpartition("/")[2], age) for key, age in portion]

    async def ping(self) -> None:
        """Raise if the bucket cannot be used; makes it when it is absent."""
        try:
            if not await self._client.call(lambda: self._minio.bucket_exists(self._bucket)):
                await self._client.call(lambda: self._minio.make_bucket(self._bucket))
        except S3Error as error:
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise Unavailable(f"The object store refuses the bucket ({error.code}).") from error
        except (HTTPError, OSError) as error:
            raise Unavailable("The object store does not answer.") from error

    async def _put(self, work: Callable[[], Any]) -> None:
        """Call the store to put something; a store that then finds something missing is not itself."""
        try:
            await self._call(work)
        except FileGone as error:
            raise Unavailable("The object store does not take objects.", retry_after=AGAIN) from error

    async def _call(self, work: Callable[..., T], *args: Any) -> T:
        """Call the store; raises FileGone, and Unavailable for every other failure: it is never the document's."""
        try:
            return await self._client.call(work, *args)
        except FileGone:
            raise
        except S3Error as error:
            if error.code in _GONE:
                raise FileGone from None
            raise Unavailable(f"The object store refuses ({error.code}).", retry_after=AGAIN) from error
        except Exception as error:
            log.warning("object store does not answer", error=type(error).__name__)
            raise Unavailable("The object store does not answer.", retry_after=AGAIN) from error

    def _list(self, prefix: str, after: str) -> list[tuple[str, float]]:
        found = self._minio.list_objects(self._bucket, prefix=prefix, recursive=True, start_after=after or None)
        return [
            (str(each.object_name), time.time() - each.last_modified.timestamp())
            for each in itertools.islice(found, LISTED)
            if each.last_modified is not None
        ]

    def _read(self, name: str, offset: int, length: int) -> tuple[bytes, int]:
        """Give a part of an object and the whole object's size."""
        answer = None
        try:
            answer = self._minio.get_object(self._bucket, _key(name), offset=offset, length=length)
            body = bytes(answer.read())
            # "bytes 0-99/1234"; absent when the whole object was asked for.
            whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
            return body, int(whole) if whole.isdigit() else offset + len(body)
        finally:
            if answer is not None:
                answer.close()
                answer.release_conn()


def _key(name: str) -> str:
    return f"objects/{name[-2:]}/{name}"
