"""Children are killed, replaced, recycled, and never outlive the node."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from contextlib import aclosing

import psutil
import pytest

from fakes.hostile_pdfs import nested_forms, text_pdf
from fakes.ocr_client import header, recognize, stream
from fakes.ocr_pace import within
from metatag.v1 import document_pb2

LINE = "The committee approved the water supply scheme for the northern district."


def _workers() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if "metatag_ocr.child" in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found


def _working(node) -> list[psutil.Process]:
    """The children that have a page. One that still starts, as a successor does, has none yet."""
    working = []
    for worker in node.pool._all:
        if worker.hello and worker.alive and worker not in node.pool._idle:
            # One that was killed a moment ago counts as alive until its end is seen.
            with contextlib.suppress(psutil.NoSuchProcess):
                working.append(psutil.Process(worker.pid))
    return working


def _ready(node) -> set[int]:
    """Process ids of the children that live and have said that they can be asked."""
    return {worker.pid for worker in node.pool._all if worker.alive and worker.hello}


async def test_cancelling_a_call_ends_its_page_within_a_second(make_node):
    node = await make_node(page_seconds=60)
    data = nested_forms()
    call = asyncio.create_task(recognize(node.channel, data))
    await within(node.pool, 10, lambda: node.pool.working == 1 and node.pool.hello)
    await asyncio.sleep(0.5)
    (busy,) = _working(node)

    call.cancel()

    assert await within(node.pool, 1.0, lambda: not busy.is_running() or busy.status() == psutil.STATUS_ZOMBIE) < 1.0
    await within(node.pool, 1.0, lambda: node.pool.working == 0)
    assert LINE in (await recognize(node.channel, text_pdf([[LINE] * 8]))).text


async def test_a_killed_worker_fails_its_page_only_and_is_replaced_within_a_second(make_node):
    node = await make_node(page_seconds=60)
    await recognize(node.channel, text_pdf([[LINE]]))
    call = asyncio.create_task(recognize(node.channel, nested_forms()))
    await within(node.pool, 10, lambda: node.pool.working == 1)
    await asyncio.sleep(0.3)

    victims = _working(node)
    for victim in victims:
        victim.send_signal(signal.SIGSEGV)

    await within(node.pool, 1.0, lambda: len(_ready(node) - {victim.pid for victim in victims}) == 2)
    answer = await call
    assert answer.pages[1].method == document_pb2.PAGE_METHOD_FAILED
    assert answer.summary.pages_failed == 1
    assert LINE in (await recognize(node.channel, text_pdf([[LINE] * 8]))).text


async def test_a_page_whose_worker_is_killed_from_outside_is_read_once_more_in_another(make_node):
    node = await make_node(page_seconds=60)
    await recognize(node.channel, text_pdf([[LINE]]))
    call = asyncio.create_task(recognize(node.channel, nested_forms()))
    killed: set[int] = set()
    for _ in range(2):
        await within(node.pool, 10, lambda: {busy.pid for busy in _working(node)} - killed)
        assert not call.done()
        (busy,) = (busy for busy in _working(node) if busy.pid not in killed)
        killed.add(busy.pid)
        busy.send_signal(signal.SIGKILL)
    # Twice: then it is the page.
    answer = await call
    assert len(killed) == 2
    assert answer.pages[1].error.code == "page_too_costly"


async def test_an_idle_worker_that_dies_is_replaced_within_a_second(make_node):
    node = await make_node()
    await recognize(node.channel, text_pdf([[LINE]]))
    await within(node.pool, 10, lambda: len(_ready(node)) == 2)
    victim = _workers()[0]

    victim.kill()

    await within(node.pool, 1.0, lambda: len(_ready(node) - {victim.pid}) == 2)
    assert LINE in (await recognize(node.channel, text_pdf([[LINE] * 8]))).text


async def test_a_worker_is_replaced_after_its_pages(make_node):
    node = await make_node(worker_pages=3)
    data = text_pdf([[LINE]] * 4)
    await recognize(node.channel, text_pdf([["warm"]]))
    before = {worker.pid for worker in _workers()}

    answer = await recognize(node.channel, data)
    await recognize(node.channel, data)

    assert len(answer.pages) == 4
    await within(node.pool, 3.0, lambda: not before & {worker.pid for worker in _workers()})


async def test_a_document_goes_on_after_a_dead_page(make_node):
    node = await make_node(page_seconds=2)
    data = _good_and_hostile_page()

    answer = await recognize(node.channel, data)

    assert answer.pages[1].method == document_pb2.PAGE_METHOD_FAILED
    assert answer.pages[1].error.code == "page_too_costly"
    assert "2 seconds" in answer.pages[1].error.message
    assert LINE in answer.pages[2].text
    assert (answer.summary.pages_read, answer.summary.pages_failed) == (1, 1)


def _good_and_hostile_page() -> bytes:
    """The first page never ends, the second is plain text."""
    from fakes.hostile_pdfs import one_page, pdf

    hostile = nested_forms()
    objects = []
    for number, body in _objects_of(hostile):
        two_pages = b"<</Type/Pages/Count 2/Kids[3 0 R 90 0 R]>>"
        objects.append((number, two_pages if number == 2 else body))
    text = dict(one_page(b"BT /F 10 Tf 72 700 Td (" + LINE.encode() + b") Tj ET"))
    objects += [(90, text[3].replace(b"6 0 R", b"91 0 R")), (91, text[6])]
    return pdf(objects)


def _objects_of(data: bytes) -> list[tuple[int, bytes]]:
    import re

    found = re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", data, re.DOTALL)
    return [(int(number), body) for number, body in found]


async def test_leaving_a_stream_early_frees_the_place(make_node):
    node = await make_node(page_seconds=60)
    data = nested_forms()
    async with aclosing(stream(node.channel, data, header(data))) as messages:
        async for message in messages:
            if message.WhichOneof("part") == "opened":
                break

    await within(node.pool, 3.0, lambda: node.pool.working == 0)


def test_children_die_with_a_node_that_is_killed(tmp_path):
    environment = os.environ | {
        "METATAG_OCR_LISTEN": f"unix:{tmp_path}/ocr.sock",
        "METATAG_OCR_SLOTS": "2",
        "METATAG_OCR_SCRATCH_DIR": str(tmp_path / "scratch"),
        "METATAG_PROCESS_METRICS_PORT": "0",
    }
    node = subprocess.Popen([sys.executable, "-m", "metatag_ocr"], env=environment, stderr=subprocess.DEVNULL)
    try:
        children = _wait_for_children(node.pid, 2)
    finally:
        node.kill()
        node.wait()

    _gone, alive = psutil.wait_procs(children, timeout=2)
    assert not alive


def test_a_node_stops_cleanly_and_soon(tmp_path):
    environment = os.environ | {
        "METATAG_OCR_LISTEN": f"unix:{tmp_path}/ocr.sock",
        "METATAG_OCR_SLOTS": "1",
        "METATAG_OCR_SCRATCH_DIR": str(tmp_path / "scratch"),
        "METATAG_PROCESS_METRICS_PORT": "0",
    }
    node = subprocess.Popen([sys.executable, "-m", "metatag_ocr"], env=environment, stderr=subprocess.DEVNULL)
    children = _wait_for_children(node.pid, 1)
    start = time.monotonic()

    node.send_signal(signal.SIGTERM)

    assert node.wait(timeout=10) == 0
    # Half a second on a machine with a core to spare; the limit leaves room for one that has none.
    assert time.monotonic() - start < 6.0
    assert not psutil.wait_procs(children, timeout=1)[1]
    assert not (tmp_path / "scratch").exists()


def _wait_for_children(pid: int, count: int) -> list[psutil.Process]:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        children = [child for child in psutil.Process(pid).children() if "metatag_ocr.child" in child.cmdline()]
        if len(children) >= count:
            # A child lays its limits on itself in its first tenths of a second.
            time.sleep(1.0)
            return children
        time.sleep(0.05)
    pytest.fail("the node's children did not start")
