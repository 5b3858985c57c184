"""Tells languages of one script apart by the function words and endings of a few lines, read in any of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What stands in a language and hardly in its relatives: whole words, and endings of words. The letters are those that
# another language's data makes of them, too: ৰ of Assamese is read as র with Bengali's.
_WORDS_AND_ENDINGS = {
    "hin": ("है हैं के की का में से को ने और पर लिए यह किया गया हो तथा द्वारा", ""),
    "mar": (
        "आहे आहेत व आणि या हे येथील होते होती असून येत केली केले झाली झाले",
        "च्या ाची ाचे ाचा ांनी ण्यात ामध्ये ासाठी ांना",
    ),
    "nep": (
        "छ छन् र यो लागि भएको गरेको गर्न हुने पनि हुन्छ गर्ने थियो",
        "को का मा ले लाई हरू बाट नेछ नेछन्",
    ),
    "san": ("च इति एव तु हि न वा सः तत्र अस्ति भवति स्म", "ः म् न् त् स्य ेन ानाम् ेषु"),
    "ben": ("এবং ও এই করা হয় জন্য থেকে হবে করে হয়েছে তার না", ""),
    "asm": ("আৰু আরু হৈছে কৰা কৰি বাবে পৰা পরা লৈ নাই আছে", ""),
}


def _pattern(words: str, endings: str) -> re.Pattern[str]:
    whole, ends = ("|".join(map(re.escape, each.split())) for each in (words, endings))
    return re.compile(f"(?:{whole})$|.+(?:{ends})$" if ends else f"(?:{whole})$")


MARKS = {name: _pattern(*each) for name, each in _WORDS_AND_ENDINGS.items()}
# How many times as many marks as the script's first language another one must have, and how many at least.
_CLEARLY, _LEAST = 1.3, 3


def language_of(text: str, languages: Sequence[str]) -> str:
    """Return the language a text is most likely in, of some of one script; the first where it does not show."""
    words = [word.strip("।,.;:()-") for word in text.split()]
    counts = {name: sum(bool(MARKS[name].match(word)) for word in words) for name in languages if name in MARKS}
    if not counts:
        return languages[0]
    first = languages[0]
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= max(_LEAST, _CLEARLY * counts.get(first, 0)) else first
