"""Pages printed word by word in the font of each word's script: mixed lines, tables. Needs Noto and Pillow's Raqm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont, features

from fakes.ocr_scans import A4, PAPER

FONTS = Path("/usr/share/fonts/truetype/noto")
HINDI, LATIN = "NotoSansDevanagari-Regular.ttf", "NotoSans-Regular.ttf"

# Lines that change the script at every other word, as office Hindi does.
MIXED = [
    "आवेदक अपना Aadhaar Card और PAN Card की photocopy संलग्न करें",
    "Online portal पर login करके Application Form डाउनलोड करें",
    "Fees का भुगतान UPI या net banking से किया जा सकता है",
    "Helpline number पर सुबह नौ बजे से शाम छह बजे तक call करें",
    "SMS द्वारा OTP प्राप्त होने पर Verify बटन दबाएँ",
    "फॉर्म submit करने के बाद acknowledgement slip सुरक्षित रखें",
]


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    if not (FONTS / name).exists() or not features.check("raqm"):
        pytest.skip(f"The font {name} is missing; `apt-get install fonts-noto-core` brings it.")
    return ImageFont.truetype(str(FONTS / name), size)


def _write(draw: ImageDraw.ImageDraw, text: str, at: tuple[float, float], size: int) -> None:
    """Write words on a base line, each in the font of its script."""
    left, base = at
    for word in text.split():
        font = _font(HINDI if re.search("[\u0900-\u097f]", word) else LATIN, size)
        draw.text((left, base), word, font=font, fill=0, anchor="ls")
        left += draw.textlength(word, font=font) + 0.3 * size


def lines_page(lines: list[str], size: int = 30) -> Image.Image:
    """Return a page of A4 with lines of print; `size` in pixels, at 200 dpi."""
    page = Image.new("L", A4, PAPER)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        _write(draw, line, (150, 200 + 2.1 * size * number), size)
    return page


def ruled_table(rows: list[list[str]], size: int = 26) -> Image.Image:
    """Return a page of A4 with a ruled table."""
    page = Image.new("L", A4, PAPER)
    draw = ImageDraw.Draw(page)
    across, down = (A4[0] - 240) // len(rows[0]), 62
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            left, top = 120 + column * across, 300 + row * down
            draw.rectangle((left, top, left + across, top + down), outline=0, width=2)
            _write(draw, cell, (left + 14, top + 44), size)
    return page
