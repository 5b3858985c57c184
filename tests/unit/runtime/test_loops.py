from __future__ import annotations

import asyncio
import contextlib

import pytest
import structlog

from metatag_runtime.loops import Quiet, is_cancelling, run_forever


async def test_a_loop_whose_cancellation_was_swallowed_still_ends() -> None:
    started = asyncio.Event()

    async def forgetful() -> None:
        while not is_cancelling():
            started.set()
            # As a driver does that answers with an error of its own.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    task = asyncio.create_task(forgetful())
    await started.wait()
    task.cancel()
    async with asyncio.timeout(10):
        await task
    assert not is_cancelling()


async def test_a_loop_survives_errors_of_any_class_and_names_each_kind_once() -> None:
    failures = iter([RuntimeError("the handler is closed"), RuntimeError("again"), OSError(110, "timed out")])
    worked = asyncio.Event()

    async def step() -> None:
        for failure in failures:
            raise failure
        worked.set()
        await asyncio.sleep(60)

    with structlog.testing.capture_logs() as said:
        task = asyncio.create_task(run_forever(step, "test", pause=0.01))
        async with asyncio.timeout(10):
            await worked.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [line["error"] for line in said] == [
        "RuntimeError('the handler is closed')",
        "TimeoutError(110, 'timed out')",
    ]


async def test_a_step_that_never_waits_leaves_the_event_loop_to_others() -> None:
    calls = 0

    async def step() -> None:
        nonlocal calls
        calls += 1

    task = asyncio.create_task(run_forever(step, "test"))
    # Others run: this would never return.
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert calls < 50


async def test_a_connection_that_gives_nothing_at_once_is_dead_and_one_that_waits_is_not() -> None:
    quiet = Quiet(1.0)
    for _ in range(30):
        await quiet.nothing_came(1.0)
    # One early nothing is normal: an answer that is not for the caller.
    await quiet.nothing_came(0.0)
    quiet.something_came()
    with pytest.raises(ConnectionError):
        for _ in range(10):
            await quiet.nothing_came(0.0)
