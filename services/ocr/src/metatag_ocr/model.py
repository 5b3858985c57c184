"""The nouns of the service: what is asked of a document, and what is answered. Plain Python, no protocol."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["auto", "force", "skip"]
PictureFormat = Literal["PNG", "JPEG"]
Method = Literal["text_layer", "tesseract", "easyocr", "rapidocr", "blank", "skipped", "failed"]

# Methods that recognise pictures; their pages carry a confidence.
RECOGNISED: frozenset[str] = frozenset({"tesseract", "easyocr", "rapidocr"})

# Mean word confidence, 0 to 100, below which a recognised page needs a review; docs/benchmarks-ocr.md has its worth.
REVIEW_BELOW = 90.0
# Notes of pages that need one whatever their confidence.
REVIEWED_NOTES = frozenset({"layer_doubtful"})

# Words of one page whose boxes are kept.
MAX_BOXED_WORDS = 20_000

# Longest text of one page, in characters; the wire contract promises it.
MAX_PAGE_CHARS = 1_000_000


@dataclass(frozen=True)
class Options:
    """What changes a page's text, and therefore is part of a result's identity."""

    mode: Mode = "auto"
    # Tesseract names; empty means: detect among those installed.
    languages: tuple[str, ...] = ()
    dehyphenate: bool = False
    words: bool = False
    # "" (the node's default), "tesseract", "easyocr" or "rapidocr".
    engine: str = ""


@dataclass(frozen=True)
class DocumentRef:
    """A document by its content: SHA-256 in 64 lower-case hex digits, size in bytes."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class ReadRequest:
    """The pages wanted of a document. `ranges` are inclusive, from 1, an end of 0 means the last page."""

    document: DocumentRef
    options: Options = Options()
    ranges: tuple[tuple[int, int], ...] = ()
    # 0 means no bound.
    max_pages: int = 0
    script_hint: str = ""

    def pages_of(self, page_count: int) -> list[int]:
        """Give the wanted page numbers that the document has, ascending, each once."""
        numbers: set[int] = set()
        for first, last in self.ranges or ((1, 0),):
            numbers.update(range(max(1, first), min(last or page_count, page_count) + 1))
        ordered = sorted(numbers)
        return ordered[: self.max_pages] if self.max_pages else ordered


@dataclass(frozen=True)
class Problem:
    """One failure: an error code of the runtime's table, and a sentence a person can act on."""

    code: str
    message: str


@dataclass(frozen=True)
class Word:
    """One recognised word; confidence 0 to 100, box as shares of the upright page, origin at the top left."""

    text: str
    confidence: float
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class WordBoxes:
    """The words of a page and where they stand on it as it is drawn, at most MAX_BOXED_WORDS.

    `text` has them in reading order, a tab between the words of a line and a line feed between lines. `sides` are four
    for each word, left, top, right and bottom in 1/10,000 of the page, 0 to 10,000, origin at the top left.
    `confidences` are 0 to 100.
    """

    text: str = ""
    sides: tuple[int, ...] = ()
    confidences: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError where the parts do not fit together: a child that a PDF took over may say anything."""
        words = len(self.confidences)
        if words > MAX_BOXED_WORDS or len(self.sides) != 4 * words:
            raise ValueError("four sides are needed for each of at most 20,000 words")
        if words and len(self.text.replace("\n", "\t").split("\t")) != words:
            raise ValueError("there are more or fewer words than boxes")
        if words and (max(self.sides) > 10_000 or min(self.sides) < 0 or not min(self.confidences) >= 0):
            raise ValueError("a box lies beyond the page")
        if words and max(self.confidences) > 100:
            raise ValueError("a confidence is above 100")


@dataclass(frozen=True)
class Heading:
    """A heading as it stands in the page's text: one or more whole lines. Level 1 is the page's largest print."""

    text: str
    level: int


@dataclass(frozen=True)
class PageText:
    """One page's text and how it was had. Times are in milliseconds, rotation in degrees clockwise."""

    number: int
    text: str
    method: Method
    reason: str
    confidence: float | None = None
    language: str = ""
    script: str = ""
    rotation: int = 0
    decide_ms: int = 0
    render_ms: int = 0
    recognize_ms: int = 0
    tries: int = 0
    error: Problem | None = None
    words: tuple[Word, ...] = ()
    # Of what was recognised; a layer's are asked for by themselves.
    boxes: WordBoxes = WordBoxes()
    notes: tuple[str, ...] = ()
    # Whether the text does not look like writing of its script.
    gibberish: bool = False
    # The lines set larger than the body, in reading order.
    headings: tuple[Heading, ...] = ()
    # What is doubted about the page's layer, and what its picture said of it; "pending": the picture was not asked.
    doubt: str = ""
    verdict: Literal["", "pending", "confirmed", "refuted"] = ""

    @property
    def needs_review(self) -> bool:
        """Whether a person should read the page: recognised below the review line, no language, or doubted.

        A page with ink in which nothing was read has a confidence of 0, and needs one, too.
        """
        unsure = self.confidence is not None and self.confidence < REVIEW_BELOW
        gibberish = self.gibberish and self.method in RECOGNISED
        return unsure or gibberish or bool(REVIEWED_NOTES.intersection(self.notes))


@dataclass(frozen=True)
class FileFacts:
    """What the file as a whole says: its pages, its own title, its first outline entry worth a title."""

    page_count: int
    title: str = ""
    outline_title: str = ""
    # What was done to the file before it was read: docs/ocr.md lists them.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NeedContent:
    """The node lacks the document; the caller sends it now."""


@dataclass(frozen=True)
class Opened:
    """The file was opened; `pages` will be answered."""

    facts: FileFacts
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Summary:
    """The end of a document."""

    pages_read: int
    pages_failed: int
    confidence: float | None
    script: str
    language: str
    engine_version: str
    elapsed_ms: int


Event = NeedContent | Opened | PageText | Summary


@dataclass(frozen=True)
class EngineInfo:
    """One way of reading pages as this node has it."""

    name: str
    version: str
    healthy: bool
    detail: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeState:
    """Engines and load of the node."""

    engines: tuple[EngineInfo, ...]
    slots: int
    pages_in_flight: int
    pages_waiting: int


@dataclass
class Tally:
    """Adds pages up to a summary."""

    read: int = 0
    failed: int = 0
    confidences: list[float] = field(default_factory=list)
    scripts: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)

    def add(self, page: PageText) -> None:
        """Count one page; scripts and languages weigh by the length of their text."""
        if page.method == "failed":
            self.failed += 1
            return
        self.read += 1
        # A page without words has nothing to be sure of.
        if page.confidence is not None and page.text:
            self.confidences.append(page.confidence)
        for counts, name in ((self.scripts, page.script), (self.languages, page.language)):
            if name:
                counts[name] = counts.get(name, 0) + max(1, len(page.text))

    def summary(self, engine_version: str, elapsed_ms: int) -> Summary:
        """Give the summary of the pages so far."""
        return Summary(
            pages_read=self.read,
            pages_failed=self.failed,
            confidence=sum(self.confidences) / len(self.confidences) if self.confidences else None,
            script=max(self.scripts, key=self.scripts.__getitem__, default=""),
            language=max(self.languages, key=self.languages.__getitem__, default=""),
            engine_version=engine_version,
            elapsed_ms=elapsed_ms,
        )


@dataclass(frozen=True)
class PageLayer:
    """The words of a page for a layer of text under its picture. `rotation` is that of the page's PageText.

    `text` is that of WordBoxes; `sides` are its sides as unsigned 16-bit numbers, little-endian.
    """

    number: int
    rotation: int
    text: str
    sides: bytes

    def shares(self) -> list[float]:
        """Return the sides of the words as shares of the page as it is drawn, four a word."""
        return [side / 10_000 for (side,) in struct.iter_unpack("<H", self.sides)]


@dataclass(frozen=True)
class Description:
    """What a PDF's own metadata shall say."""

    title: str
    description: str
    tags: tuple[str, ...]
