"""The script of a page is found on as few lines, read in as few languages, as show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from metatag_ocr.model import Word
from metatag_ocr.reading.ports import Layout, Line, Picture, Recognition
from metatag_ocr.reading.script_choice import ScriptChoice, Way

LANGUAGES = ["eng", "guj", "hin", "tam"]
BOXES = ((0.1, 0.1, 0.8, 0.03), (0.1, 0.2, 0.8, 0.03), (0.1, 0.3, 0.8, 0.03), (0.1, 0.4, 0.8, 0.03))


class Reader:
    """Reads a line as a table of answers says: by language, the answers in the order in which lines come."""

    def __init__(self, answers: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        self._answers = {name: list(each) for name, each in answers.items()}
        self.tried: list[str] = []

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Return the next answer of a language, and its last one for ever."""
        answers = self._answers[languages[0]]
        text, confidence = answers.pop(0) if len(answers) > 1 else answers[0]
        self.tried.append(languages[0])
        word = Word(text, confidence, 0.1, 0.1, 0.5, 0.5)
        return Recognition.of(text, [Line(text, (word,), (0.1, 0.1, 0.5, 0.5))])


def _choice(reader: Reader) -> ScriptChoice:
    pixels = np.full((1200, 900), 255, dtype=np.uint8)
    for box in BOXES:
        top = round(box[1] * 1200)
        pixels[top + 6 : top + 30, 90:810:8] = 0
    return ScriptChoice(reader, Picture(pixels, 100), Layout(BOXES))  # type: ignore[arg-type]


def test_the_likely_language_that_reads_a_line_well_is_the_only_one_tried():
    reader = Reader({name: [("Inspection of wells", 95.0)] for name in LANGUAGES})

    assert _choice(reader).best(LANGUAGES, "eng") == (Way("eng"), 95.0)
    assert set(reader.tried) == {"eng"}


def test_the_first_language_that_reads_a_line_clearly_is_taken():
    reader = Reader({
        "eng": [("Caw iid veg", 30.0)], "guj": [("ગામના તમામ", 92.0)], "hin": [("गामना", 50.0)],
        "tam": [("கிராம", 20.0)],
    })  # fmt: skip

    assert _choice(reader).best(LANGUAGES, "eng") == (Way("guj"), 92.0)
    assert reader.tried == ["eng", "guj"]


def test_a_line_of_figures_decides_nothing():
    reader = Reader({
        "eng": [("12,450", 95.0), ("12,450", 95.0), ("Caw iid", 30.0)],
        "guj": [("૧૨ ક", 96.0), ("गાव", 40.0)],
        "hin": [("12,450", 95.0), ("रामपुर ग्राम पंचायत", 96.0)],
        "tam": [("12,450", 95.0), ("கிராம", 20.0)],
    })  # fmt: skip

    assert _choice(reader).best(LANGUAGES, "eng")[0] == Way("hin")


def test_no_language_that_reads_the_lines_leaves_the_likely_one():
    reader = Reader({name: [("||| ~ ..", 12.0)] for name in LANGUAGES})

    assert _choice(reader).best(LANGUAGES, "eng") == (Way("eng"), 0.0)
