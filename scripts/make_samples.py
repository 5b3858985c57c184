"""Makes the PDFs of samples/ from the texts beside this file: own words, open fonts, no real person or office.

`make samples` runs it. The same texts give the same bytes. Fonts come from Debian's packages (Carlito and Lohit
Devanagari: OFL, Caladea: Apache-2.0) into .tools/fonts.
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "scripts/samples"
SAMPLES = ROOT / "samples"
FONTS = ROOT / ".tools/fonts"
PACKAGES = ["fonts-crosextra-carlito", "fonts-crosextra-caladea", "fonts-lohit-deva"]

# What office scanners are set to; A4 in pixels at that density.
DPI = 200
PAGE = (1654, 2339)
MARGIN = 170


@dataclass(frozen=True)
class Scan:
    """How a scanned page looks: `tilt` in degrees, `blur` in pixels, `noise` as the spread of gray levels 0..255."""

    font: str
    size: int
    tilt: float
    blur: float
    noise: float


def main() -> None:
    """Write every sample and say its size."""
    get_fonts()
    for name in ("Carlito-Regular", "Carlito-Bold"):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    letter = Scan("Caladea-Regular", 34, tilt=0.7, blur=0.6, noise=5.0)
    hindi = Scan("Lohit-Devanagari", 38, tilt=-0.5, blur=0.5, noise=4.0)
    annex = Scan("Carlito-Regular", 34, tilt=-0.4, blur=0.6, noise=4.0)
    write("water-supply-report.pdf", digital("water-supply-report"))
    write("library-rules.pdf", digital("library-rules"))
    write("vaccination-notice.pdf", scanned("vaccination-notice", letter))
    write("karyalaya-adesh.pdf", scanned("karyalaya-adesh", hindi))
    write("road-tender.pdf", joined(digital("road-tender"), scanned("road-tender-annex", annex)))


def get_fonts() -> None:
    """Fetch the fonts once."""
    if not FONTS.is_dir():
        sys.path.insert(0, str(ROOT / "scripts"))
        from metatag_cli import debs

        debs.fetch(PACKAGES, "usr/share/fonts/**/*.ttf", str(FONTS))


def write(name: str, content: bytes) -> None:
    """Keep one sample."""
    (SAMPLES / name).write_bytes(content)
    print(f"{name:28} {len(content) / 1000:7.1f} kB")


def paragraphs(name: str) -> Iterator[tuple[str, str]]:
    """Give the parts of a text as (kind, words): "title", "heading", "right" or "body"."""
    kinds = {"# ": "title", "## ": "heading", "> ": "right"}
    for block in (TEXTS / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n"):
        text = " ".join(block.split("\n"))
        prefix = next((mark for mark in ("## ", "# ", "> ") if text.startswith(mark)), "")
        yield kinds.get(prefix, "body"), text.removeprefix(prefix)


def digital(name: str) -> bytes:
    """Give a PDF with a text layer."""
    body = ParagraphStyle("body", fontName="Carlito-Regular", fontSize=11, leading=16, spaceAfter=8)
    bold = ParagraphStyle("heading", body, fontName="Carlito-Bold", fontSize=13, spaceBefore=10, spaceAfter=5)
    title = ParagraphStyle("title", bold, fontSize=20, leading=25, alignment=TA_CENTER, spaceAfter=18)
    styles = {"body": body, "heading": bold, "title": title, "right": body}
    parts = list(paragraphs(name))
    story: list[Flowable] = [Paragraph(text, styles[kind]) for kind, text in parts]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, topMargin=64, bottomMargin=64, leftMargin=72, rightMargin=72, title=parts[0][1],
        author="metatag samples", invariant=1,
    )  # fmt: skip
    document.build(story, onLaterPages=_number)
    return out.getvalue()


def _number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Carlito-Regular", 9)
    canvas.drawCentredString(A4[0] / 2, 36, str(document.page))


def scanned(name: str, look: Scan) -> bytes:
    """Give a PDF whose only page is an image, without a text layer."""
    out = io.BytesIO()
    page = scan_page(name, look)
    # A fixed date, so that the same text gives the same bytes; Pillow packs black and white as CCITT group 4.
    page.save(out, "PDF", resolution=DPI, creationDate=time.gmtime(0), modDate=time.gmtime(0))
    return out.getvalue()


def joined(*parts: bytes) -> bytes:
    """Give one PDF of several."""
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as source:
                whole.pages.extend(source.pages)
        whole.save(out, deterministic_id=True)
    return out.getvalue()


def scan_page(name: str, look: Scan) -> Image.Image:
    """Set a text and make it look as if paper had been put on a scanner."""
    page = Image.new("L", PAGE, 255)
    draw = ImageDraw.Draw(page)
    y = MARGIN
    for kind, text in paragraphs(name):
        y = _set_block(draw, kind, text, y, look)
    page = page.rotate(look.tilt, resample=Image.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(look.blur))
    # Black and white, as office scanners store text.
    return _add_noise(page, look).point(lambda level: 255 if level > 150 else 0).convert("1")


def _set_block(draw: ImageDraw.ImageDraw, kind: str, text: str, y: int, look: Scan) -> int:
    size = round(look.size * {"title": 1.5, "heading": 1.15}.get(kind, 1.0))
    bold = look.font.replace("Regular", "Bold") if kind in {"title", "heading"} else look.font
    font = ImageFont.truetype(str(FONTS / f"{bold}.ttf"), size, layout_engine=ImageFont.Layout.RAQM)
    for line in _lines(draw, text, font):
        width = draw.textlength(line, font=font)
        x = {"title": (PAGE[0] - width) / 2, "right": PAGE[0] - MARGIN - width}.get(kind, MARGIN)
        draw.text((x, y), line, font=font, fill=20)
        y += round(size * 1.5)
    return y + round(size * 0.55)


def _lines(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if draw.textlength(longer, font=font) > PAGE[0] - 2 * MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def _add_noise(page: Image.Image, look: Scan) -> Image.Image:
    dice = random.Random(look.font)
    # Dust: dots of ink and of light that a threshold does not remove.
    for _ in range(260):
        spot = (dice.randrange(PAGE[0]), dice.randrange(PAGE[1]))
        page.putpixel(spot, dice.choice((40, 90, 235)))
    levels = bytes(max(0, min(255, round(dice.gauss(128, look.noise * 8)))) for _ in range(65521))
    count = PAGE[0] * PAGE[1]
    grain = Image.frombytes("L", PAGE, (levels * (count // len(levels) + 1))[:count])
    return Image.blend(page, grain, 0.12)


if __name__ == "__main__":
    main()
