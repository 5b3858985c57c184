"""Whether a text layer says what its page shows: its words beside those that were recognised."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from metatag_ocr.model import Word
from metatag_ocr.reading.scripts import INDIC, indic_letters, script_of_char

# Confidence from which a recognised word is evidence: 95 % of words from 90 on are right, 67 % of those in the 80s.
SURE_WORD = 88.0
# Fewer sure words prove nothing, and fewer than that nothing for a document's other pages.
MIN_WORDS, SPEAKS_FOR_OTHERS = 5, 8
# Share of sure words that the layer must hold. Measured: right layers 0.93 and more, for recognition errs, too; one
# that has lost its nasal signs 0.84, wrong maps 0.33 to 0.55.
AGREES = 0.88
# The same for layers in a language of which a neighbour was read: "déjà" is compared as "deja". A right Czech layer
# read as English has 0.67, a legacy font's none.
AGREES_FOLDED = 0.5

# Sure words that the layer holds in pieces, and their share, from which blanks stand within its words. Measured: right
# layers 0.02 at most; letter-spaced ones and those of word processors that place each sign 0.04 to 0.2.
_PIECES, _PIECES_SHARE = 2, 0.03
# Share of recognised words in an Indian script from which a page is at least bilingual.
_BILINGUAL = 0.1
# Letters from which a layer is one in an Indian script.
_INDIC_LETTERS = 20

_TOKEN = re.compile("[\\w\u0900-\u0963\u0966-\u0d7f\u0300-\u036f]+")
_JOINERS = re.compile("[\u200b-\u200d]")
# A nasal before a consonant is written as a point or as half a letter; the candrabindu is read as a point.
_NASALS = str.maketrans({"ँ": "ं"})


@dataclass(frozen=True)
class Agreement:
    """How many recognised words are sure, the share of them that the layer holds, and the share in Indian scripts.

    Shares are 0 to 1. `read` counts the words that could have been sure, `pieces` the sure ones that the layer has with
    blanks in them.
    """

    sure: int
    share: float
    indic: float = 0.0
    read: int = 0
    pieces: int = 0

    @property
    def proves(self) -> bool:
        """Whether there were words enough to say anything."""
        return self.sure >= MIN_WORDS

    @property
    def in_pieces(self) -> bool:
        """Whether blanks stand within the layer's words."""
        return self.pieces >= max(_PIECES, _PIECES_SHARE * self.sure)


def agreement(layer: str, words: Iterable[Word]) -> Agreement:
    """Compare a layer with the words recognised on its page, whatever the order of either."""
    folds = _is_accented(layer)
    # Where the layer holds an Indian script the doubt is about that: a right half in English proves nothing.
    only = _is_indic if indic_letters(layer) >= _INDIC_LETTERS else _is_any
    have = Counter(filter(only, _tokens(layer, folds)))
    read, sure = 0, Counter[str]()
    for word in words:
        tokens = [token for token in _tokens(word.text, folds) if only(token)]
        read += len(tokens)
        if word.confidence >= SURE_WORD:
            sure.update(tokens)
    total = max(1, sure.total())
    indic = sum(times for token, times in sure.items() if _is_indic(token))
    pieces = _in_pieces(layer, sure - have, folds)
    return Agreement(sure.total(), (sure & have).total() / total, indic / total, read, pieces)


def agrees(found: Agreement, layer: str) -> bool:
    """Tell whether the layer says what was recognised."""
    # A Latin layer over Hindi print is in a legacy font; its signs are no accents.
    lenient = _is_accented(layer) and found.indic < _BILINGUAL
    if lenient:
        # Words of a language that is not installed are often joined.
        return found.proves and found.share >= AGREES_FOLDED
    return found.proves and not found.in_pieces and found.share >= AGREES


def _in_pieces(layer: str, lacking: Counter[str], folds: bool) -> int:
    """Return how many of the words that a layer lacks stand in it with blanks between their letters.

    Either the letters follow each other there, or two of its words, wherever they stand, make the word.
    """
    if not lacking:
        return 0
    plain = _plain(layer, folds)
    letters, parts = "".join(plain.split()), set(_TOKEN.findall(plain))
    return sum(
        times
        for token, times in lacking.items()
        if len(token) > 2
        and (token in letters or any(token[:at] in parts and token[at:] in parts for at in range(1, len(token))))
    )


def _is_indic(token: str) -> bool:
    return any(script_of_char(char) in INDIC for char in token)


def _is_any(_token: str) -> bool:
    return True


def _tokens(text: str, folds: bool) -> list[str]:
    """Return the words of two letters and more, in a form in which two spellings of one word are alike."""
    return [token for token in _TOKEN.findall(_plain(text, folds)) if len(token) > 1 and not token.isdigit()]


def _plain(text: str, folds: bool) -> str:
    plain = _JOINERS.sub("", unicodedata.normalize("NFKC", text)).translate(_NASALS).casefold()
    if folds:
        plain = "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
    return plain


def _is_accented(text: str) -> bool:
    """Tell whether a text is in a Latin orthography with accents, which the installed languages may not read."""
    sample = text[:4000]
    accented = sum(char.isalpha() and ord(char) > 0x7F and script_of_char(char) == "Latin" for char in sample)
    indic = any(script_of_char(char) in INDIC for char in sample)
    return not indic and accented >= 0.01 * max(1, len(sample))
