"""Sums over words, and their boxes on the upright page."""

from __future__ import annotations

from collections.abc import Sequence

from metatag_ocr.reading.attempts import SUSPECT_BELOW

# Left, top, width, height as shares of a picture.
Box = tuple[float, float, float, float]


def mean(confidences: Sequence[float]) -> float:
    """Give the mean, 0 without words."""
    return sum(confidences) / len(confidences) if confidences else 0.0


def low_share(confidences: Sequence[float]) -> float:
    """Give the share of words that are hardly read, 0 to 1."""
    return sum(value < SUSPECT_BELOW for value in confidences) / len(confidences) if confidences else 0.0


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
