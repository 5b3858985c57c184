"""What a page's text layer looks like when it comes out: cells, blocks, headings, and only what is on the page."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from fakes.hostile_pdfs import one_page, pdf, text_pdf
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.model import Heading, Options
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.page import PageRequest, read_page

BODY = "The committee approved the water supply scheme for the northern district."


@pytest.fixture
def layer_of(tmp_path: Path):
    def read(content: str, *, box: str = "0 0 612 792", extra: str = "") -> Layer:
        path = tmp_path / "made.pdf"
        objects = dict(one_page(content.encode("latin-1"), box=box.encode()))
        objects[3] = objects[3].replace(b"/Contents", extra.encode() + b"/Contents")
        path.write_bytes(pdf(objects.items()))
        document = PdfiumDocument(path)
        try:
            return document.layer(1)
        finally:
            document.close()

    return read


def at(x: float, y: float, text: str, size: float = 10) -> str:
    return f"BT /F {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET "


def table() -> str:
    return row_at(600) + row_at(582, ("Kheri Bujurg", "14", "11")) + row_at(564, ("Nagla", "9", "3"))


def paragraph(top: float, count: int = 4) -> str:
    return "".join(at(60, top - 12 * index, BODY) for index in range(count))


def test_cells_of_a_table_are_parted_by_tabs(layer_of):
    rows = layer_of(table()).text.splitlines()

    assert rows == ["Village\tHand pumps\tWorking", "Kheri Bujurg\t14\t11", "Nagla\t9\t3"]


def test_a_line_of_prose_has_no_cells_even_when_it_is_stretched(layer_of):
    stretched = f"BT /F 10 Tf 6 Tw 1 0 0 1 60 700 Tm ({BODY}) Tj ET "

    assert "\t" not in layer_of(paragraph(600) + stretched).text


def test_blocks_and_headings_come_from_the_geometry(layer_of):
    layer = layer_of(at(60, 740, "HAND PUMPS", 18) + paragraph(700) + paragraph(620) + table())

    assert layer.headings == (Heading("HAND PUMPS", 1),)
    blocks = layer.text.split("\n\n")
    assert len(blocks) == 4 or "\t" in blocks[-1]
    assert blocks[0] == "HAND PUMPS"
    assert blocks[1].count(BODY) == 4


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_has_the_same_layout(layer_of, turn):
    matrix = {90: "0 1 -1 0 612 0", 180: "-1 0 0 -1 612 792", 270: "0 -1 1 0 0 792"}[turn]
    content = f"q {matrix} cm {at(60, 560, 'HAND PUMPS', 18)} {paragraph(520)} {row_at(440)} Q"
    layer = layer_of(content, extra=f"/Rotate {turn}")

    assert "Village\tHand pumps\tWorking" in layer.text
    assert layer.headings[0].text == "HAND PUMPS"
    assert layer.text.count("\n\n") >= 2


def row_at(top: float, cells: tuple[str, ...] = ("Village", "Hand pumps", "Working")) -> str:
    return "".join(at(60 + 160 * column, top, cell) for column, cell in enumerate(cells))


def test_what_stands_outside_the_crop_box_is_not_read(layer_of):
    spread = paragraph(700) + at(700, 700, "Cane growers of the eastern division") + at(700, 688, "are paid in May.")
    left = layer_of(spread, box="0 0 1224 792", extra="/CropBox[0 0 612 792]")
    right = layer_of(spread, box="0 0 1224 792", extra="/CropBox[612 0 1224 792]")

    assert "Cane" not in left.text
    assert left.text.count(BODY) == 4
    assert right.text == "Cane growers of the eastern division\nare paid in May."


def test_a_line_across_the_edge_keeps_what_is_seen_of_it(layer_of):
    layer = layer_of(at(500, 700, "seen beyond the edge of the page and further on"))

    assert layer.text.startswith("seen beyond the")
    assert "further" not in layer.text


def test_a_line_at_the_very_edge_is_kept(layer_of):
    assert layer_of(at(0, 0, "bottom left") + at(560, 786, "top right")).text.count("t") >= 4


def test_letter_spaced_headings_come_out_in_words(layer_of):
    spaced = "N O T I C E  O F  P U B L I C  H E A R I N G"
    tight = "BT /F 14 Tf 5 Tc 1 0 0 1 60 660 Tm (WATER SUPPLY BOARD) Tj ET "

    text = layer_of(at(60, 700, spaced, 14) + tight + paragraph(600)).text

    assert "NOTICE OF PUBLIC HEARING" in text
    assert "WATER SUPPLY BOARD" in text


def test_letters_that_stand_alone_stay_alone(layer_of):
    assert "Vitamin A B C D E" in layer_of(paragraph(700) + at(60, 600, "Vitamin A B C D E")).text


@pytest.mark.parametrize("shift", [(0.3, 0), (0.4, 0.4)])
def test_fake_bold_comes_out_once(layer_of, shift):
    twice = "".join(
        at(60 + 9 * index + x, 700 + y, letter, 12)
        for index, letter in enumerate("MUNICIPALITY")
        for x, y in ((0, 0), shift)
    )

    assert layer_of(twice + paragraph(600)).text.splitlines()[0] == "MUNICIPALITY"


def test_a_line_filled_and_then_outlined_in_another_font_comes_out_once(tmp_path):
    line = "Guidelines for volunteers who book the moorings"
    glyphs = " ".join(f"1 0 0 1 {72 + 8 * at} 700 Tm ({char}) Tj" for at, char in enumerate(line))
    path = tmp_path / "outlined.pdf"
    with pikepdf.open(io.BytesIO(text_pdf([[]]))) as made:
        page = made.pages[0]
        page.Resources.Font.G = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Helvetica-Bold")
        )
        page.Contents = made.make_stream(f"BT /F 12 Tf {glyphs} ET BT 1 Tr /G 12 Tf {glyphs} ET".encode())
        made.save(path)
    document = PdfiumDocument(path)

    text = document.layer(1).text
    document.close()

    assert text.replace(" ", "") == line.replace(" ", "")


def test_fake_bold_of_whole_lines_comes_out_once(layer_of):
    assert layer_of(at(60, 700, "NOTICE") + at(60.4, 700, "NOTICE") + paragraph(600)).text.count("NOTICE") == 1


def test_a_page_keeps_its_headings_through_cleaning(tmp_path):
    path = tmp_path / "made.pdf"
    path.write_bytes(text_pdf([[BODY] * 9]))
    document = PdfiumDocument(path)
    page = read_page(document, None, PageRequest(1, Options(mode="skip"), ("eng",)))  # type: ignore[arg-type]
    document.close()

    assert page.headings == ()
    assert page.text.count(BODY) == 9
