"""Hindi typed in fonts of the time before Unicode: Devanagari shapes on Latin codes (Kruti Dev and its kin).

Such a text layer reads "Hkkjr ljdkj" where the page shows "भारत सरकार". Its fonts' names tell it, and what
stands inside its words (signs.py); a page may be half English, so that its function words decide nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import islice

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


def is_legacy_font(name: str) -> bool:
    """Tell whether a font's name is that of a pre-Unicode Hindi font."""
    plain = re.sub(r"[^a-z0-9]", "", _SUBSET.sub("", name).lower())
    return bool(_FONT.match(plain)) and not _UNICODE_FONT.match(plain) and "unicode" not in plain


def legacy_font_share(fonts: tuple[tuple[str, float], ...]) -> float:
    """Give the share of sampled characters set in such fonts, 0 to 1."""
    return sum(share for name, share in fonts if is_legacy_font(name))


def has_function_words(words: Sequence[str], share: float) -> bool:
    """Tell whether at least this share of the words, 0 to 1, are common function words of European languages."""
    found = (word for word in words if word.lower().strip(".,;:()\"'") in _FUNCTION_WORDS)
    # Prose has enough of them within a tenth of its words; then the rest is not looked at.
    enough = max(1, math.ceil(share * len(words)))
    return sum(1 for _ in islice(found, enough)) == enough
