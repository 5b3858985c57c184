"""A real node: gRPC server, child processes, limits; listening on a unix socket."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from fakes.ocr_page_reader import PageReader, page_reader
from metatag_ocr.bootstrap import build
from metatag_ocr.settings import DEBIAN_TESSDATA, OcrSettings
from metatag_runtime.child_pool import ChildPool
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.hosting import Service

ROOT = Path(__file__).parents[3]


def tessdata() -> Path:
    """Give the language data: the setting's, what set-up fetched, or the system's."""
    places = [os.environ.get("METATAG_OCR_TESSDATA_DIR"), ROOT / ".tools/tessdata", ROOT / ".tools/tessdata-debian"]
    for place in (*places, DEBIAN_TESSDATA):
        if place and (Path(place) / "eng.traineddata").exists():
            return Path(place)
    pytest.skip("Tesseract's language data is missing; `make setup` fetches it.")


@pytest.fixture(scope="module")
def read() -> PageReader:
    """Read a picture in this process."""
    return page_reader(tessdata())


@dataclass
class Node:
    """A running node."""

    channel: grpc.aio.Channel
    services: list[Service]

    @property
    def pool(self) -> ChildPool:
        return self.services[0]._pools[0]  # type: ignore[attr-defined,no-any-return]


@asynccontextmanager
async def running(directory: Path, **settings: object) -> AsyncIterator[Node]:
    """Run a node with these settings for as long as the block runs."""
    fields: dict[str, object] = {
        "listen": f"unix:{directory}/ocr.sock",
        "tessdata_dir": tessdata(),
        "scratch_dir": directory / "scratch",
        "slots": 1,
    }
    services = list(await build(OcrSettings(**(fields | settings))))  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        for service in services:
            await service.start()
            stack.push_async_callback(service.stop, 1.0)
        channel = open_channel(f"unix:{directory}/ocr.sock")
        stack.push_async_callback(channel.close)
        yield Node(channel, services)


NodeMaker = Callable[..., Awaitable[Node]]


@pytest.fixture
async def make_node(tmp_path: Path) -> AsyncIterator[NodeMaker]:
    """Give a function that starts nodes; they end with the test."""
    async with AsyncExitStack() as stack:

        async def make(**settings: object) -> Node:
            directory = tmp_path / str(len(list(tmp_path.iterdir())))
            directory.mkdir()
            return await stack.enter_async_context(running(directory, **settings))

        yield make
