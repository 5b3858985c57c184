"""Takes lines off a page: ruling of the paper, rules of tables and forms, streaks of a copier's dirty glass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metatag_ocr.reading.pictures import ink_level
from metatag_ocr.reading.ports import Gray, Picture

# Inches that a rule is long at least, and wide at most: no letter of a text is so high, nor its stem so thin.
_LONG, _THIN = 0.6, 0.04
# Inches in a piece of a rule, and the share of it that is ink: a copy's rule is broken here and there, and one that
# leans goes on in the next column.
_PIECE, _INK = 0.08, 0.85
# Grays from the paper's on from which a line counts.
_CONTRAST = 32
# Share of a page's width that a line of ruled or squared paper covers at least, and how many such lines a page has.
_ACROSS, _LINES = 0.7, 8
# Grays that the ruling is lighter than the print at least, the share of that step by which the lines differ among
# themselves, and the least share of the page that is print.
_LIGHTER, _SPREAD, _PRINT = 40, 0.35, 0.0005

_Mask = NDArray[np.bool_]


def without_ruling(picture: Picture) -> Picture:
    """Return the picture without the lines of ruled or squared paper, which are lighter than the print.

    All that is as light as these lines becomes paper, so that the letters that cross them lose nothing. The picture
    itself where there are no such lines.
    """
    half = picture.half
    level = ink_level(half, _CONTRAST)
    ink = half <= level
    across = np.flatnonzero(np.count_nonzero(ink, axis=1) >= _ACROSS * half.shape[1])
    if np.count_nonzero(np.diff(across) > 1) + 1 < _LINES:
        return picture
    # A line of one pixel is lighter at half the size.
    pixels = picture.pixels
    lines = np.minimum(pixels[2 * across], pixels[np.minimum(2 * across + 1, len(pixels) - 1)])
    line = float(np.median(lines[lines <= level]))
    print_ = pixels[::2][pixels[::2] <= line - _LIGHTER]
    if print_.size < _PRINT * half.size:
        return picture
    dark = float(np.median(print_))
    paper = line - _SPREAD * (line - dark)
    levels = np.clip((np.arange(256) - dark) * (255.0 / max(1.0, paper - dark)), 0, 255).astype(np.uint8)
    return picture.with_pixels(levels[picture.pixels])


def without_rules(picture: Picture) -> Picture:
    """Return the picture without its vertical rules; the picture itself where it has none.

    Tesseract reads the rules between cells as "|" and takes a digit beside one for a part of it: measured on a table in
    Hindi, word precision 0.60 with the rules and 1.00 without. Streaks through the print of a copy cost every fifth
    word. What crosses a rule, a letter or a line, stays.
    """
    level = ink_level(picture.half, _CONTRAST)
    # Half the size tells in which columns to look.
    columns = np.flatnonzero(_rules(picture.half <= level, picture.dpi / 2).any(axis=0))
    if not columns.size:
        return picture
    pixels = picture.pixels.copy()
    for group in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
        beside = round(2 * _THIN * picture.dpi)
        first, last = max(0, 2 * int(group[0]) - beside), 2 * int(group[-1]) + 2 + beside
        part = pixels[:, first:last]
        part[:] = _bridged(part, _rules(part <= level, picture.dpi))
    return picture.with_pixels(pixels)


def _rules(ink: _Mask, dpi: float) -> _Mask:
    """Return the pixels of the rules."""
    found = np.zeros_like(ink)
    piece, thin = max(2, round(_PIECE * dpi)), max(1, round(_THIN * dpi))
    rows, long = len(ink) // piece, round(_LONG / _PIECE)
    if rows < long:
        return found
    pieces = np.count_nonzero(ink[: rows * piece].reshape(rows, piece, -1), axis=1) >= _INK * piece
    pieces &= ~_runs(pieces.T, thin + 1).T
    near = pieces.copy()
    near[:, 1:] |= pieces[:, :-1]
    near[:, :-1] |= pieces[:, 1:]
    kept = _runs(near, long) & pieces
    found[: rows * piece] = np.repeat(kept, piece, axis=0)
    # A rule's ends fill no piece.
    found[piece:] |= found[:-piece] & ink[piece:]
    found[:-piece] |= found[piece:] & ink[:-piece]
    return found & ink


def _runs(pieces: _Mask, long: int) -> _Mask:
    """Return the runs down the columns that have `long` pieces at least."""
    if len(pieces) < long:
        return np.zeros_like(pieces)
    sums = np.cumsum(np.pad(pieces, ((1, 0), (0, 0))), axis=0, dtype=np.int32)
    begins = sums[long:] - sums[:-long] == long
    found = np.zeros_like(pieces)
    for step in range(long):
        found[step : step + len(begins)] |= begins
    return found


def _bridged(pixels: Gray, mask: _Mask) -> Gray:
    """Return the pixels with those of the mask as light as the lighter of what stands left and right of them."""
    padded = np.pad(pixels, ((0, 0), (1, 1)), constant_values=255)
    flat = padded.reshape(-1)
    inside = np.pad(mask, ((0, 0), (1, 1))).reshape(-1)
    edges = np.flatnonzero(np.diff(inside))
    begins, ends = edges[::2], edges[1::2] + 1
    flat[inside] = np.repeat(np.maximum(flat[begins], flat[ends]), ends - begins - 1)
    return padded[:, 1:-1]
