"""A font without shapes, for text that is found and copied but not seen: a TrueType file of one glyph without area."""

from __future__ import annotations

import struct

# Units of an em, the glyph's advance, and how far it reaches above and below the base line.
EM, ADVANCE, ASCENT, DESCENT = 1000, 500, 800, -200

# What a whole font file sums up to, and where its head table holds the number that makes it so.
_CHECKSUM_OF_FILE, _ADJUSTMENT_AT = 0xB1B0AFBA, 8


def font_file() -> bytes:
    """Return the font file. Its tables are those that ISO 32000-1, 9.9, asks of a font of type CIDFontType2."""
    glyph = _glyph()
    tables = {
        b"glyf": glyph,
        b"head": _head(),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, *(0,) * 3, 1, *(0,) * 7, 1),
        b"hmtx": struct.pack(">Hhh", ADVANCE, 0, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2),
        # Two glyphs, the first of which stands for characters that a font lacks, and is empty.
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 2, 1, 0, 0, 1, *(0,) * 8),
    }
    file = _file(tables)
    # The number that makes up for the file's checksum counts for neither checksum.
    at = file.index(tables[b"head"]) + _ADJUSTMENT_AT
    adjustment = (_CHECKSUM_OF_FILE - _checksum(file)) & 0xFFFFFFFF
    return file[:at] + adjustment.to_bytes(4, "big") + file[at + 4 :]


def _glyph() -> bytes:
    """Return the glyph: a stroke of two points from corner to corner, which has a box, and no area to fill.

    Of text whose glyphs have no box pdfium leaves out what stands upright on a page.
    """
    box = (0, DESCENT, ADVANCE, ASCENT)
    on_curve = 1
    points = struct.pack(">BBhhhh", on_curve, on_curve, 0, ADVANCE, DESCENT, ASCENT - DESCENT)
    return struct.pack(">hhhhhHH", 1, *box, 1, 0) + points


def _head() -> bytes:
    """Return the table of the font as a whole."""
    return struct.pack(
        ">IIIIHHqqhhhhHHhhh",
        *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0),
    )


def _file(tables: dict[bytes, bytes]) -> bytes:
    """Return a file of tables, with its directory in front."""
    most = 1 << (len(tables).bit_length() - 1)
    directory = struct.pack(">IHHHH", 0x10000, len(tables), 16 * most, most.bit_length() - 1, 16 * (len(tables) - most))
    offset, body = 12 + 16 * len(tables), b""
    for name, data in sorted(tables.items()):
        directory += struct.pack(">4sIII", name, _checksum(data), offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return directory + body


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    numbers: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(numbers) & 0xFFFFFFFF
