"""Phrases that could be tags: noun phrases in English, runs between stop words elsewhere, and every part of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from metatag_tagger.offline.case_endings import MAX_WORDS_BY_CASE, ends_phrase, is_finite, marks_case
from metatag_tagger.offline.frequency import zipf
from metatag_tagger.offline.hindi import (
    ends_in_plural,
    is_act,
    is_adverb,
    is_empty_first,
    is_genitive,
    is_letterhead,
    is_predicate,
    is_verb,
)
from metatag_tagger.offline.legible import is_torn
from metatag_tagger.offline.lists import stop_words, word_list
from metatag_tagger.offline.names import names
from metatag_tagger.offline.scripts import UNSPACED, script_of
from metatag_tagger.offline.tokens import Token
from metatag_tagger.offline.unspaced import terms
from metatag_tagger.words import fold, key

MAX_WORDS = 5
# A longer run without a break is a table or a list; only its end is looked at.
MAX_RUN = 8
# Participles commoner than this are verbs of the sentence ("used", "using"), not part of a name.
COMMON_PARTICIPLE = 4.5
# Gerunds that stand for a thing by themselves are rarer than this.
RARE_GERUND = 3.4
# Numbers that begin a name ("737 MAX", "2021 census", "5G network"); they must be seen again or stand in a title.
_FIRST_NUMBER = re.compile(r"\d{2,4}|\d[a-zA-Z]")


@dataclass(slots=True)
class Candidate:
    """One phrase and everywhere it stands. `key` joins `stems`, one a token; `full` counts whole phrases."""

    key: str
    stems: tuple[str, ...]
    tags: tuple[str, ...]
    language: str = "en"
    positions: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    forms: dict[str, int] = field(default_factory=dict)
    full: int = 0
    # Whether it is a name with a small word inside ("Chamber of Commerce", "सूचना का अधिकार अधिनियम").
    linked: bool = False

    @property
    def form(self) -> str:
        """Return the commonest way it is written; lower case wins over capitals at a draw, then the shorter form."""
        if len(self.forms) == 1:
            return next(iter(self.forms))
        return max(self.forms.items(), key=lambda item: (item[1], item[0] == item[0].lower(), -len(item[0])))[0]


Run = list[tuple[int, Token]]


def find(tokens: Sequence[Token], title_end: int = 0) -> dict[str, Candidate]:
    """Return all candidates of a text by key, in order of first appearance.

    Tokens before `title_end` are the title's: a name that begins with a number and stands there is believed at once.
    """
    found: dict[str, Candidate] = {}
    for run in _runs(tokens):
        _add_parts(found, run)
    for place, part in names(tokens):
        candidate = _add(found, [(place + number, token) for number, token in enumerate(part)])
        candidate.full += 1
        candidate.linked = True
    for place, term in terms(tokens):
        _add(found, [(place, term)]).full += 1
    return {name: candidate for name, candidate in found.items() if _believed(candidate, title_end)}


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    run: Run = []
    for position, token in enumerate(tokens):
        if run and (token.language != run[-1][1].language or _closes(tokens, run)):
            yield run
            run = []
        if token.is_word and fold(token.text) not in stop_words(token.language) and _allowed(token, run):
            run.append((position, token))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _closes(tokens: Sequence[Token], run: Run) -> bool:
    """Return whether a run is a phrase of its own before the next word, whatever that is.

    In Hindi the noun behind a genitive often has its own place in the sentence: "(योजना का) निरीक्षण | आगामी सोमवार",
    "(उनका) वितरण | रोगियों को". In languages that write case onto the noun, its ending closes the phrase.
    """
    position, token = run[-1]
    if token.language == "hi":
        behind_genitive = len(run) == 1 and position > 0 and is_genitive(fold(tokens[position - 1].text))
        return ends_in_plural(token.text) or (behind_genitive and is_act(token.text))
    return ends_phrase(token.text, token.language)


def _allowed(token: Token, run: Run) -> bool:
    if token.text[0].isdigit():
        return bool(run) or _FIRST_NUMBER.fullmatch(token.text) is not None
    if script_of(token.text) in UNSPACED or is_torn(token.text):
        return False
    if token.language == "en":
        return _english(token, run)
    if token.language == "hi":
        folded = fold(token.text)
        return not is_verb(folded) and not is_adverb(folded) and (bool(run) or not is_empty_first(folded))
    return not is_finite(token.text, token.language)


def _english(token: Token, run: Run) -> bool:
    if not run and fold(token.text) in word_list("empty_first_en"):
        return False
    if token.tag in ("VBG", "VBN"):
        return bool(run) or zipf(token.text.lower(), "en") <= COMMON_PARTICIPLE
    return token.tag.startswith(("NN", "JJ", "FW"))


def _ends(token: Token, length: int) -> bool:
    """Return whether a phrase of so many words may end in a token."""
    if token.text[0].isdigit():
        return False
    if token.language == "en":
        if token.tag == "VBG":
            # "composting", "phishing": a rare form of a verb names what is done.
            return length > 1 or zipf(token.text.lower(), "en") <= RARE_GERUND
        return token.tag.startswith(("NN", "FW"))
    if token.language == "hi":
        return not is_predicate(fold(token.text))
    # Adjectives, and nouns that belong to the verb behind them, of other languages of India.
    return fold(token.text) not in word_list("not_last")


def _add_parts(found: dict[str, Candidate], run: Run) -> None:
    while run and not _ends(run[-1][1], len(run)):
        run = run[:-1]
    run = run[-MAX_RUN:]
    length = len(run)
    longest = MAX_WORDS_BY_CASE if run and marks_case(run[0][1].language) else MAX_WORDS
    for start in range(length):
        for end in range(start + 1, min(length, start + longest) + 1):
            part = run[start:end]
            if _ends(part[-1][1], end - start) and _is_phrase([token.text for _, token in part]):
                candidate = _add(found, part)
                candidate.full += end - start == length


def _is_phrase(texts: Sequence[str]) -> bool:
    """Return whether words can be a phrase: more than one letter, not letters in a row, a word after a number."""
    if len(texts) == 1:
        return len(texts[0]) > 1 and not texts[0][0].isdigit()
    if is_letterhead(texts):
        return False
    if texts[0][0].isdigit():
        return not texts[1][0].isdigit() and len(texts[-1]) > 1
    return sum(len(text) == 1 for text in texts) < min(2, len(texts))


def _add(found: dict[str, Candidate], part: Run) -> Candidate:
    """Add a phrase's occurrence; return its candidate, a new one when it is met for the first time."""
    stems = tuple(key(token.text, token.language) for _, token in part)
    phrase_key = " ".join(stems)
    candidate = found.get(phrase_key)
    if candidate is None:
        tags = tuple(token.tag for _, token in part)
        candidate = found[phrase_key] = Candidate(phrase_key, stems, tags, part[0][1].language)
    place, first = part[0]
    form = " ".join(token.text for _, token in part)
    candidate.positions.append(place)
    candidate.offsets.append(first.offset)
    candidate.forms[form] = candidate.forms.get(form, 0) + 1
    return candidate


def _believed(candidate: Candidate, title_end: int) -> bool:
    if candidate.form[0].isdigit():
        return len(candidate.positions) > 1 or candidate.positions[0] < title_end
    return True


def merge(candidates: Iterable[Candidate], into: Callable[[Candidate], Candidate | None]) -> list[Candidate]:
    """Return the candidates that stay when each is joined to the one that `into` gives for it."""
    kept = []
    for candidate in candidates:
        other = into(candidate)
        if other is None:
            kept.append(candidate)
            continue
        other.positions.extend(candidate.positions)
        other.offsets.extend(candidate.offsets)
        other.full += candidate.full
        other.forms[other.form] += len(candidate.positions)
    return kept
