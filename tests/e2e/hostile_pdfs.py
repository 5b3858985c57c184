"""Files that a service meets sooner or later, each made here."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

WORDS = "The district water board reports on wells, pumps and pipes in forty villages. " * 6


def digital(words: str = WORDS, pages: int = 1) -> bytes:
    """A sound PDF with a text layer."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for _ in range(pages):
        text = canvas.beginText(60, 780)
        for begin in range(0, len(words), 80):
            text.textLine(words[begin : begin + 80])
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def truncated() -> bytes:
    """A PDF whose second half is lost."""
    whole = digital(pages=3)
    return whole[: len(whole) // 3]


def encrypted() -> bytes:
    """A PDF that opens with a password only."""
    with pikepdf.open(io.BytesIO(digital())) as pdf:
        return _saved(pdf, encryption=pikepdf.Encryption(owner="owner", user="secret"))


def zero_pages() -> bytes:
    """A PDF without a page."""
    return _saved(pikepdf.new())


def enormous_page() -> bytes:
    """A page of 200 by 200 inches without text: rendered as asked it would be 1.6 gigapixels."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14400, 14400))
    return _saved(pdf)


def nested_forms(depth: int = 10, repeats: int = 10) -> bytes:
    """Forms that draw forms: 1 kB that draws repeats ** depth things and would keep a renderer busy for years."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    inner = pdf.make_indirect(_form(pdf, b"0 0 m 595 842 l S " * 10, Dictionary()))
    for _ in range(depth):
        inner = pdf.make_indirect(_form(pdf, b"/F Do " * repeats, Dictionary(XObject=Dictionary(F=inner))))
    page.obj.Resources = Dictionary(XObject=Dictionary(F=inner))
    page.obj.Contents = Stream(pdf, b"/F Do " * repeats)
    return _saved(pdf)


def enormous_image(side: int = 20_000) -> bytes:
    """A page that is one image of 20,000 by 20,000 pixels, packed into some kilobytes."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    image = Stream(pdf, bytes(side * side // 8))
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = side, side, 1, Name.DeviceGray
    page.obj.Resources = Dictionary(XObject=Dictionary(I=pdf.make_indirect(image)))
    page.obj.Contents = Stream(pdf, b"q 595 0 0 842 0 0 cm /I Do Q")
    return _saved(pdf)


def _form(pdf: pikepdf.Pdf, content: bytes, resources: Dictionary) -> Stream:
    form = Stream(pdf, content)
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox, form.Resources = Array([0, 0, 595, 842]), resources
    return form


def _saved(pdf: pikepdf.Pdf, encryption: pikepdf.Encryption | bool = False) -> bytes:
    out = io.BytesIO()
    pdf.save(out, encryption=encryption, compress_streams=True)
    return out.getvalue()
