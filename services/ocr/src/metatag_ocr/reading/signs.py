"""Cheap signs that a text layer is not what its page shows, counted from the text alone.

A sign is no proof: a page with one is compared with its picture. Shares are 0 to 1.
"""

from __future__ import annotations

import re
import unicodedata

from metatag_ocr.reading.scripts import INDIC, SAMPLE_CHARS, char_counts, main_script, script_of_char

# Runs of letters and marks; blanks, digits and punctuation part them, joiners do not.
_WORD = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\u0300-\u036f\u0900-\u0d7f\u200c\u200d])*|[\u0900-\u0d7f]+")
# Letters of no living orthography that broken fonts put their glyphs on: Latin Extended-B from Pinyin on, IPA,
# modifiers, and marks that combine with the letter before.
_ODD_LATIN = re.compile("[\u01c0-\u01ff\u0234-\u036f]")
# What legacy fonts have inside words: signs on the codes of letters, and capitals.
_SIGN_INSIDE = re.compile(
    r"[A-Za-z](?:[;{}~^*+\\`|\[\]<>=$%@#¡¢£¤¥¦§¨©«¬®¯°±²³¶·¸¹»¼½¾¿×÷†‡‰ŒœŠšŽžŸƒ‚„…‹›˜ˆ]|[À-ÞŸ](?=[a-z]))[A-Za-z&²]"
)
_IS_ODD = re.compile(r"[?;{}~^*+\\`|\[\]<>=$%@#¡-\xbf×÷À-Þ]")
# One capital after a single letter is a unit ("kW"), two are none.
_CAPITAL_INSIDE = re.compile(
    "[a-zß-öø-ÿ]{2}[A-ZÀ-ÖØ-Þ]|[a-z][A-Z][a-z]{2}|[a-zß-öø-ÿ][A-ZÀ-ÖØ-Þ]\\w*[a-zß-öø-ÿ][A-ZÀ-ÖØ-Þ]"
)
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff][A-Za-z\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff'’]*")
# Three and more words of one letter in a row: "l'eau" is one word.
_SINGLE_LETTERS = re.compile(
    r"(?<![^\W\d_])(?<!['’])[A-Za-z\u00c0-\u024f](?:[ \t]+[A-Za-z\u00c0-\u024f]){2,}(?![^\W\d_]|['’])"
)
_FEW_SINGLE = 0.1
_LATIN_TOKEN = re.compile(r"\S*[A-Za-z]\S*")
# Bytes of Latin-1 by what they are: "a" part of a Latin word, "'" part of one that has begun. Letters beyond Latin-1
# that are parts of words.
_LATIN_KINDS = bytes(
    ord("'") if char == "'" else ord("a" if _LATIN_WORD.match(char) else " ") for char in map(chr, range(256))
)
_LATIN_PART = re.compile("[A-Za-z\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_LEADING_QUOTES = re.compile(rb"(?<![a'])'+")
# The same, told by the sign itself: a page without it ends after a fraction of the work.
_ODD_INSIDE = re.compile(
    r"(?:[;{}~^*+\\`|\[\]<>=$%@#¡-\xbf×÷†‡‰ŒœŠšŽžŸƒ‚„…‹›˜ˆÀ-Þ](?<=[A-Za-z].)|[A-Z](?<=[a-z].))(?=[A-Za-z&²])"
)
# Bytes of Latin-1 by what they are: "a" small, "A" large, ";" a sign that may be odd inside a word, as every letter
# beyond Latin-1 may, which is encoded as "?".
_ODD_KINDS = re.sub(
    "[^Aa;]", " ", _IS_ODD.sub(";", re.sub("[a-z]", "a", re.sub("[A-Z]", "A", "".join(map(chr, range(256))))))
).encode("ascii")
# Odd places in words, for each blank, below which no word is looked at.
_RARE = 0.03
_LINK = re.compile(r"://|www\.|@\w|\w@|\.(?:com|org|in|net)\b")

# The signs of the Indian blocks by their places, which are alike in all of them.
_PLACES = {
    "nasal": (0x00, 0x01, 0x02, 0x03),
    "nukta": (0x3C,),
    "vowel": (*range(0x3E, 0x4D), 0x4E, 0x4F, 0x55, 0x56, 0x57, 0x62, 0x63),
    "virama": (0x4D,),
}
_BLOCKS = range(0x0900, 0x0D80, 0x80)
_SIGNS = {
    name: "".join(chr(block + place) for block in _BLOCKS for place in places if not chr(block + place).isalpha())
    for name, places in _PLACES.items()
}
# Viramas before which no vowel sign stands; Malayalam and Gurmukhi write a half u so.
_STRICT_VIRAMA = "\u094d\u09cd\u0acd"
_OTHER_VIRAMA = "".join(char for char in _SIGNS["virama"] if char not in _STRICT_VIRAMA)
# What a syllable begins with: any letter, or a joiner.
_LETTER = (
    "".join(chr(point) for point in range(0x0900, 0x0D80) if not any(chr(point) in signs for signs in _SIGNS.values()))
    + "\u200c\u200d"
)
# A sign that follows what it cannot follow.
_ILL_FORMED = re.compile(
    f"(?<![{_LETTER}])[{_SIGNS['nukta']}]"
    f"|(?<![{_LETTER}{_SIGNS['nukta']}])[{_SIGNS['vowel']}{_STRICT_VIRAMA}]"
    f"|(?<![{_LETTER}{_SIGNS['nukta']}{_SIGNS['vowel']}])[{_SIGNS['nasal']}{_OTHER_VIRAMA}]"
)

# Fewer words say nothing.
_MIN_WORDS = 8
# Mean length in characters under which the words of a script are in pieces (in pieces / whole, measured: Devanagari
# 2.6 to 3.3 / 3.7 and more, Bengali 2.9 / 6.0, Gujarati 2.9 / 5.5, Gurmukhi 2.8 / 4.5, Kannada 3.8 / 7.4,
# Tamil 3.8 / 8.3, Telugu 4.8 / 7.6).
_WHOLE_WORDS = {
    "Devanagari": 3.2, "Bengali": 4.2, "Gujarati": 4.0, "Gurmukhi": 3.4, "Kannada": 5.2, "Tamil": 5.6, "Telugu": 5.8,
    "Malayalam": 5.6, "Oriya": 4.0,
}  # fmt: skip


def indic_words(text: str) -> list[str]:
    """Return the words of a text's beginning that hold a letter or sign of an Indian script."""
    sample = unicodedata.normalize("NFC", text[:SAMPLE_CHARS])
    return [word for word in _WORD.findall(sample) if any(script_of_char(char) in INDIC for char in word)]


def is_ill_formed(word: str) -> bool:
    """Tell whether a word has a sign where its script allows none: first, or after a sign that ends a syllable."""
    return bool(_ILL_FORMED.search(word))


def ill_formed_share(words: list[str]) -> float:
    """Return the share of ill-formed words: 0.10 to 0.17 in layers with a wrong map, up to 0.003 in right ones."""
    return sum(map(is_ill_formed, words)) / len(words) if len(words) >= _MIN_WORDS else 0.0


def mixed_share(words: list[str]) -> float:
    """Return the share of words of an Indian script that hold Latin letters, too."""
    return sum(map(_is_mixed, words)) / len(words) if len(words) >= _MIN_WORDS else 0.0


def in_pieces(words: list[str]) -> bool:
    """Tell whether the words are so short that blanks stand inside them."""
    script = main_script("".join(words))
    if len(words) < 2 * _MIN_WORDS or script not in _WHOLE_WORDS:
        return False
    return sum(map(len, words)) / len(words) < _WHOLE_WORDS[script]


def odd_latin_share(text: str) -> float:
    """Return the share of letters on codes that no orthography uses, by Latin letters."""
    sample = text[:SAMPLE_CHARS]
    odd = 0 if sample.isascii() else len(_ODD_LATIN.findall(sample))
    return odd / max(1, sum(char.isalpha() for char in sample)) if odd else 0.0


def single_letter_share(text: str) -> float:
    """Return the share of Latin words that are single letters in a row: 0 in prose, 0.5 where letters are spaced.

    The names of variables in formulae and in a text of another script are single letters, too, but stand apart.
    """
    sample = text[:SAMPLE_CHARS]
    single, words = _latin_words(sample)
    # Most pages have few: then their places are not looked at.
    if words < _MIN_WORDS or single / words < _FEW_SINGLE:
        return 0.0
    return sum(len(row.split()) for row in _SINGLE_LETTERS.findall(sample)) / words


def legacy_share(text: str) -> float:
    """Return the share of Latin words with signs or capitals inside, as fonts from before Unicode have them.

    Kruti Dev has 0.3 and more, Shree 0.6; prose at most 0.01, programs and chemistry up to 0.1.
    """
    sample = text[:SAMPLE_CHARS]
    rare = _RARE * sample.count(" ")
    if _odd_at_most(sample) < rare or len(_ODD_INSIDE.findall(sample)) < rare:
        return 0.0
    words = [word for word in _LATIN_TOKEN.findall(sample) if not _LINK.search(word)]
    if len(words) < _MIN_WORDS:
        return 0.0
    return sum(bool(_SIGN_INSIDE.search(word) or _CAPITAL_INSIDE.search(word)) for word in words) / len(words)


def _latin_words(sample: str) -> tuple[int, int]:
    """Return the numbers of Latin words of one letter and of all; "l'eau" is one word."""
    if any(char > "\xff" and _LATIN_PART.match(char) for char in char_counts(sample)):
        lengths = [len(word) for word in _LATIN_WORD.findall(sample)]
        return lengths.count(1), len(lengths)
    # Bytes are split in a fifth of the time that the expression takes.
    kinds = sample.replace("’", "'").encode("latin-1", "replace").translate(_LATIN_KINDS)
    words = (_LEADING_QUOTES.sub(b"", kinds) if b"'" in kinds else kinds).split()
    return words.count(b"a"), len(words)


def _odd_at_most(sample: str) -> int:
    """Return how many odd places a text's words may have at most: whatever stands after them is not looked at."""
    kinds = sample.encode("latin-1", "replace").translate(_ODD_KINDS)
    return kinds.count(b"a;") + kinds.count(b"A;") + kinds.count(b"aA")


def _is_mixed(word: str) -> bool:
    return any(script_of_char(char) == "Latin" or _ODD_LATIN.match(char) for char in word)
