"""The stores: tables at their newest revision, clocks together, Redis there, the bucket writable."""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
import time
import uuid

import redis.asyncio
import urllib3
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from minio import Minio
from minio.error import MinioException
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

import metatag_gateway.migrate
import metatag_jobs.migrate
from metatag_cli.checkup import Finding
from metatag_cli.cluster.config import Bucket, without_secrets
from metatag_runtime.sql import run_blocking

# A lease is 15 s; clocks that differ by a good part of it take documents away from living workers. Seconds.
SKEW_NOTED, SKEW_BAD = 1.0, 5.0
REVISIONS = {
    "gateway": (metatag_gateway.migrate.SCRIPTS, metatag_gateway.migrate.VERSION_TABLE),
    "jobs": (metatag_jobs.migrate.MIGRATIONS, metatag_jobs.migrate.VERSION_TABLE),
}
_PATIENCE = 5


async def tables(name: str, url: str) -> list[Finding]:
    """Compare a database's revision with the newest one, and its clock with ours."""
    return await asyncio.to_thread(_tables, name, url)


def _tables(name: str, url: str) -> list[Finding]:
    what = f"Tables {name}"

    def look(connection: Connection) -> list[Finding]:
        return [_revision(what, name, connection), _clock(f"Clock {name}", connection)]

    try:
        return run_blocking(url, look)
    except SQLAlchemyError as error:
        reason = (str(getattr(error, "orig", None) or "").strip() or type(error).__name__).splitlines()[0]
        remedy = f"Look at the database and at METATAG_{name.upper()}_DATABASE_URL."
        return [Finding(what, "bad", f"{without_secrets(url)} does not answer ({reason})", remedy)]


def _revision(what: str, name: str, connection: Connection) -> Finding:
    scripts, table = REVISIONS[name]
    newest = set(ScriptDirectory(str(scripts)).get_heads())
    there = set(MigrationContext.configure(connection, opts={"version_table": table}).get_current_heads())
    if there == newest:
        return Finding(what, "ok", f"at the newest revision, {', '.join(sorted(newest))}")
    return Finding(
        what, "bad", f"at {', '.join(sorted(there)) or 'no revision'}, the newest is {', '.join(sorted(newest))}",
        f"Run the migration of {name} (Job migrate-{name}), or this doctor is of another version than the cluster.",
    )  # fmt: skip


def _clock(what: str, connection: Connection) -> Finding:
    if connection.dialect.name != "postgresql":
        return Finding(what, "ok", "a file: the clock is ours")
    before = time.time()
    theirs = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    after = time.time()
    skew = theirs - (before + after) / 2
    found = f"{abs(skew) * 1000:.0f} ms {'ahead of' if skew > 0 else 'behind'} this machine"
    level = "bad" if abs(skew) >= SKEW_BAD else "note" if abs(skew) >= SKEW_NOTED else "ok"
    return Finding(what, level, found, "Keep the clocks of all machines together (chrony, systemd-timesyncd).")


async def answers(name: str, url: str) -> Finding:
    """Ping a Redis."""
    client = redis.asyncio.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    what = f"Redis {name}"
    try:
        await client.ping()
        return Finding(what, "ok", f"{without_secrets(url)} answers")
    except (redis.exceptions.RedisError, OSError) as error:
        return Finding(
            what, "bad", f"{without_secrets(url)} does not answer ({type(error).__name__})",
            f"Look at Redis and at METATAG_{name.upper()}_REDIS_URL. Nothing is lost meanwhile; tickets come late.",
        )  # fmt: skip
    finally:
        await client.aclose()


async def writable(bucket: Bucket) -> Finding:
    """Write an object, read it, remove it."""
    return await asyncio.to_thread(_in_bucket if bucket.url.startswith("s3://") else _in_directory, bucket)


def _in_directory(bucket: Bucket) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=bucket.url, prefix="doctor-"):
            return Finding("Files", "ok", f"{bucket.url} is writable")
    except OSError as error:
        remedy = "Look at METATAG_JOBS_FILES_URL, at the volume and at its owner."
        return Finding("Files", "bad", f"{bucket.url} is not writable ({os.strerror(error.errno or 0)})", remedy)


def _in_bucket(bucket: Bucket) -> Finding:
    name, content = bucket.url.removeprefix("s3://").strip("/"), uuid.uuid4().bytes
    key = f"doctor/{uuid.uuid4().hex}"
    patience = urllib3.Timeout(connect=_PATIENCE, read=_PATIENCE)
    with urllib3.PoolManager(timeout=patience, retries=urllib3.Retry(total=1)) as pool:
        try:
            client = Minio(
                bucket.endpoint,
                access_key=bucket.access_key or None,
                secret_key=bucket.secret_key or None,
                region=bucket.region,
                secure=bucket.secure,
                http_client=pool,
            )
            if not client.bucket_exists(name):
                remedy = "jobs makes it at its start; does its key have the right to?"
                return Finding("Files", "bad", f"there is no bucket {name} at {bucket.endpoint}", remedy)
            client.put_object(name, key, io.BytesIO(content), len(content))
            answer = client.get_object(name, key)
            same = answer.read() == content
            answer.close()
            client.remove_object(name, key)
        except (MinioException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            code = getattr(error, "code", "") or type(error).__name__
            remedy = "Look at METATAG_JOBS_S3_*; the key must read, write and delete in its bucket."
            return Finding("Files", "bad", f"bucket {name} at {bucket.endpoint} refuses ({code})", remedy)
    if same:
        return Finding("Files", "ok", f"bucket {name} at {bucket.endpoint} is there and writable")
    return Finding("Files", "bad", f"bucket {name} gives back other bytes than were written", "Is a proxy in between?")
