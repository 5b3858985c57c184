"""The offline tagger in child processes: the event loop stays free, a stuck or oversized document costs one process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import structlog

from metatag_runtime.context import time_left
from metatag_runtime.errors import Busy, ErrorCode
from metatag_tagger.errors import AnalystFailed
from metatag_tagger.model import Document
from metatag_tagger.offline import codec
from metatag_tagger.ports import AnalysisOptions, Evidence, Study

log = structlog.get_logger("metatag.tagger.analyst")

# A child's first answer comes after its libraries are loaded: 2 s on a quiet core, more on a busy machine.
START_SECONDS = 60.0
# A child is replaced after so many documents, so that no leak of a library can grow for ever.
DOCUMENTS_PER_CHILD = 2_000
# Messages larger than this are turned into bytes in a thread, away from the event loop. Characters.
LARGE = 200_000


_ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME",
)  # fmt: skip


class _Child:
    """One child process, one request at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.served = 0

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, raw: bytes) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(len(raw).to_bytes(4, "big") + raw)
        await self._process.stdin.drain()
        self.served += 1
        return await self.read()

    async def read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        size = int.from_bytes(await self._process.stdout.readexactly(4), "big")
        if size > codec.MAX_FRAME:
            raise asyncio.IncompleteReadError(b"", size)
        return codec.decode(await self._process.stdout.readexactly(size))

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class AnalystPool:
    """Up to `size` child processes, started when first needed. Keeps the port Analyst; also a Service of the host."""

    name = "tagger-analyst"

    def __init__(
        self, version: str, *, size: int, seconds: float, queue: int, memory_mb: int = 0, embed: bool = True
    ) -> None:
        self.version = version
        self._seconds = seconds
        self._queue = queue + size
        self._command = [sys.executable, "-P", "-m", "metatag_tagger.offline.work", "--memory-mb", str(memory_mb)]
        if embed:
            self._command.append("--embed")
        # The children's only place for files.
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._places = asyncio.Semaphore(size)
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._waiting = 0
        self._failures = 0
        self._stopped = False
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to start the first child in the background; the service is ready at once."""
        self._warming = asyncio.create_task(self._warm(), name="analyst-warm")

    async def wait(self) -> None:
        """Never ends by itself: lost children are replaced."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End all children."""
        self._stopped = True
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await asyncio.gather(*(child.end() for child in list(self._all)), return_exceptions=True)
        if self._scratch is not None:
            self._scratch.cleanup()

    def healthy(self) -> bool:
        """Tell whether the last work went well; three failures in a row say no."""
        return self._failures < 3

    async def study(self, document: Document, tag_options: AnalysisOptions) -> Study:
        """Give language, tags, vocabulary matches and the excerpt."""
        return codec.read_study(await self._call(codec.study_request(document, tag_options)))

    async def ground(self, document: Document, phrases: Sequence[str], language: str) -> list[Evidence]:
        """Give the evidence for each phrase."""
        if not phrases:
            return []
        return codec.read_evidence(await self._call(codec.ground_request(document, list(phrases), language)))

    async def _warm(self) -> None:
        try:
            async with self._places:
                # A document that came first has started one already.
                if not self._all:
                    self._idle.append(await self._spawn())
        except Exception as error:
            self._failures += 1
            log.error("analyst could not start", error=repr(error))

    async def _call(self, message: dict[str, Any]) -> dict[str, Any]:
        if self._waiting >= self._queue:
            raise Busy("The tagger has too many documents waiting; try again in a moment.", retry_after=2.0)
        self._waiting += 1
        try:
            size = sum(len(page[1]) for page in message["document"]["pages"])
            raw = await asyncio.to_thread(codec.encode, message) if size > LARGE else codec.encode(message)
            async with self._places:
                return await self._answer(raw)
        finally:
            self._waiting -= 1

    async def _answer(self, raw: bytes) -> dict[str, Any]:
        child = await self._take()
        try:
            async with asyncio.timeout(time_left(self._seconds)):
                answer = await child.ask(raw)
        except TimeoutError:
            await self._lose(child)
            raise AnalystFailed(
                "The offline tagger did not finish this document in time.", code=ErrorCode.DEADLINE_EXCEEDED
            ) from None
        except (OSError, EOFError, ValueError) as error:
            await self._lose(child)
            raise AnalystFailed("The offline tagger's process ended on this document; it was replaced.") from error
        except BaseException:
            await self._lose(child, failed=False)
            raise
        await self._give_back(child)
        if "error" in answer:
            self._failures += 1
            log.error("analyst failed", error=answer["error"])
            raise AnalystFailed("The offline tagger failed on this document.", code=ErrorCode.INTERNAL)
        self._failures = 0
        return answer

    async def _take(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            self._all.discard(child)
        return await self._spawn()

    async def _give_back(self, child: _Child) -> None:
        if child.served >= DOCUMENTS_PER_CHILD:
            await self._lose(child, failed=False)
        else:
            self._idle.append(child)

    async def _lose(self, child: _Child, *, failed: bool = True) -> None:
        self._failures += failed
        self._all.discard(child)
        await child.end()

    async def _spawn(self) -> _Child:
        if self._stopped:
            raise AnalystFailed("The tagger is stopping.")
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="metatag-tagger-")
        process = await asyncio.create_subprocess_exec(
            *self._command,
            "--scratch",
            self._scratch.name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Its own session: signals to the service's process group are the service's to handle.
            start_new_session=True,
            # One thread: the matrices are small, and replicas share the machine.
            env={
                **_environment(),
                "TMPDIR": self._scratch.name,
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                "PYTHONHASHSEED": "0",
            },
        )
        child = _Child(process)
        self._all.add(child)
        try:
            async with asyncio.timeout(START_SECONDS):
                await child.read()
        except BaseException as error:
            await self._lose(child)
            if isinstance(error, TimeoutError | OSError | EOFError):
                raise AnalystFailed("The offline tagger's process did not start.") from error
            raise
        return child


def _environment() -> dict[str, str]:
    """Return the child's environment: what Python needs, and nothing that could hold a secret."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
