"""The boxes of recognised words lie where the words were printed, however the page lies, and cost nothing elsewhere."""

from __future__ import annotations

import pytest

from fakes.hostile_pdfs import text_pdf
from fakes.ocr_client import recognize
from fakes.ocr_pdfs import scan_pdf
from fakes.ocr_places import ENGLISH, HINDI_LINES, moved, placed_page, share_in_place, words_of
from metatag_ocr.model import WordBoxes


@pytest.fixture(scope="module", params=[ENGLISH, HINDI_LINES], ids=["english", "hindi"])
def page(request):
    return placed_page(request.param)


@pytest.mark.parametrize(
    ("lines", "degrees"),
    [*((ENGLISH, degrees) for degrees in (0, 90, 180, 270)), *((HINDI_LINES, degrees) for degrees in (0, 90, 180))],
)
def test_boxes_lie_on_the_words_whichever_way_the_page_lies(read, lines, degrees):
    image, truth = placed_page(lines)
    found = read(image.rotate(-degrees, expand=True))

    there = [(word, moved(box, image.size, -degrees, expand=True)) for word, box in truth]
    assert found.rotation == -degrees % 360
    assert share_in_place(words_of(found.boxes), there) >= 0.9


@pytest.mark.parametrize("degrees", [-6.0, -2.0, 1.2, 3.0])
def test_boxes_lie_on_the_words_of_a_page_that_leans(read, page, degrees):
    image, truth = page
    found = read(image.rotate(degrees, fillcolor=image.getpixel((0, 0))))

    there = [(word, moved(box, image.size, degrees, expand=False)) for word, box in truth]
    # A box of a leaning word is upright: it has its middle and its size.
    assert share_in_place(words_of(found.boxes), there) >= 0.9


async def test_boxes_travel_packed_and_only_with_recognised_pages(make_node, page):
    image, truth = page
    node = await make_node()
    scan = (await recognize(node.channel, scan_pdf([image]))).pages[1]
    layer = (await recognize(node.channel, text_pdf([["A healthy document about irrigation canals."] * 10]))).pages[1]

    assert not layer.HasField("boxes")
    words = scan.boxes.text.replace("\n", "\t").split("\t")
    assert (len(scan.boxes.sides), len(scan.boxes.confidences)) == (8 * len(words), len(words))
    sides = tuple(int.from_bytes(scan.boxes.sides[at : at + 2], "little") for at in range(0, 8 * len(words), 2))
    found = words_of(WordBoxes(scan.boxes.text, sides, tuple(scan.boxes.confidences)))
    assert share_in_place(found, truth) >= 0.9
