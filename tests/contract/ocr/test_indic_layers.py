"""Text layers of Indian scripts: words come out whole, whichever program printed them."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
import pypdfium2
import pytest

from fakes import hostile_pdfs as made
from fakes.layer_files import layer_file, shown_text, word_scores
from metatag_ocr.engines.pdf_oxide_reader import PdfOxideReader
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.engines.pdfium_glyphs import glyph_lines


@pytest.fixture
def layer_text() -> Iterator:
    opened: list[PdfiumDocument] = []

    def read(name: str) -> str:
        path = layer_file(name)
        opened.append(PdfiumDocument(path, indic_reader=PdfOxideReader))
        document = opened[-1]
        return "\n".join(document.layer(number + 1).text for number in range(document.page_count))

    yield read
    for document in opened:
        document.close()
        document.close()


@pytest.mark.parametrize("name", ["chrome-hindi", "chrome-bilingual", "chrome-gujarati", "chrome-kannada"])
def test_a_page_printed_by_chrome_is_read_word_for_word(layer_text, name):
    recall, precision = word_scores(layer_text(name), shown_text(name))

    assert recall >= 0.99
    assert precision >= 0.99


def test_a_page_printed_by_libreoffice_is_read_by_the_second_reader(layer_text):
    recall, precision = word_scores(layer_text("libreoffice-hindi"), shown_text("libreoffice-hindi"))

    assert recall >= 0.93
    assert precision >= 0.93


def test_lines_that_are_drawn_whole_are_left_to_the_other_readers():
    document = pypdfium2.PdfDocument(made.text_pdf([["The committee approved the scheme."] * 20]))
    page = document[0]

    assert glyph_lines(page, page.get_textpage()) == []


def test_a_second_reader_that_cannot_open_the_file_costs_nothing_but_its_text(tmp_path):
    gone = PdfOxideReader(tmp_path / "gone.pdf")
    document = PdfiumDocument(layer_file("libreoffice-hindi"), indic_reader=lambda source: gone)

    text = "".join(document.layer(number + 1).text for number in range(document.page_count))

    assert "जल संसाधन विभाग" in text


def test_a_panic_of_the_second_reader_leaves_the_first_ones_text(monkeypatch):
    class Panic(BaseException):
        """As pyo3 raises it when Rust code panics."""

    class Broken:
        def __init__(self, path: str) -> None:
            raise Panic(path)

    monkeypatch.setattr("metatag_ocr.engines.pdf_oxide_reader.pdf_oxide.PdfDocument", Broken)
    reader = PdfOxideReader(layer_file("libreoffice-hindi"))

    assert reader.text(1) == ""
    assert reader.text(2) == ""


def test_of_a_spread_each_page_has_its_own_half(tmp_path):
    file = tmp_path / "spread.pdf"
    names = ("chrome-hindi", "chrome-bilingual")
    with pikepdf.new() as spread:
        sheet = spread.add_blank_page(page_size=(1224, 792))
        for side, name in enumerate(names):
            with pikepdf.open(layer_file(name)) as half:
                sheet.add_overlay(half.pages[0], pikepdf.Rectangle(612 * side, 0, 612 * side + 612, 792))
        spread.pages.append(sheet)
        for side, page in enumerate(spread.pages):
            page.CropBox = [612 * side, 0, 612 * side + 612, 792]
        spread.save(file)
    document = PdfiumDocument(file, indic_reader=PdfOxideReader)

    for number, name in enumerate(names, 1):
        assert min(word_scores(document.layer(number).text, shown_text(name))) >= 0.99
    document.close()
