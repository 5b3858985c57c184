"""Leaves out what is no text: scripts that no installed language reads, handwriting, photographs read as letters."""

from __future__ import annotations

from statistics import fmean

from metatag_ocr.reading.ports import LOW_CONFIDENCE, Line, Recognition

# Mean confidence below which a page is hardly read at all: of its words one in ten is right. Measured, with words of
# confidence 0 counted: Tamil and Gujarati read as English 21 and 26, Punjabi read as Hindi 47; bad scans above 60.
UNREADABLE_BELOW = 50.0

NOTE = "unreadable_lines_left_out"


def without_unreadable(read: Recognition) -> Recognition:
    """Return the reading of a page that is hardly read with only those lines that are; any other as it is.

    A reading without lines stays as it is.
    """
    if read.confidence >= UNREADABLE_BELOW or not read.lines:
        return read
    kept = [line for line in read.lines if _reads(line)]
    if len(kept) == len(read.lines):
        return read
    return Recognition.of("\n".join(line.text for line in kept), kept, read.turn)


def _reads(line: Line) -> bool:
    return fmean(word.confidence for word in line.words) >= LOW_CONFIDENCE
