"""Documents from S3, with the service's credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from minio.error import S3Error
from urllib3.exceptions import HTTPError

from metatag_jobs.adapters.files.s3_client import S3Client
from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source, SourceCheck

_SENTENCES = {
    "NoSuchKey": "Object not found",
    "NoSuchObject": "Object not found",
    "NoSuchBucket": "Bucket not found",
    "AccessDenied": "S3 error: access denied",
}
_CHUNK = 256 * 1024
# Objects below a prefix that are looked at.
MAX_SEEN = 200_000


class S3Fetcher:
    """The port Fetcher for s3://bucket/key, for the buckets and prefixes that the operator named."""

    def __init__(self, client: S3Client, allowed: Sequence[str], *, own_bucket: str = "") -> None:
        """`allowed` holds `bucket` or `bucket/prefix`; the bucket of the service's own objects is refused always."""
        self._client = client
        self._allowed = [(bucket, prefix) for bucket, _, prefix in (place.partition("/") for place in allowed)]
        self._own_bucket = own_bucket

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        """Write the object to a file."""
        bucket, key = self._split(source.path)
        try:
            await self._client.call(self._save, bucket, key, target, max_bytes)
        except S3Error as error:
            raise _unavailable(error) from error
        except ValueError as error:
            raise _bad_name(error) from error
        except (HTTPError, OSError, TimeoutError) as error:
            raise SourceUnavailable("S3 error: the service does not answer") from error

    async def list_below(self, source: Source, limit: int) -> tuple[list[str], bool]:
        """Return paths of up to `limit` PDFs below a prefix that ends with "/", by key, and whether there are more."""
        bucket, prefix = self._split(source.path, prefix=True)
        try:
            keys = await self._client.call(self._keys, bucket, prefix, limit + 1)
        except S3Error as error:
            raise _unavailable(error) from error
        except ValueError as error:
            raise _bad_name(error) from error
        except (HTTPError, OSError, TimeoutError) as error:
            raise SourceUnavailable("S3 error: the service does not answer") from error
        return [f"s3://{bucket}/{key}" for key in keys[:limit]], len(keys) > limit

    def _keys(self, bucket: str, prefix: str, most: int) -> list[str]:
        objects = self._client.minio.list_objects(bucket, prefix=prefix, recursive=True)
        # A prefix may hold any number of other files.
        seen = (each.object_name or "" for each in islice(objects, MAX_SEEN) if each.size)
        fitting = (key for key in seen if key.lower().endswith(".pdf") and {".", ".."}.isdisjoint(key.split("/")))
        return list(islice(fitting, most))

    async def check(self, source: Source) -> SourceCheck:
        """Look at the object; never raises for a bad source."""
        try:
            bucket, key = self._split(source.path)
            async with asyncio.timeout(10):
                found = await self._client.call(lambda: self._client.minio.stat_object(bucket, key))
        except SourceRefused as error:
            return SourceCheck(error=error.message)
        except S3Error as error:
            # A HEAD answer has no body, so S3 cannot say which of the two is absent.
            absent = error.code in ("NoSuchKey", "NoSuchObject") and not await self._exists(bucket)
            return SourceCheck(error="Bucket not found" if absent else _unavailable(error).message)
        except ValueError as error:
            return SourceCheck(error=_bad_name(error).message)
        except (HTTPError, OSError, TimeoutError):
            return SourceCheck(error="S3 error: the service does not answer")
        return SourceCheck(True, "", found.content_type or "", found.size)

    async def _exists(self, bucket: str) -> bool:
        try:
            return await self._client.call(lambda: self._client.minio.bucket_exists(bucket))
        except (S3Error, HTTPError, OSError, TimeoutError):
            return True

    def _split(self, path: str, *, prefix: bool = False) -> tuple[str, str]:
        """Return bucket and key, or a prefix of keys, which may be empty; raises SourceRefused."""
        path = path.strip()
        if path[:5].lower() == "s3://":
            path = path[5:]
        bucket, _, key = path.partition("/")
        if not bucket or not (key or prefix) or "://" in bucket:
            raise SourceRefused("Invalid S3 path format")
        if bucket == self._own_bucket:
            # It holds the files of all users.
            raise SourceRefused("Bucket not found")
        if not self._allowed:
            raise SourceRefused("S3 sources are not allowed here; METATAG_JOBS_S3_SOURCES names no bucket.")
        if not any(bucket == place and key.startswith(prefix) for place, prefix in self._allowed):
            # The same sentence as for one that is not there: which buckets there are is nobody's business.
            raise SourceRefused("Bucket not found")
        if not {".", ".."}.isdisjoint(key.split("/")):
            # A service that folds these would look outside the prefix.
            raise _bad_name(ValueError("a part of the key is . or .."))
        return bucket, key

    def _save(self, bucket: str, key: str, target: Path, max_bytes: int) -> None:
        answer = self._client.minio.get_object(bucket, key)
        try:
            size = 0
            with target.open("wb") as file:
                for chunk in answer.stream(_CHUNK):
                    size += len(chunk)
                    if size > max_bytes:
                        raise FileTooLarge(max_bytes)
                    file.write(chunk)
        finally:
            answer.close()
            answer.release_conn()


def _bad_name(error: ValueError) -> SourceRefused:
    """Return what to tell of a name that the client refuses before it asks; it will not take it later either."""
    reason = " ".join(str(error).split())[:200].rstrip(".")
    return SourceRefused(f"S3 cannot have this bucket or key: {reason}; check how it is written.")


def _unavailable(error: S3Error) -> SourceUnavailable:
    sentence = _SENTENCES.get(error.code or "", f"S3 error: {error.code}")
    return SourceUnavailable(sentence, again=error.code in ("SlowDown", "InternalError", "ServiceUnavailable"))
