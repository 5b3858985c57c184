"""Scans that leave with their text: other programs find and place it, nothing is seen, hostile files harm nobody."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pikepdf
import pytest

from fakes.hostile_pdfs import HOSTILE, text_pdf
from fakes.ocr_client import recognize
from fakes.ocr_layers import located, pdfium_hits, pdfium_text, poppler_text, searchable
from fakes.ocr_pdfs import page_image, scan_pdf
from fakes.ocr_places import ENGLISH, HINDI_LINES, placed_page, share_in_place, words_of
from fakes.ocr_scans import english_page, hindi_page, recall
from metatag.v1 import document_pb2
from metatag_ocr.model import WordBoxes
from metatag_runtime.errors import ErrorCode, MetatagError


def box_of(words: list[tuple[str, tuple[int, int, int, int]]]) -> document_pb2.WordBoxes:
    """Return words with their sides, in 1/10,000, as one line."""
    sides = b"".join(side.to_bytes(2, "little") for _, each in words for side in each)
    return document_pb2.WordBoxes(text="\t".join(word for word, _ in words), sides=sides, confidences=bytes(len(words)))


LINE = box_of([("canal", (1000, 1000, 2000, 1200)), ("नहर", (2200, 1000, 3000, 1200))])


def changed(data: bytes, change: object) -> bytes:
    """Return the PDF after `change(pdf)`."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, **(change(pdf) or {}))  # type: ignore[operator]
    return out.getvalue()


@pytest.mark.parametrize("page", [english_page, hindi_page], ids=["english", "hindi"])
async def test_other_programs_read_what_was_stored(make_node, tmp_path, page):
    node = await make_node()
    scan = scan_pdf([page()])
    read = (await recognize(node.channel, scan)).pages[1]
    made = await searchable(node.channel, scan, [read], title="A letter", tags=["नहरें"])

    assert recall(poppler_text(made, tmp_path), read.text) >= 0.98
    assert recall(pdfium_text(made), read.text) >= 0.98
    # Not one pixel is another one.
    assert np.array_equal(np.asarray(page_image(made)), np.asarray(page_image(scan)))
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["dc:title"], set(metadata["dc:subject"])) == ("A letter", {"नहरें"})


def _rotated(degrees):
    def change(pdf):
        pdf.pages[0].Rotate = degrees

    return change


def _cropped(pdf):
    # The scan is drawn 100 points up and to the right, in a larger sheet, of which its own part alone is seen.
    page = pdf.pages[0]
    width, height = (float(side) for side in page.MediaBox[2:])
    page.contents_add(b"q 1 0 0 1 100 50 cm", prepend=True)
    page.contents_add(b"Q")
    page.MediaBox = [-30, -20, width + 300, height + 200]
    page.CropBox = [100 + width, 50 + height, 100, 50]


def _inherited(pdf):
    page = pdf.pages[0]
    pdf.Root.Pages.Resources = page.Resources
    pdf.Root.Pages.MediaBox = page.MediaBox
    del page.Resources
    del page.MediaBox


@pytest.mark.parametrize("lines", [ENGLISH, HINDI_LINES], ids=["english", "hindi"])
@pytest.mark.parametrize(
    ("turn", "change"),
    [
        (0, _rotated(0)), (270, _rotated(90)), (90, _rotated(270)), (180, _rotated(180)),
        (0, _cropped), (0, _inherited), (90, _rotated(0)), (0, _rotated(90)),
    ],
    ids=["plain", "rotate-90", "rotate-270", "rotate-180", "cropped", "inherited", "on-its-side", "drawn-on-its-side"],
)  # fmt: skip
async def test_words_are_found_where_they_are_seen(make_node, lines, turn, change):
    node = await make_node()
    image, truth = placed_page(lines)
    scan = changed(scan_pdf([image.rotate(-turn, expand=True)]), change)
    read = (await recognize(node.channel, scan)).pages[1]
    made = await searchable(node.channel, scan, [read])

    seen = boxes_of(read)
    hits = [(word, hit) for word in {word for word, _ in seen} for hit in pdfium_hits(made, word)]
    assert len(seen) >= 0.9 * len(truth)
    assert share_in_place(hits, [(word, box) for word, box in seen if len(word) > 2], 0.5) >= 0.95
    assert np.array_equal(np.asarray(page_image(made)), np.asarray(page_image(scan)))


def boxes_of(page: document_pb2.Page) -> list[tuple[str, tuple[float, float, float, float]]]:
    sides = tuple(int.from_bytes(page.boxes.sides[at : at + 2], "little") for at in range(0, len(page.boxes.sides), 2))
    return words_of(WordBoxes(page.boxes.text, sides, tuple(page.boxes.confidences)))


async def test_a_page_that_can_be_searched_stays_as_it_is_and_others_do_not(make_node):
    node = await make_node()
    text = text_pdf([["canal reports of the district"] * 3, ["Tables without one of those words"] * 3])
    pages = [document_pb2.Page(number=number, boxes=box_of([("canal", (1000, 1000, 2000, 1200))])) for number in (1, 2)]
    made = await searchable(node.channel, text, pages)

    assert (pdfium_text(made).count("canal"), pdfium_text(made, 2).count("canal")) == (3, 1)
    # And what was made searchable is not made so twice.
    scan = scan_pdf([english_page()])
    page = document_pb2.Page(number=1, boxes=LINE)
    once = await searchable(node.channel, scan, [page])
    twice = await searchable(node.channel, once, [page])
    assert pdfium_text(once).split() == pdfium_text(twice).split() == ["canal", "नहर"]


async def test_the_words_of_a_layer_are_told_with_their_boxes(make_node):
    node = await make_node()
    scan = scan_pdf([english_page()])
    made = await searchable(node.channel, scan, [document_pb2.Page(number=1, boxes=LINE)])
    for data, turn in ((made, 0), (changed(made, _rotated(90)), 90)):
        found = await located(node.channel, data, 1)
        words = boxes_of(document_pb2.Page(boxes=found))
        canal = (0.1, 0.1, 0.2, 0.12) if not turn else (0.88, 0.1, 0.9, 0.2)
        assert [word for word, _ in words] == ["canal", "नहर"]
        assert words[0][1] == pytest.approx(canal, abs=0.003)
    assert not (await located(node.channel, scan, 1)).text
    with pytest.raises(MetatagError) as refused:
        await located(node.channel, scan, 9)
    assert refused.value.code is ErrorCode.NOT_FOUND


@pytest.mark.parametrize(
    "wrong",
    [
        {"boxes": document_pb2.WordBoxes(text="a\tb", sides=bytes(8))},
        {"number": 0, "boxes": LINE},
        {"rotation": 45, "boxes": LINE},
    ],
)
async def test_layers_that_cannot_be_are_refused(make_node, wrong):
    node = await make_node()
    scan = scan_pdf([english_page()])
    with pytest.raises(MetatagError) as refused:
        await searchable(node.channel, scan, [document_pb2.Page(**({"number": 1} | wrong))])
    assert refused.value.code is ErrorCode.INVALID_ARGUMENT
    with pytest.raises(MetatagError) as refused:
        await searchable(node.channel, scan, [], layer_count=20_000)
    assert refused.value.code is ErrorCode.INVALID_ARGUMENT


async def test_pages_past_the_end_and_layers_without_words_are_left_out(make_node):
    node = await make_node()
    scan = scan_pdf([english_page()])
    pages = [document_pb2.Page(number=7, boxes=LINE), document_pb2.Page(number=1)]
    assert pdfium_text(await searchable(node.channel, scan, pages)) == ""


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_ends_in_a_pdf_or_a_named_error_and_others_are_served(make_node, name):
    node = await make_node(page_seconds=8, open_seconds=8)
    page = document_pb2.Page(number=1, boxes=LINE)
    for ask in (searchable(node.channel, HOSTILE[name](), [page]), located(node.channel, HOSTILE[name](), 1)):
        (ended,) = await asyncio.gather(ask, return_exceptions=True)
        if isinstance(ended, MetatagError):
            assert ended.code is not ErrorCode.INTERNAL
            assert ended.message.endswith(".")
        else:
            assert not isinstance(ended, BaseException)
    assert "canal" in pdfium_text(await searchable(node.channel, scan_pdf([english_page()]), [page]))
