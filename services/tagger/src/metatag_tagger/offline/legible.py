"""Whether what looks like words is words: letters of a foreign font, bad recognition and torn words are not.

A model of letter triples, made from the word frequencies of a language, says how surprising a word's spelling is.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from metatag_tagger.offline.frequency import UNKNOWN, known_words, zipf
from metatag_tagger.offline.scripts import script_of
from metatag_tagger.words import fold

# Mean surprise per letter, in bits, from which a spelling is foreign to a language: of the language's own words hardly
# any is above it. Short words are judged by few letters, and rare Hindi words are spelt more freely.
STRANGE = {"latn": 5.5, "deva": 7.6}
_SHORT, _MORE = 4, 1.0
_LANGUAGE = {"latn": "en", "deva": "hi"}
# Words of a text judged at least, and the share of strange unknown words that makes it illegible.
_LEAST_WORDS = 6
_ILLEGIBLE = 0.3
# Fewer strange words prove it where many words are unknown, few are function words and few begin with a capital as
# the names of a list do.
_DOUBTFUL, _UNKNOWN, _RUNNING, _NAMES = 0.02, 0.33, 0.15, 0.55
_SAMPLE = 400
# The commonest words teach the spelling; more cost time at the start only.
_TAUGHT = 15_000
_MIXED = re.compile(r"[^\W\d_]\d+[^\W\d_]{2}")
# What no Devanagari word begins or ends with: a vowel sign or virama in front, a half letter torn off.
_TORN = re.compile("^[\u093a-\u094f\u0900-\u0903\u0962\u0963]|^र\u094d|\u094d[\u200c\u200d]?$|[\u093e-\u094c]{2}")
# Words that do end in a virama.
_VIRAMA_WORDS = """
अर्थात् पश्चात् श्रीमान् महान् साक्षात् बृहत् जगत् परिषद् विद्युत् वरन् पृथक् सम्यक् शरद् संसद् सत् चित् किंचित् कदाचित्
"""
_ENDS_IN_VIRAMA = frozenset(fold(word) for word in _VIRAMA_WORDS.split())


def is_torn(word: str) -> bool:
    """Return whether a word is a piece of one: it begins with a vowel sign, ends in half a letter, or mixes scripts."""
    first = unicodedata.category(word[0])
    if first in ("Mn", "Mc"):
        return True
    if script_of(word) == "deva":
        return bool(_TORN.search(word)) and fold(word) not in _ENDS_IN_VIRAMA
    return False


def is_strange(word: str) -> bool:
    """Return whether a word is unknown and spelt as no word of its script's main language is."""
    script = script_of(word)
    language = _LANGUAGE.get(script)
    if language is None or zipf(word.lower(), language) > UNKNOWN:
        return False
    if script == "latn" and _MIXED.search(word):
        return True
    letters = fold(word).replace("-", "").replace("'", "")
    if len(letters) < 3 or (word.isupper() and len(word) <= 5):
        return False
    bound = STRANGE[script] + (_MORE if len(letters) <= _SHORT else 0.0)
    return surprise(letters, language) > bound


def is_illegible(found: Sequence[str], running: float) -> bool:
    """Return whether the words of a text, in one script, are no language's: letters of a foreign font, noise.

    `running` is the share of function words, 0 to 1, of the language that the text is likeliest in.
    """
    sample = [word for word in found[:_SAMPLE] if not word[0].isdigit()]
    if len(sample) < _LEAST_WORDS or running >= _RUNNING:
        return False
    strange = sum(is_strange(word) or is_torn(word) for word in sample) / len(sample)
    language = _LANGUAGE.get(script_of(sample[0]))
    if strange > _ILLEGIBLE or language is None or strange < _DOUBTFUL:
        return strange > _ILLEGIBLE
    unknown = sum(zipf(word.lower(), language) <= UNKNOWN for word in sample)
    names = sum(word[0].isupper() for word in sample)
    return unknown > _UNKNOWN * len(sample) and names < _NAMES * len(sample)


@lru_cache(maxsize=100_000)
def surprise(letters: str, language: str) -> float:
    """Return the mean surprise per letter of a folded word, in bits, given the two letters before each."""
    pairs, triples = _counts(language)
    padded = f"^^{letters}$"
    bits = 0.0
    for place in range(2, len(padded)):
        before = padded[place - 2 : place]
        bits -= math.log2((triples[padded[place - 2 : place + 1]] + 0.02) / (pairs[before] + 2.0))
    return bits / (len(padded) - 2)


@cache
def _counts(language: str) -> tuple[Counter[str], Counter[str]]:
    pairs: Counter[str] = Counter()
    triples: Counter[str] = Counter()
    for word in known_words(language)[:_TAUGHT]:
        padded = f"^^{fold(word)}$"
        for place in range(2, len(padded)):
            pairs[padded[place - 2 : place]] += 1
            triples[padded[place - 2 : place + 1]] += 1
    return pairs, triples
