"""Layers that do not say what their page shows: the maps of a good file's fonts, exchanged.

The pages look as before, so that the file's own text is still what they show.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf

from fakes.layer_files import layer_file

# A block of a map; in one for single glyphs each has a code and a value, in one for ranges two codes. In hex digits.
_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Custom def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{} beginbfchar
{}
endbfchar endcmap end end"""
_ACTUAL_TEXT = re.compile(rb"/Span\s*<<\s*/ActualText\s*<[^>]*>\s*>>\s*BDC")

# What fonts from before Unicode have on the codes of their glyphs.
_LEGACY = "Hkxjrl{dfo;~vu'ha[t}Vpbq§zyeg²mW`EnT±©KwAsZMB¡¶|=NSQYiDLCFJ^]Q*¿½ÜÝR$"

Map = Callable[[int, str], str]


def wrong_map(name: str) -> bytes:
    """Return a file in which some glyphs have the values of others, as Word's maps sometimes have them."""
    others = {"\u0928": "\u093f", "\u0930": "\u092e", "\u0932": "\u0924", "\u093e": "\u0927", "\u0915": "\u0935"}
    return _remapped(name, lambda _, text: others.get(text, text))


def unmapped(name: str) -> bytes:
    """Return a file in which clusters have values out of other blocks, as where a font's map lacks them."""

    def made_up(glyph: int, text: str) -> str:
        return text if len(text) == 1 and text.strip("\0") else chr(0x250 + glyph % 0x60)

    return _remapped(name, made_up)


def legacy(name: str, font: str) -> bytes:
    """Return a file whose glyphs have Latin letters and signs for values, in a font of this name."""

    def on_latin_codes(glyph: int, text: str) -> str:
        return text if text.isascii() and text.strip("\0") else _LEGACY[glyph % len(_LEGACY)]

    return _remapped(name, on_latin_codes, font)


def _remapped(name: str, change: Map, font: str = "") -> bytes:
    """Return the file with each value of its fonts' maps changed, and no other text beside them."""
    with pikepdf.open(layer_file(name)) as pdf:
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item]
        for item in fonts:
            item.ToUnicode = pdf.make_stream(_changed(item.ToUnicode.read_bytes(), change))
            if font:
                _rename(item, pikepdf.Name(f"/AAAAAA+{font}"))
        for page in pdf.pages:
            page.Contents = pdf.make_stream(_ACTUAL_TEXT.sub(b"/Span BMC", page.Contents.read_bytes()))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def without_maps(name: str) -> bytes:
    """Return a file whose fonts have no map at all: a reader must look into the font itself."""
    with pikepdf.open(layer_file(name)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                del item.ToUnicode
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _rename(font: pikepdf.Dictionary, name: pikepdf.Name) -> None:
    descendant = font.DescendantFonts[0]
    font.BaseFont = descendant.BaseFont = descendant.FontDescriptor.FontName = name


def _changed(cmap: bytes, change: Map) -> bytes:
    """Return a map with each glyph's value changed; of ranges it is the last letter that counts up."""
    values: dict[int, str] = {}
    for kind, body in _BLOCK.findall(cmap):
        numbers = iter(_HEX.findall(body))
        for first in numbers:
            last = first if kind == b"char" else next(numbers)
            text = bytes.fromhex(next(numbers).decode()).decode("utf-16-be", "replace")
            for step in range(int(last, 16) - int(first, 16) + 1):
                values[int(first, 16) + step] = text[:-1] + chr(ord(text[-1]) + step)
    lines = [f"<{glyph:04X}> <{change(glyph, text).encode('utf-16-be').hex()}>" for glyph, text in values.items()]
    return _CMAP.format(len(lines), "\n".join(lines)).encode()
