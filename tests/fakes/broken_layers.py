"""Layers that do not say what their page shows: the maps of a good file's fonts, exchanged.

The pages look as before, so that the file's own text is still what they show.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf

from fakes.layer_files import layer_file

# A glyph's code, and what the map says of it; both in hex digits.
_PAIR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
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
    return _remapped(name, lambda glyph, text: text if len(text) == 1 and text.strip("\0") else chr(0x250 + glyph % 0x60))


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
                item.BaseFont = pikepdf.Name(f"/AAAAAA+{font}")
        for page in pdf.pages:
            page.Contents = pdf.make_stream(_ACTUAL_TEXT.sub(b"/Span BMC", page.Contents.read_bytes()))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _changed(cmap: bytes, change: Map) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        text = bytes.fromhex(found[2].decode()).decode("utf-16-be", "replace")
        return b"<%s> <%s>" % (found[1], change(int(found[1], 16), text).encode("utf-16-be").hex().encode())

    # Ranges of codes and the lines that declare them stay.
    head, begin, body = cmap.partition(b"beginbfchar")
    return head + begin + _PAIR.sub(one, body)
