"""Memory over a long batch: started at a real gateway, followed there by browsers, done by a real api and worker."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import connect

from bench.jobs.cluster import Cluster, running
from bench.jobs.say import say
from fakes.fake_ocr_node import fake_pdf
from fakes.servers import free_port

DOCUMENTS = 20_000
SOCKETS = 5
SLOTS = 64
READY_SECONDS = 60
# A batch of this size that takes longer does not end.
SECONDS = 500


async def soak() -> None:
    """Memory of api, worker and gateway over a batch, a quarter of it at a time, with sockets that see every event."""
    port = free_port()
    async with running(noop_stages=True, gateway_port=port, slots=SLOTS) as cluster:
        person = await _Person.register(f"http://127.0.0.1:{port}")
        job_id = await person.start(cluster, DOCUMENTS)
        rss: dict[int, dict[str, float]] = {0: cluster.rss()}
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            following = [group.create_task(person.follow(job_id)) for _ in range(SOCKETS)]
            for percent in (25, 50, 75, 100):
                await person.reached(job_id, DOCUMENTS * percent // 100)
                rss[percent] = cluster.rss()
        ends = [task.result() for task in following]
        say("soak", documents=DOCUMENTS, rss_mib=rss, ends_seen=ends)


@dataclass
class _Person:
    url: str
    token: str

    @classmethod
    async def register(cls, url: str) -> _Person:
        """Make an account at a gateway that may still be starting."""
        account = {"email": "soak@example.com", "password": "correct horse battery"}
        async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(base_url=url, trust_env=False) as http:
            while True:
                try:
                    (await http.post("/api/auth/register", json=account)).raise_for_status()
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.5)
            answer = await http.post("/api/auth/login", json=account)
        return cls(url, answer.json()["data"]["tokens"]["access_token"])

    async def start(self, cluster: Cluster, count: int) -> str:
        """Start a batch of rows that name local files, 200 in turn."""
        files = []
        for salt in range(200):
            files.append(cluster.inbox / f"{salt}.pdf")
            files[-1].write_bytes(fake_pdf(pages=1, salt=salt))
        rows = [
            {"title": f"Document {at}", "file_path": str(files[at % 200]), "file_source_type": "local"}
            for at in range(count)
        ]
        return str((await self._ask("POST", "/api/batch/start", {"documents": rows, "config": {}}))["job_id"])

    async def reached(self, job_id: str, count: int) -> None:
        """Return when so many documents of a job are done."""
        while True:
            job: Any = await self._ask("GET", f"/api/batch/jobs/{job_id}/status")
            if job["processed_count"] >= count:
                return
            await asyncio.sleep(0.5)

    async def follow(self, job_id: str) -> int:
        """Follow a job over a socket to its end; give how many documents it saw end."""
        ends = 0
        address = f"{self.url.replace('http', 'ws', 1)}/api/batch/ws/{job_id}?token={self.token}"
        async with connect(address, compression=None, ping_timeout=None, proxy=None) as socket:
            async for text in socket:
                frame = json.loads(text)
                ends += frame.get("status") == "success"
                if frame["type"] == "completed":
                    break
        return ends

    async def _ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        async with httpx.AsyncClient(base_url=self.url, timeout=120, trust_env=False) as http:
            answer = await http.request(method, path, json=body, headers={"Authorization": f"Bearer {self.token}"})
        answer.raise_for_status()
        data: dict[str, object] = answer.json()["data"]
        return data
