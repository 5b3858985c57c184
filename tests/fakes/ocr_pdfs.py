"""Scans for tests: pictures of digital pages, turned, blurred or laid under text, in a PDF of their own."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from fakes.hostile_pdfs import Objects, pdf, stream, text_pdf

SAMPLES = Path(__file__).parents[2] / "samples"


def page_image(data: bytes, number: int = 1, dpi: int = 200) -> Image.Image:
    """Give a digital page as a gray picture."""
    document = pypdfium2.PdfDocument(data)
    try:
        image: Image.Image = document[number - 1].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        return image
    finally:
        document.close()


def degraded(image: Image.Image, *, angle: float = 0.7, blur: float = 1.0, quality: int = 40) -> Image.Image:
    """Give the picture as a bad scanner would: leaning, blurred, squeezed."""
    leaning = image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    out = io.BytesIO()
    leaning.filter(ImageFilter.GaussianBlur(blur)).save(out, "JPEG", quality=quality)
    return Image.open(out).convert("L")


def scan_pdf(images: list[Image.Image], *, dpi: int = 200, over: bytes = b"", fonts: bytes = b"") -> bytes:
    """Give a PDF whose pages are these pictures; `over` is drawn on each, after the picture."""
    kids = b" ".join(b"%d 0 R" % (10 + 3 * index) for index in range(len(images)))
    objects: Objects = [
        (1, b"<</Type/Catalog/Pages 2 0 R>>"),
        (2, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(images), kids)),
        (4, fonts or b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
    ]
    for index, image in enumerate(images):
        width, height = image.width * 72 / dpi, image.height * 72 / dpi
        out = io.BytesIO()
        image.save(out, "JPEG", quality=90)
        first = 10 + 3 * index
        page = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.2f} {height:.2f}]/Contents {first + 1} 0 R"
            f"/Resources<</XObject<</I {first + 2} 0 R>>/Font<</F 4 0 R>>>>>>"
        )
        head = (
            f"/Type/XObject/Subtype/Image/Width {image.width}/Height {image.height}/BitsPerComponent 8"
            "/ColorSpace/DeviceGray/Filter/DCTDecode"
        )
        content = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /I Do Q ".encode()
        objects += [
            (first, page.encode()),
            (first + 1, stream(b"", content + over)),
            (first + 2, stream(head.encode(), out.getvalue())),
        ]
    return pdf(objects)


def half_scan(lines: list[str], image: Image.Image) -> bytes:
    """Return a page with lines of text on its upper half and a picture, its upper half, on the lower."""
    out = io.BytesIO()
    half = image.crop((0, 0, image.width, image.height // 2)).convert("L")
    half.save(out, "JPEG", quality=90)
    head = (
        f"/Type/XObject/Subtype/Image/Width {half.width}/Height {half.height}/BitsPerComponent 8"
        "/ColorSpace/DeviceGray/Filter/DCTDecode"
    )
    shown = (b"BT /F 10 Tf 60 %d Td (%s) Tj ET " % (760 - 15 * row, line.encode()) for row, line in enumerate(lines))
    fonts = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    page = b"/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<<%s/XObject<</I 6 0 R>>>>" % fonts
    return pdf(
        [
            (1, b"<</Type/Catalog/Pages 2 0 R>>"),
            (2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>"),
            (3, b"<</Type/Page/Parent 2 0 R%s>>" % page),
            (5, stream(b"", b"q 612 0 0 380 0 0 cm /I Do Q " + b"".join(shown))),
            (6, stream(head.encode(), out.getvalue())),
        ]
    )


def pale_scan(line: str = "The committee approved the water supply scheme.") -> bytes:
    """Small print, blurred and pale: Tesseract makes little of it, a deep engine most."""
    page = page_image(text_pdf([[line] * 6], size=16), dpi=100).crop((0, 0, 850, 400))
    pale = np.asarray(page.filter(ImageFilter.GaussianBlur(2.2))).astype(float)
    pale = 200 + (pale - 255) * 0.6 + np.random.default_rng(1).normal(0, 10, pale.shape)
    return scan_pdf([Image.fromarray(pale.clip(0, 255).astype(np.uint8)).resize((1700, 800))])


def hatched_scan(line: str = "The committee approved the water supply scheme.") -> bytes:
    """Large print over hatching: Tesseract finds no text in it, EasyOCR reads it whole."""
    printed = np.asarray(page_image(text_pdf([[line] * 6], size=20)).crop((0, 0, 1700, 800)).convert("L"))
    down, across = np.mgrid[0 : printed.shape[0], 0 : printed.shape[1]]
    hatching = 150 + 60 * np.sin((across + down) / 6)
    return scan_pdf([Image.fromarray(np.where(printed < 128, 20, hatching).astype(np.uint8))])


def sample(name: str) -> bytes:
    """Give one of the project's sample PDFs."""
    return (SAMPLES / f"{name}.pdf").read_bytes()
