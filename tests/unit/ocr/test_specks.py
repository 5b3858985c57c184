"""Specks are taken off a page that has many, and stops and dots are left on it."""

from __future__ import annotations

import numpy as np

from fakes.ocr_scans import english_page, specked
from metatag_ocr.reading.ports import Picture
from metatag_ocr.reading.specks import without_specks


def test_a_clean_page_is_given_back_as_it_is():
    picture = Picture(np.asarray(english_page()), 200)

    assert without_specks(picture) is picture


def test_specks_go_and_the_print_stays():
    page = np.asarray(english_page())
    dirty = np.asarray(specked(english_page(), 1500))

    left = without_specks(Picture(dirty, 200)).pixels

    ink, dirt = page < 128, (dirty < 128) & (page >= 250)
    assert np.count_nonzero((left < 128) & ink) >= 0.998 * np.count_nonzero(ink)
    assert np.count_nonzero((left < 128) & dirt) < 0.4 * np.count_nonzero(dirt)
