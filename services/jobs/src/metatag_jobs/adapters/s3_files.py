"""Objects in an S3 bucket."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

from minio.error import S3Error
from urllib3.exceptions import HTTPError

from metatag_jobs.adapters.s3_client import S3Client
from metatag_jobs.errors import FileGone
from metatag_runtime.errors import Unavailable

CHUNK = 1024 * 1024
_GONE = ("NoSuchKey", "NoSuchObject", "NoSuchBucket")


class S3Files:
    """The port FileStore."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._minio = client.minio
        self._bucket = bucket

    async def put(self, name: str, path: Path) -> None:
        """Store a local file; S3 shows an object only when it is whole."""
        await self._client.call(
            lambda: self._minio.fput_object(self._bucket, _key(name), str(path), content_type="application/pdf")
        )

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes."""
        await self._client.call(
            lambda: self._minio.put_object(self._bucket, _key(name), io.BytesIO(data), len(data), "application/json")
        )

    async def read(self, name: str) -> bytes:
        """Give an object; raises FileGone."""
        body, _ = await self._client.call(self._read, name, 0, 0)
        return body

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """Give an object in chunks of at most 1 MiB; raises FileGone at the first."""
        offset, total = 0, 1
        while offset < total:
            # A request a chunk: no connection is held while a slow reader takes its time.
            chunk, total = await self._client.call(self._read, name, offset, CHUNK)
            if not chunk:
                return
            yield chunk
            offset += len(chunk)

    async def delete(self, name: str) -> None:
        """Remove an object; absent is fine."""
        try:
            await self._client.call(self._minio.remove_object, self._bucket, _key(name))
        except S3Error as error:
            if error.code not in _GONE:
                raise

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

    def _read(self, name: str, offset: int, length: int) -> tuple[bytes, int]:
        """Give a part of an object and the whole object's size."""
        answer = None
        try:
            answer = self._minio.get_object(self._bucket, _key(name), offset=offset, length=length)
            body = bytes(answer.read())
            # "bytes 0-99/1234"; absent when the whole object was asked for.
            whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
            return body, int(whole) if whole.isdigit() else offset + len(body)
        except S3Error as error:
            if error.code in _GONE:
                raise FileGone from None
            raise
        finally:
            if answer is not None:
                answer.close()
                answer.release_conn()


def _key(name: str) -> str:
    return f"objects/{name[-2:]}/{name}"
