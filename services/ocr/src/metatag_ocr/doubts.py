"""What the pages of one document have shown about layers of its kinds: one is compared, the others follow it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from metatag_ocr.model import PageText

# Comparisons that showed nothing, after which pages with the same doubt are no longer compared one at a time.
_UNDECIDED = 3


class Doubts:
    """Doubts about text layers that were settled, for or against them.

    While a doubt is open, one page at a time is compared with its picture: a document whose layers are right costs
    one recognition, however many pages are read side by side.
    """

    def __init__(self) -> None:
        self.confirmed: frozenset[str] = frozenset()
        self._against: Counter[str] = Counter()
        self._turn = asyncio.Lock()

    async def settle(self, read: Callable[[bool], Awaitable[PageText]]) -> PageText:
        """Return a page read by `read`, which is told whether the page may be compared; called again if need be."""
        if not self._turn.locked():
            async with self._turn:
                return self._noted(await read(True))
        page = await read(False)
        if page.verdict != "pending":
            return page
        async with self._turn:
            if not self._is_refuted(page.doubt):
                return self._noted(await read(True))
        return self._noted(await read(True))

    def _is_refuted(self, doubt: str) -> bool:
        return self._against[doubt] >= _UNDECIDED

    def _noted(self, page: PageText) -> PageText:
        if page.verdict == "confirmed":
            self.confirmed |= {page.doubt}
        elif page.doubt:
            self._against[page.doubt] += _UNDECIDED if page.verdict == "refuted" else 1
        return page
