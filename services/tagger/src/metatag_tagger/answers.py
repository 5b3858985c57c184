"""Answers of a model remembered by what they depend on: content, prompt version, models, options and key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace

from metatag_tagger.model import Usage
from metatag_tagger.ports import Cache, LlmAnswer, LlmEntity, LlmOptions, LlmTag, Meter, Question

Ask = Callable[[Question, LlmOptions], Awaitable[LlmAnswer]]


class AnswerCache:
    """Looks an answer up before a model is asked."""

    def __init__(self, cache: Cache, meter: Meter, prompt_version: str) -> None:
        self._cache = cache
        self._meter = meter
        self._version = prompt_version

    async def answer(self, question: Question, options: LlmOptions, account: str, ask: Ask) -> LlmAnswer:
        """Give the remembered answer, which costs nothing now, or ask and remember."""
        key = self._key(question, options, account)
        found = _read(await self._cache.get(key))
        self._meter.cache(found is not None)
        if found is not None:
            return found
        answer = await ask(question, options)
        await self._cache.put(key, json.dumps(asdict(answer), ensure_ascii=False))
        return answer

    def _key(self, question: Question, options: LlmOptions, account: str) -> str:
        # The key is part of it, so that nobody is answered at another's expense.
        parts = [self._version, account, options.key, list(options.models), asdict(question)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "replace")).hexdigest()


def _read(raw: str | None) -> LlmAnswer | None:
    if raw is None:
        return None
    try:
        stored = json.loads(raw)
        tags = tuple(LlmTag(**tag) for tag in stored["tags"])
        usage = replace(Usage(**stored["usage"]), cached=True, cost_micros=0, calls=0)
        entities = tuple(LlmEntity(**entity) for entity in stored["entities"])
        return LlmAnswer(tags, stored["model"], usage, stored["raw"], tuple(stored["notes"]), entities)
    except (ValueError, KeyError, TypeError):
        # An entry of an older version: as good as none.
        return None
