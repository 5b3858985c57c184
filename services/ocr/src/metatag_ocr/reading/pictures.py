"""Work on page pictures: blank test, turning, Otsu's threshold, deskew. numpy and Pillow only."""

from __future__ import annotations

import numpy as np
from PIL import Image

from metatag_ocr.reading.ports import Gray, Picture

# Ink below this share of the middle of the page is dust. One line of 10 pt print is about 0.0005.
_INK_SHARE = 0.0001
# Contrast below which nothing is printed: paper texture and JPEG noise.
_CONTRAST = 48


def is_blank(picture: Picture) -> bool:
    """Tell whether a page carries no ink. Dust, and the dark rim of a scan, do not count."""
    pixels = picture.pixels
    height, width = pixels.shape
    middle = pixels[height // 40 : height - height // 40 or height, width // 40 : width - width // 40 or width]
    if middle.size == 0:
        return True
    # Every second row and column: enough to see print, a quarter of the work.
    sample = middle[::2, ::2]
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


def deskewed(picture: Picture) -> Picture:
    """Give the picture with its lines level, when they lean by 0.3 to 4 degrees."""
    angle = skew(picture.pixels)
    if abs(angle) < 0.3:
        return picture
    image = Image.fromarray(picture.pixels)
    level = image.rotate(angle, resample=Image.Resampling.BILINEAR, fillcolor=255)
    return Picture(np.asarray(level), picture.dpi)


def skew(pixels: Gray) -> float:
    """Give the angle in degrees, -4 to 4, by which a counter-clockwise turn makes the lines level."""
    height, width = pixels.shape
    side = max(1, max(height, width) // 800)
    small = Image.fromarray(pixels).reduce(side)
    dark = np.asarray(small) < otsu_level(np.asarray(small)) * 0.9
    ink = Image.fromarray((dark * 255).astype(np.uint8))
    coarse = max(np.arange(-4.0, 4.01, 0.5), key=lambda angle: _sharpness(ink, float(angle)))
    return float(max(np.arange(coarse - 0.4, coarse + 0.41, 0.1), key=lambda angle: _sharpness(ink, float(angle))))


def _sharpness(ink: Image.Image, angle: float) -> float:
    """Tell how sharply rows of ink and rows of paper alternate at an angle: highest when lines are level."""
    rows = np.asarray(ink.rotate(angle, resample=Image.Resampling.NEAREST)).sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())
