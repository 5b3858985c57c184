"""Makes leaning lines level: how much they lean, and the turn that undoes it."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from metatag_ocr.reading.pictures import ink_level
from metatag_ocr.reading.ports import Gray, Picture

# Degrees from which a page is made level before its first try. At 1.8 and 2.7 Tesseract mixes columns: levelling
# brought the error rate of two pages from 0.029 and 0.374 to 0.008. At 0.7 it copes, but finds more of a bad scan's
# words when they are level (word F1 0.77 instead of 0.74).
SKEWED = 0.5
# Dark points on which the angle is measured; degrees tried, and those tried where no lines show within them.
_SKEW_POINTS = 10_000
_COARSE, _FINE = np.arange(-4.0, 4.01, 0.5), np.arange(-0.4, 0.41, 0.1)
_WIDE = np.arange(-11.0, 11.01, 0.5)
# How many times sharper than at the middle one of its angles a page with lines is at the angle of these.
_LINES_SHOW = 8.0
_WIDE_CLEARLY = 1.5
# Side of a block in pixels at half size, and the share of ink from which it is a photograph or a scan's black rim:
# their edges gave a level page 2 to 4 degrees, and its error rate rose from 0.085 to 0.75.
_BLOCK, _SOLID = 8, 0.7


def deskewed(picture: Picture, least: float = SKEWED) -> Picture:
    """Give the picture with its lines level, when they lean by `least` to 11 degrees; else the picture itself.

    A turn by so little is a slant of the columns and one of the rows, and those are copies of blocks: an eighth of
    the time that computing each pixel takes. Sizes change by half a per cent at 4 degrees, by 3 at 10.
    """
    angle = skew(picture)
    if abs(angle) < least:
        return picture
    slope = float(np.tan(np.deg2rad(angle)))
    # Print near a corner would leave the picture.
    down, across = (
        round(abs(slope) * side / 2) if abs(angle) > _COARSE[-1] else 0 for side in picture.pixels.shape[::-1]
    )
    pixels = np.pad(picture.pixels, ((down, down), (across, across)), constant_values=255)
    level = _slanted(_slanted(pixels.T, slope).T, -slope)
    height, width = picture.pixels.shape
    return Picture(level, picture.dpi, picture.place.slanted(slope, (width, height), (across, down)))


def _slanted(pixels: Gray, slope: float) -> Gray:
    """Give the rows moved to the left by `slope` times their distance below the middle, in steps of half a pixel."""
    rows, columns = pixels.shape
    left, right = pixels[:, :-1], pixels[:, 1:]
    # What stands half a pixel further: the mean of two neighbours, without leaving eight bits.
    between = (left ^ right) >> 1
    between += left & right
    out = np.full_like(pixels, 255)
    halves = np.round(2 * slope * (np.arange(rows) - rows / 2)).astype(np.int64)
    start = 0
    for end in [*(np.flatnonzero(np.diff(halves)) + 1).tolist(), rows]:
        whole, half = divmod(int(halves[start]), 2)
        source = between if half else pixels
        first, last = max(0, -whole), min(columns, source.shape[1] - whole)
        if first < last:
            out[start:end, first:last] = source[start:end, first + whole : last + whole]
        start = end
    return out


def skew(picture: Picture) -> float:
    """Return the angle in degrees, -11 to 11, by which a counter-clockwise turn makes the lines level.

    Costs half a per cent of a recognition: some thousand dark points are projected, not the picture turned.
    """
    points = _points(picture.half)
    sharp = cache(lambda angle: _sharpness(points, angle))
    coarse = max(_COARSE.tolist(), key=sharp)
    if sharp(coarse) < _LINES_SHOW * float(np.median([sharp(angle) for angle in _COARSE.tolist()])):
        wide = max(_WIDE.tolist(), key=sharp)
        coarse = wide if sharp(wide) > _WIDE_CLEARLY * sharp(coarse) else coarse
    fine = max((coarse + _FINE).tolist(), key=sharp)
    # A page without lines is level: the best angle must be clearly better than none.
    return float(fine) if sharp(fine) > 1.1 * sharp(0.0) else 0.0


def _points(pixels: Gray) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return rows and columns of some of the dark pixels that are print."""
    dark = pixels <= ink_level(pixels)
    rows, columns = (side // _BLOCK for side in dark.shape)
    blocks = dark[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    solid = np.count_nonzero(blocks, axis=(1, 3)) > _SOLID * _BLOCK**2
    if solid.any():
        blocks &= ~solid[:, None, :, None]
    found = np.flatnonzero(dark)
    down, across = np.divmod(found[:: max(1, len(found) // _SKEW_POINTS)], dark.shape[1])
    return down.astype(np.float32), across.astype(np.float32)


def _sharpness(points: tuple[NDArray[np.float32], NDArray[np.float32]], angle: float) -> float:
    """Tell how sharply rows of ink and rows of paper alternate at an angle: highest when lines are level."""
    rows, columns = points
    # A counter-clockwise turn lifts what stands to the right.
    leaned = rows - columns * np.float32(np.tan(np.deg2rad(angle)))
    # From 0 up, cutting off is rounding down.
    counts = np.bincount((leaned - np.floor(leaned.min())).astype(np.int32)) if len(leaned) else np.zeros(2)
    return float(np.square(np.diff(counts.astype(np.float64))).sum())
