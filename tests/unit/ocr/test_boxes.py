"""Boxes of words: packed within bounds, found again through cuts and turns, refused where they cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from fakes.ocr_reading import reading_of
from metatag_ocr.model import MAX_BOXED_WORDS, PageText, WordBoxes
from metatag_ocr.reading import boxes
from metatag_ocr.reading.level import deskewed
from metatag_ocr.reading.pictures import turned
from metatag_ocr.reading.place import WHOLE_PAGE, Place
from metatag_ocr.reading.ports import Picture


def _sides(pixels: np.ndarray) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the ink as shares."""
    rows, columns = np.flatnonzero((pixels < 128).any(axis=1)), np.flatnonzero((pixels < 128).any(axis=0))
    height, width = pixels.shape
    left, top = columns[0] / width, rows[0] / height
    return left, top, (columns[-1] + 1) / width - left, (rows[-1] + 1) / height - top


def _marked() -> Picture:
    """A picture with rows of blocks that lean by 3 degrees, and one block that stands out at its corner."""
    rows, columns = np.mgrid[0:1200, 0:900]
    lines = ((rows - columns * np.tan(np.deg2rad(3))) % 60 < 12) & (columns > 100) & (columns < 800)
    pixels = np.where(lines & (rows > 200) & (rows < 1000), 0, 255).astype(np.uint8)
    return Picture(pixels, 150)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_mark_is_found_again_through_turn_level_and_cut(degrees):
    level = deskewed(turned(_marked(), degrees))
    assert level.pixels is not _marked().pixels
    mark = (0.3, 0.2, 0.04, 0.01)
    left, top = level.place.point(mark[0], mark[1])
    height, width = level.pixels.shape
    # The pixel of the level picture and the one of the page that the map names hold the same.
    for u, v in np.random.default_rng(5).uniform(0.15, 0.85, (400, 2)):
        x, y = level.place.point(u, v)
        page = _marked().pixels
        around = page[int(y * 1200) - 3 : int(y * 1200) + 4, int(x * 900) - 3 : int(x * 900) + 4]
        assert around.min() <= level.pixels[int(v * height), int(u * width)] <= around.max()
    part = level.place.part((mark[0], mark[1], 0.5, 0.5))
    assert part.point(0, 0) == pytest.approx((left, top))


def test_a_turned_box_has_its_sides_exchanged():
    box = WHOLE_PAGE.turned(90).box((0.1, 0.2, 0.3, 0.05))
    assert box == pytest.approx((0.2, 0.6, 0.05, 0.3))
    assert Place(0.5, 0.5, 0.5, 0.0, 0.0, 0.5).box((0.0, 0.0, 1.0, 1.0)) == pytest.approx((0.5, 0.5, 0.5, 0.5))


def test_words_beyond_the_bound_are_left_out():
    read = reading_of([("word", 90.0)] * (MAX_BOXED_WORDS + 5))
    found = boxes.boxes_of(read, WHOLE_PAGE)
    assert len(found.confidences) == MAX_BOXED_WORDS
    assert boxes.joined(found, boxes.boxes_of(reading_of([("more", 90.0)]), WHOLE_PAGE)) == found


def test_boxes_of_two_pictures_of_a_page_are_joined():
    first, second = (boxes.boxes_of(reading_of([(word, 90.0)]), WHOLE_PAGE) for word in ("one", "two"))
    assert boxes.joined(first, second).text == "one\ntwo"
    assert boxes.joined(WordBoxes(), second) == second
    assert boxes.joined(first, WordBoxes()) == first


@pytest.mark.parametrize(
    "said",
    [
        {"text": "a", "sides": [0, 0, 70_000, 1], "confidences": [1]},
        {"text": "a", "sides": [0, 0, -1, 1], "confidences": [1]},
        {"text": "a", "sides": [0, 0, 1], "confidences": [1]},
        {"text": "a", "sides": [0, 0, 1, 1], "confidences": [101]},
        {"text": "a\tb", "sides": [0, 0, 1, 1], "confidences": [1]},
        {"text": "a", "sides": [], "confidences": [1] * (MAX_BOXED_WORDS + 1)},
    ],
)
def test_what_a_child_says_of_boxes_that_cannot_be_is_refused(said):
    page = {"number": 1, "text": "a", "method": "tesseract", "reason": "no_text", "boxes": said}
    with pytest.raises(ValidationError):
        TypeAdapter(PageText).validate_python(page)
