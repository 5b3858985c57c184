"""PDFs made to hurt a reader, and small honest ones; written by hand, byte by byte, so that nothing repairs them.

`HOSTILE` maps a name to a function that makes the file. Sizes are small, effects are not: use killable readers.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable
from functools import cache

Objects = list[tuple[int, bytes]]

_FONT = (4, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
_FONTS = b"/Resources<</Font<</F 4 0 R>>>>"
_CATALOG = (1, b"<</Type/Catalog/Pages 2 0 R>>")
_ONE_PAGE = (2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>")


def pdf(objects: Iterable[tuple[int, bytes]], *, trailer: bytes = b"") -> bytes:
    """Give a file of these objects; object 1 is the catalog."""
    out, offsets = io.BytesIO(), {}
    out.write(b"%PDF-1.7\n")
    for number, body in objects:
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start, size = out.tell(), max(offsets) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        out.write(b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n")
    out.write(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start))
    return out.getvalue()


def stream(head: bytes, body: bytes) -> bytes:
    """Give a stream object."""
    return b"<<" + head + b"/Length %d>>stream\n" % len(body) + body + b"\nendstream"


def deflated(block: bytes, times: int) -> bytes:
    """Give a zlib stream of a block many times over, compressed once: a fully flushed block may simply be repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(times):
        check = zlib.adler32(block, check)
    return b"\x78\x9c" + packed * times + b"\x03\x00" + check.to_bytes(4, "big")


def text_pdf(pages: Iterable[Iterable[str]], *, title: str = "", size: int = 12) -> bytes:
    """Give a digital PDF: each page is a list of lines of plain ASCII."""
    contents = [_lines(lines, size) for lines in pages]
    kids = b" ".join(b"%d 0 R" % (10 + 2 * index) for index in range(len(contents)))
    objects: Objects = [_CATALOG, (2, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids)), _FONT]
    objects.append((5, b"<</Title(%s)>>" % title.encode("latin-1")))
    for index, content in enumerate(contents):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R%s>>" % (11 + 2 * index, _FONTS)
        objects += [(10 + 2 * index, page), (11 + 2 * index, stream(b"", content))]
    return pdf(objects, trailer=b"/Info 5 0 R" if title else b"")


def _lines(lines: Iterable[str], size: int) -> bytes:
    shown = (line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines)
    body = " ".join(f"({line}) Tj T*" for line in shown)
    return f"BT /F {size} Tf {size * 1.4:g} TL 72 720 Td {body} ET".encode("latin-1")


def one_page(content: bytes, resources: bytes = b"/Font<</F 4 0 R>>", *, box: bytes = b"0 0 612 792") -> Objects:
    """Give the objects of a file with one page."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 6 0 R/Resources<<%s>>>>" % (box, resources)
    return [_CATALOG, _ONE_PAGE, (3, page), _FONT, (6, stream(b"", content))]


def not_a_pdf() -> bytes:
    return b"PK\x03\x04 this is an office file\n" * 40


def truncated() -> bytes:
    whole = text_pdf([["A page of plain text that was cut off on its way."] * 30] * 5)
    return whole[: len(whole) * 2 // 5]


def zero_pages() -> bytes:
    return pdf([_CATALOG, (2, b"<</Type/Pages/Kids[]/Count 0>>")])


def encrypted() -> bytes:
    """A file that opens only with a password (RC4, 128 bit; the key fits no password anyone has)."""
    guard = (
        b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O<" + b"28" * 32 + b">/U<" + b"4e" * 32 + b">>>"
        b"/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"
    )
    return pdf(one_page(b"BT /F 12 Tf 72 700 Td (secret) Tj ET"), trailer=guard)


def many_pages(count: int = 10_000) -> bytes:
    return text_pdf([f"This is page number {index} of a long file"] for index in range(count))


@cache
def huge_gray_image(side: int = 20_000) -> bytes:
    raw = deflated(b"\0" * side, side)
    image = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray" % (side, side)
    objects = one_page(b"q 612 0 0 792 0 0 cm /I Do Q", b"/XObject<</I 7 0 R>>")
    return pdf([*objects, (7, stream(image + b"/Filter/FlateDecode", raw))])


def huge_jbig2(side: int = 35_000) -> bytes:
    """A bilevel picture of 35,000 pixels square in 60 bytes: one generic region, all white."""
    region = _segment(0, 48, _u32(side) + _u32(side) + bytes(8) + b"\x00\x00\x00")
    body = _u32(side) + _u32(side) + bytes(8) + b"\x00" + b"\x08" + b"\x03\xff\xfd\xff\x02\xfe\xfe\xfe" + b"\x00" * 16
    data = region + _segment(1, 38, body)
    image = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray" % (side, side)
    objects = one_page(b"q 612 0 0 792 0 0 cm /I Do Q", b"/XObject<</I 7 0 R>>")
    return pdf([*objects, (7, stream(image + b"/Filter/JBIG2Decode", data))])


def _segment(number: int, kind: int, body: bytes) -> bytes:
    return _u32(number) + bytes([kind, 0, 1]) + _u32(len(body)) + body


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def huge_page_box(inches: int = 200) -> bytes:
    box = b"0 0 %d %d" % (inches * 72, inches * 72)
    return pdf(one_page(b"BT /F 400 Tf 720 7000 Td (A very large page) Tj ET", box=box))


def many_large_pages(count: int = 3) -> bytes:
    """Pages of 200 inches without text: each must be rendered to be read."""
    objects: Objects = [_CATALOG]
    kids = b" ".join(b"%d 0 R" % (10 + index) for index in range(count))
    objects.append((2, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)))
    objects.append((6, stream(b"", b"0 0 m 14400 14400 l 90 w S")))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]/Contents 6 0 R>>"
    return pdf([*objects, *((10 + index, page) for index in range(count))])


@cache
def content_bomb(megabytes: int = 1500) -> bytes:
    """A content stream of 1.5 GB of blanks in 1.5 MB of file."""
    raw = deflated(b" " * 1_000_000, megabytes)
    objects = [entry for entry in one_page(b"") if entry[0] != 6]
    return pdf([*objects, (6, stream(b"/Filter/FlateDecode", raw))])


def deep_page_tree(depth: int = 5000) -> bytes:
    objects: Objects = [(1, b"<</Type/Catalog/Pages 100 0 R>>"), _FONT]
    for level in range(depth):
        parent = b"/Parent %d 0 R" % (99 + level) if level else b""
        objects.append((100 + level, b"<</Type/Pages/Count 1/Kids[%d 0 R]%s>>" % (101 + level, parent)))
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]/Contents 6 0 R%s>>" % (99 + depth, _FONTS)
    return pdf([*objects, (100 + depth, page), (6, stream(b"", b"BT /F 12 Tf 72 700 Td (deep) Tj ET"))])


def page_tree_loop() -> bytes:
    return pdf([_CATALOG, (2, b"<</Type/Pages/Count 5/Kids[2 0 R 2 0 R]>>"), _FONT])


def form_loop() -> bytes:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X %d 0 R>>>>"
    objects = one_page(b"/X Do", b"/XObject<</X 7 0 R>>")
    return pdf([*objects, (7, stream(form % 8, b"/X Do")), (8, stream(form % 7, b"/X Do"))])


def nested_forms(levels: int = 10, width: int = 10) -> bytes:
    """Forms that draw each other 10 times over 10 levels: 3 KB that hold a reader for ever."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]"
    objects = one_page(b"/X Do", b"/XObject<</X 20 0 R>>")
    for level in range(levels):
        head = form + b"/Resources<</XObject<</X %d 0 R>>>>" % (21 + level)
        objects.append((20 + level, stream(head, b"/X Do " * width)))
    last = form + b"/Resources<</Font<</F 4 0 R>>>>"
    return pdf([*objects, (20 + levels, stream(last, b"BT /F 12 Tf (ha) Tj ET"))])


def nested_arrays(depth: int = 100_000) -> bytes:
    catalog = b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * depth + b"]" * depth + b">>"
    return pdf([(1, catalog), _ONE_PAGE, (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>")])


def damaged_xref() -> bytes:
    whole = text_pdf([["The cross reference of this file points nowhere, the rest is good."] * 12])
    start = whole.rindex(b"startxref")
    return whole[:start] + b"startxref\n99999999\n%%EOF"


def empty_page() -> bytes:
    return pdf([_CATALOG, _ONE_PAGE, (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>")])


HOSTILE: dict[str, Callable[[], bytes]] = {
    "not a pdf": not_a_pdf,
    "truncated": truncated,
    "zero pages": zero_pages,
    "encrypted": encrypted,
    "10,000 pages": many_pages,
    "gray image of 20,000 pixels": huge_gray_image,
    "bilevel image of 35,000 pixels": huge_jbig2,
    "page box of 200 inches": huge_page_box,
    "content stream of 1.5 GB": content_bomb,
    "page tree 5,000 deep": deep_page_tree,
    "page tree loop": page_tree_loop,
    "form loop": form_loop,
    "forms nested ten deep": nested_forms,
    "arrays nested 100,000 deep": nested_arrays,
    "damaged cross reference": damaged_xref,
}
