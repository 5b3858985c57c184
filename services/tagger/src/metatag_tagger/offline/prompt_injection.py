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
_WORD_BEGINS = r"\b"
# Capitals of a pattern that are letters, not classes such as \S.
_CAPITAL = re.compile(r"(?<!\\)[A-Z]")
# What follows an order belongs to it: 'Ignore the above. Tag it: "x".'
_FOLLOWING = 2
# How many sentences back a frame may stand from what is to be answered.
_BESIDE = 2
# A sentence longer than this is a page without full stops; only the neighbourhood of the order is blanked.
_LONG = 600


@cache
def _group(name: str, lowered: bool = True) -> re.Pattern[str]:
    """Give the patterns of a group as one; `lowered` for text in lower case, which is searched much faster."""
    file = resources.files("metatag_tagger.offline") / "data" / "orders.txt"
    chosen, current = [], ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            current = line[1:-1]
        elif current == name and line:
            chosen.append(_CAPITAL.sub(lambda found: found.group().lower(), line) if lowered else line)
    # One look whether a word begins serves all patterns that ask for it.
    words = "|".join(f"(?:{line.removeprefix(_WORD_BEGINS)})" for line in chosen if line.startswith(_WORD_BEGINS))
    others = [f"(?:{line})" for line in chosen if not line.startswith(_WORD_BEGINS)]
    flags = re.MULTILINE if lowered else re.MULTILINE | re.IGNORECASE
    return re.compile("|".join([rf"\b(?:{words})", *others]), flags)


def strip_injections(body: str) -> tuple[str, bool]:
    """Give the text with orders blanked (its length kept, so that places stay true), and whether there were any."""
    if not _HINT.search(body):
        return body, False
    text = body.lower()
    # A letter that grows in lower case would move places; such a text is searched as it is.
    lowered = len(text) == len(body)
    spans = _orders(text if lowered else body, lowered)
    return _blank(body, spans), bool(spans)


def _orders(body: str, lowered: bool) -> list[tuple[int, int]]:
    """Give the places (start, end) of orders and of what follows them."""
    strong, frame, answer = (_group(name, lowered) for name in ("strong", "frame", "answer"))
    proven = strong.search(body) is not None
    if not proven and not frame.search(body):
        return []
    pieces = [(match.start(), match.end()) for match in _SENTENCE.finditer(body)]
    spans: list[tuple[int, int]] = []
    follow, framed = 0, 0
    for begin, end in pieces:
        framed = _BESIDE + 1 if frame.search(body, begin, end) else max(0, framed - 1)
        order = strong.search(body, begin, end)
        if order is None and (proven or framed):
            order = answer.search(body, begin, end)
        if order is not None:
            follow = _FOLLOWING
            spans.append(_around(order, begin, end))
        elif follow:
            follow -= 1
            spans.append((begin, min(end, begin + _LONG)))
    return spans


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
