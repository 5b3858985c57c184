"""The words that were read on a page with their boxes, compact: for a text layer, and to show where they stand."""

from __future__ import annotations

import unicodedata

from metatag_ocr.model import MAX_BOXED_WORDS, WordBoxes
from metatag_ocr.reading.place import Place
from metatag_ocr.reading.ports import Recognition


def boxes_of(read: Recognition, place: Place) -> WordBoxes:
    """Return the words of a reading, line by line; `place` is that of the picture that was read.

    An engine that gives no lines gives no boxes. Words beyond MAX_BOXED_WORDS are left out.
    """
    upright, lines = place.turned(read.turn), []
    sides: list[int] = []
    confidences: list[int] = []
    for line in read.lines:
        words = line.words[: MAX_BOXED_WORDS - len(confidences)]
        if not words:
            continue
        lines.append("\t".join(_plain(word.text) for word in words))
        for word in words:
            left, top, width, height = upright.box((word.x, word.y, word.width, word.height))
            sides += (_share(left), _share(top), _share(left + width), _share(top + height))
            confidences.append(min(100, max(0, round(word.confidence))))
    return WordBoxes("\n".join(lines), tuple(sides), tuple(confidences))


def joined(first: WordBoxes, second: WordBoxes) -> WordBoxes:
    """Return the words of both, as many as a page may have."""
    room = MAX_BOXED_WORDS - len(first.confidences)
    if len(second.confidences) > room or not (first.text and second.text):
        return first if first.text else second
    return WordBoxes(f"{first.text}\n{second.text}", first.sides + second.sides, first.confidences + second.confidences)


def _share(value: float) -> int:
    return min(10_000, max(0, round(10_000 * value)))


def _plain(text: str) -> str:
    """Return a word without what parts words here; a deep engine's holds blanks."""
    return unicodedata.normalize("NFC", " ".join(text.split())) or "\ufffd"
