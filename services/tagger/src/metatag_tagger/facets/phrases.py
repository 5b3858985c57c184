"""Walk back from the head noun of a Hindi name to where the name begins."""

from __future__ import annotations

import re

_WORD_BEFORE = re.compile(r"([\u0900-\u0963\u0970-\u097f\u200c\u200d.-]+(?:\([\u0900-\u097f ]{1,20}\))?)[ \t]+$")
_GENITIVE = frozenset(["का", "की", "के"])
_JOINING = frozenset(["एवं", "और", "तथा", "व"])
_STOPS = frozenset(
    """का की के को में से पर ने द्वारा हेतु है हैं था थे थी यह वह ये वे इस उस इन उन जो कि और एवं तथा या व भी ही तो न नहीं कर करके
    लिए साथ अंतर्गत अन्तर्गत तहत अनुसार संबंधी सम्बन्धी विषयक श्री श्रीमती सुश्री डॉ. डा. कुमारी प्रो. समस्त सभी प्रत्येक उक्त ऐसे अन्य
    एक दो तीन नई नयी नए गत विगत वर्तमान जिला जनपद तहसील ग्राम किया किये गया गई गये जाता जाती होगा होगी वाले वाली वाला पहले बाद तक
    यदि परन्तु किन्तु तब जब अब आज कल हमारे अपने अपनी अपना मेरा मेरी आपके आपकी उनके उनकी इसके इसकी विभिन्न करते हुए प्रयोग एतद्द्वारा प्रदत्त समिति
    शासन जिसमें जिससे कृपया महोदय विषय दिनांक संख्या क्रमांक""".split()
)
# Words that may stand inside a name although they end one in other places.
_INSIDE = frozenset(["जिला", "ग्राम", "राज्य", "प्रदेश", "जनपद", "तहसील"])


def walk_back(
    text: str, place: int, *, limit: int, genitive: bool = False, joined: bool = False
) -> tuple[int, list[str]]:
    """Return where the name that goes on at `place` begins, and its words before that place.

    The name ends at a postposition, a verb or a sign; `genitive` lets it go on over का, की and के, `joined` over एवं,
    when a noun stands before them. At most `limit` words on the same line.
    """
    words: list[str] = []
    start = place
    while len(words) < limit:
        line = text.rfind("\n", 0, start) + 1
        match = _WORD_BEFORE.search(text[max(line, start - 60) : start])
        if match is None:
            break
        word = match.group(1)
        passing = (genitive and word in _GENITIVE) or (joined and word in _JOINING)
        if word in _STOPS and word not in _INSIDE and not passing:
            break
        if word.endswith((".", "।")) and len(word) > 4:
            break
        words.insert(0, word)
        start = max(line, start - 60) + match.start(1)
    while words and (words[0] in _GENITIVE or words[0] in _JOINING):
        start = text.index(words[1], start) if len(words) > 1 else place
        words.pop(0)
    return start, words
