"""What stands on a page is read, and only that: fields, notes, attachments of portfolios, no layers that are off."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from fakes import content_pdfs as made
from fakes.hostile_pdfs import text_pdf
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.model import Options, PageText
from metatag_ocr.reading.page import PageRequest, read_page
from metatag_runtime.errors import ErrorCode, MetatagError

LINE = made.LINE


@pytest.fixture
def opened(tmp_path: Path):
    documents: list[PdfiumDocument] = []

    def open_bytes(data: bytes) -> PdfiumDocument:
        path = tmp_path / f"{len(documents)}.pdf"
        path.write_bytes(data)
        documents.append(PdfiumDocument(path))
        return documents[-1]

    yield open_bytes
    for document in documents:
        document.close()


@pytest.fixture
def text_of(opened) -> Callable[[bytes], str]:
    return lambda data: opened(data).layer(1).text


def test_values_of_text_fields_are_read_beside_their_labels(text_of):
    form = made.form_pdf(
        [made.text_field("Soybean", Rect=[150, 715, 300, 735]), made.text_field("फसल बीमा", Rect=[150, 698, 300, 714])],
        ["Crop:", "Scheme:"],
    )

    assert text_of(form).splitlines() == ["Crop:\tSoybean", "Scheme:\tफसल बीमा"]


def test_every_line_of_a_value_is_read(text_of):
    assert "hail in February\nlocusts in March" in text_of(
        made.form_pdf([made.text_field("hail in February\rlocusts in March")])
    )


def test_a_comb_and_a_turned_field_are_read_as_one_value(text_of):
    fields = [
        made.text_field("ABCDE1234F", Ff=made.COMB, MaxLen=10),
        made.text_field("sideways", MK=pikepdf.Dictionary(R=90)),
    ]

    text = text_of(made.form_pdf(fields))

    assert "ABCDE1234F" in text
    assert "sideways" in text


def test_a_choice_is_read_by_the_label_that_is_shown(text_of):
    options = [("IN-BR", "Bihar"), ("IN-OR", "Odisha"), ("IN-KA", "Karnataka")]
    fields = [
        made.choice_field(options, "IN-OR", Ff=made.COMBO),
        made.choice_field(options, ["IN-BR", "IN-KA"]),
        made.choice_field(options, "Nagaland", Ff=made.COMBO | 1 << 18),
    ]

    text = text_of(made.form_pdf(fields))

    assert "Bihar\nKarnataka" in text
    assert text.count("Odisha") == 1
    assert "Nagaland" in text
    assert "IN-" not in text


def test_boxes_and_buttons_put_no_values_into_the_text(text_of):
    on = pikepdf.Dictionary(N=pikepdf.Dictionary(Yes=pikepdf.Dictionary()))
    fields = [
        {"FT": pikepdf.Name.Btn, "V": pikepdf.Name.Yes, "AS": pikepdf.Name.Yes, "AP": on},
        {"FT": pikepdf.Name.Btn, "Ff": made.RADIO, "V": pikepdf.Name.Yes, "AS": pikepdf.Name.Yes, "AP": on},
        {"FT": pikepdf.Name.Btn, "Ff": 1 << 16, "MK": pikepdf.Dictionary(CA=pikepdf.String("Submit"))},
    ]

    assert text_of(made.form_pdf(fields)) == LINE


@pytest.mark.parametrize(
    "entries",
    [
        {"F": made.HIDDEN},
        {"F": made.NO_VIEW},
        {"Ff": made.PASSWORD},
        {"Rect": [900, 900, 990, 920]},
        {"Rect": [0, 0, 0, 0]},
    ],
    ids=["hidden", "no view", "password", "off the page", "without size"],
)
def test_what_is_not_to_be_seen_is_not_read(text_of, entries):
    assert text_of(made.form_pdf([made.text_field("secret", **entries)])) == LINE


def test_a_field_of_two_parts_is_read_where_each_stands(tmp_path, opened):
    data = made.form_pdf([made.text_field("Kheri")])
    pdf = pikepdf.open(_file(tmp_path, data))
    first = pdf.Root.AcroForm.Fields[0]
    kid = pdf.make_indirect(pikepdf.Dictionary(first))
    pdf.pages[0].Annots.append(kid)
    kid.Rect, kid.Parent = [72, 100, 300, 120], first
    for key in ("/T", "/V", "/FT"):
        del kid[key]
    first.Kids = pikepdf.Array([kid])
    path = tmp_path / "two.pdf"
    pdf.save(path)

    assert opened(path.read_bytes()).layer(1).text.count("Kheri") >= 1


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "made.pdf"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("drawn", [True, False])
def test_free_text_is_read_once(text_of, drawn):
    text = text_of(made.note_pdf("Sanctioned by the collector", drawn=drawn))

    assert text.count("Sanctioned by the collector") == 1
    assert LINE in text


def test_hidden_free_text_is_not_read(text_of):
    assert text_of(made.note_pdf("Sanctioned", flags=made.HIDDEN)) == LINE


def test_recognition_sees_no_values_and_is_given_those_that_have_no_picture(opened):
    form = opened(made.form_pdf([made.text_field("Kheri Bujurg")]))

    assert form.entries(1) == "Kheri Bujurg"
    assert opened(made.note_pdf("written", drawn=True)).entries(1) == ""
    assert opened(made.note_pdf("written")).entries(1) == "written"


def test_the_pages_of_attached_pdfs_take_a_covers_place(opened):
    files = {
        "a.pdf": text_pdf([["first attached page"], ["second attached page"]]),
        "b.txt": b"no PDF",
        "c.pdf": text_pdf([["third attached page"]]),
    }
    document = opened(made.portfolio_pdf(files))

    assert [document.layer(number).text for number in range(1, document.page_count + 1)] == [
        "first attached page",
        "second attached page",
        "third attached page",
    ]
    assert document.facts().notes == ("attachments_read", "attachments_left_out")


def test_a_cover_with_content_stays(opened):
    document = opened(made.portfolio_pdf({"a.pdf": text_pdf([["attached"]])}, [LINE] * 5))

    assert document.page_count == 2
    assert LINE in document.layer(1).text
    assert document.layer(2).text == "attached"


def test_a_portfolio_in_a_portfolio_is_opened_to_a_depth(opened):
    data = text_pdf([["innermost"]])
    for _ in range(2):
        data = made.portfolio_pdf({"inner.pdf": data})
    assert opened(data).layer(1).text == "innermost"

    for _ in range(6):
        data = made.portfolio_pdf({"inner.pdf": data})
    assert opened(data).page_count == 1


def test_fields_of_an_attached_form_are_read(opened):
    files = {"a.pdf": made.form_pdf([made.text_field("Kheri")]), "b.pdf": made.form_pdf([made.text_field("Nagla")])}
    document = opened(made.portfolio_pdf(files))

    assert "Kheri" in document.layer(1).text
    assert "Nagla" in document.layer(2).text


def test_an_attachment_of_a_file_that_is_no_portfolio_is_left_alone(opened):
    document = opened(made.portfolio_pdf({"a.pdf": text_pdf([["attached"]])}, [LINE], collection=False))

    assert (document.page_count, document.layer(1).text, document.facts().notes) == (1, LINE, ())


def test_a_portfolio_of_other_files_says_so(opened):
    document = opened(made.portfolio_pdf({"a.txt": b"words", "b.pdf": b"%PDF-1.7 broken"}))

    assert document.facts().notes == ("attachments_left_out",)
    assert read(document).reason == "viewer_notice"


def read(document: PdfiumDocument, number: int = 1) -> PageText:
    return read_page(document, None, PageRequest(number, Options(mode="skip"), ("eng",)))  # type: ignore[arg-type]


@pytest.mark.parametrize("lines", [made.XFA_NOTICE, made.PORTFOLIO_NOTICE, [
    "This PDF file is protected.", "You need a different reader to open it.",
    "The document is protected by Microsoft Information Protection. Download a compatible viewer.",
]])  # fmt: skip
def test_a_viewers_notice_is_no_content(opened, lines):
    page = read(opened(text_pdf([lines])))

    assert (page.text, page.reason) == ("", "viewer_notice")


def test_a_page_that_speaks_of_viewers_is_content(opened):
    lines = ["How to read our circulars", "Adobe Reader is installed on every computer of the office."] + [LINE] * 6

    assert read(opened(text_pdf([lines]))).text.startswith("How to read")


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize("pack", [False, True])
def test_a_layer_that_is_off_is_not_read(opened, as_form, pack):
    data = made.layered_pdf([("", "seen"), ("draft", "unseen"), ("final", "approved")], off=["draft"], as_form=as_form)
    document = opened(made.packed(data) if pack else data)

    assert document.layer(1).text.split() == ["seen", "approved"]
    assert document.picture(1, 72).pixels[40:90].min() < 200, "what is on is still drawn"


def test_layers_that_are_on_are_read_as_they_stand(opened):
    document = opened(made.layered_pdf([("", "seen"), ("draft", "too")]))

    assert document.layer(1).text.split() == ["seen", "too"]


def test_a_base_state_of_off_leaves_what_is_turned_on(opened):
    data = made.layered_pdf([("a", "one"), ("b", "two"), ("", "three")], base_off=True, on=["b"])

    assert opened(data).layer(1).text.split() == ["two", "three"]


@pytest.mark.parametrize(
    ("policy", "seen"), [("", True), ("AnyOn", True), ("AllOn", False), ("AnyOff", True), ("AllOff", False)]
)
def test_a_membership_is_shown_by_its_policy(opened, policy, seen):
    parts = [("", "always"), ("member", "sometimes")]
    data = made.layered_pdf(parts, members=["on", "off"], off=["off"], policy=policy)

    assert ("sometimes" in opened(data).layer(1).text) is seen


@pytest.mark.parametrize("share", [0.98, 0.9, 0.8, 0.6, 0.4])
@pytest.mark.parametrize("pack", [False, True])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(opened, share, pack):
    data = text_pdf([[f"page {number}", *[LINE] * 30] for number in range(1, 9)])
    data = made.packed(data) if pack else data
    document = opened(data[: int(len(data) * share)])

    assert "page 1" in document.layer(1).text
    assert document.layer(1).text.count(LINE) == 30
    assert document.facts().notes == ("file_repaired",)


def test_a_file_without_a_cross_reference_table_is_read(opened):
    data = text_pdf([[LINE] * 9])
    start = data.rindex(b"xref\n0")

    assert opened(data[:start]).layer(1).text.count(LINE) == 9


@pytest.mark.parametrize("data", [b"%PDF-1.7\n" + b"nothing of a file" * 99, b"%PDF-1.4\n1 0 obj\n<</Type/Pa"])
def test_what_cannot_be_rebuilt_is_refused(opened, data):
    with pytest.raises(MetatagError) as error:
        opened(data)

    assert error.value.code is ErrorCode.BROKEN_DOCUMENT


def test_a_note_of_rich_text_alone_is_read(text_of):
    with pikepdf.open(io.BytesIO(made.note_pdf("x"))) as pdf:
        note = pdf.pages[0].Annots[0]
        del note.Contents
        note.RC = pikepdf.String("<body><p>Paid on the <b>ninth</b> of March</p></body>")
        out = io.BytesIO()
        pdf.save(out)

    assert "Paid on the ninth of March" in text_of(out.getvalue())
