"""One child: started, asked one thing at a time, killed when it takes too long or its caller leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from metatag_runtime.child_frames import HEADER_BYTES, Message, lengths, pack, unpack
from metatag_runtime.child_server import OUT_OF_MEMORY

log = structlog.get_logger("metatag.child")

# A start takes 0.3 to 2 s on an idle machine; this bounds one on a machine that is very busy. Seconds.
START_SECONDS = 60.0
# Seconds a child may take to leave when its pipe is closed.
_LEAVE_SECONDS = 1.0

# Times the limit that may pass by the clock while the child gets too little of a core.
_PATIENCE = 3
_TICKS = os.sysconf("SC_CLK_TCK")
Answer = tuple[Message, bytes]

# What a child may know of our environment. No secret may reach a process that reads what strangers wrote.
_ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME",
    "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES",
)  # fmt: skip
_SET = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@cache
def _tell(lacks: tuple[str, ...]) -> None:
    log.warning("child processes run with less of a sandbox: the system lacks a part", lacks=lacks)


def _tell_lacks(lacks: Sequence[str]) -> None:
    """Say once in a process what the system lacks."""
    if lacks:
        _tell(tuple(lacks))


class ChildLost(Exception):
    """The child ended or was ended. `cause` is "memory", "killed", "crash", "time" or "start"."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True)
class ChildProgram:
    """What a child runs: a module that ends in `child_server.run`, and the plan that is its first frame."""

    module: str
    plan: Message
    # Added to what a child may know of our environment.
    environment: Mapping[str, str] = field(default_factory=dict)


class ChildProcess:
    """A child and its pipes. `work` names what it did last, `uses` how many pieces of work its callers counted."""

    def __init__(self, program: ChildProgram) -> None:
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._pidfd = -1
        self.work = ""
        self.uses = 0
        # Its answer to the plan; empty until it has started.
        self.hello: Message = {}
        # Why it could not start, for health.
        self.detail = ""

    @property
    def pid(self) -> int:
        """The child's process id; 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def alive(self) -> bool:
        """Whether the child runs as far as we know."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the child and wait until it can be asked; raises ChildLost("start")."""
        passed = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", self._program.module, str(os.getpid()),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env={**passed, **_SET, **self._program.environment}, limit=1024 * 1024, start_new_session=True,
        )  # fmt: skip
        with suppress(ProcessLookupError):
            self._pidfd = os.pidfd_open(self._process.pid)
        try:
            answer, _ = await self.ask(self._program.plan, START_SECONDS)
        except ChildLost as error:
            raise ChildLost("start") from error
        self.detail = str(answer.get("bad_start", ""))
        if self.detail:
            await self.kill()
            raise ChildLost("start")
        self.hello = answer
        _tell_lacks(answer.get("lacks", []))

    async def ask(
        self, message: Message | bytes, seconds: float, ahead: Callable[[Message], None] = lambda _: None
    ) -> tuple[Message, bytes]:
        """Send a message, or a frame that is packed already, and return the answer; frames before it go to `ahead`.

        Raises ChildLost. When the time is over, or the caller is cancelled, the child is killed first. The time is
        over when the child has worked for `seconds`, or _PATIENCE times as long has passed on a busy machine.
        """
        try:
            return await self._while_affordable(self._exchange(message, ahead), seconds)
        except TimeoutError:
            await self.kill()
            raise ChildLost("time") from None
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ChildLost(await self._cause()) from error
        except (ValueError, KeyError) as error:
            await self.kill()
            raise ChildLost("crash") from error
        except BaseException:
            await self.kill()
            raise

    async def _while_affordable(self, exchange: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
        """Wait for an exchange; raises TimeoutError when the child has used its time."""
        loop = asyncio.get_running_loop()
        task, end, spent = asyncio.ensure_future(exchange), loop.time() + _PATIENCE * seconds, self._cpu_seconds()
        pause = seconds
        try:
            while not (await asyncio.wait({task}, timeout=pause))[0]:
                left = seconds - (self._cpu_seconds() - spent)
                # A child that works has all but a tenth of the time by its clock; one that waits for a core has not.
                if left < 0.1 * seconds or loop.time() >= end:
                    raise TimeoutError
                pause = max(0.05, min(left, end - loop.time()))
            return task.result()
        finally:
            task.cancel()

    def _cpu_seconds(self) -> float:
        try:
            fields = (
                Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            )
            return (int(fields[11]) + int(fields[12])) / _TICKS
        except (OSError, ValueError, IndexError):
            return 0.0

    async def _exchange(self, message: Message | bytes, ahead: Callable[[Message], None]) -> Answer:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(message if isinstance(message, bytes) else pack(message))
        await self._process.stdin.drain()
        while True:
            answer, blob = await self._frame()
            if "ahead" not in answer:
                return answer, blob
            ahead(answer["ahead"])

    async def _frame(self) -> tuple[Message, bytes]:
        assert self._process is not None
        assert self._process.stdout is not None
        read = self._process.stdout.readexactly
        text, blob = lengths(await read(HEADER_BYTES))
        return unpack(await read(text)), await read(blob) if blob else b""

    async def _cause(self) -> str:
        """Tell why the child's pipe ended: it has ended by itself, or is about to."""
        assert self._process is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await self._process.wait()
        code = self._process.returncode
        await self.kill()
        if code == OUT_OF_MEMORY or code in (-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL):
            # pdfium, Leptonica and C++ end their process by these signals when memory is refused.
            return "memory"
        if code in (-signal.SIGKILL, -signal.SIGTERM):
            # The kernel's own out-of-memory killer, for memory that may be another process's; or a person.
            return "killed"
        return "crash"

    async def kill(self) -> None:
        """End the child now; safe to call at any time. Not interrupted by cancellation of the caller."""
        process = self._process
        if process is None:
            return
        if process.returncode is None and self._pidfd >= 0:
            # Not process.kill(): it may reap the child behind asyncio's back, and its exit status is lost.
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            # What it started itself, such as the program tesseract, is in its group.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(asyncio.ensure_future(self._reap(process)))

    async def _reap(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        if process.stdin is not None:
            process.stdin.close()

    async def ended(self) -> None:
        """Return when the child has ended and what it held is given back."""
        if self._process is not None:
            await self._reap(self._process)

    async def leave(self) -> None:
        """Let an idle child end by itself, with force after a second."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await process.wait()
        finally:
            # Also when the node stops meanwhile: nobody else knows this child any more.
            await self.kill()
