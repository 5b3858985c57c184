"""Pages of which it is known where each word was printed, and how far boxes that were read are from that."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from fakes.ocr_print import HINDI, LATIN, _font
from fakes.ocr_scans import A4, PAPER
from metatag_ocr.model import WordBoxes

# Left, top, right, bottom as shares of the page.
Sides = tuple[float, float, float, float]
ENGLISH = [
    "Government of the northern district", "Office of the divisional engineer", "Irrigation canals and village tanks",
    "Sanctioned amount of forty thousand", "Progress until the first quarter", "Inspection before the rainy season",
    "Letters should reach this office soon", "Copies for record and necessary action",
]  # fmt: skip
HINDI_LINES = [
    "जिला शिक्षा अधिकारी कार्यालय", "नहर और तालाब की मरम्मत", "स्वीकृत राशि चालीस हजार रुपये", "ग्राम पंचायत की बैठक सोमवार",
    "आवेदन पत्र कार्यालय में जमा", "वर्षा से पहले निरीक्षण किया", "सूचना सभी विभागों को भेजी", "अभिलेख हेतु प्रतिलिपि प्रेषित",
]  # fmt: skip


def placed_page(lines: list[str], size: int = 34) -> tuple[Image.Image, list[tuple[str, Sides]]]:
    """Return a page of A4 at 200 dpi with lines across it, and its words with the boxes of their ink."""
    page = Image.new("L", A4, PAPER)
    words: list[tuple[str, Sides]] = []
    for number, line in enumerate(lines * 3):
        left = 180.0
        for word in line.split():
            font = _font(LATIN if word.isascii() else HINDI, size)
            ink = Image.new("L", A4, 255)
            ImageDraw.Draw(ink).text((left, 200 + 78 * number), word, font=font, fill=0, anchor="ls")
            box = Image.eval(ink, lambda gray: 255 - gray).getbbox()
            assert box is not None
            words.append((word, (box[0] / A4[0], box[1] / A4[1], box[2] / A4[0], box[3] / A4[1])))
            page.paste(0, mask=Image.eval(ink, lambda gray: 255 - gray))
            left += font.getlength(word) + 0.45 * size + 15 * (number % 2)
    return page, words


def moved(sides: Sides, size: tuple[int, int], degrees: float, *, expand: bool) -> Sides:
    """Return a box after Pillow's `rotate(degrees, expand=expand)` of a page of `size` pixels: its middle, moved.

    The box's own sides are turned only by right angles.
    """
    (width, height), angle = size, np.deg2rad(degrees)
    x, y = (sides[0] + sides[2]) / 2 * width - width / 2, (sides[1] + sides[3]) / 2 * height - height / 2
    across, down = (sides[2] - sides[0]) * width, (sides[3] - sides[1]) * height
    x, y = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    if expand and degrees % 180:
        width, height, across, down = height, width, down, across
    x, y = x + width / 2, y + height / 2
    return (x - across / 2) / width, (y - down / 2) / height, (x + across / 2) / width, (y + down / 2) / height


def words_of(boxes: WordBoxes) -> list[tuple[str, Sides]]:
    """Return the words with their boxes as shares of the page."""
    words = boxes.text.replace("\n", "\t").split("\t")
    sides = [tuple(side / 10_000 for side in boxes.sides[at : at + 4]) for at in range(0, len(boxes.sides), 4)]
    return list(zip(words, sides, strict=True))  # type: ignore[arg-type]


def share_in_place(found: list[tuple[str, Sides]], truth: list[tuple[str, Sides]], least: float = 0.35) -> float:
    """Return the share of the true words that were found by their letters where they stand: overlap over union."""
    hits = sum(any(word == text and _overlap(box, sides) >= least for text, sides in found) for word, box in truth)
    return hits / len(truth)


def _overlap(one: Sides, other: Sides) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0.0, across) * max(0.0, down)
    return both / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - both)
