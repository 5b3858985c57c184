"""PDFs whose scanned pages can be searched: an invisible text layer under their pictures, by pikepdf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream, String

from metatag_ocr.engines import glyphless_font as font
from metatag_ocr.engines.qpdf_metadata import describe, rewritten
from metatag_ocr.engines.text_layer import FONT, Sheet, codes_of, content_of
from metatag_ocr.model import Description, PageLayer

# Share of a page's words that its own layer holds when the page can be searched as it is.
_HELD = 0.5
# What a page without a box of its own has: US Letter, in points.
_LETTER = (0.0, 0.0, 612.0, 792.0)
# Entries of a block of a character map: ISO 32000-1, 9.10.3, and Adobe's Technical Note 5411 behind it.
_BLOCK = 100


def searchable(
    path: Path, description: Description, layers: Sequence[PageLayer], own_text: Callable[[int], str], most_bytes: int
) -> bytes:
    """Return the PDF with these layers under its pictures, and a description in its metadata.

    `own_text` tells what text a page has; one whose text holds half of the layer's words stays as it is. Pages past the
    end are left out. Raises as `described`.
    """

    def change(pdf: Any) -> None:
        _write_layers(pdf, [layer for layer in layers if _lacks(own_text(layer.number), layer)])
        describe(pdf, description)

    return rewritten(path, change, most_bytes)


def _lacks(own: str, layer: PageLayer) -> bool:
    words = {word for word in layer.text.split() if len(word) > 1}
    return len(words & set(own.split())) < max(1, _HELD * len(words))


def _write_layers(pdf: Any, layers: Sequence[PageLayer]) -> None:
    codes, made, done = codes_of(layers), None, set()
    for layer in layers:
        if not 1 <= layer.number <= len(pdf.pages) or not layer.text:
            continue
        page = pdf.pages[layer.number - 1]
        # One page object may stand for several pages.
        if page.obj.objgen in done:
            continue
        done.add(page.obj.objgen)
        made = made or _font(pdf, codes)
        page.add_resource(made, Name.Font, Name(FONT))
        page.contents_add(content_of(layer, _sheet(page), codes), prepend=True)


def _sheet(page: Any) -> Sheet:
    """Return the part of a page that is drawn, as readers choose it: the crop box within the media box."""
    media = _box(page.mediabox) or _LETTER
    crop = _box(page.cropbox) or media
    left, bottom, right, top = (
        *(max(one, other) for one, other in zip(media[:2], crop[:2], strict=True)),
        *(min(one, other) for one, other in zip(media[2:], crop[2:], strict=True)),
    )
    box = (left, bottom, right, top) if left < right and bottom < top else media
    return Sheet(*box, rotate=page.rotation % 360 // 90 * 90)


def _box(sides: Any) -> tuple[float, float, float, float] | None:
    """Return left, bottom, right and top, whichever corners were named; None for what is no box."""
    try:
        one, two, three, four = (float(side) for side in sides)
    except (TypeError, ValueError):
        return None
    box = (min(one, three), min(two, four), max(one, three), max(two, four))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _font(pdf: Any, codes: dict[str, int]) -> Any:
    """Return a font of which each code is a character, and nothing is seen."""
    name = Name("/AAAAAA+MetatagGlyphless")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        # Fixed pitch, and a character set of its own.
        Flags=5,
        FontBBox=Array([0, font.DESCENT, font.ADVANCE, font.ASCENT]),
        ItalicAngle=0,
        Ascent=font.ASCENT,
        Descent=font.DESCENT,
        CapHeight=font.ASCENT,
        StemV=80,
        FontFile2=pdf.make_indirect(Stream(pdf, font.font_file())),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=font.ADVANCE,
        # Every code is the one empty glyph.
        CIDToGIDMap=pdf.make_indirect(Stream(pdf, b"\0\1" * (len(codes) + 1))),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(codes))),
        )
    )


def _to_unicode(codes: dict[str, int]) -> bytes:
    """Return the character map from codes to Unicode."""
    entries = [
        f"<{code:04X}> <{char.encode('utf-16-be', 'replace').hex().upper()}>"
        for char, code in sorted(codes.items(), key=lambda item: item[1])
    ]
    blocks = []
    for start in range(0, len(entries), _BLOCK):
        block = entries[start : start + _BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    head = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def",
        "1 begincodespacerange", "<0000> <FFFF>", "endcodespacerange",
    ]  # fmt: skip
    tail = ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end", ""]
    return "\n".join([*head, *blocks, *tail]).encode("ascii")
