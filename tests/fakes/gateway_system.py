"""A real gateway over fake peers, each spoken to over its real protocol: HTTP and WebSocket in front, gRPC behind."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import structlog
from argon2 import PasswordHasher

from fakes import migrated
from fakes.gateway_peers import FakeOcrService, FakeTaggerService, ocr_service, tagger_service
from fakes.jobs_service import PDF, FakeJobsProcess, FakeJobsService
from fakes.jobs_service_engine import ENDED
from metatag_gateway import bootstrap
from metatag_gateway.adapters.argon2_passwords import Argon2Passwords
from metatag_gateway.settings import GatewaySettings
from metatag_runtime.grpc_server import GrpcService
from metatag_runtime.hosting import Service

SECRET = "a secret of the tests, long enough for HS256"
PASSWORD = "correct horse battery"
# Hashing that takes no time: what is tested is not argon2.
FAST_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = itertools.count(1)
# A line for every request and call would cost more than the requests.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


class System:
    """What a test holds in its hands."""

    def __init__(self, gateway: bootstrap.GatewayService, jobs: FakeJobsProcess, ocr: FakeOcrService) -> None:
        self.gateway = gateway
        self.jobs_service = jobs
        self.jobs: FakeJobsService = jobs.servicer
        self.ocr = ocr
        self.url = f"http://127.0.0.1:{gateway.port}"
        self.ws_url = f"ws://127.0.0.1:{gateway.port}"
        # No certificate is looked at, and none is loaded: 30 ms for each of hundreds.
        self.client = httpx.AsyncClient(base_url=self.url, timeout=30, verify=False)

    async def register(self, email: str = "", password: str = PASSWORD) -> dict[str, Any]:
        """Make a user and sign in; gives the login's data with `email` and `headers` beside."""
        email = email or f"user{next(_numbers)}@example.com"
        made = await self.client.post("/api/auth/register", json={"email": email, "password": password})
        assert made.status_code == 201, made.text
        return await self.login(email, password)

    async def login(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.client.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()
        data = data.get("data", data)
        token = data["tokens"]["access_token"]
        return {**data, "email": email, "token": token, "headers": {"Authorization": f"Bearer {token}"}}

    async def single(
        self, headers: dict[str, str], name: str = "report.pdf", content: bytes = PDF, **config: Any
    ) -> httpx.Response:
        """Send one PDF."""
        return await self.client.post(
            "/api/single/process",
            headers=headers,
            data={"config": json.dumps(config)},
            files={"pdf_file": (name, content, "application/pdf")},
        )

    async def batch(self, headers: dict[str, str], paths: list[str], **more: Any) -> str:
        """Start a batch of URLs; gives the job's id."""
        rows = [{"title": f"Row {number}", "file_path": path} for number, path in enumerate(paths)]
        body = {"documents": rows, "config": {}, **more}
        answer = await self.client.post("/api/batch/start", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        data = answer.json()
        return str(data.get("data", data)["job_id"])

    async def ended(self, job_id: str) -> None:
        """Return when a job has ended."""
        async with asyncio.timeout(20):
            while self.jobs.engine.jobs[job_id].job.state not in ENDED:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Close what the tests opened; a jobs service that was started anew is stopped here."""
        await self.client.aclose()
        await self.jobs_service.stop(0.2)

    async def restart_jobs(self) -> None:
        """Stop the jobs service and start it again, with all it knows."""
        await GrpcService.stop(self.jobs_service, 0)
        await asyncio.sleep(0.2)
        self.jobs_service = FakeJobsProcess(self.jobs_service.address, self.jobs)
        await self.jobs_service.start()


@asynccontextmanager
async def running(
    folder: Path | None = None, servicer: FakeJobsService | None = None, **settings: Any
) -> AsyncIterator[System]:
    """Start a gateway and its peers on sockets of their own; `settings` override the gateway's."""
    async with AsyncExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-")))
        jobs = FakeJobsProcess(f"unix:{place}/jobs", servicer)
        ocr = FakeOcrService()
        for service in (
            jobs,
            ocr_service(f"unix:{place}/ocr", ocr),
            tagger_service(f"unix:{place}/tagger", FakeTaggerService()),
        ):
            await _start(stack, service)
        if "database_url" not in settings and not (place / "gateway.db").exists():
            migrated.sqlite(bootstrap.SCRIPTS, bootstrap.VERSION_TABLE, place / "gateway.db")
        gateway = bootstrap.GatewayService(settings_for(place, **settings), Argon2Passwords(1, FAST_HASHER))
        await _start(stack, gateway)
        system = System(gateway, jobs, ocr)
        stack.push_async_callback(system.close)
        yield system


def settings_for(place: Path, **more: Any) -> GatewaySettings:
    """Give settings for peers on unix sockets in a folder."""
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 0,
        "jobs_address": f"unix:{place}/jobs",
        "ocr_address": f"unix:{place}/ocr",
        "tagger_address": f"unix:{place}/tagger",
        "database_url": f"sqlite+aiosqlite:///{place}/gateway.db",
        "secret_key": SECRET,
        "register_attempts": 0,
    }
    return GatewaySettings(**{**values, **more})


async def _start(stack: AsyncExitStack, service: Service) -> None:
    await service.start()
    stack.push_async_callback(service.stop, 0.2)
