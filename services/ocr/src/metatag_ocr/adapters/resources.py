"""What the node holds as long as it runs: its children and its scratch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from metatag_ocr.adapters.directory_scratch import DirectoryScratch
from metatag_ocr.adapters.prometheus_observer import watch_pages
from metatag_runtime.child_pool import ChildPool


class NodeResources:
    """Started before the server and stopped after it."""

    name = "ocr-workers"

    def __init__(self, pools: Sequence[ChildPool], scratch: DirectoryScratch) -> None:
        self._pools = pools
        self._scratch = scratch

    async def start(self) -> None:
        """Make the scratch and begin to start children; does not wait for them."""
        self._scratch.open()
        for pool in self._pools:
            pool.start()
        watch_pages(
            lambda: sum(pool.working for pool in self._pools), lambda: sum(pool.waiting for pool in self._pools)
        )

    async def wait(self) -> None:
        """Never ends by itself: children are replaced."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End the children, remove the scratch."""
        await asyncio.gather(*(pool.stop() for pool in self._pools))
        self._scratch.close()
