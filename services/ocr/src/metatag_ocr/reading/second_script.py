"""Reads again, alone and in other languages, what one language read unsurely: pages of two scripts.

Measured on bilingual letters, notices and forms: content-word recall 0.59 with the first language alone, 0.67 with both
at once for the whole page, 0.99 so; at less than half the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from metatag_ocr.languages import script_of
from metatag_ocr.model import Word
from metatag_ocr.reading.pictures import BORDER, cropped, turned
from metatag_ocr.reading.place import Box
from metatag_ocr.reading.ports import LOW_CONFIDENCE, Engine, Line, Picture, Recognition
from metatag_ocr.reading.scripts import main_script, script_of_char

# Confidence that the other language must reach, and by how much it must be above the first one.
_READS, _BETTER = 70.0, 10.0
# Languages that read a line together, the mean confidence below which a line of sure words is read so, and by how
# much it must be surer then.
_TOGETHER, _SURE_LINE, _SURER = 3, 88.0, 2.0
# Parts tried with each language before all are, at least and at most, and how often parts are tried in all.
_SAMPLES, _SAMPLE_TRIES = (2, 4), 20
# Confidence from which a part is in a language, and is not tried in others. Letters of a word that is surely of the
# page's own script, however unsure it was read.
_CLEAR, _OWN_LETTERS, _JOINERS = 88.0, 3, "\u200c\u200d"
# Width of a part in heights of its line from which it is a word of some letters, and not a mark.
_WORD = 1.5
# Paper taken along above and below a line, in its heights.
_AROUND = 0.15
# Share of hardly read words from which a line is read as a whole: its words were cut in wrong places, too.
_WHOLE = 0.5


@dataclass(frozen=True)
class _Part:
    """Words of a line, first to before `last`, that were hardly read."""

    line: int
    first: int
    last: int
    box: Box
    confidence: float


class SecondScript:
    """Re-reads the unsure parts of one page. `picture` is what was read, upright or as the engine turned it."""

    def __init__(self, engine: Engine, picture: Picture, read: Recognition) -> None:
        self._engine = engine
        self._picture = turned(picture, read.turn)
        self._read = read
        self._lines = list(read.lines)

    def read(self, first: str, others: Sequence[str]) -> tuple[Recognition, tuple[str, ...]]:
        """Return the page with its unsure parts as another language reads them, and the languages that read some.

        `others` should be of scripts of their own, and not that of `first`.
        """
        used = [name for name in self._promising(others) if self._replace(list(self._parts()), name)]
        # A line taken whole from another language may hold words of the first.
        taken = [index for index, line in enumerate(self._read.lines) if line is not self._lines[index]]
        self._replace([part for part in self._parts() if part.line in taken], first)
        together = self._read_together(first, used, others)
        used = [*used, *(name for name in together if name not in used)]
        changed = self._lines != list(self._read.lines)
        return self._spliced() if changed else self._read, tuple(used)

    def _parts(self) -> Iterator[_Part]:
        height, width = self._picture.pixels.shape
        for index, line in enumerate(self._lines):
            for first, last in _unsure(line.words):
                box = _around(line, first, last)
                if box[2] * width >= _WORD * box[3] * height:
                    yield _Part(index, first, last, box, fmean(word.confidence for word in line.words[first:last]))

    def _promising(self, languages: Sequence[str]) -> list[str]:
        """Return the languages that read one of the widest unsure parts well, the best first."""
        least, most = _SAMPLES
        count = max(least, min(most, _SAMPLE_TRIES // max(1, len(languages))))
        found: dict[str, float] = {}
        for part in sorted(self._parts(), key=lambda part: part.box[2], reverse=True)[:count]:
            # What read another part is likely here, too.
            for language in sorted(languages, key=lambda name: found.get(name, 0.0), reverse=True):
                again = self._again(part, language)
                if again is not None:
                    found[language] = max(found.get(language, 0.0), again.confidence)
                    if again.confidence >= _CLEAR:
                        break
        return sorted(found, key=found.__getitem__, reverse=True)

    def _again(self, part: _Part, language: str) -> Recognition | None:
        """Return what a language reads in a part; None where it is not surely better."""
        read = self._engine.recognize_line(cropped(self._picture, part.box), [language])
        good = read.confidence >= max(_READS, part.confidence + _BETTER)
        letters = sum(char.isalpha() for char in read.text)
        return read if good and letters >= 2 and main_script(read.text) == script_of(language) else None

    def _replace(self, parts: Sequence[_Part], language: str) -> int:
        """Put what a language reads well into the lines; return how many parts."""
        replaced = 0
        # From the end of each line, so that the places of the words before stay.
        for part in sorted(parts, key=lambda part: (part.line, part.first), reverse=True):
            again = self._again(part, language)
            if again is not None:
                line = self._lines[part.line]
                words = (*line.words[: part.first], *self._placed(again, part), *line.words[part.last :])
                self._lines[part.line] = Line(" ".join(word.text for word in words), words, line.box)
                replaced += 1
        return replaced

    def _read_together(self, first: str, used: Sequence[str], others: Sequence[str]) -> list[str]:
        """Read lines of mixed or unsure words as a whole in several languages at once; return those that read some.

        Words of two scripts in one line are cut in wrong places by each language alone, and Indian languages read
        figures badly: measured on lines that change the script at every other word, word recall 0.68 by parts and 0.92
        by lines; 0.66 and 0.84 on a Hindi table of figures.
        """
        latin = [name for name in (first, *used, *others) if script_of(name) == "Latin"][:1]
        languages = list(dict.fromkeys([*latin, first, *used]))[:_TOGETHER]
        scripts: set[str] = set()
        for index, line in enumerate(self._lines) if len(languages) > 1 else ():
            mean = fmean(word.confidence for word in line.words)
            if _is_sure(line.words if used else _not_own(line.words, script_of(first))):
                continue
            part = _Part(index, 0, len(line.words), _around(line, 0, len(line.words)), mean)
            again = self._engine.recognize_line(cropped(self._picture, part.box), languages)
            if again.words and again.confidence >= max(_READS, mean + _SURER):
                words = tuple(self._placed(again, part))
                self._lines[index] = Line(" ".join(word.text for word in words), words, line.box)
                scripts.update(main_script(word.text) for word in words)
        return [name for name in languages if name != first and script_of(name) in scripts]

    def _placed(self, read: Recognition, part: _Part) -> Iterator[Word]:
        """Return the words of a part's reading with boxes on the page."""
        height, width = self._picture.pixels.shape
        left, top = part.box[0] - BORDER / width, part.box[1] - BORDER / height
        across, down = part.box[2] + 2 * BORDER / width, part.box[3] + 2 * BORDER / height
        for word in read.words:
            box = (left + word.x * across, top + word.y * down, word.width * across, word.height * down)
            yield Word(word.text, word.confidence, *box)

    def _spliced(self) -> Recognition:
        """Return the page's text with its new lines."""
        text, pieces, start = self._read.text, [], 0
        for old, new in zip(self._read.lines, self._lines, strict=True):
            place = text.find(old.text, start)
            if place < 0:
                continue
            pieces += [text[start:place], new.text]
            start = place + len(old.text)
        return Recognition.of("".join([*pieces, text[start:]]), self._lines, self._read.turn)


def _is_sure(words: Sequence[Word]) -> bool:
    if not words:
        return True
    low = any(word.confidence < LOW_CONFIDENCE for word in words)
    return not low and fmean(word.confidence for word in words) >= _SURE_LINE


def _not_own(words: Sequence[Word], script: str) -> list[Word]:
    """Return words without those that were hardly read, but of several letters of the page's script and nothing else.

    Latin letters and figures among them would have been read as something else, or as words of the other language.
    """
    return [
        word
        for word in words
        if word.confidence >= LOW_CONFIDENCE or script == "Latin" or not _is_in(script, word.text.strip("।.,;:()-"))
    ]


def _is_in(script: str, text: str) -> bool:
    scripts = [script_of_char(char) for char in text]
    known = (name == script or char in _JOINERS for name, char in zip(scripts, text, strict=True))
    return len(scripts) >= _OWN_LETTERS and all(known)


def _unsure(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Return first and after-last places of the runs of words that were hardly read; the whole line, if it was."""
    low = [word.confidence < LOW_CONFIDENCE for word in words]
    if sum(low) >= _WHOLE * len(low) or fmean(word.confidence for word in words) < LOW_CONFIDENCE:
        yield 0, len(words)
        return
    first = None
    for place, unsure in enumerate([*low, False]):
        if unsure and first is None:
            first = place
        elif not unsure and first is not None:
            yield first, place
            first = None


def _around(line: Line, first: int, last: int) -> Box:
    """Return the box of some words of a line as high as the line, with half the gap to their neighbours."""
    words = line.words
    left, right = min(word.x for word in words[first:last]), max(word.x + word.width for word in words[first:last])
    before = (left - words[first - 1].x - words[first - 1].width) / 2 if first else 0.0
    after = (words[last].x - right) / 2 if last < len(words) else 0.0
    left, right = left - max(0.0, before), right + max(0.0, after)
    extra = _AROUND * line.box[3]
    return left, line.box[1] - extra, right - left, line.box[3] + 2 * extra
