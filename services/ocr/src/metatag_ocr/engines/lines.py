"""Boxes of text that a detector found, put into reading order. Deep engines give boxes, not pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metatag_ocr.engines.words import low_share, mean
from metatag_ocr.model import Word
from metatag_ocr.reading.ports import Recognition


@dataclass(frozen=True)
class Box:
    """A run of text on the page. Sides in pixels, confidence 0 to 100."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height of the run's middle."""
        return (self.top + self.bottom) / 2


def recognition(boxes: Sequence[Box], width: int, height: int, *, words: bool) -> Recognition:
    """Give the page's text: boxes that stand side by side make a line, lines follow each other downwards."""
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if lines and _same_line(lines[-1], box):
            lines[-1].append(box)
        else:
            lines.append([box])
    text = "\n".join(" ".join(box.text for box in sorted(line, key=lambda box: box.left)) for line in lines)
    confidences = [box.confidence for box in boxes]
    found = tuple(_word(box, width, height) for line in lines for box in line) if words else ()
    return Recognition(text, mean(confidences), found, low_share(confidences))


def _same_line(line: Sequence[Box], box: Box) -> bool:
    last = line[-1]
    overlap = min(last.bottom, box.bottom) - max(last.top, box.top)
    beside = all(box.left >= other.right or box.right <= other.left for other in line)
    return beside and overlap > 0.5 * min(last.bottom - last.top, box.bottom - box.top)


def _word(box: Box, width: int, height: int) -> Word:
    size = ((box.right - box.left) / width, (box.bottom - box.top) / height)
    return Word(box.text, box.confidence, box.left / width, box.top / height, *size)
