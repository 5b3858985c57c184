"""Finds a page's script and turn by reading a few of its lines with each installed language, before the page is read.

A third of a line takes a hundredth of a page's time, and the right language stands out: measured 87 to 95 against 30 to
55 in the others. Tesseract's own script detection takes a quarter of a page's time, and is often wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from metatag_ocr.languages import script_of
from metatag_ocr.reading.pictures import cropped, head_line_share, ink_level, turned
from metatag_ocr.reading.place import Box
from metatag_ocr.reading.ports import Engine, Layout, Picture, Recognition
from metatag_ocr.reading.scripts import WITH_HEAD_LINE, main_script, script_of_char

# Lines read with each language at most.
_SAMPLES = 4
# Confidence of the likely language on one line from which no other is tried.
_SURE = 80.0
# Confidence of any language on the first line from which no other is tried. Measured on ten scripts with fifteen
# languages installed: 91 and more in the right one, 78 at most in one of another script.
_CLEAR = 85.0
# Letters of its own script that a clear reading has, and any letters that a first sample has: figures say nothing.
_CLEAR_LETTERS = 5
# Share of ink in head lines from which languages of scripts that have them are tried first (Tamil has 0.11).
_HANGING = 0.15
# Confidence from which a choice is a choice, and by how much a page must read better upside down.
READS = 60.0
_MUCH = 10.0
# A language that is so far behind the best is not tried on the next line.
_BEHIND = 15.0
# Length of a sample in heights of its line: from the first gap between words after the lower, up to the higher. The
# first line is read in many languages, and shows them by less.
_FIRST_LENGTH, _LENGTH = (4, 8), (8, 14)
# Lines of print are so many times as long as high, and their heights so near to each other.
_LONG, _LIKE = 3.0, (0.6, 1.8)


@dataclass(frozen=True)
class Way:
    """A language to read a page with, and the turn in degrees clockwise that makes it upright."""

    language: str
    turn: int = 0


class ScriptChoice:
    """Reads sample lines of one picture whose layout is known. Each line is read once in each way."""

    def __init__(self, engine: Engine, picture: Picture, layout: Layout) -> None:
        self._engine = engine
        self._picture = picture
        self._sideways = layout.sideways
        self._boxes = _sample_boxes(picture, layout)
        self._scores: dict[tuple[Way, int], float] = {}
        self._readings: dict[tuple[Way, int, tuple[int, int]], Recognition] = {}
        self._first_length = _FIRST_LENGTH
        # Ways in which the first line has too few letters to be clear.
        self._brief: set[Way] = set()

    def best(self, languages: Sequence[str], likely: str) -> tuple[Way, float]:
        """Return the way that reads best and its mean confidence, 0 to 100; `likely` is tried first.

        The languages should be of different scripts: those of one script read each other's lines nearly as well.
        """
        if not self._boxes:
            return Way(likely), 0.0
        if _letters(self._read(Way(likely, 90 if self._sideways else 0), 0)) < _CLEAR_LETTERS:
            self._first_length = _LENGTH
        others = self._in_order(name for name in languages if name != likely)
        for turns in ((90, 270), (0,)) if self._sideways else ((0,), (180,)):
            found = self._best([Way(likely, turn) for turn in turns], [])
            if found[1] < _SURE:
                found = self._best([found[0]], [Way(name, turn) for name in others for turn in turns])
            if found[1] >= READS:
                return found
        return Way(likely), 0.0

    def sample_text(self, way: Way) -> str:
        """Return the text of the sample lines, whole, read in a way."""
        lines = (turned(cropped(self._picture, box), way.turn) for box in self._boxes)
        return "\n".join(self._engine.recognize_line(line, [way.language]).text for line in lines)

    def _in_order(self, languages: Iterable[str]) -> list[str]:
        """Return languages with those of scripts that hang from head lines first where the page has such lines."""
        hanging = head_line_share(self._picture) >= _HANGING
        return sorted(languages, key=lambda name: (script_of(name) in WITH_HEAD_LINE) != hanging)

    def _best(self, first: Sequence[Way], others: Sequence[Way]) -> tuple[Way, float]:
        """Return the best of some ways; those that fall behind are left out from the next line on."""
        alive = [*first, *others]
        clear = next((way for way in alive if self._score(way, 0) >= _CLEAR and way not in self._brief), None)
        if clear is not None:
            return clear, self._score(clear, 0)
        best, mean = alive[0], 0.0
        for count in range(1, len(self._boxes) + 1):
            means = {way: fmean(self._score(way, index) for index in range(count)) for way in alive}
            best = max(alive, key=lambda way: means[way])
            mean = means[best]
            alive = [way for way in alive if means[way] >= mean - _BEHIND]
            if len(alive) == 1 and (mean >= _SURE or (mean < READS and not others)):
                break
        return best, mean

    def _score(self, way: Way, index: int) -> float:
        key = way, index
        if key not in self._scores:
            read = self._read(way, index)
            if index == 0 and _letters(read, script_of(way.language)) < _CLEAR_LETTERS:
                self._brief.add(way)
            self._scores[key] = read.confidence * _weight(read.text, way.language)
        return self._scores[key]

    def _read(self, way: Way, index: int) -> Recognition:
        """Return a line's sample as it is read in a way."""
        if (way, index, self._first_length) in self._readings:
            return self._readings[way, index, self._first_length]
        line = turned(cropped(self._picture, self._boxes[index]), way.turn)
        sample = _shortened(line, _LENGTH if index else self._first_length)
        read = self._engine.recognize_line(sample, [way.language])
        self._readings[way, index, self._first_length] = read
        return read


def _letters(read: Recognition, script: str = "") -> int:
    """Return how many letters a reading has, of any script or of one."""
    return sum(char.isalpha() and script in ("", script_of_char(char)) for char in read.text)


def _weight(text: str, language: str) -> float:
    """Return how much a reading says, 0 to 1: figures read alike in all languages, and Latin in many."""
    if sum(char.isalpha() for char in text) < 3:
        return 0.5
    return 1.0 if main_script(text) == script_of(language) else 0.8


def _sample_boxes(picture: Picture, layout: Layout) -> list[Box]:
    """Return the boxes of some lines, from the page's middle outwards."""
    height, width = picture.pixels.shape
    sizes = [(box[2] * width, box[3] * height) for box in layout.lines]
    if layout.sideways:
        sizes = [(high, wide) for wide, high in sizes]
    if not sizes:
        return []
    usual = median(high for _, high in sizes)
    fitting = [
        box
        for box, (wide, high) in zip(layout.lines, sizes, strict=True)
        if wide >= _LONG * high and _LIKE[0] * usual <= high <= _LIKE[1] * usual
    ] or list(layout.lines)
    places = [len(fitting) * part // 8 for part in (4, 2, 6, 1, 7)]
    return [fitting[place] for place in dict.fromkeys(min(place, len(fitting) - 1) for place in places)][:_SAMPLES]


def _shortened(line: Picture, length: tuple[int, int]) -> Picture:
    """Return a line's beginning, so many of its heights long, up to a gap between words."""
    height, width = line.pixels.shape
    least, most = (times * height for times in length)
    if width <= most:
        return line
    blank = ~(line.pixels[:, least:most] <= ink_level(line.pixels)).any(axis=0)
    gap = max(2, height // 6)
    runs = np.flatnonzero(np.convolve(blank, np.ones(gap), "valid") == gap)
    end = least + int(runs[0]) + gap if len(runs) else most
    return Picture(np.ascontiguousarray(line.pixels[:, :end]), line.dpi)
