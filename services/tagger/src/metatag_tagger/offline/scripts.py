"""Scripts of Unicode and the languages that they write."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_RANGES = {
    "deva": "\u0900-\u0963\u0966-\u097f\ua8e0-\ua8ff", "beng": "\u0980-\u09ff", "guru": "\u0a00-\u0a7f",
    "gujr": "\u0a80-\u0aff", "orya": "\u0b00-\u0b7f", "taml": "\u0b80-\u0bff", "telu": "\u0c00-\u0c7f",
    "knda": "\u0c80-\u0cff", "mlym": "\u0d00-\u0d7f", "arab": "\u0600-\u06ff\u0750-\u077f",
    "cyrl": "\u0400-\u04ff", "grek": "\u0370-\u03ff", "hebr": "\u0590-\u05ff", "thai": "\u0e00-\u0e7f",
    "hani": "\u4e00-\u9fff", "kana": "\u3040-\u30ff", "hang": "\uac00-\ud7af",
    "latn": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
}  # fmt: skip
_PATTERNS = {name: re.compile(f"[{ranges}]") for name, ranges in _RANGES.items()}
# Languages a script may write, the default first. Latin is open: see `language.py`.
LANGUAGES = {
    "deva": ("hi", "mr", "ne", "sa", "kok", "mai"), "beng": ("bn", "as"), "guru": ("pa",), "gujr": ("gu",),
    "orya": ("or",), "taml": ("ta",), "telu": ("te",), "knda": ("kn",), "mlym": ("ml",),
    "arab": ("ar", "ur", "fa"), "cyrl": ("ru", "uk", "bg", "sr", "mk"), "grek": ("el",), "hebr": ("he",),
    "thai": ("th",), "hani": ("zh", "ja"), "kana": ("ja",), "hang": ("ko",),
}  # fmt: skip
INDIC = frozenset({"deva", "beng", "guru", "gujr", "orya", "taml", "telu", "knda", "mlym"})
# Scripts that put no blanks between words.
UNSPACED = frozenset({"hani", "kana", "thai"})


def counts(text: str) -> dict[str, int]:
    """Return how many letters of each script a text holds; scripts without any are left out."""
    if text.isascii():
        found = len(_PATTERNS["latn"].findall(text))
        return {"latn": found} if found else {}
    sums = {name: len(pattern.findall(text)) for name, pattern in _PATTERNS.items()}
    return {name: count for name, count in sums.items() if count}


def main_script(text: str) -> str:
    """Return the script of most of a text's letters, "" for a text without letters.

    Letters of Indic scripts weigh double: English terms stand in Indian office papers, not the other way round.
    """
    found = counts(text)
    if found.get("kana", 0) > 10:
        return "kana"
    weighed = {name: count * (2 if name in INDIC else 1) for name, count in found.items()}
    return max(weighed, key=weighed.__getitem__) if weighed else ""


@lru_cache(maxsize=100_000)
def script_of(word: str) -> str:
    """Return the script of a word's first letter, "" when it has none."""
    for character in word:
        if character.isascii():
            if character.isalpha():
                return "latn"
            continue
        for name, pattern in _PATTERNS.items():
            if pattern.match(character):
                return name
    return ""


@cache
def writes(script: str, language: str) -> bool:
    """Return whether a script is the one that a language is written in."""
    if script in LANGUAGES:
        return language in LANGUAGES[script]
    return not any(language in languages for languages in LANGUAGES.values())
