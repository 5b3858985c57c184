"""The content of an invisible text layer: words where they stand on the page's picture, in text rendering mode 3."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metatag_ocr.engines.glyphless_font import ADVANCE, ASCENT, DESCENT, EM
from metatag_ocr.model import PageLayer
from metatag_ocr.reading.place import WHOLE_PAGE, Place

# Name of the font among the page's resources.
FONT = "/MetatagText"
# Codes of two bytes; the first stands for nothing.
MAX_CODES = 0xFFFF
# Words of a line from which their places tell how it leans, and the steepest lean that is one.
_LEANS_FROM, _STEEPEST = 3, 0.2
# Gap between words in heights of the line at least: with less than 0.1 poppler joins them, whatever blank is between.
_GAP = 0.15
# Points: the smallest print.
_SMALLEST = 1.0
_ADVANCE, _ASCENT, _DESCENT = ADVANCE / EM, ASCENT / EM, DESCENT / EM


@dataclass(frozen=True)
class Sheet:
    """The box of a page in its own space, in points, and the degrees by which it is turned clockwise when drawn."""

    left: float
    bottom: float
    right: float
    top: float
    rotate: int = 0


@dataclass(frozen=True)
class _Word:
    """A word with its box on the upright page: points, origin at the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def codes_of(layers: Iterable[PageLayer]) -> dict[str, int]:
    """Return a code for each character, from 1 up; characters beyond MAX_CODES have none."""
    characters = sorted({char for layer in layers for char in layer.text if char not in "\t\n"} | {" "})
    return {char: code for code, char in enumerate(characters[:MAX_CODES], 1)}


def content_of(layer: PageLayer, sheet: Sheet, codes: dict[str, int]) -> bytes:
    """Return the content stream that writes a layer's words on a page, without a trace to the eye."""
    width, height = sheet.right - sheet.left, sheet.top - sheet.bottom
    place = WHOLE_PAGE.turned(sheet.rotate).turned(layer.rotation)
    turned = (sheet.rotate + layer.rotation) % 180 != 0
    upright = (height, width) if turned else (width, height)
    parts = ["q", "BT", "3 Tr"]
    for line in _lines(layer, upright):
        parts += _line(line, _Space(place, sheet, upright), codes)
    return "\n".join([*parts, "ET", "Q", ""]).encode("ascii")


@dataclass(frozen=True)
class _Space:
    """The way from points of the upright page to those of the page's own space."""

    place: Place
    sheet: Sheet
    size: tuple[float, float]

    def point(self, x: float, y: float) -> tuple[float, float]:
        u, v = self.place.point(x / self.size[0], y / self.size[1])
        sheet = self.sheet
        return sheet.left + u * (sheet.right - sheet.left), sheet.top - v * (sheet.top - sheet.bottom)


def _lines(layer: PageLayer, size: tuple[float, float]) -> Iterable[list[_Word]]:
    """Return the words of each line, on the upright page."""
    upright, sides, first = WHOLE_PAGE.turned(-layer.rotation), layer.shares(), 0
    for text in layer.text.split("\n"):
        words = []
        for word in text.split("\t"):
            left, top, right, bottom = sides[first : first + 4]
            first += 4
            x, y, across, down = upright.box((left, top, right - left, bottom - top))
            box = (x * size[0], y * size[1], (x + across) * size[0], (y + down) * size[1])
            words.append(_Word(word, *box))
        yield words


def _line(words: Sequence[_Word], space: _Space, codes: dict[str, int]) -> Iterable[str]:
    """Return the operators of a line: one size of print, and a base line through the middles of its words."""
    size = max(_SMALLEST, statistics.median(word.bottom - word.top for word in words))
    lean, middle = _lean(words)
    # The middle of print of this font is above its base line by half of what it reaches above less below.
    below = size * (_ASCENT + _DESCENT) / 2
    yield f"{FONT} {size:.2f} Tf"
    for at, word in enumerate(words):
        base = middle + lean * word.left + below
        (x, y), (right, up) = space.point(word.left, base), space.point(word.left + 1000.0, base + 1000.0 * lean)
        length = math.hypot(right - x, up - y) or 1.0
        cos, sin = (right - x) / length, (up - y) / length
        yield f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.2f} {y:.2f} Tm"
        shown = "".join(f"{codes[char]:04X}" for char in word.text if char in codes)
        if shown:
            # A blank behind the word parts it from the next for readers that do not go by gaps.
            blank = f"{codes[' ']:04X}" if at + 1 < len(words) else ""
            width = _width(word, words[at + 1] if at + 1 < len(words) else None, size)
            stretch = 100 * width / (len(shown) // 4 * _ADVANCE * size)
            yield f"{stretch:.2f} Tz <{shown}{blank}> Tj"


def _width(word: _Word, after: _Word | None, size: float) -> float:
    """Return how wide a word is written: its box, but for a gap to the word after it."""
    width = max(0.01, word.right - word.left)
    room = after.left - word.left - _GAP * size if after is not None else width
    return min(width, max(room, width / 2))


def _lean(words: Sequence[_Word]) -> tuple[float, float]:
    """Return slope and height at 0 of the line through the middles of words, by least squares; level where in doubt."""
    middles = [((word.left + word.right) / 2, (word.top + word.bottom) / 2) for word in words]
    mean_x, mean_y = (statistics.fmean(side) for side in zip(*middles, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in middles)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in middles) / spread if spread else 0.0
    if len(words) < _LEANS_FROM or abs(slope) > _STEEPEST:
        slope = 0.0
    return slope, mean_y - slope * mean_x
