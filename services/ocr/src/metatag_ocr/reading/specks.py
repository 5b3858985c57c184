"""Takes specks off a page: the dust and toner of copies, and what a fax line scatters over the paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from metatag_ocr.reading.pictures import ink_level
from metatag_ocr.reading.ports import Picture

# Inches that a speck is wide and high at most, and of paper around it: a full stop and the dot of an "i" stand nearer
# to their letters.
_SPECK, _AROUND = 0.015, 0.05
# Specks for each square inch from which a page has them; pixels of the sample in which they are counted, as a share of
# the page's height, in three strips.
_MANY, _STRIP = 2.0, 0.03
# Grays from the paper's on from which a speck counts.
_CONTRAST = 40

_Mask = NDArray[np.bool_]


def without_specks(picture: Picture) -> Picture:
    """Return the picture without the specks that stand alone where it has many; else the picture itself.

    Words are lost to specks because they are taken for marks of letters and for small print.
    """
    half, dpi = picture.half, picture.dpi / 2
    level = ink_level(half, _CONTRAST)
    height = len(half)
    strip = max(1, round(_STRIP * height))
    sample = np.concatenate([half[height * part // 4 :][:strip] for part in (1, 2, 3)])
    if np.count_nonzero(_alone(sample <= level, dpi)) < _MANY * sample.size / dpi**2:
        return picture
    specks = Image.fromarray(_alone(half <= level, dpi)).convert("L").filter(ImageFilter.MaxFilter(3))
    rows, columns = picture.pixels.shape
    mask = np.asarray(specks.resize((2 * half.shape[1], 2 * half.shape[0]), Image.Resampling.NEAREST))
    return picture.with_pixels(np.where(mask[:rows, :columns] > 0, np.uint8(255), picture.pixels))


def _alone(ink: _Mask, dpi: float) -> _Mask:
    """Return the ink with nothing but paper around a box of a speck's size."""
    near, around = max(1, round(_SPECK * dpi)), max(2, round((_SPECK + _AROUND) * dpi))
    sums = np.cumsum(np.cumsum(np.pad(ink, around + 1), axis=0, dtype=np.int32), axis=1)

    def count(radius: int) -> NDArray[np.int32]:
        low, high = around - radius, around + radius + 1
        rows, columns = ink.shape
        return (
            sums[high : high + rows, high : high + columns]
            - sums[low : low + rows, high : high + columns]
            - sums[high : high + rows, low : low + columns]
            + sums[low : low + rows, low : low + columns]
        )

    alone: _Mask = ink & (count(near) == count(around))
    return alone
