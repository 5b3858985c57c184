"""Walk back from the head noun of a Hindi name to where the name begins."""

from __future__ import annotations

import re

from metatag_tagger.facets.lists import word_list
from metatag_tagger.offline.hindi import ends_in_plural, is_act, is_genitive
from metatag_tagger.words import fold

_WORD_BEFORE = re.compile(r"([\u0900-\u0963\u0970-\u097f\u200c\u200d.-]+(?:\([\u0900-\u097f ]{1,20}\))?)[ \t]+$")
_GENITIVE = frozenset(["का", "की", "के"])
_JOINING = frozenset(["एवं", "और", "तथा", "व"])
_STOPS = word_list("stops_hi.txt")
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
        line = max(text.rfind("\n", max(0, start - 60), start) + 1, start - 60, 0)
        match = _WORD_BEFORE.search(text[line:start])
        if match is None:
            break
        word = match.group(1)
        passing = (genitive and word in _GENITIVE) or (joined and word in _JOINING)
        if word in _STOPS and word not in _INSIDE and not passing:
            break
        if (word.endswith((".", "।")) and len(word) > 4) or (not passing and ends_in_plural(word) and not joined):
            break
        words.insert(0, word)
        start = line + match.start(1)
    while words and (words[0] in _GENITIVE or words[0] in _JOINING):
        start = text.index(words[1], start) if len(words) > 1 else place
        words.pop(0)
    if len(words) > 1 and is_act(words[0]) and _behind_genitive(text, start):
        # "(क्षति का) मूल्यांकन | राजस्व विभाग"
        words.pop(0)
        start = text.index(words[0], start)
    return start, words


def _behind_genitive(text: str, place: int) -> bool:
    before = text[max(0, place - 20) : place].split()
    return bool(before) and is_genitive(fold(before[-1]))
