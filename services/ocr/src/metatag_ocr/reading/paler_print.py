"""Makes print dark that is paler than the rest of its page and stands outside of all words that were read.

Tesseract parts ink from paper at one gray level for a whole page. What stands under a translucent photograph, a wash of
colour or correction fluid, or is set in gray beside black, is paper to it, and no sign of it is left in its confidence.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from metatag_ocr.model import Word
from metatag_ocr.reading.pictures import extremes
from metatag_ocr.reading.ports import LOW_CONFIDENCE, Gray, Picture, Recognition

# Pixels a side of the means that are looked at, and means a side of a cell: 2 mm at 200 dpi, wider than a stroke.
_MEAN, _CELL = 4, 4
# Cells a side of the square in which the strongest contrast counts: a line of print with the gap to the next.
_AROUND = 5
# Grays by which pale print differs from its ground at least, and its share of the contrast of the words at most.
_FAINTEST, _PALE = 24, 0.62
# Pieces of pale print, two cells high and four wide, that are worth a look: a line of ten words has 20. What a rule or
# the dirt of a copier leaves has none. In texture, as photographs have it, pieces three cells high are as many.
_LEAST_PIECES, _TEXTURE = 48, 0.5
# Heights of a word by which its box is widened: its own edges are no print beside it.
_MARGIN = 0.35

_Mask = NDArray[np.bool_]


def with_paler_print_dark(picture: Picture, read: Recognition) -> Picture | None:
    """Return the picture with the pale print outside of all words as dark as the rest; None where there is none.

    The words must have been read on this picture, upright.
    """
    if not read.words or min(picture.pixels.shape) < _MEAN * _CELL * _AROUND:
        return None
    means = np.asarray(Image.fromarray(picture.half).reduce(_MEAN // 2))
    lightest, darkest = extremes(means, _CELL)
    contrast = lightest - darkest
    inside = _covered(contrast.shape, picture, read.words)
    words = contrast[inside]
    if not words.size:
        return None
    most = _PALE * float(np.percentile(words, 95))
    around = np.asarray(Image.fromarray(contrast).filter(ImageFilter.MaxFilter(_AROUND)))
    pale = (contrast >= _FAINTEST) & (around <= most)
    if not _is_print(pale & ~inside):
        return None
    # Up to the darker print: words go on there.
    near = np.asarray(Image.fromarray(pale).convert("L").filter(ImageFilter.MaxFilter(_AROUND))) > 0
    area = near & (contrast <= most)
    return picture.with_pixels(_darkened(picture.pixels, area, lightest, darkest))


def _is_print(cells: _Mask) -> bool:
    """Tell whether cells with contrast lie together as lines of print do."""
    wide = cells[:, :-3] & cells[:, 1:-2] & cells[:, 2:-1] & cells[:, 3:]
    pieces = int(np.count_nonzero(wide[:-1] & wide[1:]))
    if pieces < _LEAST_PIECES:
        return False
    return int(np.count_nonzero(wide[:-2] & wide[1:-1] & wide[2:])) <= _TEXTURE * pieces


def _darkened(pixels: Gray, area: _Mask, lightest: Gray, darkest: Gray) -> Gray:
    """Return the pixels with each place of an area stretched from black to white."""
    ground = np.asarray(Image.fromarray(lightest).filter(ImageFilter.MedianFilter(3)), dtype=np.float32)
    ink = np.where(area, darkest, 255).astype(np.uint8)
    ink = np.asarray(Image.fromarray(ink).filter(ImageFilter.MinFilter(_AROUND)), dtype=np.float32)
    side = _MEAN * _CELL
    size = (area.shape[1] * side, area.shape[0] * side)
    height, width = pixels.shape
    low, high = (
        np.asarray(Image.fromarray(each).resize(size, Image.Resampling.BILINEAR))[:height, :width]
        for each in (ink, ground)
    )
    inside = np.asarray(Image.fromarray(area).convert("L").resize(size, Image.Resampling.NEAREST))[:height, :width] > 0
    levels = np.clip((pixels - low) * (np.float32(255.0) / np.maximum(high - low, np.float32(1.0))), 0, 255)
    return np.where(inside, levels.astype(np.uint8), pixels)


def _covered(shape: tuple[int, int], picture: Picture, words: Iterable[Word]) -> _Mask:
    """Tell which cells lie in words that were read."""
    height, width = (side / (_MEAN * _CELL) for side in picture.pixels.shape)
    covered = np.zeros(shape, dtype=np.bool_)
    for word in words:
        if word.confidence < LOW_CONFIDENCE:
            continue
        extra = _MARGIN * word.height * height
        top, bottom = int(word.y * height - extra), int((word.y + word.height) * height + extra) + 1
        left, right = int(word.x * width - extra), int((word.x + word.width) * width + extra) + 1
        covered[max(0, top) : bottom, max(0, left) : right] = True
    return covered
