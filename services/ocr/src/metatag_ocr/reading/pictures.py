"""Work on page pictures: blank test, paper noise, turning, Otsu's threshold. numpy and Pillow only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from metatag_ocr.reading.ports import Gray, Picture

# Ink below this share of the middle of the page is dust. One line of 10 pt print is about 0.0005.
_INK_SHARE = 0.0001
# Contrast below which nothing is printed: paper texture and JPEG noise.
_CONTRAST = 48
# The same where leaving something out would lose it.
_FAINT = 24
# Contrast up to which paper is made even, and the share of uneven paper from which that is worth a millisecond.
_PAPER_NOISE, _NOISY_SHARE = 16, 0.03
# Contrast of print that is dark enough to lose nothing by it, and the share of a page's ink that has it. Measured: 0.65
# and more in noisy scans, 0 in a pale one.
_DARK, _DARK_SHARE = 112, 0.25
# Inches of paper left around the print.
_MARGIN = 0.1
# Horizontal strokes count as head lines from this many times the stroke width (a letter's own are shorter) to that
# many (rules are longer).
_HEAD_LINE = (6, 80)


def is_blank(picture: Picture) -> bool:
    """Tell whether a page carries no ink. Dust, and the dark rim of a scan, do not count."""
    pixels = picture.pixels
    height, width = pixels.shape
    middle = pixels[height // 40 : height - height // 40 or height, width // 40 : width - width // 40 or width]
    if middle.size == 0:
        return True
    # Every third row and column: enough to see print, a ninth of the work.
    sample = np.ascontiguousarray(middle[::3, ::3])
    return bool(np.count_nonzero(_ink(sample, _CONTRAST)) < _INK_SHARE * sample.size)


def calmed(picture: Picture) -> Picture:
    """Give the picture with its paper in one gray where a scanner or a JPEG left noise on it; else as it is.

    Tesseract packs each line as a PNG, which noise makes slow: without it a noisy page takes 5 to 15 % less time, a
    JPEG of clean print 1 to 5 %, and reads as well or better (a bad scan's confidence rose from 79 to 89).
    """
    counts = _histogram(np.ascontiguousarray(picture.pixels[::3, ::3]))
    paper = _paper(counts)
    near = slice(max(0, paper - _PAPER_NOISE), paper + _PAPER_NOISE + 1)
    noisy = counts[near].sum() - counts[paper] >= _NOISY_SHARE * counts.sum()
    ink, dark = (counts[: max(0, paper - contrast)].sum() for contrast in (_CONTRAST, _DARK))
    # In pale print the noise band would take the letters' edges.
    if not noisy or dark == 0 or dark < _DARK_SHARE * ink:
        return picture
    table = list(range(256))
    table[near] = [paper] * len(table[near])
    return Picture(np.asarray(Image.fromarray(picture.pixels).point(table)), picture.dpi)


def print_box(picture: Picture) -> tuple[int, int, int, int]:
    """Give left, top, width and height in pixels of the part of a page that is not mere paper, with a little margin.

    Tesseract takes 3 to 6 % less time for it, and reads the same.
    """
    height, width = picture.pixels.shape
    ink = _ink(picture.half, _FAINT)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0:
        return 0, 0, width, height
    margin = round(_MARGIN * picture.dpi)
    left, top = max(0, 2 * int(columns[0]) - margin), max(0, 2 * int(rows[0]) - margin)
    right, bottom = min(width, 2 * int(columns[-1]) + 2 + margin), min(height, 2 * int(rows[-1]) + 2 + margin)
    return left, top, right - left, bottom - top


def has_solid_ink(picture: Picture) -> bool:
    """Tell whether ink covers a patch of 12 by 12 pixels anywhere, as it does behind light print, or in big letters.

    Print in white stands on such a ground; a page without one holds dark print only.
    """
    # Each fourth row and column: three samples in a row, three rows of them.
    ink = _ink(picture.half[::2, ::2], _CONTRAST)
    wide = ink[:, :-2] & ink[:, 1:-1] & ink[:, 2:]
    return bool((wide[:-2] & wide[1:-1] & wide[2:]).any())


def _ink(pixels: Gray, contrast: int) -> NDArray[np.bool_]:
    """Tell which pixels differ from the paper."""
    paper = _paper(_histogram(np.ascontiguousarray(pixels)))
    return (pixels < max(0, paper - contrast)) | (pixels > min(255, paper + contrast))


def _paper(counts: NDArray[np.int64]) -> int:
    """Give the paper's gray, 0 to 255: it is the larger half of a page."""
    return int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))


def _histogram(pixels: Gray) -> NDArray[np.int64]:
    # Pillow counts bytes three times as fast as numpy.
    return np.asarray(Image.fromarray(pixels).histogram(), dtype=np.int64)


def head_line_share(picture: Picture) -> float:
    """Give the share of ink, 0 to 1, in horizontal strokes as long as words: letters that hang from a head line.

    Measured: Devanagari 0.22 to 0.27, Latin print 0.00 to 0.03, a magazine page with a photo 0.16.
    """
    dark = picture.pixels[::2] <= otsu_level(picture.half)
    dark[:, 0] = dark[:, -1] = False
    edges = np.flatnonzero(np.diff(dark.reshape(-1)))
    lengths = edges[1::2] - edges[: len(edges) // 2 * 2 : 2]
    if len(lengths) == 0:
        return 0.0
    least, most = (times * float(np.median(lengths)) for times in _HEAD_LINE)
    return float(lengths[(lengths >= least) & (lengths < most)].sum()) / float(lengths.sum())


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
    counts = _histogram(pixels).astype(np.float64)
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    return int(np.nanargmax(between[:-1])) if np.isfinite(between[:-1]).any() else 127
