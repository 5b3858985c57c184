"""Health: asks everything the system stands on, in parallel, each for at most two seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from metatag_gateway.model.jobs import Dependency
from metatag_gateway.ports import AccountStore, Jobs, Limiter, Ocr, TaggerPeer
from metatag_runtime.errors import MetatagError

LIMIT = 2.0
# An answer serves everybody who asks within this: probes and pages must not become load. Seconds.
FRESH = 1.0
# Without these no request can succeed.
VITAL = frozenset({"jobs", "accounts"})


@dataclass(frozen=True, slots=True)
class Report:
    """How everything is doing."""

    status: str
    dependencies: Sequence[Dependency]

    @property
    def ready(self) -> bool:
        """Whether any request that needs a token could succeed."""
        return all(found.healthy for found in self.dependencies if found.name in VITAL)

    @property
    def away(self) -> str:
        """The names of what does not answer."""
        return ", ".join(found.name for found in self.dependencies if not found.healthy)


class Health:
    """Asks, and remembers for a second."""

    def __init__(self, jobs: Jobs, ocr: Ocr, tagger: TaggerPeer, store: AccountStore, limiter: Limiter) -> None:
        self._jobs = jobs
        self._ocr = ocr
        self._tagger = tagger
        self._store = store
        self._limiter = limiter
        self._made = -FRESH
        self._task: asyncio.Task[Report] | None = None

    async def report(self) -> Report:
        """Give how everything is doing, at most a second old."""
        if self._task is None or time.monotonic() - self._made > FRESH:
            self._made = time.monotonic()
            self._task = asyncio.create_task(self._ask(), name="health")
        return await asyncio.shield(self._task)

    async def _ask(self) -> Report:
        below: list[Dependency] = []

        async def jobs() -> str:
            below.extend(await self._jobs.dependencies())
            return ""

        found = await asyncio.gather(
            _one("accounts", self._store.ping),
            _one("jobs", jobs),
            _one("ocr", self._ask_ocr),
            _one("tagger", self._ask_tagger),
            _one("limits", self._ask_limiter),
        )
        # What jobs stands on, without ocr and tagger, which were asked from here.
        rest = [entry for entry in below if entry.name not in {"ocr", "tagger"}]
        entries = [entry for entry in found if entry is not None] + rest
        return Report(_status(entries), entries)

    async def _ask_ocr(self) -> str:
        engines = await self._ocr.engines()
        return "" if any(engine.healthy for engine in engines) else "No engine is healthy."

    async def _ask_tagger(self) -> str:
        taggers = await self._tagger.taggers()
        return "" if any(tagger.healthy for tagger in taggers) else "No tagger is healthy."

    async def _ask_limiter(self) -> str | None:
        answer = await self._limiter.ping()
        if answer is None:
            return None
        return "" if answer else "Redis does not answer; this process counts alone."


async def _one(name: str, ask: Callable[[], Awaitable[Any]]) -> Dependency | None:
    """Ask one; an empty sentence or nothing is healthy. None where there is nobody to ask (limits in process)."""
    begin = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT):
            detail = await ask()
    except TimeoutError:
        detail = f"No answer within {LIMIT:.0f} seconds."
    except MetatagError as error:
        detail = error.message
    if name == "limits" and detail is None:
        return None
    return Dependency(name, not detail, detail or "", round((time.monotonic() - begin) * 1000))


def _status(entries: Sequence[Dependency]) -> str:
    if all(entry.healthy for entry in entries):
        return "healthy"
    vital = all(entry.healthy for entry in entries if entry.name in VITAL)
    return "degraded" if vital else "unhealthy"
