"""Runs services in one process: ordered start, reverse stop, signals owned once, one exit code.

Exit codes: 0 after a clean stop, 1 when a service failed or could not start, 2 for a wrong setting.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from metatag_runtime.errors import MetatagError
from metatag_runtime.open_files import allow_open_files
from metatag_runtime.settings import SettingsError

log = structlog.get_logger("metatag.host")


class Service(Protocol):
    """Something that is started, may end by itself, and is stopped."""

    name: str

    async def start(self) -> None:
        """Be ready when this returns; raise if that cannot be."""

    async def wait(self) -> None:
        """Return or raise only when the service ended by itself; cancelled at stop."""

    async def stop(self, grace: float) -> None:
        """Take no new work, let running work end within `grace` seconds, then end. May be called twice."""


Builder = Callable[[], Awaitable[Sequence[Service]]]


def host(
    build: Builder,
    *,
    grace: float = 25.0,
    on_ready: Callable[[], None] | None = None,
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> int:
    """Build services, start them in order, run until SIGTERM, SIGINT or a failure, stop in reverse; give the exit code.

    `grace` is in seconds, for all services together. A second signal stops at once. `new_loop` makes another event loop
    than asyncio's own.
    """
    allow_open_files()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(_host(build, grace, on_ready))


async def _host(build: Builder, grace: float, on_ready: Callable[[], None] | None) -> int:
    stopping = asyncio.Event()
    force_stop = asyncio.Event()
    _own_signals(stopping, force_stop)
    try:
        services = await build()
    except (SettingsError, MetatagError) as error:
        log.error("could not start", error=str(error))
        return 2

    def ready() -> None:
        # What start-up made stays to the end: the collector need not walk it again and again, a pause of tens of ms.
        gc.collect()
        gc.freeze()
        if on_ready is not None:
            on_ready()

    return await run(services, stopping, grace=grace, force_stop=force_stop, on_ready=ready)


async def run(
    services: Sequence[Service],
    stopping: asyncio.Event,
    *,
    grace: float,
    force_stop: asyncio.Event | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Run services inside an event loop that already runs, until `stopping` is set; give the exit code."""
    started: list[Service] = []
    code = 0
    try:
        for service in services:
            if stopping.is_set():
                break
            started.append(service)
            await service.start()
            log.info("service started", service=service.name)
        if on_ready is not None and not stopping.is_set():
            on_ready()
        code = await _until_end(services, stopping)
    except (SettingsError, MetatagError) as error:
        log.error("service could not start", service=started[-1].name if started else "", error=str(error))
        code = 1
    except Exception:
        log.exception("service could not start", service=started[-1].name if started else "")
        code = 1
    finally:
        await _stop_all(started, grace, force_stop)
    return code


async def _until_end(services: Sequence[Service], stopping: asyncio.Event) -> int:
    waits = {asyncio.create_task(service.wait(), name=service.name) for service in services}
    stop = asyncio.create_task(stopping.wait())
    try:
        done, _ = await asyncio.wait({*waits, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*waits, stop):
            task.cancel()
        await asyncio.gather(*waits, stop, return_exceptions=True)
    ended = [task for task in done if task is not stop]
    for task in ended:
        cause = None if task.cancelled() else task.exception()
        log.error("service ended by itself", service=task.get_name(), exc_info=cause)
    return 1 if ended else 0


async def _stop_all(started: Sequence[Service], grace: float, force_stop: asyncio.Event | None) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + grace
    for service in reversed(started):
        left = 0.0 if force_stop is not None and force_stop.is_set() else max(0.0, end - loop.time())
        try:
            # Two seconds over the grace, so that one stuck service cannot keep the others from stopping.
            async with asyncio.timeout(left + 2.0):
                await service.stop(left)
        except TimeoutError:
            log.error("service did not stop in time", service=service.name)
        except Exception:
            log.exception("service failed to stop", service=service.name)
        else:
            log.info("service stopped", service=service.name)


def _own_signals(stopping: asyncio.Event, force_stop: asyncio.Event) -> None:
    def stop() -> None:
        if stopping.is_set():
            force_stop.set()
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
