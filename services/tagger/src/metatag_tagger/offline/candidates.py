"""Phrases that could be tags: noun phrases in English, runs between stop words elsewhere, and every part of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from metatag_tagger.offline.frequency import zipf
from metatag_tagger.offline.hindi import is_predicate, is_verb
from metatag_tagger.offline.lists import LIKE_HINDI, stop_words
from metatag_tagger.offline.tokens import Token
from metatag_tagger.words import fold, key

MAX_WORDS = 5
# A longer run without a break is a table or a list; only its end is looked at.
MAX_RUN = 8
# Participles commoner than this are verbs of the sentence ("used", "using"), not part of a name.
COMMON_PARTICIPLE = 4.5


@dataclass(slots=True)
class Candidate:
    """One phrase and everywhere it stands. `key` joins `stems`, one a token; `full` counts whole phrases."""

    key: str
    stems: tuple[str, ...]
    tags: tuple[str, ...]
    positions: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    forms: dict[str, int] = field(default_factory=dict)
    full: int = 0

    @property
    def form(self) -> str:
        """Give the commonest way it is written; lower case wins over capitals at a draw, then the shorter form."""
        if len(self.forms) == 1:
            return next(iter(self.forms))
        return max(self.forms.items(), key=lambda item: (item[1], item[0] == item[0].lower(), -len(item[0])))[0]


Run = list[tuple[int, Token]]


def find(tokens: Sequence[Token], language: str) -> dict[str, Candidate]:
    """Give all candidates of a text by key, in order of first appearance."""
    found: dict[str, Candidate] = {}
    ends = _ends_english if language == "en" else _ends_hindi if language == "hi" else _ends_any
    for run in _runs(tokens, language):
        _add_parts(found, run, ends, language)
    return found


def _runs(tokens: Sequence[Token], language: str) -> Iterator[Run]:
    allowed = _english if language == "en" else _hindi if language in LIKE_HINDI else _any
    stops = stop_words(language)
    run: Run = []
    for position, token in enumerate(tokens):
        if token.is_word and fold(token.text) not in stops and allowed(token, run):
            run.append((position, token))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _english(token: Token, run: Run) -> bool:
    tag = token.tag
    if tag.startswith(("NN", "JJ", "FW")):
        return True
    if tag in ("VBG", "VBN"):
        return bool(run) or zipf(token.text.lower(), "en") <= COMMON_PARTICIPLE
    return tag == "CD" and bool(run) and token.text[0].isalnum()


def _hindi(token: Token, run: Run) -> bool:
    return _any(token, run) and not is_verb(fold(token.text))


def _any(token: Token, run: Run) -> bool:
    return bool(run) or not token.text[0].isdigit()


def _ends_english(token: Token, length: int) -> bool:
    return token.tag.startswith(("NN", "FW")) or (token.tag == "VBG" and length > 1)


def _ends_any(token: Token, _length: int) -> bool:
    return not token.text[0].isdigit()


def _ends_hindi(token: Token, _length: int) -> bool:
    return not token.text[0].isdigit() and not is_predicate(fold(token.text))


def _add_parts(found: dict[str, Candidate], run: Run, ends: Callable[[Token, int], bool], language: str) -> None:
    while run and not ends(run[-1][1], len(run)):
        run = run[:-1]
    run = run[-MAX_RUN:]
    length = len(run)
    texts = [token.text for _, token in run]
    stems = [key(text, language) for text in texts]
    for start in range(length):
        if texts[start][0].isdigit():
            continue
        for end in range(start + 1, min(length, start + MAX_WORDS) + 1):
            if ends(run[end - 1][1], end - start):
                form = " ".join(texts[start:end])
                if len(form) > 1:
                    candidate = _at(found, run[start:end], stems[start:end])
                    candidate.positions.append(run[start][0])
                    candidate.offsets.append(run[start][1].offset)
                    candidate.forms[form] = candidate.forms.get(form, 0) + 1
                    candidate.full += end - start == length


def _at(found: dict[str, Candidate], part: Run, stems: list[str]) -> Candidate:
    """Give the candidate of a phrase, a new one when it is met for the first time."""
    phrase_key = " ".join(stems)
    candidate = found.get(phrase_key)
    if candidate is None:
        tags = tuple(token.tag for _, token in part)
        candidate = found[phrase_key] = Candidate(phrase_key, tuple(stems), tags)
    return candidate
