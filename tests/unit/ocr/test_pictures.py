"""Work on pictures: what is blank, what is turned, what leans."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fakes.ocr_pdfs import degraded, page_image, sample
from metatag_ocr.reading.attempts import HEAD_LINES, NO_HEAD_LINES
from metatag_ocr.reading.level import deskewed, skew
from metatag_ocr.reading.pictures import (
    calmed,
    has_solid_ink,
    head_line_share,
    is_blank,
    otsu_level,
    print_box,
    turned,
)  # fmt: skip
from metatag_ocr.reading.ports import Picture

SIZE = (1240, 1754)


def _page(lines: int = 40) -> Image.Image:
    """A page whose lines are rows of small blocks, like words from afar."""
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    for line in range(lines):
        for word in range(12):
            left = 120 + word * 82 + (line * 7) % 20
            draw.rectangle((left, 150 + line * 36, left + 60, 162 + line * 36), fill=20)
    return image


def _picture(image: Image.Image) -> Picture:
    return Picture(np.asarray(image), 150)


def test_paper_is_blank_even_with_noise_and_a_dark_rim():
    noise = np.random.default_rng(7).normal(235, 6, SIZE[::-1]).clip(0, 255).astype(np.uint8)
    noise[:20] = 10

    assert is_blank(Picture(noise, 150))
    assert is_blank(Picture(np.zeros(SIZE[::-1], dtype=np.uint8), 150))


def test_one_line_of_print_is_not_blank():
    assert not is_blank(_picture(_page(lines=1)))


def test_white_print_on_black_is_not_blank():
    assert not is_blank(Picture(255 - np.asarray(_page(lines=1)), 150))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_four_turns_bring_a_page_back(degrees: int):
    picture = _picture(_page())

    back = turned(turned(picture, degrees), (360 - degrees) % 360)

    assert np.array_equal(back.pixels, picture.pixels)


def test_a_turn_is_clockwise():
    pixels = np.array([[1, 2], [3, 4]], dtype=np.uint8)

    assert turned(Picture(pixels, 100), 90).pixels.tolist() == [[3, 1], [4, 2]]


@pytest.mark.parametrize("angle", [-3.0, -0.7, 0.0, 1.5])
def test_leaning_lines_are_measured_and_made_level(angle: float):
    leaning = _page().rotate(-angle, resample=Image.Resampling.BICUBIC, fillcolor=255)

    assert skew(_picture(leaning)) == pytest.approx(angle, abs=0.25)
    assert abs(skew(deskewed(_picture(leaning), 0.3))) < 0.35


def test_a_level_page_is_left_alone():
    picture = _picture(_page())

    assert deskewed(picture) is picture


def test_a_levelled_page_shows_what_it_showed_before_it_leaned():
    page = _page()
    leaning = page.rotate(-2.0, resample=Image.Resampling.BICUBIC, fillcolor=255)

    level = deskewed(_picture(leaning))

    near = np.asarray(page).astype(int)[200:1500, 200:1000]
    assert np.abs(level.pixels[200:1500, 200:1000] - near).mean() < 10
    assert np.abs(np.asarray(leaning)[200:1500, 200:1000] - near).mean() > 40


def test_noise_on_paper_is_calmed_and_print_stays_as_it_was():
    noise = np.random.default_rng(7).normal(0, 5, SIZE[::-1])
    noisy = (np.where(np.asarray(_page()) < 128, 90, 230) + noise).clip(0, 255).astype(np.uint8)

    calm = calmed(Picture(noisy, 150)).pixels

    assert np.bincount(calm[:100].ravel()).max() > 0.99 * calm[:100].size
    assert np.array_equal(calm[noisy < 180], noisy[noisy < 180])


@pytest.mark.parametrize("pixels", [np.asarray(_page()), 255 - np.asarray(_page())], ids=["black", "white"])
def test_a_clean_page_is_not_calmed(pixels):
    picture = Picture(pixels, 150)

    assert calmed(picture) is picture


@pytest.mark.parametrize(("print_gray", "paper_gray"), [(225, 5), (140, 200)], ids=["white on black", "pale"])
def test_noisy_pages_of_light_print_are_left_alone(print_gray, paper_gray):
    noise = np.random.default_rng(7).normal(0, 8, SIZE[::-1])
    noisy = (np.where(np.asarray(_page()) < 128, print_gray, paper_gray) + noise).clip(0, 255).astype(np.uint8)
    picture = Picture(noisy, 150)

    assert calmed(picture) is picture


def test_the_threshold_lies_between_print_and_paper():
    gray = np.where(np.asarray(_page()) < 128, 90, 180).astype(np.uint8)

    assert 90 <= otsu_level(gray) < 180


def test_a_page_of_one_gray_has_a_threshold():
    assert 0 <= otsu_level(np.full((10, 10), 77, dtype=np.uint8)) <= 255


def test_the_box_of_the_print_leaves_out_paper_and_keeps_a_margin():
    left, top, width, height = print_box(_picture(_page(lines=3)))

    assert (left, top) == (120 - 15, 150 - 15)
    assert 1000 < width < SIZE[0] - left
    assert height == pytest.approx(36 * 2 + 13 + 2 * 15, abs=3)


def test_faint_print_is_inside_the_box_and_an_empty_page_is_its_own_box():
    faint = np.full(SIZE[::-1], 250, dtype=np.uint8)
    faint[800:820, 300:500] = 205

    assert print_box(Picture(faint, 150))[0] == 300 - 15
    assert print_box(Picture(np.full(SIZE[::-1], 250, dtype=np.uint8), 150)) == (0, 0, *SIZE)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("karyalaya-adesh", HEAD_LINES, 1.0), ("library-rules", 0.0, NO_HEAD_LINES)]
)
def test_hindi_has_head_lines_and_english_none(name: str, least: float, most: float):
    image = page_image(sample(name))

    for version in (image, degraded(image)):
        assert least <= head_line_share(_picture(version)) <= most
    assert head_line_share(Picture(np.full((10, 10), 255, dtype=np.uint8), 150)) == 0.0


def test_plain_print_has_no_solid_ink_and_a_ground_for_white_print_has():
    plain = np.full((400, 800), 250, dtype=np.uint8)
    plain[100:108, 100:700] = plain[200:300, 100:105] = 20
    ground = plain.copy()
    ground[200:228, 300:500] = 90
    ground[206:220, 310:490:6] = 255

    assert not has_solid_ink(Picture(plain, 200))
    assert has_solid_ink(Picture(ground, 200))
    assert has_solid_ink(Picture(255 - ground, 200))
