"""`metatag doctor --cluster` beside real services and stores: what it says when all is well and when it is not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fakes import servers
from fakes.jobs_process import running_jobs
from metatag_gateway.bootstrap import GatewayService
from metatag_gateway.settings import GatewaySettings
from metatag_runtime.metrics import MetricsService
from metatag_runtime.sql import run_blocking


@dataclass
class Cluster:
    """A running system and the variables that a doctor beside it is given."""

    gateway: str
    variables: dict[str, str]

    async def doctor(self, *words: str, **changed: str) -> tuple[int, dict[str, dict[str, str]]]:
        """Gives the exit code and the findings by name; `changed` are other values of variables."""
        code, printed = await self.printed("--json", *words, **changed)
        return code, {each["what"]: each for each in json.loads(printed)}

    async def printed(self, *words: str, **changed: str) -> tuple[int, str]:
        environment = {
            **{name: given for name, given in os.environ.items() if not name.startswith("METATAG_")},
            **self.variables,
            **changed,
        }
        command = [sys.executable, "-m", "metatag_cli", "doctor", "--cluster", "--server", self.gateway, *words]
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(100):
            out, err = await process.communicate()
        assert process.returncode in (0, 1), err.decode()
        return process.returncode, out.decode()


@asynccontextmanager
async def running_gateway(url: str, peers: Mapping[str, str]) -> AsyncIterator[GatewayService]:
    gateway = GatewayService(
        GatewaySettings(
            host="127.0.0.1",
            port=0,
            database_url=url,
            secret_key="a secret for tests, long enough for all",  # type: ignore[arg-type]
            **peers,  # type: ignore[arg-type]
        )
    )
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop(2)


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    postgres, redis, s3 = servers.postgres(), servers.redis(), servers.moto()
    redis.flush()
    url = postgres.new_database()
    jobs = f"127.0.0.1:{servers.free_port()}"
    store: dict[str, Any] = {
        "files_url": "s3://doctored",
        "s3_endpoint": s3.endpoint,
        "s3_access_key": s3.access_key,
        "s3_secret_key": s3.secret_key,
        "s3_secure": False,
    }
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(postgres.drop_database, url)
        service = await stack.enter_async_context(
            running_jobs(database_url=url, redis_url=redis.url, listen=jobs, **store)
        )
        peers = {
            "jobs_address": jobs,
            "ocr_address": service.settings.ocr_address,
            "tagger_address": service.settings.tagger_address,
        }
        gateway = await stack.enter_async_context(running_gateway(url, peers))
        metrics = MetricsService("127.0.0.1", servers.free_port())
        await metrics.start()
        stack.push_async_callback(metrics.stop, 0)
        secret = tmp_path / "database_url"
        secret.write_text(f"{url}\n")
        yield Cluster(
            f"http://127.0.0.1:{gateway.port}",
            {
                "METATAG_GATEWAY_DATABASE_URL": url,
                "METATAG_JOBS_DATABASE_URL_FILE": str(secret),
                **{f"METATAG_{name}_REDIS_URL": redis.url for name in ("GATEWAY", "JOBS", "TAGGER")},
                "METATAG_JOBS_FILES_URL": store["files_url"],
                "METATAG_JOBS_S3_ENDPOINT": s3.endpoint,
                "METATAG_JOBS_S3_ACCESS_KEY": s3.access_key,
                "METATAG_JOBS_S3_SECRET_KEY": s3.secret_key,
                "METATAG_JOBS_S3_SECURE": "false",
                "METATAG_GATEWAY_JOBS_ADDRESS": jobs,
                "METATAG_JOBS_OCR_ADDRESS": service.settings.ocr_address,
                "METATAG_JOBS_TAGGER_ADDRESS": service.settings.tagger_address,
                "METATAG_PROCESS_METRICS_PORT": str(metrics.port),
            },
        )


async def test_a_cluster_that_is_well_has_no_cross(cluster: Cluster) -> None:
    code, found = await cluster.doctor()
    assert code == 0, found
    assert [name for name, each in found.items() if each["level"] == "bad"] == []
    assert {name for name, each in found.items() if each["level"] == "ok"} >= {
        "Gateway", "Health", "jobs-api", "ocr", "tagger", "Leader", "Objects", "Tables gateway", "Tables jobs",
        "Clock jobs", "Redis jobs", "Redis gateway", "Redis tagger", "Files",
    }  # fmt: skip
    assert found["Leader"]["found"] == "one of 1 jobs-api leads the dispatch"
    assert found["Walls of ocr"]["level"] == "note"
    code, printed = await cluster.printed()
    assert code == 0
    assert "✓ Gateway" in printed
    assert "The cluster is well." in printed


async def test_what_is_away_is_named_with_a_sentence_to_act_on(cluster: Cluster) -> None:
    nobody = f"127.0.0.1:{servers.free_port()}"
    code, found = await cluster.doctor(
        METATAG_JOBS_TAGGER_ADDRESS=nobody,
        METATAG_JOBS_OCR_ADDRESS="dns:///no-such-name.invalid:50051",
        METATAG_JOBS_REDIS_URL=f"redis://:hush@{nobody}/0",
        METATAG_JOBS_DATABASE_URL=f"postgresql://metatag:hush@{nobody}/metatag",
        METATAG_JOBS_S3_ENDPOINT=nobody,
        METATAG_PROCESS_METRICS_PORT=nobody.rpartition(":")[2],
        METATAG_GATEWAY_REDIS_URL="",
    )
    assert code == 1
    bad = {name for name, each in found.items() if each["level"] == "bad"}
    assert bad == {"tagger", "ocr", "Redis jobs", "Tables jobs", "Files", "Leader"}
    assert all(found[name]["remedy"] for name in bad)
    assert "0 of 1 addresses ready" in found["tagger"]["found"]
    assert found["Redis gateway"]["level"] == "note"
    assert "METATAG_GATEWAY_REDIS_URL is not set" in found["Redis gateway"]["found"]
    assert "hush" not in json.dumps(found), "no password is shown"


async def test_a_gateway_that_is_away_is_told_once_and_the_rest_is_still_looked_at(cluster: Cluster) -> None:
    cluster.gateway = f"http://127.0.0.1:{servers.free_port()}"
    code, found = await cluster.doctor()
    assert code == 1
    assert {name for name, each in found.items() if each["level"] == "bad"} == {"Gateway", "Health"}


async def test_tables_of_an_older_revision_are_found(cluster: Cluster) -> None:
    older = text("UPDATE alembic_version_jobs SET version_num = '0001'")
    run_blocking(cluster.variables["METATAG_GATEWAY_DATABASE_URL"], lambda connection: connection.execute(older))
    code, found = await cluster.doctor()
    assert code == 1
    assert found["Tables jobs"]["level"] == "bad"
    assert "migrate-jobs" in found["Tables jobs"]["remedy"]
    assert found["Tables gateway"]["level"] == "ok"


async def test_a_bucket_that_is_not_there_is_found(cluster: Cluster) -> None:
    _, found = await cluster.doctor(METATAG_JOBS_FILES_URL="s3://nowhere")
    assert found["Files"]["level"] == "bad"
    assert "no bucket nowhere" in found["Files"]["found"]


async def test_walls_that_stand_and_walls_that_do_not_are_told_apart(cluster: Cluster) -> None:
    """`env` runs the question here, where everything is reached; a namespace without network stands for ocr."""
    code, found = await cluster.doctor("--inside-ocr", "env PATH=/usr/bin:/bin:" + str(Path(sys.executable).parent))
    assert code == 1
    assert found["Walls of ocr"]["level"] == "bad"
    assert cluster.variables["METATAG_GATEWAY_JOBS_ADDRESS"] in found["Walls of ocr"]["found"]
    if os.geteuid():
        pytest.skip("A network namespace needs root.")
    _, found = await cluster.doctor("--inside-ocr", f"unshare --net env PATH={Path(sys.executable).parent}:/usr/bin")
    assert found["Walls of ocr"]["level"] == "ok", found["Walls of ocr"]
    _, found = await cluster.doctor("--inside-ocr", "false")
    assert found["Walls of ocr"]["level"] == "bad"
