"""Finds sentences in a document that give orders to a model, and blanks them: they describe nothing.

A model may obey such a sentence, so neither it nor the check of its answer gets to see it. This is one wall of several:
what it misses still meets the schema, the grounding check, the exclusions and the allowed list. The patterns stand in
`data/orders.txt`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

# Only a text with one of these words is looked at sentence by sentence: the patterns are slow, documents long.
_HINT = re.compile(
    r"ignor|disregard|forget|overrid|bypass|follow|obey|as an? |you are|you're|act as|behave as|pretend|from now on|"
    r"\bai\b|llm|gpt|claude|gemini|chatbot|assistant|\bmodel\b|tagger|reveal|repeat|print|leak|prompt|instruction|"
    r"<\||\[/?INST|<<|</?system|<document|</|mode|do anything|निर्देश|आदेश|नियम|एआई|टैग|मॉडल|"
    r"olvida|oubli|vergiss|desconsidere|END OF|BEGIN|tags?\b|keyword|label",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?।\n]+(?:[.!?।]+|\n|$)|[.!?।]+")
# What follows an order belongs to it: 'Ignore the above. Tag it: "x".'
_FOLLOWING = 2
# How many sentences back a frame may stand from what is to be answered.
_BESIDE = 2
# A sentence longer than this is a page without full stops; only the neighbourhood of the order is blanked.
_LONG = 600


@cache
def _group(name: str) -> re.Pattern[str]:
    file = resources.files("metatag_tagger.offline") / "data" / "orders.txt"
    chosen, current = [], ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            current = line[1:-1]
        elif current == name and line:
            chosen.append(f"(?:{line})")
    return re.compile("|".join(chosen), re.IGNORECASE | re.MULTILINE)


def without_orders(body: str) -> tuple[str, bool]:
    """Give the text with orders blanked (its length kept, so that places stay true), and whether there were any."""
    if not _HINT.search(body):
        return body, False
    proven = _group("strong").search(body) is not None
    if not proven and not _group("frame").search(body):
        return body, False
    pieces = [(match.start(), match.end()) for match in _SENTENCE.finditer(body)]
    spans: list[tuple[int, int]] = []
    follow, framed = 0, 0
    for begin, end in pieces:
        framed = _BESIDE + 1 if _group("frame").search(body, begin, end) else max(0, framed - 1)
        order = _order(body, begin, end, answers=proven or framed > 0)
        if order is not None:
            follow = _FOLLOWING
            spans.append(_around(order, begin, end))
        elif follow:
            follow -= 1
            spans.append((begin, min(end, begin + _LONG)))
    return _blank(body, spans), bool(spans)


def _order(body: str, begin: int, end: int, *, answers: bool) -> re.Match[str] | None:
    strong = _group("strong").search(body, begin, end)
    if strong is not None or not answers:
        return strong
    return _group("answer").search(body, begin, end)


def _around(order: re.Match[str], begin: int, end: int) -> tuple[int, int]:
    if end - begin <= _LONG:
        return begin, end
    return max(begin, order.start() - 100), min(end, order.end() + 300)


def _blank(body: str, spans: list[tuple[int, int]]) -> str:
    parts, place = [], 0
    for start, end in spans:
        begin = max(start, place)
        if end > begin:
            parts += [body[place:begin], " " * (end - begin - 1), "\n"]
            place = end
    return "".join([*parts, body[place:]])
