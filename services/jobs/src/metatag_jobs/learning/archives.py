"""The summary of a user's archive, read at most once in a while in each process, and what a request takes from it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from metatag_jobs.learning.feedback import counted
from metatag_jobs.learning.model import (
    LEAST_COUNT,
    MAX_COUNTED,
    MAX_DOCUMENTS,
    MAX_EXAMPLES,
    MAX_EXISTING,
    MAX_SAMPLE,
    MAX_WORDS,
    Archive,
    TagFeedback,
)
from metatag_jobs.learning.stores import LearningStore
from metatag_jobs.model import TagOptions

# Seconds after which it is looked whether there is new feedback, after which all of it is read again, and after which
# common words are counted anew; users kept at hand.
LOOK_SECONDS = 2.0
FEEDBACK_SECONDS = 60.0
WORDS_SECONDS = 600.0
USERS = 256


@dataclass(frozen=True)
class Known:
    """A summary and its identity: two of one identity make the same tags of the same document."""

    archive: Archive
    identity: str = ""


@dataclass
class _Entry:
    known: Known | None = None
    revision: tuple[bool, float | None] | None = None
    documents: int = 0
    words: dict[str, int] = field(default_factory=dict)
    look_at: float = 0.0
    feedback_at: float = 0.0
    words_at: float = 0.0


class Archives:
    """Reads what is known of archives; None for a user who is not learnt from."""

    def __init__(self, store: LearningStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._reading: dict[str, asyncio.Lock] = {}

    async def of(self, user_id: str) -> Known | None:
        """Return the summary of a user's archive, from memory if it is young enough."""
        entry = self._entries.get(user_id)
        if entry is not None and self._clock() < entry.look_at:
            return entry.known
        # One reader at a time: a batch asks for all its documents at once.
        lock = self._reading.setdefault(user_id, asyncio.Lock())
        try:
            async with lock:
                entry = self._entries.get(user_id) or _Entry()
                if self._clock() >= entry.look_at:
                    await self._read(user_id, entry)
                    self._keep(user_id, entry)
                return entry.known
        finally:
            if not lock.locked():
                self._reading.pop(user_id, None)

    async def guided(self, user_id: str, tag_options: TagOptions) -> TagOptions:
        """Return the options with the archive's tags and the user's corrected documents, as they ask for."""
        if not (tag_options.use_existing_tags or tag_options.use_examples) or not await self._store.enabled(user_id):
            return tag_options
        existing, examples = list(tag_options.existing_tags), list(tag_options.examples)
        if tag_options.use_existing_tags:
            found = await self._store.frequent_tags(user_id, MAX_COUNTED, MAX_EXISTING)
            existing += [tag for tag in found if tag not in set(existing)][: max(0, MAX_EXISTING - len(existing))]
        if tag_options.use_examples and len(examples) < MAX_EXAMPLES:
            examples += await self._store.examples(user_id, MAX_EXAMPLES - len(examples))
        return replace(tag_options, existing_tags=existing, examples=examples)

    async def _read(self, user_id: str, entry: _Entry) -> None:
        """Bring an entry up to date: its words and its feedback, each when it is due."""
        now = self._clock()
        revision = await self._store.revision(user_id)
        entry.look_at = now + LOOK_SECONDS
        if not revision[0]:
            entry.known, entry.revision = None, revision
            return
        if now >= entry.words_at:
            texts = await self._store.words(user_id, MAX_SAMPLE)
            entry.documents, entry.words = len(texts), await asyncio.to_thread(common_words, texts)
            entry.words_at = now + WORDS_SECONDS
        elif revision == entry.revision and now < entry.feedback_at:
            return
        collected = await self._store.collected(user_id, MAX_DOCUMENTS)
        tags = await asyncio.to_thread(counted, collected.feedback)
        archive = Archive(entry.documents, entry.words, tags, len(collected.feedback))
        known = Known(archive, identity(tags))
        entry.known = known if tags or entry.words else None
        entry.revision, entry.feedback_at = revision, now + FEEDBACK_SECONDS

    def _keep(self, user_id: str, entry: _Entry) -> None:
        self._entries[user_id] = entry
        self._entries.move_to_end(user_id)
        if len(self._entries) > USERS:
            self._entries.popitem(last=False)


def common_words(texts: Sequence[str]) -> dict[str, int]:
    """Return in how many texts each word stands that stands in LEAST_COUNT or more, the MAX_WORDS most frequent."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(text.split()))
    return {word: count for word, count in counts.most_common(MAX_WORDS) if count >= LEAST_COUNT}


def identity(tags: Sequence[TagFeedback]) -> str:
    """Return a digest of what people did with tags; empty when they did nothing.

    Words are left out: they change with every document, and an equal document's result is to be found again.
    """
    if not tags:
        return ""
    rows = sorted((each.tag, each.kept, each.removed, each.added) for each in tags)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
