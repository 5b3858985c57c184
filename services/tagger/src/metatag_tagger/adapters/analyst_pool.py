"""The offline tagger in child processes: the event loop stays free, a stuck or oversized document costs one process."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from itertools import count
from typing import Any

import structlog
from prometheus_client import Counter

from metatag_runtime.child_frames import Message, pack
from metatag_runtime.child_pool import ChildPool, PoolOptions
from metatag_runtime.child_process import ChildLost, ChildProgram
from metatag_runtime.context import time_left
from metatag_runtime.errors import Busy, ErrorCode
from metatag_tagger.errors import AnalystFailed
from metatag_tagger.model import Document
from metatag_tagger.offline import codec
from metatag_tagger.ports import AnalysisOptions, Evidence, Study

log = structlog.get_logger("metatag.tagger.analyst")

DEATHS = Counter(
    "metatag_tagger_analyst_deaths_total", "Processes of the offline tagger that ended, by cause.", ["cause"]
)

# A child is replaced after so many documents, so that no leak of a library can grow for ever.
DOCUMENTS_PER_CHILD = 2_000
# Messages larger than this are turned into bytes in a thread, away from the event loop. Characters.
LARGE = 200_000
# Failures in a row after which the tagger calls itself unhealthy.
_FAILURES = 3


class AnalystPool:
    """Up to `size` child processes, one of them kept ready. Keeps the port Analyst; also a Service of the host.

    `seconds` is a document's time by the child's own clock; a request's deadline ends it earlier. `queue` documents may
    wait for a child. `memory_mb` bounds a child's address space, 0 does not. A child that is not `warm` loads what a
    language needs with the first document in it.
    """

    name = "tagger-analyst"

    def __init__(
        self,
        version: str,
        *,
        size: int,
        seconds: float,
        queue: int,
        memory_mb: int = 0,
        embed: bool = True,
        warm: bool = True,
    ) -> None:
        self.version = version
        self._seconds = seconds
        self._queue = queue + size
        self._waiting = 0
        self._failures = 0
        self._numbers = count()
        # The children's only place for files.
        self._scratch = tempfile.TemporaryDirectory(prefix="metatag-tagger-")
        program = ChildProgram(
            "metatag_tagger.offline.work",
            {"embed": embed, "memory_bytes": memory_mb * 1024 * 1024, "scratch": self._scratch.name, "warm": warm},
            {"TMPDIR": self._scratch.name, "PYTHONHASHSEED": "0"},
        )
        options = PoolOptions("tagger", slots=size, max_uses=DOCUMENTS_PER_CHILD, max_children=size, kept=1)
        self.children = ChildPool(program, options, lambda cause: DEATHS.labels(cause).inc())

    async def start(self) -> None:
        """Begin to start the first child in the background; the service is ready at once."""
        self.children.start()

    async def wait(self) -> None:
        """Never ends by itself: lost children are replaced."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End all children."""
        await self.children.stop()
        self._scratch.cleanup()

    def healthy(self) -> bool:
        """Tell whether children start and the last work went well; three failures in a row say no."""
        return self.children.healthy and self._failures < _FAILURES

    async def study(self, document: Document, tag_options: AnalysisOptions) -> Study:
        """Return language, tags, vocabulary matches and the excerpt."""
        return codec.read_study(await self._call(codec.study_request(document, tag_options)))

    async def ground(self, document: Document, phrases: Sequence[str], language: str) -> list[Evidence]:
        """Return the evidence for each phrase."""
        if not phrases:
            return []
        return codec.read_evidence(await self._call(codec.ground_request(document, list(phrases), language)))

    async def _call(self, message: dict[str, Any]) -> Message:
        if self._waiting >= self._queue:
            raise Busy("The tagger has too many documents waiting; try again in a moment.", retry_after=2.0)
        self._waiting += 1
        try:
            size = sum(len(page[1]) for page in message["document"]["pages"])
            raw = await asyncio.to_thread(pack, message) if size > LARGE else pack(message)
            return await self._answer(raw)
        finally:
            self._waiting -= 1

    async def _answer(self, raw: bytes) -> Message:
        try:
            # No two pieces of work are one document's to the pool: each takes a child when one is free.
            async with self.children.lend(str(next(self._numbers))) as child:
                child.uses += 1
                async with asyncio.timeout(time_left(3600.0)):
                    answer, _ = await child.ask(raw, self._seconds)
        except (TimeoutError, ChildLost) as error:
            self._failures += 1
            if isinstance(error, TimeoutError) or error.cause == "time":
                raise AnalystFailed(
                    "The offline tagger did not finish this document in time.", code=ErrorCode.DEADLINE_EXCEEDED
                ) from None
            raise AnalystFailed("The offline tagger's process ended on this document; it was replaced.") from error
        if "error" in answer:
            self._failures += 1
            log.error("analyst failed", error=answer["error"])
            raise AnalystFailed("The offline tagger failed on this document.", code=ErrorCode.INTERNAL)
        self._failures = 0
        return answer
