"""The port Document: pdfium and pdfplumber open files, tell evidence and draw pages alike."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from fakes import hostile_pdfs as made
from fakes.ocr_pdfs import page_image, sample, scan_pdf
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.engines.pdfplumber_document import PdfplumberDocument
from metatag_runtime.errors import ErrorCode, MetatagError

LINE = "The committee approved the water supply scheme for the northern district."
Kind = type[PdfiumDocument]


@pytest.fixture(params=[PdfiumDocument, PdfplumberDocument])
def kind(request) -> Kind:
    return request.param


@pytest.fixture
def open_bytes(kind: Kind, tmp_path: Path) -> Iterator:
    opened: list[PdfiumDocument] = []

    def open_them(data: bytes, **bounds: int) -> PdfiumDocument:
        path = tmp_path / "document.pdf"
        path.write_bytes(data)
        opened.append(kind(path, **bounds))
        return opened[-1]

    yield open_them
    for document in opened:
        document.close()


def test_text_and_title_are_told(open_bytes):
    document = open_bytes(made.text_pdf([[LINE] * 9, ["second"]], title="  Annual  Report "))

    assert document.facts().page_count == 2
    assert document.facts().title == "Annual Report"
    layer = document.layer(1)
    assert layer.text.count(LINE) == 9
    assert (layer.unmapped, layer.invisible) == (0, 0)
    assert layer.fonts == (("Helvetica", 1.0),)
    assert "second" in document.layer(2).text


def test_a_scan_has_no_text_and_a_picture_over_the_page(open_bytes):
    document = open_bytes(scan_pdf([page_image(made.text_pdf([[LINE] * 9]))]))
    layer = document.layer(1)

    assert layer.text.strip() == ""
    assert layer.picture_share > 0.95
    assert layer.drawn


def test_an_invisible_layer_over_a_scan_is_seen(open_bytes):
    over = b"BT 3 Tr /F 12 Tf 72 700 Td (" + LINE.encode() + b") Tj ET"
    document = open_bytes(scan_pdf([page_image(made.text_pdf([[LINE] * 9]))], over=over))
    layer = document.layer(1)

    assert LINE in layer.text
    assert layer.invisible == 1.0
    assert layer.picture_share > 0.95


def test_a_page_without_content_is_not_drawn(open_bytes):
    assert not open_bytes(made.empty_page()).layer(1).drawn


def test_a_page_is_drawn_in_gray_at_the_resolution(open_bytes):
    picture = open_bytes(made.text_pdf([[LINE]])).picture(1, 100)

    assert picture.dpi == 100
    assert picture.pixels.shape == (1100, 850)
    assert picture.pixels.min() < 100
    assert picture.pixels.max() == 255


def test_a_scan_of_a4_becomes_two_thirds_of_its_pixels_not_one_more(open_bytes):
    scan = page_image(sample("library-rules"), dpi=300)

    picture = open_bytes(scan_pdf([scan], dpi=300)).picture(1, 200)

    height, width = picture.pixels.shape
    assert picture.dpi == 200
    assert 1.5 <= scan.width / width < 1.502
    assert 1.5 <= scan.height / height < 1.502


def test_a_page_beyond_the_pixel_budget_is_drawn_smaller(open_bytes):
    picture = open_bytes(made.huge_page_box(), page_pixels=4_000_000).picture(1, 200)

    assert picture.pixels.size <= 4_100_000
    assert picture.dpi == 10


def test_a_picture_beyond_the_pixel_budget_is_refused(open_bytes):
    document = open_bytes(made.huge_gray_image(2000), image_pixels=1_000_000)

    with pytest.raises(MetatagError) as failure:
        document.picture(1, 200)
    assert failure.value.code is ErrorCode.PAGE_TOO_COSTLY


def test_a_preview_has_the_width_asked_for(open_bytes):
    png = open_bytes(sample("library-rules")).encoded(1, 320, "PNG")

    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") in (320, 321)


def test_a_page_for_a_vision_model_is_a_jpeg_of_the_width_asked_for(open_bytes):
    picture = Image.open(io.BytesIO(open_bytes(sample("library-rules")).encoded(1, 1600, "JPEG")))

    assert picture.format == "JPEG"
    assert picture.width in (1600, 1601)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.EMPTY_DOCUMENT),
        (made.not_a_pdf(), ErrorCode.UNSUPPORTED_MEDIA),
        (made.encrypted(), ErrorCode.ENCRYPTED_DOCUMENT),
        (made.truncated()[:150], ErrorCode.BROKEN_DOCUMENT),
        (made.zero_pages(), ErrorCode.NO_PAGES),
        (b"%PDF-1.7\n", ErrorCode.BROKEN_DOCUMENT),
    ],
    ids=["empty", "not a pdf", "encrypted", "truncated", "no pages", "only a mark"],
)
def test_files_that_cannot_be_read_are_refused_by_name(open_bytes, data, code):
    with pytest.raises(MetatagError) as failure:
        open_bytes(data)

    assert failure.value.code is code
    assert failure.value.message.endswith(".")


def test_a_file_encrypted_with_an_empty_password_is_read(open_bytes, tmp_path):
    pikepdf = pytest.importorskip("pikepdf")
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(made.text_pdf([[LINE] * 5]))
    with pikepdf.open(plain) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="", owner="owner"))

    assert LINE in open_bytes((tmp_path / "locked.pdf").read_bytes()).layer(1).text


def test_an_outline_gives_its_first_fitting_entry(open_bytes, tmp_path):
    pikepdf = pytest.importorskip("pikepdf")
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(made.text_pdf([[LINE] * 5]))
    with pikepdf.open(plain) as pdf:
        with pdf.open_outline() as outline:
            outline.root.extend([pikepdf.OutlineItem("1", 0), pikepdf.OutlineItem("Wells and Canals", 0)])
        pdf.save(tmp_path / "outlined.pdf")

    assert open_bytes((tmp_path / "outlined.pdf").read_bytes()).facts().outline_title == "Wells and Canals"
