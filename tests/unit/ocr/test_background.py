"""Uneven light and coloured grounds are divided out of a page; what is ink stays."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fakes.ocr_scans import banded, rimmed, shaded
from metatag_ocr.reading.background import flatten_background
from metatag_ocr.reading.ports import Picture

SIZE = (1240, 1754)


def _page() -> Image.Image:
    image = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(image)
    for line in range(20):
        for word in range(12):
            left = 120 + word * 82
            for stroke in range(left, left + 60, 12):
                draw.rectangle((stroke, 150 + line * 54, stroke + 3, 175 + line * 54), fill=20)
    return image


def _flat(image: Image.Image) -> np.ndarray:
    return flatten_background(Picture(np.asarray(image), 150)).pixels


def test_an_even_page_is_left_alone():
    picture = Picture(np.asarray(_page()), 150)

    assert flatten_background(picture) is picture


@pytest.mark.parametrize("darkest", [0.75, 0.55, 0.4])
@pytest.mark.parametrize("hard", [False, True])
def test_shade_is_divided_out_and_print_stays_dark(darkest: float, hard: bool):
    page = _page()

    flat = _flat(shaded(page, darkest, hard=hard)).astype(int)

    print_, paper = np.asarray(page) < 100, np.asarray(page) > 200
    # All but the edge of a hard shadow, which takes a cell.
    assert np.percentile(flat[paper], 5) > 200
    assert np.percentile(flat[print_], 99) < 110


@pytest.mark.parametrize("gray", [210, 150, 110])
def test_print_on_bands_stands_on_paper_afterwards(gray: int):
    page = _page()

    flat = _flat(banded(page, gray)).astype(int)

    rows = slice(150, 176)
    assert np.median(flat[rows, 200:1000][np.asarray(page)[rows, 200:1000] > 200]) > 225
    assert np.percentile(flat[rows, 200:1000][np.asarray(page)[rows, 200:1000] < 100], 99) < 110


@pytest.mark.parametrize("ground", [0, 20, 60])
def test_light_print_on_a_dark_ground_becomes_dark_print_on_paper(ground: int):
    page = np.asarray(_page())
    pixels = page.copy()
    # A box around five lines, whose edges stand on no line.
    box = pixels[463:733, 103:1117]
    box[:] = np.where(box < 100, 250, ground)

    flat = _flat(Image.fromarray(pixels))

    assert np.percentile(flat[page < 100], 99) < 60
    assert np.percentile(flat[page > 200], 1) > 200, "neither the box nor its edge is left"


def test_a_page_of_white_print_on_black_is_read_as_its_negative():
    page = _page()

    flat = _flat(Image.fromarray(np.clip(255 - np.asarray(page).astype(int) + 20, 0, 255).astype(np.uint8)))

    assert np.percentile(flat[np.asarray(page) < 100], 99) < 60
    assert np.percentile(flat[np.asarray(page) > 200], 1) > 200


def test_black_rims_and_boxes_become_paper_and_the_lines_between_stay():
    page = _page()

    flat = _flat(rimmed(page)).astype(int)

    assert flat[:, -140:].min() > 200
    assert flat[1500:1600, 300:600].min() > 200
    rows, columns = slice(150, 1200), slice(120, 900)
    assert np.array_equal(flat[rows, columns] < 128, np.asarray(page)[rows, columns] < 128)


def test_print_on_a_ground_as_dark_as_ink_stands_on_paper_afterwards():
    page = np.asarray(_page()).astype(float)
    page[300:800] *= 45 / 250

    flat = _flat(Image.fromarray(page.astype(np.uint8)))

    assert np.percentile(flat[300:800], 60) > 220
    assert np.percentile(flat[300:800], 5) < 120


def test_a_tiny_picture_has_no_ground_to_speak_of():
    picture = Picture(np.full((40, 900), 90, dtype=np.uint8), 150)

    assert flatten_background(picture) is picture
