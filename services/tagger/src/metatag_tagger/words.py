"""Words: cleaning, cutting, stems. The same rules for tags, exclusions, vocabularies and candidates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from threading import Lock

import snowballstemmer

from metatag_runtime.text import fold as fold_text

# Letters with the marks of the Indic blocks kept inside the word (Python's \w splits Devanagari at vowel signs),
# without the danda U+0964/65 and the abbreviation sign U+0970; then inner joints as in "co-operation", "R&D".
# A stop joins only abbreviations ("U.S", "Ph.D") and names of files and hosts ("node.js"): "no.of" is two words, and
# the number behind "databases.34" is a footnote's.
_INDIC = "\u0900-\u0963\u0966-\u096f\u0971-\u0dff\u200c\u200d"
_JOINT = rf"[-'’/&][^\W_][\w{_INDIC}]*|(?<=\b[^\W\d_])\.[^\W\d_](?!\w)|(?<=\b[A-Z][a-z])\.[A-Z]\w{{0,2}}(?!\w)"
WORD = re.compile(
    rf"[^\W\d_][\w{_INDIC}]*[+#]{{0,2}}(?:{_JOINT}|\.(?:js|net|io|py|com|org|gov|in)\b)*"
    rf"|\d+(?:[.,:/-]\d+)*(?:[^\W\d_][\w{_INDIC}]*)?"
)
DEVANAGARI = re.compile("[\u0900-\u097f]")

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


# The mark of a footnote behind a word; of a short one it is a power ("m²") or an ion.
_FOOTNOTE = re.compile("(?<=[^\\W\\d_]{4})[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+")


def normalise(text: str) -> str:
    """Return text in one form: hidden characters out, NFKC (which composes Indic letters in the way their fonts do)."""
    return unicodedata.normalize("NFKC", _FOOTNOTE.sub("", strip_hidden(text)))


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return the form by which words are compared, the same as search uses: see `metatag_runtime.text`."""
    return fold_text(word)


def words(text: str) -> list[str]:
    """Cut a phrase into words; hyphens, slashes and underscores part them."""
    return [word for part in _DASHES.split(text) for word in WORD.findall(part)]


_STEMMING = Lock()


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer | None:
    name = _SNOWBALL.get(language)
    return snowballstemmer.stemmer(name) if name else None


# Languages whose stemmer does not know Latin letters: English words in their documents have English stems.
_NOT_LATIN = frozenset(
    {"hi", "mr", "ne", "bn", "ta", "ur", "gu", "pa", "te", "kn", "ml", "or", "as", "ar", "fa", "ru", "uk", "bg", "el"}
)


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """Return a word's stem. The script decides before the document's language: Hindi documents hold English words."""
    folded = fold(word).strip(".'")
    folded = folded.removesuffix("'s")
    if folded.isascii() and language in _NOT_LATIN:
        language = "en"
    elif DEVANAGARI.match(folded) and language not in ("hi", "ne", "mr"):
        language = "hi"
    stemmer = _stemmer(language)
    if stemmer is None:
        return folded
    # Stemmers of languages in Latin letters need their marks; what comes out is compared without them.
    whole = word.casefold().strip(".'’").removesuffix("'s").removesuffix("’s") if not word.isascii() else folded
    # A stemmer keeps its word in itself; a long list of terms is mapped in a thread.
    with _STEMMING:
        return fold(str(stemmer.stemWord(folded if DEVANAGARI.match(folded) else whole)))


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
