"""Names with a small word inside: "Chamber of Commerce", "Right to Information Act", "सूचना का अधिकार अधिनियम"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from metatag_tagger.offline.hindi import is_predicate, is_verb
from metatag_tagger.offline.lists import stop_words
from metatag_tagger.offline.tokens import Token
from metatag_tagger.words import fold, key

# Words of a name altogether, and on either side of the small word.
_LONGEST, _SIDE = 6, 3
# Words of a phrase that is believed for coming again.
_REPEATED = 4
_JOIN_EN = frozenset({"of"})
# Words that join only names of offices and laws, whose last or first word says so.
_JOIN_HEADED_EN = frozenset({"of", "for", "and", "to", "&"})
_JOIN_HI = frozenset(fold(word) for word in ("का", "के", "की"))
_JOIN_HEADED_HI = _JOIN_HI | {fold(word) for word in ("एवं", "और", "व", "तथा", "से")}
_HEADS_EN = """
act acts rules code bill scheme mission programme program project ministry department directorate commission board
authority council committee institute institution university college school court bank fund trust association society
federation union corporation company office bureau agency centre center service services convention treaty agreement
protocol policy regulation regulations ordinance statement chamber secretary minister commissioner director
"""
_HEADS_HI = """
अधिनियम नियम नियमावली विधेयक संहिता अध्यादेश योजना परियोजना मिशन अभियान कार्यक्रम मंत्रालय विभाग निदेशालय आयोग निगम परिषद समिति
बोर्ड प्राधिकरण संस्थान विश्वविद्यालय महाविद्यालय विद्यालय न्यायालय बैंक संघ दिवस नीति कोष केंद्र केन्द्र कार्यालय सेवा संविधान अनुज्ञप्ति
"""


@cache
def _heads(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in (_HEADS_HI if language == "hi" else _HEADS_EN).split())


def names(tokens: Sequence[Token]) -> Iterator[tuple[int, list[Token]]]:
    """Yield (place, tokens) of each name with a small word inside.

    Believed are names whose words have capitals around "of", those that begin or end in a word for an office, a law or
    a scheme, and phrases that come again word for word.
    """
    found = [(place, part) for place, part in _possible(tokens)]
    times = Counter(_key(part) for _, part in found)
    for place, part in found:
        if _is_name(part) or (times[_key(part)] > 1 and _repeats(part)):
            yield place, part


def _key(part: Sequence[Token]) -> str:
    return " ".join(key(token.text, token.language) for token in part)


def _possible(tokens: Sequence[Token]) -> Iterator[tuple[int, list[Token]]]:
    for place in range(1, len(tokens) - 1):
        token = tokens[place]
        joins = _joins(token.language)
        if not joins or fold(token.text) not in joins:
            continue
        before = _side(tokens, range(place - 1, max(-1, place - 1 - _SIDE), -1), token.language)
        after = _side(tokens, range(place + 1, min(len(tokens), place + 1 + _SIDE)), token.language)
        if before and after and before + after + 1 <= _LONGEST:
            yield place - before, list(tokens[place - before : place + 1 + after])


def _joins(language: str) -> frozenset[str]:
    if language == "en":
        return _JOIN_HEADED_EN
    return _JOIN_HEADED_HI if language == "hi" else frozenset()


def _side(tokens: Sequence[Token], places: range, language: str) -> int:
    """Return how many words of a noun phrase stand on one side of the small word."""
    count = 0
    for place in places:
        token = tokens[place]
        if token.language != language or not _is_noun(token):
            break
        count += 1
    # A side that was cut by its bound is part of a longer phrase.
    return count if count < _SIDE or len(places) < _SIDE else _SIDE


def _is_noun(token: Token) -> bool:
    if not token.is_word or token.text[0].isdigit() or len(token.text) < 2:
        return False
    folded = fold(token.text)
    if folded in stop_words(token.language):
        return False
    if token.language == "en":
        return token.tag.startswith("NN") or (token.tag.startswith("JJ") and token.text[0].isupper())
    return not is_verb(folded) and not is_predicate(folded)


def _repeats(part: Sequence[Token]) -> bool:
    """Return whether a phrase may be believed for coming again: "terms of reference", not "roles and separation"."""
    join = _JOIN_EN if part[0].language == "en" else _JOIN_HI
    return any(fold(token.text) in join for token in part) and len(part) <= _REPEATED


def _is_name(part: Sequence[Token]) -> bool:
    language = part[0].language
    heads = _heads(language)
    join = next(fold(token.text) for token in part if fold(token.text) in _joins(language))
    headed = fold(part[-1].text) in heads or (language == "en" and fold(part[0].text) in heads)
    if language == "hi":
        return headed
    capitals = all(token.text[0].isupper() for token in part if fold(token.text) != join)
    shouted = all(token.text.isupper() for token in part)
    return capitals and (headed or (join in _JOIN_EN and not shouted))
