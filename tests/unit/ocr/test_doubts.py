"""A doubt about a document's layers is settled by one page, and holds for the others."""

from __future__ import annotations

import asyncio

from metatag_ocr.doubts import Doubts
from metatag_ocr.model import PageText

DOUBT = "layer_differs:Mangal"


def _page(verdict: str, doubt: str = DOUBT) -> PageText:
    return PageText(1, "text", "text_layer", "layer_confirmed", doubt=doubt, verdict=verdict)  # type: ignore[arg-type]


class _Document:
    """Pages whose layers are doubted; `picture` is what their pictures say of them."""

    def __init__(self, doubts: Doubts, picture: str) -> None:
        self._doubts = doubts
        self._picture = picture
        self.compared = self.at_once = self.most_at_once = 0

    async def read(self, compares: bool) -> PageText:
        if DOUBT in self._doubts.confirmed:
            return _page("", "")
        if not compares:
            return _page("pending")
        self.compared += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return _page(self._picture)

    async def read_all(self, count: int) -> list[PageText]:
        return await asyncio.gather(*(self._doubts.settle(self.read) for _ in range(count)))


async def test_one_page_is_compared_where_the_layers_are_right():
    doubts = Doubts()
    document = _Document(doubts, "confirmed")

    pages = await document.read_all(9)

    assert document.compared == 1
    assert doubts.confirmed == {DOUBT}
    assert [page.verdict for page in pages].count("pending") == 0


async def test_every_page_is_compared_side_by_side_where_a_layer_is_wrong():
    document = _Document(Doubts(), "refuted")

    await document.read_all(9)

    assert document.compared == 9
    assert document.most_at_once > 1


async def test_pages_that_prove_nothing_stop_waiting_for_each_other():
    document = _Document(Doubts(), "")

    await document.read_all(9)

    assert document.compared == 9
    assert document.most_at_once > 1


async def test_a_page_that_fails_leaves_the_turn_to_the_next():
    doubts = Doubts()

    async def fail(compares: bool) -> PageText:
        raise ValueError

    await asyncio.gather(*(doubts.settle(fail) for _ in range(2)), return_exceptions=True)

    assert (await doubts.settle(_Document(doubts, "confirmed").read)).verdict == "confirmed"
