"""Boxes of words on the upright page."""

from __future__ import annotations

from collections.abc import Sequence

from metatag_ocr.model import Word
from metatag_ocr.reading.place import Box


def upright(box: Box, turn: int) -> Box:
    """Give a box on the picture after a turn of 0, 90, 180 or 270 degrees clockwise."""
    left, top, width, height = box
    if turn == 90:
        return 1 - top - height, left, height, width
    if turn == 180:
        return 1 - left - width, 1 - top - height, width, height
    if turn == 270:
        return top, 1 - left - width, height, width
    return box


def enclosing(words: Sequence[Word]) -> Box:
    """Return the box around some words, at least one."""
    left, top = min(word.x for word in words), min(word.y for word in words)
    right, bottom = max(word.x + word.width for word in words), max(word.y + word.height for word in words)
    return left, top, right - left, bottom - top
