"""Ruling and vertical rules are taken off a page, and letters are left on it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fakes.ocr_scans import english_page, leaning, table
from metatag_ocr.reading.ports import Picture
from metatag_ocr.reading.rules import without_rules, without_ruling


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


@pytest.mark.parametrize(("step", "gray", "width"), [(24, 190, 1), (40, 150, 2), (80, 110, 3)])
@pytest.mark.parametrize("squared", [True, False])
def test_the_ruling_of_paper_goes_and_letters_on_it_stay_whole(step: int, gray: int, width: int, squared: bool):
    page = np.asarray(english_page())
    ruled = page.copy()
    for first in range(width):
        ruled[step + first :: step] = np.minimum(ruled[step + first :: step], gray)
        if squared:
            ruled[:, step + first :: step] = np.minimum(ruled[:, step + first :: step], gray)

    left = without_ruling(Picture(ruled, 200)).pixels

    assert np.count_nonzero((left < 100) & (page < 40)) >= 0.97 * np.count_nonzero(page < 40)
    assert np.count_nonzero((left < 128) & (page > 220)) == 0


def test_rules_as_dark_as_the_print_and_pages_without_ruling_are_left_alone():
    plain = _picture(english_page())
    dark = np.asarray(english_page()).copy()
    dark[40::40] = 20

    assert without_ruling(plain) is plain
    assert without_ruling(picture := Picture(dark, 200)) is picture
