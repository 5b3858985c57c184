"""Terms of scripts without blanks between words: the strings of characters that a text repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from metatag_tagger.offline.scripts import UNSPACED, script_of
from metatag_tagger.offline.tokens import Token

# Characters of a term, and how often it must stand in the text.
_SHORTEST, _LONGEST, _LEAST = 2, 6, 2
# A term is dropped for a longer one that holds so much of its occurrences.
_MOSTLY = 0.7
# Runs of characters looked at, and characters of each: a long text repeats its terms soon.
_RUNS, _RUN_LENGTH = 2_000, 200
# Characters of grammar, which begin and end no term.
_GRAMMAR = re.compile("[的了和在是与及或应不可为有按其对于从以等并由该本各第这那个中上下のはをにがでとも]")


def terms(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield (place, token) for each place of a repeated string; of strings within each other only the longest."""
    runs = [(place, token) for place, token in enumerate(tokens) if script_of(token.text) in UNSPACED][:_RUNS]
    counts: Counter[str] = Counter()
    for _, token in runs:
        counts.update(set(_parts(token.text)))
    repeated = {part: count for part, count in counts.items() if count >= _LEAST}
    longest = set(repeated) - _inside(repeated)
    for place, token in runs:
        for part in sorted(set(_parts(token.text)) & longest):
            yield place, Token(part, token.offset + token.text.index(part), "", True, token.language)


def _parts(text: str) -> Iterator[str]:
    text = text[:_RUN_LENGTH]
    for start in range(len(text)):
        for end in range(start + _SHORTEST, min(len(text), start + _LONGEST) + 1):
            part = text[start:end]
            if not _GRAMMAR.match(part) and not _GRAMMAR.match(part[-1]) and part.isalpha():
                yield part


def _inside(repeated: dict[str, int]) -> set[str]:
    """Return the parts that stand in a longer repeated one about as often as by themselves."""
    found = set()
    for part, count in repeated.items():
        inner = {part[:end] for end in range(_SHORTEST, len(part))} | {
            part[start:] for start in range(1, len(part) - 1)
        }
        found |= {text for text in inner if count >= _MOSTLY * repeated.get(text, 0) > 0}
    return found
