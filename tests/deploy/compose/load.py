"""A bounded load on the public API: documents that no cache knows, followed to their end."""

from __future__ import annotations

import itertools
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from metatag_client import Client, Options, TooBusy, Unreachable

SAMPLES = Path(__file__).parents[3] / "samples"
SCAN = (SAMPLES / "vaccination-notice.pdf").read_bytes()
# Its pages carry their text: they pass through the same services and cost a hundredth of a scan.
DIGITAL = (SAMPLES / "water-supply-report.pdf").read_bytes()
T = TypeVar("T")
_number = itertools.count()
_run = uuid.uuid4().hex


def unseen(kind: bytes) -> tuple[str, bytes]:
    """Gives a document that nobody has seen: a comment after its end makes its hash another one."""
    number = next(_number)
    return f"document-{number}.pdf", kind + f"\n% {_run} {number}\n".encode()


def sign_in(url: str) -> Client:
    client = Client(url)
    email = f"{uuid.uuid4().hex}@example.com"
    client.register(email, "correct horse battery")
    client.login(email, "correct horse battery")
    return client


def patiently(ask: Callable[[], T], seconds: float = 120.0) -> T:
    """Asks again while a service that was killed is away: the question may fail, the work may not."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (TooBusy, Unreachable):
            if time.monotonic() > end:
                raise
            time.sleep(1)


@dataclass
class Batch:
    """One batch; `states` counts its documents by their state at the end."""

    client: Client
    number: int
    kind: bytes = SCAN
    options: Options = field(default_factory=lambda: Options(pages=1, tags=5, tagger="local", languages=("eng",)))
    job_id: str = ""

    def start(self) -> Batch:
        stored = []
        for start in range(0, self.number, 50):
            files = [unseen(self.kind) for _ in range(start, min(start + 50, self.number))]
            stored += self.client.upload(files)
        assert all(each.reference for each in stored), stored
        rows = [each.row(title=f"Scan {number}") for number, each in enumerate(stored)]
        self.job_id = self.client.start_batch(rows, self.options).id
        return self

    def done(self) -> int:
        """Gives how many documents have ended."""
        job = patiently(lambda: self.client.status(self.job_id))
        return job.processed + job.failed

    def wait(self, seconds: float = 300.0) -> Counter[str]:
        """Waits for the end; gives the states of all documents."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            job = patiently(lambda: self.client.status(self.job_id))
            if job.status in ("completed", "failed", "cancelled"):
                return self.states()
            time.sleep(0.5)
        raise AssertionError(f"the batch did not end in {seconds:.0f} s: {self.client.status(self.job_id)}")

    def states(self) -> Counter[str]:
        _, documents = patiently(lambda: self.client.job(self.job_id))
        return Counter(document.status for document in documents)


def evenness(shares: Sequence[float]) -> float:
    """Gives the least share as part of the mean: 1 is perfectly even."""
    return min(shares) / (sum(shares) / len(shares)) if sum(shares) else 0.0
