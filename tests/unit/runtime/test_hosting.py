from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap

from metatag_runtime.errors import Unavailable
from metatag_runtime.hosting import run


class Recorded:
    def __init__(self, name: str, story: list[str], *, fails: bool = False, ends: bool = False, stuck: bool = False):
        self.name, self._story = name, story
        self._fails, self._ends, self._stuck = fails, ends, stuck

    async def start(self) -> None:
        if self._fails:
            raise Unavailable("The database does not answer.")
        self._story.append(f"start {self.name}")

    async def wait(self) -> None:
        if not self._ends:
            await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        if self._stuck:
            await asyncio.Event().wait()
        self._story.append(f"stop {self.name}")


async def test_services_start_in_order_and_stop_in_reverse() -> None:
    story: list[str] = []
    stopping = asyncio.Event()
    code = await run([Recorded("a", story), Recorded("b", story)], stopping, grace=1, on_ready=stopping.set)
    assert (code, story) == (0, ["start a", "start b", "stop b", "stop a"])


async def test_a_failed_start_stops_what_runs_and_gives_code_1() -> None:
    story: list[str] = []
    code = await run([Recorded("a", story), Recorded("b", story, fails=True)], asyncio.Event(), grace=1)
    assert (code, story[0], story[-1]) == (1, "start a", "stop a")


async def test_a_service_that_ends_by_itself_ends_the_process_with_code_1() -> None:
    story: list[str] = []
    code = await run([Recorded("a", story), Recorded("b", story, ends=True)], asyncio.Event(), grace=1)
    assert (code, story[-2:]) == (1, ["stop b", "stop a"])


async def test_a_stuck_service_does_not_keep_the_others_from_stopping() -> None:
    story: list[str] = []
    stopping = asyncio.Event()
    code = await run([Recorded("a", story), Recorded("b", story, stuck=True)], stopping, grace=0, on_ready=stopping.set)
    assert (code, story[-1]) == (0, "stop a")


PROGRAM = """
import asyncio
from metatag_runtime.hosting import host
from metatag_runtime.logs import configure_logs
configure_logs()
class S:
    name = "s"
    async def start(self): pass
    async def wait(self): await asyncio.Event().wait()
    async def stop(self, grace): print("stopped", flush=True)
async def build(): return [S()]
raise SystemExit(host(build, on_ready=lambda: print("ready", flush=True)))
"""


def test_sigterm_ends_a_real_process_cleanly_with_code_0() -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        os.kill(child.pid, signal.SIGTERM)
        assert child.stdout.read() == "stopped\n"
    assert child.returncode == 0


def test_a_process_that_hosts_may_open_all_the_files_that_its_limit_allows() -> None:
    program = """
        import resource
        from metatag_runtime.hosting import host

        hard = min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

        async def build():
            raise SystemExit(0 if resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard) else 7)

        host(build)
        """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False).returncode == 0
