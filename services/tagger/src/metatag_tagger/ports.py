"""What the use case needs of the outside: an offline tagger, an LLM, a cache, limits. Promises, no code."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from metatag_tagger.model import Archive, Document, Facet, KeyState, ModelInfo, Tag, TagExample, Term, Usage


@dataclass(frozen=True, slots=True)
class Study:
    """What was learnt from a document without asking anybody.

    `tags` are free tags, best first, more than asked for; `matches` are the allowed terms found in the text.
    `excerpt` is the sample of the text that an LLM may see, cleaned, within the token budget.
    """

    language: str
    tags: tuple[Tag, ...]
    matches: tuple[Tag, ...] = ()
    excerpt: str = ""
    excerpt_tokens: int = 0
    notes: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """How a document is to be studied. `budget` is the excerpt's bound in tokens, 0 for no excerpt."""

    count: int
    terms: tuple[Term, ...] = ()
    exclusions: tuple[str, ...] = ()
    budget: int = 0
    tag_language: str = ""
    archive: Archive | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a phrase stands: page from 1 and its words, at most 160 characters; `found` false: nowhere."""

    found: bool
    page: int = 0
    quote: str = ""


class Analyst(Protocol):
    """Studies text on the CPU, away from the event loop. Raises Busy when its queue is full."""

    version: str

    async def study(self, document: Document, tag_options: AnalysisOptions) -> Study:
        """Give language, tags, vocabulary matches and the excerpt. The same input gives the same answer."""

    async def ground(self, document: Document, phrases: Sequence[str], language: str) -> list[Evidence]:
        """Give the evidence for each phrase, in the same order."""

    def healthy(self) -> bool:
        """Tell whether the last work went well."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that an LLM is told about one document. The text in it is data, never instruction."""

    excerpt: str
    title: str
    description: str
    language: str
    count: int
    hints: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    strict: bool = False
    tag_language: str = "en"
    low_quality: bool = False
    # What is known of allowed terms beside their labels: other words for them, what they are kinds of.
    notes: tuple[str, ...] = ()
    instructions: str = ""
    existing: tuple[str, ...] = ()
    examples: tuple[TagExample, ...] = ()


class PriceRule(StrEnum):
    """What becomes of a model whose price is not known while there is a cap."""

    # The cap is for those of which the price is known.
    IGNORE = "ignore"
    # Refused, unless the provider publishes no prices at all.
    IF_PUBLISHED = "if_published"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class LlmOptions:
    """How an LLM is asked. `key` is secret. `max_cost_micros` 0 means no cap; `models` are tried in order."""

    key: str
    models: tuple[str, ...]
    max_cost_micros: int = 0
    unknown_price: PriceRule = PriceRule.IGNORE


@dataclass(frozen=True, slots=True)
class LlmTag:
    """One tag as the model wrote it, bounded but not yet trusted."""

    text: str
    score: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class LlmEntity:
    """One named thing as the model wrote it, with the category it gave, bounded but not yet trusted."""

    name: str
    category: str


@dataclass(frozen=True, slots=True)
class LlmAnswer:
    """A model's answer: untrusted tags and entities, what it cost, and the raw text, at most 20,000 characters."""

    tags: tuple[LlmTag, ...]
    model: str
    usage: Usage
    raw: str = ""
    notes: tuple[str, ...] = ()
    entities: tuple[LlmEntity, ...] = ()


class Llm(Protocol):
    """An LLM provider. Failures are ProviderError of errors.py, with a waiting time where known."""

    host: str

    async def ask(self, question: Question, options: LlmOptions) -> LlmAnswer:
        """Ask for tags. Costs money; not to be repeated after success. Retries within the deadline."""

    async def models(self, key: str) -> Sequence[ModelInfo]:
        """Give the provider's models, at most an hour old."""

    async def check_key(self, key: str) -> KeyState:
        """Ask whether a key is good; raises ProviderError only when the provider is away."""

    def healthy(self) -> bool:
        """Tell whether the provider answered lately (true before the first question)."""


@dataclass(frozen=True, slots=True)
class PictureQuestion:
    """A page to read from its picture, a JPEG or PNG, and what was read before. Both are data, never instruction."""

    picture: bytes
    first_text: str
    # Tesseract's name; empty when unknown.
    language: str = ""


@dataclass(frozen=True, slots=True)
class PictureAnswer:
    """A vision model's answer, untrusted, and what it cost.

    `unsupported`: the model reads no pictures. `refused`: the provider gave no text. `cut_off`: it met its bound.
    """

    content: str
    model: str
    usage: Usage
    cut_off: bool = False
    refused: bool = False
    unsupported: bool = False


class PictureLlm(Protocol):
    """A provider's vision models. Failures are ProviderError of errors.py, with a waiting time where known."""

    async def read(self, question: PictureQuestion, options: LlmOptions) -> PictureAnswer:
        """Ask the first of the models for the text of a page. Costs money; not to be repeated after success."""


class Cache(Protocol):
    """Bounded memory of answers; a lost entry only costs money. Never raises: a broken store is an empty one."""

    async def get(self, key: str) -> str | None:
        """Give the value stored under a key, or None."""

    async def put(self, key: str, value: str) -> None:
        """Store a value for a day."""


class Limits(Protocol):
    """Shares a provider's rate among all who use one key and model, on every replica."""

    def slot(self, key: str, model: str) -> AbstractAsyncContextManager[None]:
        """Wait for a place; raises ProviderError (rate_limited) with retry_after when the wait would be too long."""

    async def slow_down(self, key: str, model: str, seconds: float) -> None:
        """Let nobody call with this key and model for so long: the provider said so."""

    async def succeeded(self, key: str, model: str) -> None:
        """Note an answer in good time; more calls may run at once."""


class Meter(Protocol):
    """Counts what happens; never raises."""

    def tagged(self, tagger: str, degraded: bool, seconds: float) -> None:
        """Count one tagged document and the time it took."""

    def cache(self, hit: bool) -> None:
        """Count one look into the cache of answers."""
