"""Scans as people have them are read: uneven light, bands, lean, rims, pale print, stamps, sideways tables, sizes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fakes.ocr_print import ruled_table
from fakes.ocr_scans import (
    A4,
    banded,
    english_page,
    english_words,
    faxed,
    graph_paper,
    hindi_page,
    hindi_words,
    leaning,
    on_ruled_paper,
    pale,
    precision,
    recall,
    rimmed,
    shaded,
    specked,
    stamped,
    streaked,
    table,
    veiled,
    white_on_dark,
)

ROWS = [
    ["Block", "Wells", "Tanks", "Rainfall", "Crop"], ["Khori", "118", "23", "612 mm", "Paddy"],
    ["Bansuri", "96", "31", "790 mm", "Maize"], ["Sohna", "240", "12", "655 mm", "Mustard"],
    ["Palwal", "77", "45", "702 mm", "Cotton"], ["Nuh", "130", "28", "598 mm", "Bajra"],
]  # fmt: skip
HINDI_ROWS = [
    ["क्रमांक", "ग्राम का नाम", "जनसंख्या", "राशि"], ["1", "रामपुर", "2,450", "1,25,000"],
    ["2", "शिवगढ़", "1,872", "98,500"], ["3", "माधोपुर", "3,104", "2,10,750"], ["4", "लखनपुर", "964", "45,300"],
]  # fmt: skip
HINDI_TABLE_WORDS = " ".join(" ".join(row) for row in HINDI_ROWS)
TABLE_WORDS = " ".join(" ".join(row) for row in ROWS)


@pytest.fixture(scope="module")
def english() -> Image.Image:
    return english_page()


@pytest.fixture(scope="module")
def hindi() -> Image.Image:
    return hindi_page()


@pytest.mark.parametrize("darkest", [0.7, 0.5, 0.38])
@pytest.mark.parametrize("hard", [False, True], ids=["even", "hard"])
def test_what_stands_in_the_shade_is_read(read, english, hindi, darkest, hard):
    for page, truth, across in ((english, english_words(), True), (hindi, hindi_words(), False)):
        found = read(shaded(page, darkest, hard=hard, across=across))

        assert recall(found.text, truth) >= 0.95
        assert found.tries == 1


@pytest.mark.parametrize("gray", [200, 150, 105])
def test_highlighted_lines_are_read(read, english, gray):
    assert recall(read(banded(english, gray)).text, english_words()) >= 0.95


@pytest.mark.parametrize(("gray", "share"), [(255, 0.6), (255, 0.8), (0, 0.6), (0, 0.84)])
def test_print_under_a_translucent_patch_is_read(read, english, hindi, gray, share):
    for page, truth in ((english, english_words()), (hindi, hindi_words())):
        found = read(veiled(page, gray, share))

        assert recall(found.text, truth) >= 0.95
        assert found.tries <= 3


@pytest.mark.parametrize(("step", "gray"), [(26, 185), (44, 140)])
@pytest.mark.parametrize("squared", [True, False], ids=["squared", "ruled"])
def test_print_on_squared_and_ruled_paper_is_read(read, english, hindi, step, gray, squared):
    for page, truth in ((english, english_words()), (hindi, hindi_words())):
        found = read(on_ruled_paper(page, step, gray, squared=squared))

        assert recall(found.text, truth) >= 0.95
        assert found.tries == 1


@pytest.mark.parametrize("ground", [0, 40])
def test_a_page_of_white_print_on_dark_ground_is_read(read, english, hindi, ground):
    for page, truth in ((english, english_words()), (hindi, hindi_words())):
        assert recall(read(white_on_dark(page, ground)).text, truth) >= 0.95


def test_white_lines_on_a_dark_box_are_read(read, english):
    gaps = np.flatnonzero((np.asarray(english) > 200).all(axis=1))
    printed = np.flatnonzero(np.diff(gaps) > 1)
    # From the paper above the second line to that below the fourth.
    box = slice(int(gaps[printed[1]]) - 6, int(gaps[printed[4]]) - 6)

    assert recall(read(white_on_dark(english, 30, box)).text, english_words()) >= 0.95


def test_a_copy_with_streaks_and_specks_is_read(read, english, hindi):
    for page, truth in ((english, english_words()), (hindi, hindi_words())):
        found = read(specked(streaked(page), 1200))

        assert recall(found.text, truth) >= 0.9
        assert precision(found.text, truth) >= 0.88


def test_a_hindi_fax_is_read(read, hindi):
    assert recall(read(faxed(hindi)).text, hindi_words()) >= 0.9


def test_a_stamp_that_covers_hindi_lines_takes_none_away(read, hindi):
    found = read(stamped(hindi, 105, at=(700, 900)))

    assert recall(found.text, hindi_words()) >= 0.95


@pytest.mark.parametrize("lean", [0, 2])
def test_a_ruled_table_with_figures_is_read_without_its_rules(read, lean):
    found = read(leaning(ruled_table(HINDI_ROWS), lean))

    assert recall(found.text, HINDI_TABLE_WORDS) >= 0.9
    assert precision(found.text, HINDI_TABLE_WORDS) >= 0.9


@pytest.mark.parametrize("degrees", [-10, -7, -4.5, 5.5, 8, 10])
def test_a_page_that_leans_by_up_to_ten_degrees_is_read(read, english, degrees):
    found = read(leaning(english, degrees))

    assert recall(found.text, english_words()) >= 0.95
    assert found.tries == 1


@pytest.mark.parametrize("degrees", [0, 3])
def test_black_rims_and_dark_pictures_make_no_page_lean(read, english, degrees):
    found = read(rimmed(leaning(english, degrees)))

    assert recall(found.text, english_words()) >= 0.95
    assert found.tries == 1


@pytest.mark.parametrize(("contrast", "noise"), [(45, 3.0), (30, 4.0), (24, 2.0)])
def test_pale_print_is_no_blank_page(read, english, contrast, noise):
    found = read(pale(english, contrast, noise=noise))

    assert (found.method, found.tries) == ("tesseract", 1)
    assert recall(found.text, english_words()) >= 0.95


@pytest.mark.parametrize("gray", [90, 130, 165])
def test_a_stamp_hides_no_print_that_is_darker_than_it(read, english, hindi, gray):
    for page, truth, place in ((english, english_words(), (800, 560)), (hindi, hindi_words(), (700, 900))):
        assert recall(read(stamped(page, gray, at=place)).text, truth) >= 0.95


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_table_is_read_whichever_way_it_lies(read, degrees):
    found = read(table(ROWS).rotate(-degrees, expand=True))

    assert recall(found.text, TABLE_WORDS) >= 0.85
    # A table that stands on its head may be read a second time before its turn is believed.
    assert (found.rotation, found.tries <= 2) == (360 - degrees, True)


@pytest.mark.parametrize("dpi", [700, 450, 72])
def test_a_page_of_another_size_than_its_sheet_is_read_like_any_other(read, english, dpi):
    found = read(english, dpi=dpi)

    assert recall(found.text, english_words()) >= 0.95
    assert found.tries == 1


@pytest.mark.parametrize("step", [24, 40])
def test_graph_paper_takes_one_try_and_gives_no_words(read, step):
    found = read(graph_paper(step))

    assert (found.text, found.tries) == ("", 1)


def test_a_blank_sheet_in_the_shade_is_blank(read):
    found = read(shaded(Image.new("L", A4, 245), 0.55))

    assert (found.reason, found.text) == ("blank_page", "")
