"""Pictures of scans as people have them, made of pages whose words are known: light, paper, stamps, two scripts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from fakes.hostile_pdfs import text_pdf
from fakes.ocr_pdfs import page_image, sample

A4 = (1654, 2339)
PAPER = 255

ENGLISH = [
    "GOVERNMENT OF DEVPUR", "Office of the Executive Engineer, Rural Water Supply", "",
    "Subject: Repair of hand pumps and testing of drinking water", "",
    "All executive engineers are directed to complete the repair of hand",
    "pumps in their divisions before the end of May. During the inspection",
    "in March it was found that one pump in six gave no water and that",
    "the platforms of many others were broken. The water of every repaired",
    "pump shall be tested for fluoride, arsenic and nitrate at the district",
    "laboratory, and the result shall be painted on the platform in a",
    "language which the villagers can read.", "",
    "Contractors who do not keep the limit shall be charged with a penalty",
    "of one per cent of the value of the work for each week.",
]  # fmt: skip


def english_page(lines: list[str] | None = None, size: int = 13) -> Image.Image:
    """Return a page of A4's width at 200 dpi with lines of English."""
    page = page_image(text_pdf([lines or ENGLISH], size=size))
    return _on_paper(page, A4)


def hindi_page() -> Image.Image:
    """Return the project's sample letter in Hindi at 200 dpi."""
    return page_image(sample("karyalaya-adesh"))


def english_words() -> str:
    """Return the words of `english_page`."""
    return " ".join(ENGLISH)


def hindi_words() -> str:
    """Return the words of `hindi_page`."""
    source = Path(__file__).parents[2] / "scripts/samples/karyalaya-adesh.txt"
    return " ".join(line.lstrip("#>- ") for line in source.read_text(encoding="utf-8").splitlines())


def recall(text: str, truth: str) -> float:
    """Return the share of the truth's words that stand in a text, each as often as there."""
    right, found = (Counter(unicodedata.normalize("NFC", each).split()) for each in (truth, text))
    return sum((right & found).values()) / max(1, sum(right.values()))


def precision(text: str, truth: str) -> float:
    """Return the share of a text's words that stand in the truth."""
    return recall(truth, text)


def nonsense(text: str) -> list[str]:
    """Return the words that mix Latin letters and Devanagari."""
    return [word for word in text.split() if re.search("[A-Za-z]", word) and re.search("[\u0900-\u097f]", word)]


def printed_part(page: Image.Image, first: float = 0.0, last: float = 1.0) -> Image.Image:
    """Return the lines of a page between two shares of its print's height, with the paper left and right of them."""
    # Not the specks of a scan.
    rows = np.flatnonzero(np.count_nonzero(np.asarray(page) < 100, axis=1) > 5)
    starts = [int(run[0]) for run in np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)]
    ends = [int(run[-1]) for run in np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)]
    count = len(starts)
    top, bottom = starts[min(count - 1, round(first * count))], ends[max(0, round(last * count) - 1)]
    return page.crop((0, max(0, top - 8), page.width, bottom + 9))


def stacked(*parts: Image.Image) -> Image.Image:
    """Return a page of A4 with parts one below the other."""
    page, top = Image.new("L", A4, PAPER), 180
    for part in parts:
        page.paste(part, (0, top))
        top += part.height + 30
    return page


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return a page whose columns are two pages' print, each made half as wide."""
    page = Image.new("L", A4, PAPER)
    for part, place in ((left, 60), (right, A4[0] // 2 + 30)):
        box = Image.eval(part, lambda gray: 255 - gray).getbbox()
        assert box is not None
        half = part.crop(box)
        width = A4[0] // 2 - 90
        page.paste(half.resize((width, half.height * width // half.width), Image.Resampling.LANCZOS), (place, 200))
    return page


def shaded(page: Image.Image, darkest: float, *, hard: bool = False, across: bool = True) -> Image.Image:
    """Return the page under light that falls to `darkest` of its own, evenly or at a hard edge, as on a photograph."""
    pixels = np.asarray(page).astype(float)
    side = pixels.shape[1 if across else 0]
    steps = np.linspace(1.0, darkest, side)
    if hard:
        steps = np.where(np.arange(side) < 0.45 * side, 1.0, darkest)
        steps = np.convolve(np.pad(steps, 5, mode="edge"), np.ones(11) / 11, "valid")
    light = steps[None, :] if across else steps[:, None]
    return _noisy(pixels * light, 2.0)


def banded(page: Image.Image, gray: int, *, every: int = 2) -> Image.Image:
    """Return the page with every second line on a band of a gray, as highlighter leaves it."""
    pixels = np.asarray(page).astype(float)
    rows = np.flatnonzero((pixels < 128).any(axis=1))
    for number, run in enumerate(np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)):
        if number % every == 0:
            top, bottom = max(0, run[0] - 9), run[-1] + 10
            pixels[top:bottom, 100:-100] *= gray / 255
    return _noisy(pixels, 1.0)


def veiled(page: Image.Image, gray: int, share: float) -> Image.Image:
    """Return the page under a slanted patch of a gray that hides this share of what lies under it, 0 to 1.

    White is correction fluid or tracing paper, black a translucent photograph.
    """
    width, height = page.size
    patch = Image.new("L", page.size, 0)
    corners = [(0.1, 0.15), (0.62, 0.2), (0.7, 0.5), (0.15, 0.45)]
    ImageDraw.Draw(patch).polygon([(x * width, y * height) for x, y in corners], fill=round(255 * share))
    return Image.composite(Image.new("L", page.size, gray), page.convert("L"), patch)


def leaning(page: Image.Image, degrees: float) -> Image.Image:
    """Return the page turned clockwise by some degrees."""
    return page.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)


def rimmed(page: Image.Image, *, slanted: bool = True) -> Image.Image:
    """Return the page as a copier leaves it: black beside and below the paper, and a dark photograph on it."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    width, height = page.size
    foot = width - 260 if slanted else width - 150
    draw.polygon([(width - 150, 0), (width, 0), (width, height), (foot, height)], fill=5)
    draw.rectangle((0, height - 120, width, height), fill=5)
    draw.polygon([(200, 1400), (700, 1500), (730, 2000), (230, 1900)], fill=25)
    return page


def pale(page: Image.Image, contrast: int, *, noise: float = 2.0, paper: int = 222) -> Image.Image:
    """Return the page printed only `contrast` grays darker than its paper, as thermal paper is after a year."""
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(0.7))).astype(float)
    return _noisy(paper - (255 - soft) * contrast / 255, noise)


def stamped(page: Image.Image, gray: int, *, at: tuple[int, int], radius: int = 230) -> Image.Image:
    """Return the page with a round stamp in a gray lighter than its print, as a coloured stamp is scanned."""
    stamp = Image.new("L", page.size, PAPER)
    draw = ImageDraw.Draw(stamp)
    left, top = at
    draw.ellipse((left - radius, top - radius, left + radius, top + radius), outline=gray, width=14)
    font = ImageFont.load_default(88)
    draw.text((left - radius + 40, top - 50), "RECEIVED", font=font, fill=gray)
    turned = stamp.rotate(14, center=at, fillcolor=PAPER)
    return Image.fromarray(np.minimum(np.asarray(page), np.asarray(turned)))


def specked(page: Image.Image, count: int) -> Image.Image:
    """Return the page with specks of one to three pixels, as a copier's dust and toner leave them."""
    random = np.random.default_rng(11)
    pixels = np.asarray(page).copy()
    for row, column, size in zip(
        random.integers(0, page.height - 3, count),
        random.integers(0, page.width - 3, count),
        random.integers(1, 4, count),
        strict=True,
    ):
        pixels[row : row + size, column : column + size] = 30
    return Image.fromarray(pixels)


def streaked(page: Image.Image, *, every: int = 170) -> Image.Image:
    """Return the page with dark streaks from top to bottom, as dirt on a copier's glass leaves them."""
    pixels = np.asarray(page).copy()
    for place in range(every, page.width, every):
        pixels[:, place : place + 3] = np.minimum(pixels[:, place : place + 3], 90)
    return Image.fromarray(pixels)


def faxed(page: Image.Image) -> Image.Image:
    """Return the page as a fax of 100 dots an inch in black and white, enlarged again."""
    small = page.resize((page.width // 2, page.height // 2), Image.Resampling.BILINEAR)
    noise = np.random.default_rng(5).normal(0, 25, (small.height, small.width))
    dots = Image.fromarray(((np.asarray(small) + noise > 140) * 255).astype(np.uint8))
    return dots.resize(page.size, Image.Resampling.NEAREST)


def blurred(page: Image.Image, share: float, *, radius: float = 1.0, noise: float = 6.0) -> Image.Image:
    """Return a page as if it had been scanned at a share of its resolution: 0.3 reads at confidence 80."""
    width, height = page.size
    small = page.convert("L").resize((round(width * share), round(height * share)))
    soft = small.filter(ImageFilter.GaussianBlur(radius)).resize((width, height))
    return _noisy(np.asarray(soft).astype(float), noise)


def table(rows: list[list[str]]) -> Image.Image:
    """Return a page that holds a ruled table."""
    page = Image.new("L", A4[::-1], PAPER)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(34)
    across, down = (A4[1] - 300) // len(rows[0]), 70
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            left, top = 150 + column * across, 200 + row * down
            draw.rectangle((left, top, left + across, top + down), outline=0, width=3)
            draw.text((left + 16, top + 14), cell, font=font, fill=0)
    return page


def graph_paper(step: int = 24) -> Image.Image:
    """Return ruled paper without a word on it."""
    page = Image.new("L", A4, 245)
    draw = ImageDraw.Draw(page)
    for place in range(40, A4[0] - 40, step):
        draw.line((place, 40, place, A4[1] - 40), fill=120, width=2 if place % (5 * step) else 4)
    for place in range(40, A4[1] - 40, step):
        draw.line((40, place, A4[0] - 40, place), fill=120, width=2 if place % (5 * step) else 4)
    return page


def on_ruled_paper(page: Image.Image, step: int, gray: int, *, squared: bool = True) -> Image.Image:
    """Return the page's print on paper with lines of a gray every so many pixels, across and, if `squared`, down."""
    pixels = np.array(page)
    for first in (step, step + 1):
        pixels[first::step] = np.minimum(pixels[first::step], gray)
        if squared:
            pixels[:, first::step] = np.minimum(pixels[:, first::step], gray)
    return Image.fromarray(pixels)


def white_on_dark(page: Image.Image, ground: int, rows: slice = slice(None)) -> Image.Image:
    """Return the page with these rows of pixels as white print on a ground of a gray."""
    pixels = np.array(page)
    pixels[rows] = ground + (255 - pixels[rows].astype(int)) * (255 - ground) // 255
    return Image.fromarray(pixels)


def _noisy(pixels: np.ndarray, deviation: float) -> Image.Image:
    noise = np.random.default_rng(3).normal(0, deviation, pixels.shape)
    return Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))


def _on_paper(page: Image.Image, size: tuple[int, int]) -> Image.Image:
    paper = Image.new("L", size, PAPER)
    paper.paste(page.crop((0, 0, min(page.width, size[0]), min(page.height, size[1]))))
    return paper
