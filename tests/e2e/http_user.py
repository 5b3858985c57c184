"""An account that speaks plain HTTP: for what the client library does not show."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"
PATIENCE = 90.0


class User:
    """One account and its batches, with a provider key of its own: a refused key is remembered for a while."""

    def __init__(self, base_url: str, samples: Path) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=60)
        self.key = f"sk-or-test-{uuid.uuid4().hex}"
        self._file = str(samples / "library-rules.pdf")
        email = f"{uuid.uuid4().hex}@example.com"
        account = {"email": email, "password": PASSWORD, "full_name": "Deepa Rao"}
        self.http.post("/api/auth/register", json=account).raise_for_status()
        signed = self.http.post("/api/auth/login", json={"email": email, "password": PASSWORD}).json()["data"]
        self.http.headers["Authorization"] = f"Bearer {signed['tokens']['access_token']}"

    def start(self, rows: int, **config: Any) -> str:
        """Start a batch of the same file under different titles; give its id."""
        documents = [
            {"title": f"Rules of the town {n}", "file_path": self._file, "file_source_type": "local"}
            for n in range(rows)
        ]
        body = {"documents": documents, "config": {"api_key": self.key, **config}}
        return str(self.data(self.http.post("/api/batch/start", json=body))["job_id"])

    def data(self, answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()["data"]

    def status(self, job_id: str) -> Any:
        return self.data(self.http.get(f"/api/batch/jobs/{job_id}/status"))

    def until(self, job_id: str, *states: str) -> Any:
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            status = self.status(job_id)
            if status["status"] in states:
                return status
            time.sleep(0.1)
        raise AssertionError(f"the job is still {status}")

    def documents(self, job_id: str) -> list[Any]:
        found = self.data(self.http.get(f"/api/history/jobs/{job_id}"))["documents"]
        return [self.data(self.http.get(f"/api/history/documents/{each['id']}")) for each in found]
