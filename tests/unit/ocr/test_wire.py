"""Headers become requests, wrong ones are refused by the field's name, pages become messages."""

from __future__ import annotations

import pytest

from metatag.v1 import document_pb2, ocr_pb2
from metatag_ocr import wire
from metatag_ocr.model import EngineInfo, FileFacts, NodeState, Opened, Options, PageText, Problem, Summary, Word
from metatag_runtime.errors import InvalidArgument

SHA = "ab" * 32


def _header(**fields: object) -> ocr_pb2.RecognizeHeader:
    return ocr_pb2.RecognizeHeader(**({"content_sha256": SHA, "size_bytes": 9} | fields))  # type: ignore[arg-type]


def test_a_header_becomes_a_wish():
    options = ocr_pb2.RecognizeOptions(
        mode=document_pb2.OCR_MODE_FORCE, languages=["hi", "eng", "hin"], dehyphenate=True, words=True
    )
    pages = [ocr_pb2.PageRange(first=2, last=4), ocr_pb2.PageRange(first=7)]

    read_request = wire.read_request(_header(options=options, pages=pages, max_pages=5, script_hint="Devanagari"))

    assert read_request.document.sha256 == SHA
    assert read_request.options == Options("force", ("hin", "eng"), dehyphenate=True, words=True)
    assert read_request.ranges == ((2, 4), (7, 0))
    assert (read_request.max_pages, read_request.script_hint) == (5, "Devanagari")


def test_an_unset_mode_is_auto():
    assert wire.read_request(_header()).options == Options()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"content_sha256": "AB" * 32}, "content_sha256"),
        ({"content_sha256": "../../etc"}, "content_sha256"),
        ({"size_bytes": -1}, "size_bytes"),
        ({"max_pages": -1}, "max_pages"),
        ({"pages": [ocr_pb2.PageRange(first=0)]}, "pages"),
        ({"pages": [ocr_pb2.PageRange(first=3, last=2)]}, "pages"),
        ({"options": ocr_pb2.RecognizeOptions(languages=list("abcde"))}, "languages"),
        ({"options": ocr_pb2.RecognizeOptions(languages=["../x"])}, "languages"),
        ({"options": ocr_pb2.RecognizeOptions(mode=99)}, "mode"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_header_is_refused_by_the_fields_name(fields, named):
    with pytest.raises(InvalidArgument, match=named):
        wire.read_request(_header(**fields))


@pytest.mark.parametrize(("page", "width", "named"), [(0, 100, "page"), (1, 63, "width"), (1, 2001, "width")])
def test_a_wrong_picture_is_refused_by_the_fields_name(page, width, named):
    header = ocr_pb2.RenderPageHeader(content_sha256=SHA, size_bytes=9, page=page, width=width)

    with pytest.raises(InvalidArgument, match=named):
        wire.render_request_of(header)


def test_a_page_keeps_its_parts():
    word = Word("The", 91.5, 0.1, 0.2, 0.3, 0.1)
    page = PageText(
        3, "The text", "tesseract", "no_text", 91.5, "eng", rotation=180, recognize_ms=7, tries=2, words=(word,),
        notes=("text_cut",),
    )  # fmt: skip

    sent = wire.page(page).page

    assert (sent.number, sent.text, sent.reason, sent.language) == (3, "The text", "no_text", "eng")
    assert sent.method == document_pb2.PAGE_METHOD_TESSERACT
    assert (sent.rotation, sent.recognize_ms, sent.tries, list(sent.notes)) == (180, 7, 2, ["text_cut"])
    assert sent.words[0].text == "The"
    assert not sent.HasField("error")


def test_a_layer_has_no_confidence_and_a_failed_page_its_problem():
    layer = wire.page(PageText(1, "x", "text_layer", "text_layer_good")).page
    failed = wire.page(PageText(2, "", "failed", "x", error=Problem("page_too_costly", "Too much."))).page

    assert not layer.HasField("confidence")
    assert (failed.error.code, failed.error.message) == ("page_too_costly", "Too much.")


def test_opening_end_and_state_are_told():
    opened = wire.opened(Opened(FileFacts(9, "T", "O"), (1, 2))).opened
    summary = wire.summary(Summary(2, 1, None, "Latin", "eng", "tesseract-5", 12)).summary
    state = wire.state(NodeState((EngineInfo("tesseract", "5", True, "", ("eng",)),), 2, 1, 3))

    assert (opened.page_count, list(opened.pages), opened.title, opened.outline_title) == (9, [1, 2], "T", "O")
    assert not summary.HasField("confidence")
    assert (state.slots, state.pages_in_flight, state.pages_waiting) == (2, 1, 3)
    assert list(state.engines[0].languages) == ["eng"]


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        (PageText(1, "words", "tesseract", "no_text", confidence=89.9), True),
        (PageText(1, "words", "tesseract", "no_text", confidence=90.0), False),
        (PageText(1, "x q z", "tesseract", "no_text", confidence=90.0, gibberish=True), True),
        (PageText(1, "words", "text_layer", "text_layer_good"), False),
        (PageText(1, "words", "text_layer", "layer_differs", notes=("layer_doubtful",)), True),
        (PageText(1, "", "tesseract", "no_text", confidence=0.0), True),
        (PageText(1, "", "blank", "blank_page"), False),
        (PageText(1, "", "text_layer", "viewer_notice"), False),
    ],
)
def test_a_page_that_a_person_should_read_says_so(page: PageText, needed: bool):
    assert wire.page(page).page.needs_review is needed
