"""Which language each part of a text is in: line by line by script, block by block among languages of one script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from metatag_tagger.offline.language import LEAST_WORDS, detect_in, share
from metatag_tagger.offline.legible import is_illegible
from metatag_tagger.offline.scripts import counts, main_script, script_of
from metatag_tagger.words import fold, words

# The language of text that is no language: letters of a font with an alphabet of its own, failed recognition.
ILLEGIBLE = "zxx"
# Words of a block that tell its language by themselves; shorter blocks have that of the document's other text.
_OWN_WORDS = 25
# Lines of a block at most: a page read without blank lines may change its language anywhere.
_BLOCK_LINES = 5
# Running text of the usual language: no other is looked for.
_PLAIN = 0.25
# Share of function words of another language that a block must reach, and how far it must lead.
_OTHER = 0.3
_LEAD = 1.6


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the body, from `start` to before `end`, in one language."""

    start: int
    end: int
    language: str


class Languages:
    """The languages of one document: one for each script, and others for blocks that differ."""

    def __init__(self, body: str, hint: str = "") -> None:
        self._body = body
        self._hint = hint
        self._by_script: dict[str, str] = {}

    @cached_property
    def main(self) -> str:
        """Return the language of most of the text, ILLEGIBLE parts left out; "en" for a text without letters."""
        sums: dict[str, int] = {}
        for region in self.regions:
            if region.language != ILLEGIBLE:
                size = sum(counts(self._body[region.start : region.end]).values())
                weight = 1 if region.language == "en" else 2 if region.language != self.of_script("latn") else 1
                sums[region.language] = sums.get(region.language, 0) + size * weight
        return max(sums, key=lambda language: sums[language]) if sums else "en"

    def of_script(self, script: str) -> str:
        """Return the document's language for a script."""
        if script not in self._by_script:
            self._by_script[script] = detect_in(self._body[:60_000], script, self._hint)
        return self._by_script[script]

    @cached_property
    def regions(self) -> list[Region]:
        """Return the regions of the body in order; lines without letters belong to what stands before them."""
        joined: list[Region] = []
        for region in self._lines():
            if joined and joined[-1].language == region.language:
                joined[-1] = Region(joined[-1].start, region.end, region.language)
            else:
                joined.append(region)
        return joined

    def _lines(self) -> Iterator[Region]:
        place, last = 0, ""
        for lines in self._blocks():
            own = self._of_block("".join(lines))
            for line in lines:
                script = main_script(line)
                language = own.get(script, "") if script else last
                last = language or last or self.of_script("latn")
                yield Region(place, place + len(line), last)
                place += len(line)

    def _blocks(self) -> Iterator[list[str]]:
        """Return the lines of the body in blocks: what stands between blank lines, _BLOCK_LINES at most."""
        lines: list[str] = []
        for line in self._body.splitlines(keepends=True):
            lines.append(line)
            if not line.strip() or len(lines) >= _BLOCK_LINES:
                yield lines
                lines = []
        if lines:
            yield lines

    def _of_block(self, block: str) -> dict[str, str]:
        """Return the language of each script of a block."""
        found: dict[str, list[str]] = {}
        for word in words(block):
            found.setdefault(script_of(word), []).append(word)
        return {script: self._of_words(script, among, block) for script, among in found.items() if script}

    def _of_words(self, script: str, found: list[str], block: str) -> str:
        usual = self.of_script(script)
        folded = [fold(word) for word in found]
        running = share(folded, usual)
        if script in ("latn", "deva") and len(found) >= LEAST_WORDS and is_illegible(found, running):
            return ILLEGIBLE
        if len(found) < _OWN_WORDS or (running >= _PLAIN and script != "deva"):
            return usual
        other = detect_in(block, script, usual)
        if other == usual or script == "deva":
            return other
        return other if share(folded, other) >= max(_OTHER, _LEAD * running) else usual
