"""What reading a page needs: an open document, and engines that recognise pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from metatag_ocr.model import FileFacts, PictureFormat, Word, WordBoxes
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.place import WHOLE_PAGE, Box, Place

Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """A page as gray pixels, 0 black to 255 white, rows first."""

    pixels: Gray
    dpi: int
    # Where it lies on the page as that is drawn.
    place: Place = WHOLE_PAGE

    def with_pixels(self, pixels: Gray) -> Picture:
        """Return a picture of the same part of the page with other pixels."""
        return Picture(pixels, self.dpi, self.place)

    @cached_property
    def half(self) -> Gray:
        """The picture at half its size, for measurements; made once."""
        return np.asarray(Image.fromarray(self.pixels).reduce(2))


# Confidence below which a word is hardly read: a third of them are right.
LOW_CONFIDENCE = 60.0


@dataclass(frozen=True)
class Line:
    """A line of print as it was read: its text, which stands in the page's text as it is here, and its words.

    `box` is a share of the upright page, as the words' boxes are.
    """

    text: str
    words: tuple[Word, ...]
    box: Box


@dataclass(frozen=True)
class Recognition:
    """What an engine read. `confidence` is the mean of its words', 0 to 100; 0 when it read nothing.

    `lines` stand in the order of the text; an engine that cannot tell them gives none. `low_share` is the share of
    words with a confidence below 60. `turn` is set when the engine itself turned a sideways picture: degrees clockwise
    that make it upright.
    """

    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    low_share: float = 0.0
    turn: int = 0
    lines: tuple[Line, ...] = ()

    @classmethod
    def of(cls, text: str, lines: Sequence[Line], turn: int = 0) -> Recognition:
        """Return the reading of a page that has these lines.

        A word of confidence 0 is hardly ever right (2 % of them are), and counts as such.
        """
        words = tuple(word for line in lines for word in line.words)
        confidences = [word.confidence for word in words]
        mean = sum(confidences) / len(confidences) if confidences else 0.0
        low = sum(value < LOW_CONFIDENCE for value in confidences) / max(1, len(confidences))
        return cls(text, mean, words, low, turn, tuple(lines))


@dataclass(frozen=True)
class Layout:
    """Where lines of print lie, before anything is read: boxes as shares of the picture.

    `sideways` tells that most of them run up or down the picture.
    """

    lines: tuple[Box, ...]
    sideways: bool = False


@dataclass(frozen=True)
class Orientation:
    """How a picture lies: degrees clockwise that make it upright (0, 90, 180, 270), and its script by OSD's name.

    The confidences are OSD's own, from 0 up; a picture with few letters gives a guess near 0.
    """

    turn: int
    script: str
    turn_confidence: float
    script_confidence: float


class Document(Protocol):
    """One open PDF. Pages count from 1. Any method may raise DocumentError or PageError."""

    page_count: int

    def facts(self) -> FileFacts:
        """Give page count and titles."""

    def layer(self, number: int) -> Layer:
        """Give a page's own text and the evidence about it."""

    def words(self, number: int) -> WordBoxes:
        """Give the words of a page's own text with their boxes."""

    def entries(self, number: int) -> str:
        """Return the values of a page's form fields, and the notes on it, that its picture lacks, parted by lines."""

    def picture(self, number: int, dpi: int) -> Picture:
        """Render a page; a page that would have too many pixels comes at a lower dpi, which the answer tells."""

    def encoded(self, number: int, width: int, kind: PictureFormat) -> bytes:
        """Render a page in colour as a PNG or JPEG of `width` pixels."""

    def close(self) -> None:
        """Give back the file. May be called twice."""


class TextReader(Protocol):
    """A second reader of text layers, for pages that the first one reads badly. Pages count from 1."""

    def text(self, number: int) -> str:
        """Return a page's text; an empty string where the page cannot be read."""

    def close(self) -> None:
        """Give back the file. May be called twice."""


class Engine(Protocol):
    """Recognises pictures. Models stay loaded between calls."""

    # "tesseract", "easyocr" or "rapidocr".
    name: str
    # Whether trying a page again is worth its time; deep engines get one try.
    cheap: bool

    def version(self) -> str:
        """Give the version of program and data; raises nothing."""

    def languages(self) -> Sequence[str]:
        """Give the installed languages, sorted, by Tesseract's names."""

    def layout(self, picture: Picture, languages: Sequence[str]) -> Layout | None:
        """Find the lines of a picture; None when the engine cannot tell them without reading.

        Reading the same picture in the same languages next takes that much less time.
        """

    def recognize(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture in the given languages, at least one. Boxes are shares of the upright page."""

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read an upright picture that holds one line of print."""

    def orientation(self, picture: Picture) -> Orientation | None:
        """Tell how a picture lies; None when the engine cannot."""
