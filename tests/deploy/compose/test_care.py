"""The procedures of docs/operations.md, done as they are written: backup and restore, another signing secret."""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path

import httpx
import pytest

from deploy.compose.load import DIGITAL, sign_in, unseen
from deploy.compose.stack import Stack
from metatag_client import ApiError, Client, Options

OPTIONS = Options(pages=1, tags=5, tagger="local")
SERVICES = ("gateway", "jobs-api", "jobs-worker")
# What `mc mirror` or any S3 tool does, with what is in the image: objects to a tar file, and back.
_COPY = """
import io, os, sys, tarfile
from minio import Minio
e = os.environ
store = Minio(e["METATAG_JOBS_S3_ENDPOINT"], e["METATAG_JOBS_S3_ACCESS_KEY"], e["METATAG_JOBS_S3_SECRET_KEY"],
              secure=e["METATAG_JOBS_S3_SECURE"] == "true", region="us-east-1")
bucket = e["METATAG_JOBS_FILES_URL"].removeprefix("s3://")
if sys.argv[1] == "out":
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for each in store.list_objects(bucket, recursive=True):
            body = store.get_object(bucket, each.object_name).read()
            entry = tarfile.TarInfo(each.object_name)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
else:
    if not store.bucket_exists(bucket):
        store.make_bucket(bucket)
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as tar:
        for entry in tar:
            store.put_object(bucket, entry.name, tar.extractfile(entry), entry.size)
"""
_AS_OWNER = 'export PGPASSWORD="$POSTGRES_PASSWORD"; exec '


def in_postgres(stack: Stack, command: str, *, given: bytes | None = None) -> bytes:
    """Runs a client of PostgreSQL beside the server; gives what it prints."""
    return piped(stack, ["exec", "-i", stack.containers()["postgres"][0], "sh", "-c", _AS_OWNER + command], given)


def piped(stack: Stack, words: list[str], given: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["docker", *words],
        env=stack.docker.environment,
        input=given or b"",
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    return done.stdout


def test_a_backup_brings_everything_back_on_empty_stores(stack: Stack, tmp_path: Path) -> None:
    document = unseen(DIGITAL)
    email, password = f"{secrets.token_hex(8)}@example.com", "correct horse battery"
    with Client(stack.urls[0]) as client:
        client.register(email, password)
        client.login(email, password)
        before = client.process(document, options=OPTIONS)

    # Backup: the database first, then the object store.
    dump = in_postgres(stack, "pg_dump -Fc -h 127.0.0.1 -U metatag metatag")
    objects = piped(stack, ["exec", stack.containers()["jobs-worker"][0], "python", "-c", _COPY, "out"])
    assert len(dump) > 10_000
    assert len(objects) > len(DIGITAL)

    # The loss: all stores with their volumes.
    stack.compose("stop", "-t", "40", *SERVICES, "tagger")
    stack.compose("rm", "-fsv", "postgres", "redis", "minio")
    for volume in ("postgres", "minio"):
        stack.docker.run("volume", "rm", f"metatag-test_{volume}")
    stack.up("postgres", "redis", "minio")
    for store in ("postgres", "redis", "minio"):
        stack.wait_healthy(store, 1)

    # Restore, then the services: jobs-api, jobs-worker, gateway.
    in_postgres(stack, "pg_restore --clean --if-exists -h 127.0.0.1 -U metatag -d metatag", given=dump)
    stack.compose_piped(["run", "--rm", "--no-deps", "-T", "jobs-worker", "python", "-c", _COPY, "in"], objects)
    stack.compose("start", "tagger", "jobs-api", "jobs-worker", "gateway")
    stack.wait_healthy("jobs-worker", 1)
    stack.wait_ready()

    with Client(stack.urls[0]) as client:
        client.login(email, password)
        after = client.document(before.document_id)
        assert list(after.tags) == [tag.text for tag in before.tags]
        assert [each.id for each in client.search("water")] == [before.document_id]
        token = client.tokens.access_token if client.tokens else ""
        stored = httpx.get(
            f"{stack.urls[0]}/api/history/documents/{before.document_id}/file",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        assert stored.content == document[1], "the PDF is back, byte by byte"
        assert client.process(unseen(DIGITAL), options=OPTIONS).tags, "and work goes on"


def test_a_new_signing_secret_signs_nobody_out(stack: Stack) -> None:
    old, new = stack.variable("GATEWAY_SECRET_KEY"), secrets.token_hex(32)
    with sign_in(stack.urls[0]) as client:
        assert client.tokens is not None
        access, refresh = client.tokens.access_token, client.tokens.refresh_token
    stack.set(GATEWAY_SECRET_KEY=new, GATEWAY_PREVIOUS_SECRET_KEYS=old)
    restart_gateways(stack)
    with Client(stack.urls[0], token=access) as signed_in_before:
        signed_in_before.me()
    renewed = httpx.post(f"{stack.urls[0]}/api/auth/refresh", json={"refresh_token": refresh}, timeout=30)
    assert renewed.is_success, renewed.text
    with sign_in(stack.urls[0]) as client:
        token = client.tokens.access_token if client.tokens else ""
    # After the life of refresh tokens the old one goes: what it signed is void, what the new one signed holds.
    stack.set(GATEWAY_PREVIOUS_SECRET_KEYS="")
    restart_gateways(stack)
    with Client(stack.urls[0], token=token) as signed_in_since:
        signed_in_since.me()
    with Client(stack.urls[0], token=access) as forgotten, pytest.raises(ApiError) as refused:
        forgotten.me()
    assert refused.value.status == 401


def restart_gateways(stack: Stack) -> None:
    stack.compose("up", "-d", "--no-build", "--no-deps", "--scale=gateway=2", "gateway")
    stack.wait_healthy("gateway", 2)
    stack.wait_ready()
