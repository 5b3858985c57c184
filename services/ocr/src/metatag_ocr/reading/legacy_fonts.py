"""Hindi typed in fonts of the time before Unicode: Devanagari shapes on Latin codes (Kruti Dev and its kin).

Such a text layer reads "Hkkjr ljdkj" where the page shows "भारत सरकार". It is told by the fonts' names and by
statistics, and ordinary English must never be taken for it: a text with English function words is English whatever
substrings its words contain ("circular", "regular").
"""

from __future__ import annotations

import re

from metatag_ocr.reading.scripts import char_counts

# Anchored at the beginning of the name, so that "Niagara" is not "Agra". Without blanks, hyphens and case.
_FONT = re.compile(
    r"(krutidev|kruti|devlys|dvttsurekh|dvtt|dvbtt|dvwtt|chanakya|walkmanchanakya|shusha|susha|shreedev|shreelipi|akruti"
    r"|apsdv|apspriyanka|narad|hindisanskrit|bhaskar|4cgandhi|agraregular|agrathin|agrabold|sanskrit99|sanskrit98"
    r"|marathikanak|kundli|krishna|yogesh|richa|aarti|amanhindi|jagran|naidunia|devanagarinew|lipi)"
)
# Unicode fonts whose names begin alike.
_UNICODE_FONT = re.compile(r"(krutidevunicode|shusha.*unicode|krishna.*unicode)")
_SUBSET = re.compile(r"^[A-Z]{6}\+")

_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the of and to in is for on by with that this at from as are be or was an not it which shall have has will any "
        "de la le les et des en el los las y der die das und di il che e da",
    )
)

# Signs that Kruti Dev uses as parts of letters, so that they stand inside words.
_INNER_SIGN = re.compile(r"[A-Za-z][;\[\]{}~^&*+\\'\"/`|ªÅ¡¼½¾¿§¶·¸ºÃÄÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜ‘’“”„†‡][A-Za-z]")
_INNER_UPPER = re.compile(r"[a-z][A-Z][a-z]|[a-z][A-Z]\b")
_WORD = re.compile(r"\S+")

# Fewer words say nothing.
_MIN_WORDS = 25
# Share of function words above which a Latin text is a living language. English prose has 30 to 45 %, lists 5 %.
_LIVING = 0.03


def is_legacy_font(name: str) -> bool:
    """Tell whether a font's name is that of a pre-Unicode Hindi font."""
    plain = re.sub(r"[^a-z0-9]", "", _SUBSET.sub("", name).lower())
    return bool(_FONT.match(plain)) and not _UNICODE_FONT.match(plain) and "unicode" not in plain


def legacy_font_share(fonts: tuple[tuple[str, float], ...]) -> float:
    """Give the share of sampled characters set in such fonts, 0 to 1."""
    return sum(share for name, share in fonts if is_legacy_font(name))


def looks_like_legacy_hindi(text: str, sample: int = 4000) -> bool:
    """Tell from the text alone. Wants strong signs, because nothing else supports it."""
    # The cheapest test first: nearly every page ends here.
    if _k_share(text) < 0.05:
        return False
    words = [word for word in _WORD.findall(text[:sample]) if not any(char.isdigit() for char in word)]
    if len(words) < _MIN_WORDS or not _is_mostly_ascii(text[:sample]) or function_word_share(words) >= _LIVING:
        return False
    # The sign of the long a is "k" there, of every tenth letter; no European language has a third of that, Finnish,
    # Swahili and Turkish (5 to 7 %) do not have the signs inside words.
    with_k = sum("k" in word for word in words) / len(words)
    return with_k >= 0.3 and _odd_word_share(words) >= 0.15


def is_not_english(text: str, sample: int = 4000) -> bool:
    """Tell whether a text in a legacy font lacks the function words that would make it ordinary Latin writing."""
    return function_word_share(_WORD.findall(text[:sample])) < _LIVING


def function_word_share(words: list[str]) -> float:
    """Give the share of common function words of European languages, 0 to 1."""
    if not words:
        return 0.0
    return sum(1 for word in words if word.lower().strip(".,;:()\"'") in _FUNCTION_WORDS) / len(words)


def _k_share(text: str) -> float:
    counts = char_counts(text)
    letters = sum(times for char, times in counts.items() if char.isalpha())
    return counts["k"] / letters if letters else 0.0


def _odd_word_share(words: list[str]) -> float:
    odd = sum(1 for word in words if _INNER_SIGN.search(word) or _INNER_UPPER.search(word))
    return odd / len(words)


def _is_mostly_ascii(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and sum(1 for char in letters if ord(char) < 0x250) >= 0.9 * len(letters)
