"""One page: kept, recognised, tried again, turned, given up."""

from __future__ import annotations

import numpy as np
import pytest

from fakes.ocr_reading import FakeDocument, FakeEngine, printed, reading, reading_of
from metatag_ocr.model import MAX_PAGE_CHARS, Options, PageText
from metatag_ocr.reading.evidence import Layer, PictureBeside
from metatag_ocr.reading.page import PageRequest, read_page
from metatag_ocr.reading.ports import Layout, Orientation, Picture, Recognition
from metatag_runtime.errors import ErrorCode, MetatagError

PROSE = "The committee approved the water supply scheme for the northern district of the state. " * 8
HINDI = "भारत सरकार ने ग्रामीण क्षेत्रों में पेयजल की आपूर्ति के लिए नई योजना बनाई है। " * 8
NOISE = "“sss||l jm}} tl Pl|lp qrv $493Z0] bnm xcv zxq wrtp kjhg vbnm qwr zxcv plkj mnbv " * 8
SCAN = Layer("", picture_share=1.0)
LATIN = Orientation(0, "Latin", 25.0, 7.0)


def _read(
    layer: Layer,
    engine: FakeEngine,
    languages: tuple[str, ...] = ("eng", "hin"),
    script: str = "",
    pixels: np.ndarray | None = None,
    **options: object,
) -> tuple[PageText, FakeDocument, list[str]]:
    document, scripts = FakeDocument({1: layer}, printed() if pixels is None else pixels), []
    read_request = PageRequest(1, Options(**options), languages, script)  # type: ignore[arg-type]
    return read_page(document, engine, read_request, scripts.append), document, scripts


def _with_head_lines() -> np.ndarray:
    """Words that hang from a line: long strokes, and many short ones under them."""
    pixels = np.full((400, 300), 255, dtype=np.uint8)
    for top in range(40, 360, 40):
        pixels[top : top + 4, 30:90] = pixels[top : top + 4, 100:200] = 0
        for left in range(34, 200, 16):
            pixels[top : top + 24, left : left + 4] = 0
    return pixels


def test_a_good_layer_is_kept_and_nothing_is_rendered():
    engine = FakeEngine(lambda picture, languages: reading("never", 0))

    page, document, scripts = _read(Layer(PROSE), engine)

    assert (page.method, page.reason, page.tries, page.confidence) == ("text_layer", "text_layer_good", 0, None)
    assert document.rendered == []
    assert engine.calls == []
    assert scripts == ["Latin"]


def test_a_clean_scan_takes_one_recognition_at_200_dpi():
    engine = FakeEngine(lambda picture, languages: reading(PROSE, 95), seen=LATIN)

    page, document, scripts = _read(SCAN, engine)

    assert (page.method, page.language, page.tries, page.confidence) == ("tesseract", "eng", 1, 95)
    assert document.rendered == [200]
    assert scripts == ["Latin"]


def test_a_scan_without_head_lines_is_read_as_latin_and_spares_the_look():
    engine = FakeEngine(lambda picture, languages: reading(PROSE, 95), seen=LATIN)

    _read(SCAN, engine)

    assert engine.looks == 0


def test_head_lines_are_looked_at_before_anything_is_read():
    engine = FakeEngine(lambda picture, languages: reading(HINDI, 93), seen=Orientation(0, "Devanagari", 20.0, 30.0))

    page, _, scripts = _read(SCAN, engine, pixels=_with_head_lines())

    assert (engine.looks, page.tries, page.language) == (1, 1, "hin")
    assert scripts == ["Devanagari"]


def test_a_page_with_head_lines_in_a_latin_document_is_looked_at_too():
    engine = FakeEngine(lambda picture, languages: reading(HINDI, 93), seen=Orientation(0, "Devanagari", 20.0, 30.0))

    page, _, scripts = _read(SCAN, engine, script="Latin", pixels=_with_head_lines())

    assert (page.tries, page.language) == (1, "hin")
    assert scripts == ["Devanagari"]


def test_a_script_that_shows_late_is_told_late():
    def reads(picture, languages):
        return reading(HINDI, 94) if languages == ("hin",) else reading(NOISE, 30)

    engine = FakeEngine(reads, seen=Orientation(0, "Devanagari", 20.0, 30.0))

    _, _, scripts = _read(SCAN, engine)

    assert scripts == ["Latin", "Devanagari"]


def test_a_known_script_spares_the_look():
    engine = FakeEngine(lambda picture, languages: reading(HINDI, 93))

    page, _, _ = _read(SCAN, engine, script="Devanagari", pixels=_with_head_lines())

    assert engine.looks == 0
    assert engine.calls == [(("hin",), 200)]
    assert page.script == "Devanagari"


def test_a_single_language_spares_the_look():
    engine = FakeEngine(lambda picture, languages: reading(PROSE, 93))

    _read(SCAN, engine, languages=("eng",))

    assert engine.looks == 0


def test_a_blank_page_is_not_recognised():
    engine = FakeEngine(lambda picture, languages: reading("x", 90))
    document = FakeDocument({1: SCAN}, pixels=np.full((400, 300), 250, dtype=np.uint8))

    page = read_page(document, engine, PageRequest(1, Options(), ("eng",)))

    assert (page.method, page.reason, page.text) == ("blank", "blank_page", "")
    assert engine.calls == []


def test_a_weak_page_is_tried_again_in_black_and_white_at_300_dpi():
    engine = FakeEngine(lambda picture, _: reading(PROSE, 91 if picture.dpi == 300 else 74), seen=LATIN)

    page, document, _ = _read(SCAN, engine)

    assert document.rendered == [200, 300]
    assert (page.confidence, page.tries) == (91, 2)


def test_the_first_try_is_kept_when_the_second_lost_the_text():
    engine = FakeEngine(lambda picture, _: reading("A", 99) if picture.dpi == 300 else reading(PROSE, 80), seen=LATIN)

    page, _, _ = _read(SCAN, engine)

    assert page.confidence == 80


def test_a_page_in_another_script_than_its_document_is_found_out():
    def reads(picture, languages):
        return reading(HINDI, 94) if languages == ("hin",) else reading(NOISE, 30)

    engine = FakeEngine(reads, seen=Orientation(0, "Devanagari", 20.0, 30.0))

    page, _, _ = _read(SCAN, engine, script="Latin")

    assert (page.language, page.confidence) == ("hin", 94)


def test_a_page_upside_down_is_turned():
    upright = FakeDocument({1: SCAN}).pixels

    def reads(picture, languages):
        return reading(PROSE, 95) if np.array_equal(picture.pixels, np.rot90(upright, 2)) else reading(NOISE, 45)

    engine = FakeEngine(reads, seen=Orientation(180, "Latin", 20.0, 6.0))

    page, _, _ = _read(SCAN, engine, script="Latin")

    assert (page.rotation, page.confidence) == (180, 95)


def test_an_unsure_look_does_not_turn_a_page_that_reads_well():
    engine = FakeEngine(lambda picture, _: reading(PROSE, 90), seen=Orientation(180, "Bengali", 2.2, 1.2))

    page, _, _ = _read(SCAN, engine)

    assert (page.rotation, page.language, page.tries) == (0, "eng", 1)


def test_a_page_that_the_engine_turned_by_itself_and_hardly_read_is_turned_and_read_again():
    def reads(picture: Picture, _: tuple[str, ...]) -> Recognition:
        upright = picture.pixels.shape[0] < picture.pixels.shape[1]
        return reading(HINDI, 90) if upright else reading(HINDI[:300], 55, turn=90)

    page, _, _ = _read(SCAN, FakeEngine(reads))

    assert (page.confidence, page.rotation, page.text) == (90, 90, HINDI.strip())


def test_a_wrong_turn_is_taken_back():
    upright = FakeDocument({1: SCAN}).pixels

    def reads(picture, languages):
        return reading(PROSE, 95) if np.array_equal(picture.pixels, upright) else reading(NOISE, 40)

    engine = FakeEngine(reads, seen=Orientation(90, "Latin", 30.0, 6.0))

    page, _, _ = _read(SCAN, engine)

    assert (page.rotation, page.confidence) == (0, 95)


def test_the_engines_own_turn_is_told():
    engine = FakeEngine(lambda picture, _: reading(PROSE, 95, turn=270), seen=LATIN)

    assert _read(SCAN, engine)[0].rotation == 270


def test_unsure_lines_are_read_again_alone_in_the_other_language():
    hindi = [("भारत", 95), ("सरकार", 95), ("कार्यालय", 94)]
    page_read = reading_of(hindi, [("७0०0फ", 20), ("घ्णारा", 0)], hindi)
    english = reading_of([("Government", 94), ("of", 96), ("India", 95)])
    engine = FakeEngine(lambda *_: page_read, reads_line=lambda _, names: english if names == ("eng",) else page_read)

    page, _, _ = _read(SCAN, engine, script="Devanagari", pixels=_with_head_lines(), words=True)

    lines = [line for line in page.text.splitlines() if line]
    assert lines == ["भारत सरकार कार्यालय", "Government of India", "भारत सरकार कार्यालय"]
    assert (page.language, page.tries) == ("hin+eng", 1)
    assert page.confidence == pytest.approx((2 * (95 + 95 + 94) + 94 + 96 + 95) / 9, abs=0.01)
    assert [word.text for word in page.words][3:6] == ["Government", "of", "India"]


def test_unsure_lines_stay_where_the_other_language_reads_them_no_better():
    lines = reading_of([("The", 95), ("committee", 95)], [("wqatr", 40), ("xpply", 30)], [("approved", 96)])
    worse = reading_of([("दकक", 60), ("मचटश", 65)])
    engine = FakeEngine(lambda *_: lines, reads_line=lambda *_: worse)

    page, _, _ = _read(SCAN, engine, script="Latin")

    assert "wqatr xpply" in page.text
    assert page.language == "eng"


def test_a_reading_in_the_wrong_letters_is_not_taken_however_sure():
    lines = reading_of([("भारत", 95), ("सरकार", 95)], [("ङडञ", 40), ("णफग", 30)], [("कार्यालय", 96)])
    engine = FakeEngine(lambda *_: lines, reads_line=lambda *_: reading_of([("भारत", 90), ("में", 90)]))

    page, _, _ = _read(SCAN, engine, script="Devanagari", pixels=_with_head_lines())

    assert page.language == "hin"


def test_a_page_without_a_line_is_given_up_after_one_try():
    engine = FakeEngine(lambda *_: reading("", 0), seen=Orientation(90, "Devanagari", 20.0, 20.0))

    page, document, _ = _read(SCAN, engine)

    assert (page.text, page.tries, engine.looks, document.rendered) == ("", 1, 0, [200])


def test_four_lines_choose_the_language_before_the_page_is_read():
    boxes = tuple((0.1, 0.1 * place, 0.7, 0.02) for place in range(1, 9))
    reads_line = {"eng": [("zxqr", 30)], "hin": [("कखग", 40)], "tam": [("தமிழ்நாடு", 92), ("அரசு", 93)]}
    engine = FakeEngine(
        lambda _, names: reading("தமிழ்நாடு அரசு", 92 if names == ("tam",) else 30),
        reads_line=lambda _, names: reading_of(reads_line[names[0]]),
        found=Layout(boxes),
        installed=("eng", "hin", "tam"),
    )

    page, _, scripts = _read(SCAN, engine, languages=("eng", "hin", "tam"))

    assert engine.calls == [(("tam",), 200)]
    assert (page.language, scripts, engine.looks) == ("tam", ["Tamil"], 0)


def test_a_line_that_reads_well_spares_the_other_languages():
    boxes = ((0.1, 0.1, 0.7, 0.02), (0.1, 0.2, 0.7, 0.02))
    engine = FakeEngine(lambda *_: reading(PROSE, 95), reads_line=lambda *_: reading_of([("committee", 96)]))
    engine.found = Layout(boxes)

    _read(SCAN, engine)

    assert [languages for languages, _ in engine.lines] == [("eng",)]


def test_a_script_that_no_installed_language_reads_is_named():
    engine = FakeEngine(lambda picture, _: reading(NOISE, 30), seen=Orientation(0, "Kannada", 20.0, 30.0))

    with pytest.raises(MetatagError, match="'kan' is not installed; installed: eng, hin") as failure:
        _read(SCAN, engine)

    assert failure.value.code is ErrorCode.LANGUAGE_NOT_INSTALLED


def test_a_stamp_on_a_scan_does_not_hide_the_scan():
    engine = FakeEngine(lambda picture, _: reading(PROSE, 94), seen=LATIN)

    page, _, _ = _read(Layer("Received 12 June", picture_share=1.0), engine)

    assert (page.method, page.reason) == ("tesseract", "picture_with_little_text")


def test_a_picture_that_adds_nothing_leaves_the_layer():
    engine = FakeEngine(lambda picture, _: reading("Annual Report", 94), seen=LATIN)

    page, _, _ = _read(Layer("Annual Report", picture_share=1.0), engine)

    assert (page.method, page.reason, page.text, page.tries) == (
        "text_layer",
        "picture_adds_nothing",
        "Annual Report",
        1,
    )


def test_a_picture_beside_a_layer_that_had_to_be_compared_is_read():
    sure = [(word, 95.0) for word in HINDI.split()[:14]]
    pixels = printed(height=400, width=300)
    pixels[300:] = printed(height=100, width=300)

    def reads(picture: Picture, _: tuple[str, ...]) -> Recognition:
        return reading(PROSE, 95) if picture.pixels.shape[0] < 200 else reading_of(sure)

    layer = Layer(HINDI, beside=(PictureBeside((0.0, 0.75, 1.0, 1.0)),))
    page, _, _ = _read(layer, FakeEngine(reads), pixels=pixels)

    assert (page.method, page.reason, page.notes) == ("text_layer", "layer_confirmed", ("picture_read",))
    assert page.text.startswith(HINDI.strip())
    assert page.text.endswith(PROSE.strip())


def test_a_deep_engine_gets_one_try():
    engine = FakeEngine(lambda picture, _: reading(NOISE, 20), name="easyocr", cheap=False)

    page, document, _ = _read(SCAN, engine)

    assert (page.method, page.tries, document.rendered) == ("easyocr", 1, [200])
    assert page.gibberish


def test_words_come_only_when_asked_for():
    engine = FakeEngine(lambda picture, _: reading(PROSE, 95), seen=LATIN)

    assert _read(SCAN, engine)[0].words == ()
    assert _read(SCAN, engine, words=True)[0].words[0].text == "The"


def test_a_text_beyond_the_bound_is_cut_with_a_note():
    page, _, _ = _read(Layer("word " * (MAX_PAGE_CHARS // 4)), FakeEngine(lambda picture, _: reading("", 0)))

    assert len(page.text) == MAX_PAGE_CHARS
    assert page.notes == ("text_cut",)


def test_forcing_ignores_the_layer():
    engine = FakeEngine(lambda picture, _: reading(PROSE, 95), seen=LATIN)

    page, _, _ = _read(Layer("something else entirely " * 40), engine, mode="force")

    assert (page.method, page.reason) == ("tesseract", "forced")


def test_values_that_have_no_picture_follow_a_recognised_page():
    document = FakeDocument({1: Layer("")}, values={1: "Kheri Bujurg"})
    engine = FakeEngine(lambda picture, languages: Recognition("Village and crop of the applicant", 93.0))

    assert read_page(document, engine, PageRequest(1, Options(), ("eng",))).text.endswith("applicant\n\nKheri Bujurg")


def test_values_on_blank_paper_are_read():
    document = FakeDocument({1: Layer("")}, np.full((400, 300), 255, dtype=np.uint8), values={1: "Kheri Bujurg"})
    page = read_page(document, FakeEngine(lambda *_: Recognition("", 0.0)), PageRequest(1, Options(), ("eng",)))

    assert (page.text, page.method) == ("Kheri Bujurg", "text_layer")


def test_a_recognised_notice_is_no_content():
    said = "To view the full contents of this document, you need a later version of the PDF viewer."
    engine = FakeEngine(lambda picture, languages: Recognition(said, 95.0))
    page = read_page(FakeDocument({1: Layer("")}), engine, PageRequest(1, Options(), ("eng",)))

    assert (page.text, page.reason) == ("", "viewer_notice")
