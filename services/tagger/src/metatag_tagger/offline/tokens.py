"""From text to tokens: words with place and language, punctuation and line ends that part phrases, word classes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metatag_tagger.offline.boilerplate import Span, spans
from metatag_tagger.offline.figures import figures
from metatag_tagger.offline.frequency import UNKNOWN, zipf
from metatag_tagger.offline.regions import ILLEGIBLE, Languages
from metatag_tagger.offline.scripts import script_of, writes
from metatag_tagger.offline.word_classes import word_classes
from metatag_tagger.words import WORD

# Text looked at, in characters: about 70,000 words. Of a longer document blocks are read, evenly spaced.
READ = 420_000
_HEAD = 120_000
_BLOCK = 10_000

# Brackets, quotes, sentence ends, columns and blank lines part phrases. A lone line end is judged by `_parts`.
_TOKEN = re.compile(rf"(?P<word>{WORD.pattern})|(?P<gap>\n\s*\n|\t| {{3,}})|(?P<line>\n)|(?P<mark>[^\w\s])")
# What begins a new item whatever the line before: "Name:", "3.", "(b)", "-".
_ITEM = re.compile(
    r"[ \t]*(?:[A-Z\u0900-\u097f][^\n:;]{1,30}:|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)][ \t]|[-•*–·][ \t])"
)
# How much of the usual width may stay empty where a word did not fit: letters differ in width.
_SLACK = 0.9
# A word with the number of a footnote that lost its height: "databases34".
_NUMBERED = re.compile(r"([a-z]{4,})\d{1,2}")
# Articles and pronouns that lose their vowel before another word, in French, Italian and Catalan.
_ELIDED = re.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|un|all|dall|dell|nell|sull|quell|quest)['’](?=\w{2})",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s$")
# Words in capitals in a row that are a heading's; their classes are told from small letters.
_SHOUTED = 3
# What a stop does not part: "St. Mary's School", "Mt. Abu".
_SAINT = re.compile(r"\b(?:[SM]t|ST|MT)$")
BREAK = "."
_SENTENCE_ENDS = frozenset({BREAK, "?", "!", ";", ":"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its surface, its offset in the body, its language, its English word class ("" elsewhere)."""

    text: str
    offset: int
    tag: str = ""
    is_word: bool = True
    language: str = "en"


def tokenize(body: str, languages: Languages) -> list[Token]:
    """Cut the body into words and breaks; English words carry a Penn Treebank tag."""
    texts: list[str] = []
    offsets: list[int] = []
    for text, offset in _cut(body, spans(body)):
        texts.append(text)
        offsets.append(offset)
    for place in list(figures(texts)):
        texts[place] = BREAK
    spoken = [
        _by_script(text, language, languages) for text, language in zip(texts, _spoken(offsets, languages), strict=True)
    ]
    texts = [BREAK if language == ILLEGIBLE else text for text, language in zip(texts, spoken, strict=True)]
    tags = classes(texts) if "en" in spoken else [""] * len(texts)
    return [
        Token(text, offset, tag if language == "en" else "", text[0].isalnum(), language)
        for text, offset, tag, language in zip(texts, offsets, tags, spoken, strict=True)
    ]


def _cut(body: str, covers: list[Span]) -> Iterator[tuple[str, int]]:
    width = _width(body)
    covered = 0
    for match in _matches(body):
        kind, start = match.lastgroup, match.start()
        while covers and covers[0][0] <= start:
            covered = max(covered, covers.pop(0)[1])
        if kind == "word":
            # A number that begins a line counts something or numbers a heading.
            number = match.group()[0].isdigit() and body[start - 1 : start] in ("\n", "")
            elided = _ELIDED.match(match.group())
            cut = elided.end() if elided else 0
            yield (BREAK if start < covered or number else _plain(match.group()[cut:])), start + cut
        elif kind == "mark":
            if match.group() != "." or not _SAINT.search(body, max(0, start - 3), start):
                yield match.group(), start
        elif kind != "line" or _parts(body, start, width):
            yield BREAK, start


def _plain(word: str) -> str:
    """Return a word without the number of a footnote: of an unknown word whose letters alone are known."""
    numbered = _NUMBERED.fullmatch(word)
    if numbered and zipf(word, "en") <= UNKNOWN < zipf(numbered.group(1), "en"):
        return numbered.group(1)
    return word


def _spoken(offsets: Sequence[int], languages: Languages) -> list[str]:
    """Return the language of the region in which each offset stands."""
    regions = iter(languages.regions)
    region = next(regions, None)
    found = []
    for offset in offsets:
        while region is not None and offset >= region.end:
            region = next(regions, None)
        found.append(region.language if region is not None else languages.main)
    return found


def _by_script(text: str, language: str, languages: Languages) -> str:
    """Return a word's language: that of its region, or in another script the document's language of that script.

    An abbreviation in capitals belongs to the phrase in which it stands ("GST पंजीयन").
    """
    script = script_of(text)
    if not script or language == ILLEGIBLE or writes(script, language) or text.isupper():
        return language
    return languages.of_script(script)


def classes(texts: Sequence[str]) -> list[str]:
    """Return the Penn Treebank tag of each token of English text; a word joined by hyphens has its last part's."""
    parts: list[str] = []
    places: list[int] = []
    for text in _without_shouting(texts):
        whole = _POSSESSIVE.sub("", text) or text
        pieces = whole.split("-") if "-" in whole and len(whole) > 1 else [whole]
        for number, piece in enumerate(filter(None, pieces)):
            parts += ["-", piece] if number else [piece]
        places.append(len(parts) - 1)
    tags = word_classes().tag(parts)
    for place, (before, tag) in enumerate(itertools.pairwise(tags), 1):
        # No verb follows an article: "the reverse osmosis membrane".
        if before == "DT" and tag in ("VB", "VBP", "VBZ"):
            tags[place] = "NN"
    return [tags[place] for place in places]


def _without_shouting(texts: Sequence[str]) -> list[str]:
    """Return the tokens with headings in capitals, and the first words of sentences, written small."""
    result = list(texts)
    run: list[int] = []
    for place, text in enumerate([*texts, BREAK]):
        if text.isupper() and len(text) > 1:
            run.append(place)
        elif text[0].isalpha() or text == BREAK:
            if len(run) >= _SHOUTED:
                for shouted in run:
                    result[shouted] = result[shouted].lower()
            run = []
    for place in range(len(result) - 1):
        if (place == 0 or texts[place - 1] in _SENTENCE_ENDS) and texts[place].istitle() and texts[place + 1].islower():
            result[place] = texts[place].lower()
    return result


def _matches(body: str) -> Iterator[re.Match[str]]:
    if len(body) <= READ:
        yield from _TOKEN.finditer(body)
        return
    yield from _TOKEN.finditer(body, 0, _HEAD)
    blocks = (READ - _HEAD) // _BLOCK
    step = (len(body) - _HEAD) / blocks
    for number in range(blocks):
        start = _HEAD + int(number * step)
        yield from _TOKEN.finditer(body, start, min(start + _BLOCK, len(body)))


def _width(body: str) -> int:
    """Return the width to which this text is set: half of its characters stand in lines of at least that length."""
    lengths = sorted(len(line) for line in body[:200_000].split("\n"))
    half, count = sum(lengths) / 2, 0
    for length in lengths:
        count += length
        if count >= half:
            return length
    return 0


def _parts(body: str, end: int, width: int) -> bool:
    """Return whether a line end parts phrases: the next word, a capital or a digit, would have fitted into the line."""
    start = body.rfind("\n", max(0, end - 300), end) + 1
    following = body[end + 1 : end + 300].split("\n", 1)[0]
    if "\t" in following or "\t" in body[start:end]:
        # A row of a table or a form ends where its line ends.
        return True
    following = following[:60]
    word = following.split(None, 1)[0] if following.strip() else ""
    if not word or word[0].islower():
        return not word
    return end - start + 1 + len(word) <= _SLACK * width or _ITEM.match(following) is not None
