"""Work on page pictures: blank test, turning, Otsu's threshold, deskew. numpy and Pillow only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from metatag_ocr.reading.ports import Gray, Picture

# Ink below this share of the middle of the page is dust. One line of 10 pt print is about 0.0005.
_INK_SHARE = 0.0001
# Degrees from which a page is made level before its first try. Tesseract copes with 0.7 as it is; at 1.8 and 2.7 it
# mixed columns, and levelling brought the error rate of two pages from 0.029 and 0.374 to 0.008.
SKEWED = 1.0
# Longer side in pixels, and dark points, on which the angle is measured; degrees tried.
_SKEW_SIDE, _SKEW_POINTS = 1000, 20_000
_COARSE, _FINE = np.arange(-4.0, 4.01, 0.5), np.arange(-0.4, 0.41, 0.1)
# Contrast below which nothing is printed: paper texture and JPEG noise.
_CONTRAST = 48


def is_blank(picture: Picture) -> bool:
    """Tell whether a page carries no ink. Dust, and the dark rim of a scan, do not count."""
    pixels = picture.pixels
    height, width = pixels.shape
    middle = pixels[height // 40 : height - height // 40 or height, width // 40 : width - width // 40 or width]
    if middle.size == 0:
        return True
    # Every third row and column: enough to see print, a ninth of the work.
    sample = middle[::3, ::3]
    paper = float(np.median(sample))
    ink = np.count_nonzero(np.abs(sample.astype(np.int16) - paper) > _CONTRAST)
    return bool(ink < _INK_SHARE * sample.size)


def turned(picture: Picture, degrees: int) -> Picture:
    """Give the picture turned clockwise by 0, 90, 180 or 270 degrees."""
    if degrees % 360 == 0:
        return picture
    return Picture(np.ascontiguousarray(np.rot90(picture.pixels, -(degrees // 90) % 4)), picture.dpi)


def binarized(picture: Picture) -> Picture:
    """Give the picture in black and white, split where Otsu's method finds print and paper farthest apart."""
    level = otsu_level(picture.pixels)
    return Picture(np.where(picture.pixels > level, 255, 0).astype(np.uint8), picture.dpi)


def otsu_level(pixels: Gray) -> int:
    """Give the gray level that divides print from paper, 0 to 254."""
    counts = np.bincount(pixels.reshape(-1), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    return int(np.nanargmax(between[:-1])) if np.isfinite(between[:-1]).any() else 127


def deskewed(picture: Picture, least: float = SKEWED) -> Picture:
    """Give the picture with its lines level, when they lean by `least` to 4 degrees; else the picture itself."""
    angle = skew(picture.pixels)
    if abs(angle) < least:
        return picture
    image = Image.fromarray(picture.pixels)
    level = image.rotate(angle, resample=Image.Resampling.BILINEAR, fillcolor=255)
    return Picture(np.asarray(level), picture.dpi)


def skew(pixels: Gray) -> float:
    """Give the angle in degrees, -4 to 4, by which a counter-clockwise turn makes the lines level.

    Costs 1 % of a recognition: a few thousand dark points are projected, not the picture turned.
    """
    side = max(1, max(pixels.shape) // _SKEW_SIDE)
    small = np.asarray(Image.fromarray(pixels).reduce(side))
    rows, columns = np.nonzero(small < otsu_level(small))
    step = max(1, len(rows) // _SKEW_POINTS)
    points = (rows[::step].astype(np.float32), columns[::step].astype(np.float32))
    coarse = max(_COARSE, key=lambda angle: _sharpness(points, float(angle)))
    fine = max(coarse + _FINE, key=lambda angle: _sharpness(points, float(angle)))
    # A page without lines is level: the best angle must be clearly better than none.
    return float(fine) if _sharpness(points, float(fine)) > 1.1 * _sharpness(points, 0.0) else 0.0


def _sharpness(points: tuple[NDArray[np.float32], NDArray[np.float32]], angle: float) -> float:
    """Tell how sharply rows of ink and rows of paper alternate at an angle: highest when lines are level."""
    rows, columns = points
    # A counter-clockwise turn lifts what stands to the right.
    leaned = np.floor(rows - columns * np.tan(np.deg2rad(angle))).astype(np.int64)
    counts = np.bincount(leaned - leaned.min()) if len(leaned) else np.zeros(2)
    return float(np.square(np.diff(counts.astype(np.float64))).sum())
