"""Compares the ink found on a page with the words read on it: what nobody read, and what lies over the print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from metatag_ocr.model import Word
from metatag_ocr.reading.pictures import ink_level
from metatag_ocr.reading.ports import LOW_CONFIDENCE, Picture, Recognition

# Share of a word's height by which its box is widened: marks above and below, and the blur of a scan.
_MARGIN = 0.25
# Percentile of gray that stands for the print's ink: its edges are lighter.
_CORE = 15
# Strokes three pixels wide at half size are thick for print. Grays by which those outside of words are lighter than the
# print when they are a stamp's or a pen's, and their share of all ink.
_LIGHTER, _SHARE = 25, 0.02
# Share of a page's ink, as dark as its print and outside of words, from which lines were lost.
_UNREAD = 0.03
# Share of a page's ink outside all words from which it is noted: photographs, drawings, handwriting, lost print.
MUCH_OUTSIDE = 0.75
# Heights of a word in those of the page's usual ones from which it is no word, if it was hardly read.
_HIGH = 2.0
# Grays from the paper's on that count as ink here: a pale stamp is lighter than Otsu's level between print and paper.
_CONTRAST = 40


@dataclass(frozen=True)
class Ink:
    """Ink of a page. `outside` is the share outside all words, 0 to 1, `thick` the share in thick strokes there.

    `unread` is the share outside of words that is as dark as their ink. The grays, 0 to 255, stand for the ink of the
    words and for that of those thick strokes.
    """

    outside: float = 0.0
    thick: float = 0.0
    unread: float = 0.0
    in_words: float = 0.0
    other: float = 0.0

    @property
    def overprinted(self) -> bool:
        """Whether thick strokes lighter than the words lie on the page and may hide some: stamps, pens, watermarks."""
        return self.thick >= _SHARE and self.other >= self.in_words + _LIGHTER

    @property
    def hides(self) -> bool:
        """Whether as much print lies outside of words as a few lines have."""
        return self.unread >= _UNREAD

    @property
    def between(self) -> int:
        """The gray between the words' ink and the lighter one."""
        return round((self.in_words + self.other) / 2)


def share_outside(picture: Picture, read: Recognition) -> float:
    """Return the share of a picture's ink, 0 to 1, that lies outside all words read on it; 0 without ink."""
    ink = picture.half[::2, ::2] <= ink_level(picture.half, _CONTRAST)
    return int(np.count_nonzero(ink & ~_in_words(ink.shape, read))) / max(1, int(np.count_nonzero(ink)))


def measured(picture: Picture, read: Recognition) -> Ink:
    """Return the ink of a picture that was read upright."""
    read = replace(read, words=_of_print(read.words))
    outside = share_outside(picture, read)
    if outside < _SHARE:
        return Ink(outside)
    pixels = picture.half
    ink, inside = pixels <= ink_level(pixels, _CONTRAST), _in_words(pixels.shape, read)
    words, strokes = pixels[(pixels <= ink_level(pixels)) & inside], pixels[_middle_of(ink) & ~inside]
    gray = float(np.percentile(words, _CORE)) if words.size else 0.0
    total = int(np.count_nonzero(ink))
    return Ink(
        outside,
        strokes.size / total,
        int(np.count_nonzero((pixels <= gray + _LIGHTER) & ~inside)) / total,
        gray,
        float(np.median(strokes)) if strokes.size else 0.0,
    )


def _of_print(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words without those that are too high: what a stamp covers is often read as one word."""
    high = _HIGH * median(word.height for word in words) if words else 0.0
    return tuple(word for word in words if word.height <= high or word.confidence >= LOW_CONFIDENCE)


def _middle_of(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels with ink on all four sides."""
    middle = np.zeros_like(ink)
    middle[1:-1, 1:-1] = ink[1:-1, 1:-1] & ink[:-2, 1:-1] & ink[2:, 1:-1] & ink[1:-1, :-2] & ink[1:-1, 2:]
    return middle


def without_lighter(picture: Picture, ink: Ink) -> Picture:
    """Return the picture with all ink that is lighter than that of the words made paper."""
    levels = np.clip((np.arange(256) - ink.in_words) * (255.0 / max(1.0, ink.between - ink.in_words)), 0, 255)
    return picture.with_pixels(levels.astype(np.uint8)[picture.pixels])


def _in_words(shape: tuple[int, ...], read: Recognition) -> NDArray[np.bool_]:
    inside = np.zeros(shape, dtype=np.bool_)
    height, width = shape
    for word in read.words:
        extra = _MARGIN * word.height
        top, bottom = int((word.y - extra) * height), int((word.y + word.height + extra) * height) + 1
        aside = extra * height / width
        left, right = int((word.x - aside) * width), int((word.x + word.width + aside) * width) + 1
        inside[max(0, top) : bottom, max(0, left) : right] = True
    return inside
