"""Vertical rules are taken off a page, and letters are left on it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fakes.ocr_scans import english_page, leaning, table
from metatag_ocr.reading.ports import Picture
from metatag_ocr.reading.rules import without_rules


def _picture(image: Image.Image) -> Picture:
    return Picture(np.asarray(image), 200)


def test_a_page_without_rules_is_given_back_as_it_is():
    picture = _picture(english_page())

    assert without_rules(picture) is picture


@pytest.mark.parametrize("degrees", [0.0, 0.3])
def test_the_rules_of_a_table_go_and_what_stands_in_its_cells_stays(degrees):
    rows = [["Block", "Wells"], ["Khori", "118"], ["Nuh", "130"], ["Palwal", "77"]]
    ruled = np.asarray(leaning(table(rows), degrees))
    bare = np.asarray(leaning(table([["" for _ in row] for row in rows]), degrees))

    left = without_rules(Picture(ruled, 200)).pixels

    letters = (ruled < 128) & (bare >= 128)
    verticals = (bare < 128)[:, 100:1900].sum(axis=0).argmax() + 100
    assert np.count_nonzero((left < 128) & letters) >= 0.99 * np.count_nonzero(letters)
    assert np.count_nonzero(left[:, verticals] < 128) <= 0.2 * np.count_nonzero(ruled[:, verticals] < 128)


def test_print_that_a_streak_crosses_stays_whole():
    page = np.asarray(english_page()).copy()
    streaked = page.copy()
    streaked[:, 400:402] = 70

    left = without_rules(Picture(streaked, 200)).pixels

    assert np.count_nonzero(left[:, 400:402] < 128) < 0.3 * len(page)
    beside = np.r_[380:399, 403:420]
    assert np.array_equal(left[:, beside], page[:, beside])


def test_solid_ink_is_no_rule():
    page = np.full((2000, 1500), 255, dtype=np.uint8)
    page[300:900, 400:800] = 20
    picture = Picture(page, 200)

    assert without_rules(picture) is picture
