"""The public door of the cluster: a person at one of its gateways, and the sockets that follow a job."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import connect

from chaos.books import Batch
from fakes.jobs_system import GATEWAYS, System

PASSWORD = "correct horse battery"
# Most repetitions of a request that a gateway answers with 503.
AGAIN = 20


class Person:
    """Somebody with an account, asking any gateway that answers."""

    def __init__(self, system: System, token: str) -> None:
        self.system = system
        self.token = token
        self._headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def register(cls, system: System) -> Person:
        """Make an account and sign in."""
        account = {"email": f"{uuid.uuid4().hex[:12]}@example.com", "password": PASSWORD}
        async with httpx.AsyncClient(base_url=system.url("gateway1"), timeout=60, trust_env=False) as http:
            made = await http.post("/api/auth/register", json=account)
            assert made.status_code == 201, made.text
            answer = (await http.post("/api/auth/login", json=account)).json()["data"]
        return cls(system, answer["tokens"]["access_token"])

    async def post(self, path: str, body: dict[str, Any] | None = None, gateway: str = "gateway1") -> dict[str, Any]:
        """Send a request; gives the answer's data."""
        async with httpx.AsyncClient(base_url=self.system.url(gateway), timeout=60, trust_env=False) as http:
            answer = await http.post(path, headers=self._headers, json=body)
            for _ in range(AGAIN):
                if answer.status_code != 503:
                    break
                # "Try again in a moment": jobs was started anew, and the gateway is about to see it.
                await asyncio.sleep(0.5)
                answer = await http.post(path, headers=self._headers, json=body)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def batch(self, body: bytes, count: int, **config: Any) -> Batch:
        """Start a batch of `count` rows that name one local file; `config` is the request's."""
        name = uuid.uuid4().hex[:8]
        file = self.system.inbox / f"{name}.pdf"
        file.write_bytes(body)
        rows = [{"title": f"{name} {i}", "file_path": str(file), "file_source_type": "local"} for i in range(count)]
        job_id = str((await self.post("/api/batch/start", {"documents": rows, "config": config}))["job_id"])
        return await Batch.adopt(self.system, job_id, name, count)

    async def single(self, body: bytes, gateway: str = "gateway2", **config: Any) -> float:
        """Return the seconds that a document sent alone takes, sent again as clients do when a gateway answers 503."""
        begun = time.monotonic()
        async with httpx.AsyncClient(base_url=self.system.url(gateway), timeout=60, trust_env=False) as http:
            for _ in range(AGAIN):
                answer = await http.post(
                    "/api/single/process",
                    headers=self._headers,
                    data={"config": json.dumps(config)},
                    files={"pdf_file": ("a.pdf", body, "application/pdf")},
                )
                if answer.status_code != 503:
                    break
                await asyncio.sleep(0.5)
        assert answer.status_code == 200, answer.text
        return time.monotonic() - begun

    async def control(self, batch: Batch, step: str, gateway: str = "gateway1") -> None:
        """Pause, resume or cancel."""
        await self.post(f"/api/batch/jobs/{batch.job_id}/{step}", gateway=gateway)


class Follower:
    """A browser that follows a job, comes late, loses its socket, and goes on at the next gateway."""

    def __init__(
        self, person: Person, batch: Batch, *, first: str = "gateway1", late: float = 0, stay: int | None = None
    ) -> None:
        """`late`: part of the rows that end before it comes; `stay`: most frames before it drops out."""
        self._person = person
        self._batch = batch
        self._gateways: Iterator[str] = itertools.cycle(sorted(GATEWAYS, key=lambda name: name != first))
        self._late = late
        self._stay = stay
        self.frames: list[dict[str, Any]] = []
        self.sockets = 0
        self.begun = asyncio.Event()
        self.task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        if self._late:
            await self._batch.reach(int(self._late * self._batch.count))
        for gateway in self._gateways:
            try:
                if await self._read(gateway):
                    return
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(random.uniform(0.1, 0.5))

    async def _read(self, gateway: str) -> bool:
        """Read until the end, the loss of the socket, or until it has stayed long enough; gives whether it ended."""
        after = self.frames[-1]["seq"] if self.frames else 0
        address = self._person.system.url(gateway).replace("http", "ws", 1)
        url = f"{address}/api/batch/ws/{self._batch.job_id}?token={self._person.token}&after={after}"
        left = random.randint(1, self._stay) if self._stay else -1
        async with connect(url, compression=None, open_timeout=60, ping_timeout=None, proxy=None) as socket:
            self.sockets += 1
            self.begun.set()
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] in ("catchup", "keepalive"):
                    continue
                self.frames.append(frame)
                if frame["type"] == "completed":
                    return True
                left -= 1
                if not left:
                    return False
        return False

    async def check(self) -> None:
        """Every end of a row once and in order, as the books have it; nothing twice; the right end."""
        async with asyncio.timeout(300):
            await self.task
        numbers = [frame["seq"] for frame in self.frames]
        assert numbers == sorted(set(numbers))
        ends = [(frame["seq"], frame["row_id"]) for frame in self.frames if frame.get("status") == "success"]
        kept = self._batch.observer
        assert ends == list(zip(kept.ends, kept.ended, strict=True))
        last = self.frames[-1]
        assert (last["type"], last["processed_count"], last["failed_count"]) == ("completed", self._batch.count, 0)
