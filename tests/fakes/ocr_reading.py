"""A document and an engine without a library behind them, for tests of how a page is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from metatag_ocr.model import FileFacts, PictureFormat, Word, WordBoxes
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.ports import Layout, Line, Orientation, Picture, Recognition


def printed(height: int = 400, width: int = 300) -> np.ndarray:
    """Give pixels that are not blank: black rows on white, and a mark at the top left to tell turns."""
    pixels = np.full((height, width), 255, dtype=np.uint8)
    pixels[40:-40:20, 30:-30] = 0
    pixels[15:35, 15:35] = 0
    return pixels


@dataclass
class FakeDocument:
    """Pages by number; `rendered` notes the resolutions asked for."""

    layers: dict[int, Layer]
    pixels: np.ndarray = field(default_factory=printed)
    rendered: list[int] = field(default_factory=list)
    values: dict[int, str] = field(default_factory=dict)

    @property
    def page_count(self) -> int:
        return len(self.layers)

    def facts(self) -> FileFacts:
        return FileFacts(self.page_count)

    def layer(self, number: int) -> Layer:
        return self.layers[number]

    def words(self, number: int) -> WordBoxes:
        return WordBoxes()

    def entries(self, number: int) -> str:
        return self.values.get(number, "")

    def picture(self, number: int, dpi: int) -> Picture:
        self.rendered.append(dpi)
        return Picture(self.pixels, dpi)

    def encoded(self, number: int, width: int, kind: PictureFormat) -> bytes:
        return b"\x89PNG"

    def close(self) -> None:
        self.layers = {}


Reads = Callable[[Picture, tuple[str, ...]], Recognition]


@dataclass
class FakeEngine:
    """Reads by the functions it is given; `calls` notes languages and resolution of each recognition of a page."""

    reads: Reads
    seen: Orientation | None = None
    installed: Sequence[str] = ("eng", "hin")
    name: str = "tesseract"
    cheap: bool = True
    calls: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    looks: int = 0
    found: Layout | None = None
    reads_line: Reads = lambda picture, languages: Recognition("", 0.0)
    lines: list[tuple[tuple[str, ...], tuple[int, ...]]] = field(default_factory=list)

    def version(self) -> str:
        return "fake-1"

    def languages(self) -> Sequence[str]:
        return self.installed

    def layout(self, picture: Picture, languages: Sequence[str]) -> Layout | None:
        return self.found

    def recognize(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        self.calls.append((tuple(languages), picture.dpi))
        return self.reads(picture, tuple(languages))

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        self.lines.append((tuple(languages), picture.pixels.shape))
        return self.reads_line(picture, tuple(languages))

    def orientation(self, picture: Picture) -> Orientation | None:
        self.looks += 1
        return self.seen


def reading(text: str, confidence: float, low_share: float = 0.0, turn: int = 0) -> Recognition:
    """Give a recognition with one word's box, none for an empty text."""
    words = (Word(text.split(" ", maxsplit=1)[0], confidence, 0.1, 0.1, 0.2, 0.1),) if text else ()
    return Recognition(text, confidence, words, low_share, turn)


def reading_of(*lines: Sequence[tuple[str, float]]) -> Recognition:
    """Return a recognition of lines, one below the other, of words with their confidences, side by side."""
    found = []
    for row, words in enumerate(lines):
        top, width = 0.1 + 0.1 * row, 0.8 / len(words)
        placed = tuple(
            Word(text, sure, 0.1 + width * place, top, 0.9 * width, 0.02) for place, (text, sure) in enumerate(words)
        )
        found.append(Line(" ".join(word.text for word in placed), placed, (0.1, top, 0.8, 0.02)))
    return Recognition.of("\n".join(line.text for line in found), found)
