"""The port Engine: tesserocr, pytesseract and the fake keep the same promises."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.hostile_pdfs import text_pdf
from fakes.ocr_pdfs import page_image, sample
from fakes.ocr_reading import FakeEngine, reading, reading_of
from metatag_ocr.reading.pictures import print_box, turned
from metatag_ocr.reading.ports import Engine, Gray, Orientation, Picture

ROOT = Path(__file__).parents[3]
LINE = "The committee approved the water supply scheme for the northern district of the state."


def _tessdata() -> Path:
    places = [os.environ.get("METATAG_OCR_TESSDATA_DIR"), ROOT / ".tools/tessdata", ROOT / ".tools/tessdata-debian"]
    for place in (*places, "/usr/share/tesseract-ocr/5/tessdata"):
        if place and (Path(place) / "hin.traineddata").exists():
            return Path(place)
    pytest.skip("Tesseract's language data is missing; `make setup` fetches it.")


def _tesserocr() -> Engine:
    from metatag_ocr.engines.tesserocr_engine import TesserocrEngine

    return TesserocrEngine(_tessdata())


def _pytesseract() -> Engine:
    if shutil.which("tesseract") is None:
        pytest.skip("The program tesseract is missing; `apt-get install tesseract-ocr` brings it.")
    from metatag_ocr.engines.pytesseract_engine import PytesseractEngine

    os.environ["OMP_THREAD_LIMIT"] = "1"
    return PytesseractEngine(_tessdata())


def _fake() -> Engine:
    def reads(picture, languages):
        if picture.pixels.min() > 200:
            return reading("", 0)
        right = (languages == ("hin",)) == (picture.pixels.shape[1] == HINDI.pixels.shape[1])
        text = "जिला शिक्षा अधिकारी कार्यालय" if languages == ("hin",) else LINE
        return reading_of([(word, 94 if right else 30) for word in text.split()])

    def reads_line(picture, languages):
        return reading_of([(word, 94) for word in LINE.split()])

    return FakeEngine(reads, reads_line=reads_line, seen=Orientation(0, "Latin", 20.0, 7.0), installed=("eng", "hin"))


ENGLISH = Picture(np.asarray(page_image(text_pdf([[LINE] * 20]))), 200)
HINDI = Picture(np.asarray(page_image(sample("karyalaya-adesh"))), 200)
PAPER = Picture(np.full((800, 600), 255, dtype=np.uint8), 200)


@pytest.fixture(scope="module", params=[_tesserocr, _pytesseract, _fake], ids=["tesserocr", "pytesseract", "fake"])
def engine(request) -> Engine:
    make: Callable[[], Engine] = request.param
    return make()


def test_it_names_itself_its_version_and_its_languages(engine: Engine):
    assert engine.name == "tesseract"
    assert engine.cheap
    assert engine.version()
    assert {"eng", "hin"} <= set(engine.languages())
    assert list(engine.languages()) == sorted(engine.languages())


def test_print_is_read_with_high_confidence(engine: Engine):
    read = engine.recognize(ENGLISH, ["eng"])

    assert LINE in " ".join(read.text.split())
    assert 85 < read.confidence <= 100
    assert read.low_share < 0.1
    assert read.turn == 0


def test_lines_stand_in_the_text_in_its_order_and_hold_the_words(engine: Engine):
    read = engine.recognize(ENGLISH, ["eng"])

    start = 0
    for line in read.lines:
        start = read.text.index(line.text, start) + len(line.text)
    assert tuple(word for line in read.lines for word in line.words) == read.words
    for line in read.lines:
        assert 0 <= line.box[0] < line.box[0] + line.box[2] <= 1.001
        assert all(line.box[1] - 0.01 <= word.y <= line.box[1] + line.box[3] for word in line.words)


def test_a_line_alone_is_read_as_well_as_on_its_page(engine: Engine):
    rows = _lines(ENGLISH.pixels)[3]

    read = engine.recognize_line(Picture(ENGLISH.pixels[rows[0] - 8 : rows[-1] + 9, 100:], 200), ["eng"])

    assert LINE in " ".join(read.text.split())
    assert read.confidence > 85


def test_a_layout_is_found_before_reading_and_changes_nothing_of_it(engine: Engine):
    plain = engine.recognize(ENGLISH, ["eng"])

    layout = engine.layout(ENGLISH, ["eng"])

    assert engine.recognize(ENGLISH, ["eng"]) == plain
    if layout is None:
        pytest.skip("This engine tells lines only with what it reads in them.")
    assert len(layout.lines) == 20
    assert not layout.sideways
    assert engine.layout(turned(ENGLISH, 90), ["eng"]).sideways  # type: ignore[union-attr]
    assert engine.layout(PAPER, ["eng"]).lines == ()  # type: ignore[union-attr]


def test_a_layout_of_another_picture_is_not_taken_for_this_one(engine: Engine):
    plain = engine.recognize(HINDI, ["hin"])

    engine.layout(ENGLISH, ["hin"])
    for language in ("eng", "hin"):
        engine.recognize_line(Picture(ENGLISH.pixels[190:240], 200), [language])

    assert engine.recognize(HINDI, ["hin"]) == plain


def test_words_have_boxes_on_the_page(engine: Engine):
    words = engine.recognize(ENGLISH, ["eng"]).words

    assert words[0].text == "The"
    for word in words:
        assert 0 <= word.confidence <= 100
        assert 0 <= word.x < word.x + word.width <= 1.001
        assert 0 <= word.y < word.y + word.height <= 1.001


def test_hindi_is_read_and_the_wrong_language_shows_in_the_confidence(engine: Engine):
    right = engine.recognize(HINDI, ["hin"])
    wrong = engine.recognize(HINDI, ["eng"])

    assert "जिला शिक्षा अधिकारी" in right.text
    assert right.confidence > 85
    assert wrong.confidence < 60


def test_paper_gives_nothing(engine: Engine):
    read = engine.recognize(PAPER, ["eng"])

    assert read.text.strip() == ""
    assert read.words == ()


def test_reading_again_gives_the_same(engine: Engine):
    assert engine.recognize(ENGLISH, ["eng"]) == engine.recognize(ENGLISH, ["eng"])


def test_the_script_is_told(engine: Engine):
    seen = engine.orientation(ENGLISH)

    assert seen is not None
    assert (seen.turn, seen.script) == (0, "Latin")


def test_a_turned_page_is_told_with_the_turn_that_rights_it(engine: Engine):
    if isinstance(engine, FakeEngine):
        pytest.skip("the fake sees what its test says")
    for degrees in (90, 180, 270):
        seen = engine.orientation(turned(ENGLISH, degrees))
        assert seen is not None
        assert seen.turn == 360 - degrees


def test_a_sideways_page_gives_words_on_the_upright_page(engine: Engine):
    if not hasattr(engine, "_apis"):
        pytest.skip("only tesserocr tells the turn that Tesseract made by itself")
    read = engine.recognize(turned(ENGLISH, 90), ["eng"])

    assert read.turn == 270
    upright = engine.recognize(ENGLISH, ["eng"]).words[0]
    assert read.words[0].text == upright.text
    assert read.words[0].x == pytest.approx(upright.x, abs=0.02)
    assert read.words[0].y == pytest.approx(upright.y, abs=0.02)


def test_white_print_on_a_ground_as_wide_as_the_page_is_read_among_dark_print(engine: Engine):
    if isinstance(engine, FakeEngine):
        pytest.skip("The fake reads no pixels.")
    lines = _lines(ENGLISH.pixels)[:7]
    pixels = ENGLISH.pixels[: lines[-1][-1] + 12].copy()
    ground = slice(lines[3][0] - 4, lines[3][-1] + 5)
    pixels[ground] = 255 - pixels[ground]

    read = engine.recognize(Picture(pixels, 200), ["eng"])

    assert read.text.count("committee approved the water supply scheme") == len(lines)
    first = next(word for word in read.words if word.text == "committee")
    assert first.y * len(pixels) == pytest.approx(lines[0][0], abs=8)
    assert first.x * pixels.shape[1] > 200


def _lines(pixels: Gray) -> list[NDArray[np.int64]]:
    """Give the rows of each line of print."""
    rows = np.flatnonzero((pixels < 128).any(axis=1))
    return np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)


def test_text_taken_block_by_block_is_the_text_that_tesseract_gives():
    tesserocr = pytest.importorskip("tesserocr")
    engine = _tesserocr()
    for whole, language in ((ENGLISH, "eng"), (HINDI, "hin")):
        page = Picture(whole.pixels[: _lines(whole.pixels)[5][-1] + 8], 200)
        left, top, width, height = print_box(page)
        part = np.ascontiguousarray(page.pixels[top : top + height, left : left + width])
        with tesserocr.PyTessBaseAPI(path=str(_tessdata()), lang=language, psm=tesserocr.PSM.AUTO) as api:
            api.SetImageBytes(part.tobytes(), width, height, 1, width)
            api.SetSourceResolution(200)

            text = api.GetUTF8Text()

        assert engine.recognize(page, [language]).text.rstrip() == text.rstrip()
