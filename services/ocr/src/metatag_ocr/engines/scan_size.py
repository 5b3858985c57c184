"""At which resolution a page is rendered whose size in the file is not that of the sheet that was scanned."""

from __future__ import annotations

import ctypes
from typing import Any

from metatag_ocr.engines import pdfium_calls as calls
from metatag_ocr.engines import pdfium_evidence

# Longer side in inches of a page that is small or large for a sheet, and the resolution of its scan from which, or up
# to which, the page's size is believed to be wrong: small scans have up to 300 dpi, and A3 at 100 dpi is 17 inches.
_SMALL, _SMALL_DPI = 6.5, 330.0
_LARGE, _LARGE_DPI = 20.0, 150.0
# Longer side in inches of A4, which is what is scanned most, and the share of the page that its scan covers.
_SHEET, _COVERED = 11.7, 0.5


def page_dpi(page: Any, dpi: float) -> float:
    """Return the resolution of the page that shows its scan as `dpi` would, if the scan were of a sheet of A4.

    A page of 2 by 3 inches that shows a scan of 1,654 by 2,340 pixels would be read at a quarter of them, and one as
    large in points as its scan is in pixels at eight times as many.
    """
    longest = float(max(page.get_size())) / 72
    if _SMALL <= longest <= _LARGE:
        return dpi
    pixels = _scan_pixels(page)
    scanned = pixels / longest
    if longest < _SMALL and scanned > _SMALL_DPI:
        return max(dpi, min(_SHEET * dpi, pixels) / longest)
    if longest > _LARGE and 0 < scanned < _LARGE_DPI:
        return min(dpi, _SHEET * dpi / longest)
    return dpi


def _scan_pixels(page: Any) -> int:
    """Return the longer side in pixels of the picture that covers most of the page; 0 without one."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    area = max(1.0, page.get_size()[0] * page.get_size()[1])
    for item, covered in pdfium_evidence.images(page):
        if covered >= _COVERED * area and calls.image_size_of(item, ctypes.byref(width), ctypes.byref(height)):
            return max(width.value, height.value)
    return 0
