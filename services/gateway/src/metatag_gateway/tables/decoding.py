"""The text of a file in whatever encoding a spreadsheet wrote it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|$)")
# Bytes that are looked at to find UTF-16 without a mark, and the share of zero bytes that tells it.
_SAMPLE = 8192
_ZEROS = 0.05
_NAMED_LINES = 5


@dataclass(slots=True)
class Decoded:
    """Text, the encoding's name for people, and what was doubtful."""

    text: str
    encoding: str
    warnings: list[str] = field(default_factory=list)


def decode(content: bytes) -> Decoded:
    """Return the text of a file: by its mark, else UTF-16, UTF-8, mostly UTF-8 or Windows-1252, in this order."""
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            return _strict_or_replaced(content, codec, name)
    if (unmarked := _unmarked_utf16(content)) is not None:
        return _strict_or_replaced(content, unmarked, "UTF-16")
    try:
        return Decoded(content.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        pass
    if _is_mostly_utf8(content):
        return _by_line(content)
    found = _strict_or_replaced(content, "cp1252", "Windows-1252")
    found.warnings.append(
        "The file is not UTF-8; it was read as Windows-1252. If letters look wrong, save it as UTF-8."
    )
    return found


def _strict_or_replaced(content: bytes, codec: str, name: str) -> Decoded:
    try:
        return Decoded(content.decode(codec), name)
    except UnicodeDecodeError:
        text = content.decode(codec, errors="replace")
        return Decoded(text, name, [f"Some bytes are no {name} and were replaced by \ufffd."])


def _unmarked_utf16(content: bytes) -> str | None:
    """Return the byte order of UTF-16 without a mark: ASCII in it has a zero in every second byte."""
    sample = content[:_SAMPLE]
    if len(sample) < 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    least = len(sample) // 2 * _ZEROS
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > least and not others:
            try:
                content[: len(content) // 2 * 2].decode(codec)
            except UnicodeDecodeError:
                return None
            return codec
    return None


def _is_mostly_utf8(content: bytes) -> bool:
    """Tell whether more well-formed sequences than stray bytes stand in a text; in other encodings they are rare."""
    sequences = _WELL_FORMED.findall(content)
    stray = len(_HIGH.findall(content)) - sum(map(len, sequences))
    return len(sequences) > stray


def _by_line(content: bytes) -> Decoded:
    """Decode UTF-8 into which lines of another encoding came; nothing of the good lines is touched."""
    pieces: list[str] = []
    wrong: list[int] = []
    for number, match in enumerate(_LINE.finditer(content), 1):
        line = match[0]
        try:
            pieces.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            wrong.append(number)
            codec = "utf-8" if _WELL_FORMED.search(line) else "cp1252"
            pieces.append(line.decode(codec, errors="replace"))
    named = ", ".join(map(str, wrong[:_NAMED_LINES])) + (", …" if len(wrong) > _NAMED_LINES else "")
    lines = f"line {named}" if len(wrong) == 1 else f"lines {named}"
    return Decoded(
        "".join(pieces), "UTF-8", [f"Not all of the file is UTF-8; look over {lines}, whose letters may be wrong."]
    )
