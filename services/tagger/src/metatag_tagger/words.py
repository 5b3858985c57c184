"""Words: cleaning, cutting, stems. The same rules for tags, exclusions, vocabularies and candidates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from threading import Lock

import snowballstemmer

# Letters with the marks of the Indic blocks kept inside the word (Python's \w splits Devanagari at vowel signs),
# without the danda U+0964/65 and the abbreviation sign U+0970; then inner joints as in "co-operation", "node.js",
# "R&D", "o'clock".
_INDIC = "\u0900-\u0963\u0966-\u096f\u0971-\u0dff\u200c\u200d"
WORD = re.compile(
    rf"[^\W\d_][\w{_INDIC}]*[+#]{{0,2}}(?:[-'’/&.][^\W_][\w{_INDIC}]*)*|\d+(?:[.,:/-]\d+)*(?:[^\W\d_][\w{_INDIC}]*)?"
)
DEVANAGARI = re.compile("[\u0900-\u097f]")

# The nukta, as a decomposed letter carries it: फ़ and फ are one letter to many writers and to bad OCR.
_NUKTA = {0x093C: None}
_DASHES = re.compile(r"[-‐‑‒–—―_/\s]+")
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "porter", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "nb": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip


def strip_hidden(text: str) -> str:
    """Take out characters a reader cannot see: controls, zero-width and bidirectional marks, tag characters.

    Line ends and tabs stay; joiners stay where they stand between letters of an Indic script and shape the word.
    """
    return _HIDDEN.sub("", text)


def _hidden_pattern() -> re.Pattern[str]:
    ranges = [
        "\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f",
        "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb",
        "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff",
    ]
    joiners = "(?<![\u0900-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0900-\u0dff])"
    return re.compile(f"[{''.join(ranges)}]|{joiners}")


_HIDDEN = _hidden_pattern()


def normalise(text: str) -> str:
    """Give text in one form: hidden characters out, NFKC (which composes Indic letters in the way their fonts do)."""
    return unicodedata.normalize("NFKC", strip_hidden(text))


def fold(word: str) -> str:
    """Give the form by which words are compared: case folded, nukta and accents of no meaning dropped."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).translate(_NUKTA))


def words(text: str) -> list[str]:
    """Cut a phrase into words; hyphens, slashes and underscores part them."""
    return [word for part in _DASHES.split(text) for word in WORD.findall(part)]


_STEMMING = Lock()


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer | None:
    name = _SNOWBALL.get(language)
    return snowballstemmer.stemmer(name) if name else None


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """Give a word's stem. The script decides before the document's language: Hindi documents hold English words."""
    folded = fold(word).strip(".'’")
    if folded.endswith(("'s", "’s")):
        folded = folded[:-2]
    if folded.isascii() and language in ("hi", "mr", "ne", "bn", "ta", "ur", "gu", "pa", "te", "kn", "ml", "or", "as"):
        language = "en"
    elif DEVANAGARI.match(folded) and language not in ("hi", "ne", "mr"):
        language = "hi"
    stemmer = _stemmer(language)
    if stemmer is None:
        return folded
    # A stemmer keeps its word in itself; a long list of terms is mapped in a thread.
    with _STEMMING:
        return str(stemmer.stemWord(folded))


@lru_cache(maxsize=100_000)
def key(phrase: str, language: str) -> str:
    """Give the stems of a phrase, joined by blanks: phrases with one key are one tag."""
    return " ".join(stem(word, language) for word in words(phrase))


def contains(outer: str, inner: str) -> bool:
    """Tell whether one key holds another as whole words, in order."""
    return bool(inner) and f" {inner} " in f" {outer} "


def excludes(outer: str, inner: str) -> bool:
    """Tell whether an exclusion's key keeps away a tag's key: it is the tag, or at least half of the tag's words."""
    return contains(outer, inner) and 2 * len(inner.split()) >= len(outer.split())


def keys(phrases: Iterable[str], language: str) -> frozenset[str]:
    """Give the keys of many phrases, empty ones left out."""
    return frozenset(found for phrase in phrases if (found := key(phrase, language)))
