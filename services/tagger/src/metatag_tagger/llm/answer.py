"""Read a model's answer: the last JSON that holds tags, else a list in plain text. The result is bounded, not trusted.

An apology, a placeholder or an empty list is no answer: then no tag is given, and the caller asks again or fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from metatag_tagger.llm import plain_list, tolerant_json
from metatag_tagger.llm.refusals import is_placeholder, is_refusal
from metatag_tagger.llm.shapes import RawTag, entities_of, has_tag_list, is_entry, tags_of
from metatag_tagger.llm.thoughts import without_thoughts
from metatag_tagger.ports import LlmEntity, LlmTag, Question
from metatag_tagger.words import key

# Bounds of what is looked at: a model may answer megabytes.
MAX_ANSWER = 60_000
MAX_TAG = 200
_FENCE = re.compile(r"```[a-zA-Z0-9]*\n?|```")
_PAIR = re.compile(r'"tag"\s*:\s*"((?:[^"\\]|\\.){1,200})"', re.IGNORECASE)
_STRING = re.compile(r'"((?:[^"\\]|\\.){1,200})"\s*(?=[,\]])')
_LIST_NAME = re.compile(r'["\'“]?\b(?:tags|keywords)\b["\'”]?\s*:\s*\[', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer holds: tags in its order, and the named things beside them."""

    tags: tuple[LlmTag, ...] = ()
    entities: tuple[LlmEntity, ...] = ()


class Words:
    """The words of what a model was shown, to look phrases up in."""

    def __init__(self, question: Question) -> None:
        self._question = question

    @cached_property
    def _stems(self) -> frozenset[str]:
        asked = self._question
        shown = "\n".join([asked.excerpt, asked.title, asked.description, *asked.hints, *asked.allowed])
        return frozenset(key(shown, asked.language).split())

    @property
    def comparable(self) -> bool:
        """Tell whether the tags are in the document's language, so that they can be looked up."""
        return self._question.tag_language in ("document", self._question.language)

    def hold(self, phrase: str) -> bool:
        """Tell whether every word of a phrase stands in the text."""
        stems = key(phrase, self._question.language).split()
        return bool(stems) and all(stem in self._stems for stem in stems)


def read(content: str, question: Question) -> Reading:
    """Return what an answer to a question holds; no tags when it is no answer."""
    text = _FENCE.sub("\n", without_thoughts(content[:MAX_ANSWER])).strip()
    known = Words(question)
    entities: tuple[LlmEntity, ...] = ()
    closed, unclosed = tolerant_json.spans(text)
    for value in _values(text):
        entities = entities or tuple(LlmEntity(name[:MAX_TAG], kind[:MAX_TAG]) for kind, name in entities_of(value))
        # Inside JSON that ends in the middle only the whole answer counts, not an object of it.
        tags = _believed(tags_of(value), known) if unclosed is None or has_tag_list(value) else []
        if tags:
            return Reading(_scored(tags), entities)
        if has_tag_list(value):
            # The answer itself, and it holds nothing.
            return Reading()
    if unclosed is not None:
        return Reading(_scored(_believed(_whole_parts(text[unclosed:]), known)), entities)
    if closed:
        return Reading()
    entries = plain_list.read(text, known.hold if known.comparable else None)
    return Reading(_scored(_believed([RawTag(entry) for entry in entries], known)))


def _values(text: str) -> Iterator[Any]:
    """Yield the values of an answer, the last first; tags given as one object a line are one list."""
    found = list(tolerant_json.values(text))
    if len(found) > 1 and all(is_entry(value) for value in found):
        yield found[::-1]
    yield from found


def _whole_parts(rest: str) -> list[RawTag]:
    """Return what is whole of JSON that ends in the middle; names of entities are no tags."""
    pairs = _PAIR.findall(rest)
    if not pairs:
        begun = _LIST_NAME.search(rest)
        pairs = _STRING.findall(rest, begun.end()) if begun else []
    return [RawTag(_unescaped(pair)) for pair in pairs]


def _believed(found: list[RawTag], known: Words) -> list[RawTag]:
    """Leave out placeholders, and what reads as a refusal unless the document itself says it."""
    kept = [tag for tag in found if not is_placeholder(tag.text)]
    return [tag for tag in kept if not is_refusal(tag.text) or known.hold(tag.text)]


def _scored(found: list[RawTag]) -> tuple[LlmTag, ...]:
    tags = []
    for number, tag in enumerate(found):
        # Without a score of its own a tag's place speaks: models write the best first.
        score = tag.score if tag.score is not None else max(0.3, 0.9 - 0.03 * number)
        tags.append(LlmTag(tag.text[:MAX_TAG], score, tag.kind))
    return tuple(tags)


def _unescaped(text: str) -> str:
    value: Any = tolerant_json.decode(f'["{text}"]')
    return str(value[0]) if isinstance(value, list) and value else text
