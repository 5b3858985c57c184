"""What the tagger knows: documents, options, vocabularies, tags and what they cost. Plain Python, no transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# Bounds of the options and of one document; the wire contract names the same numbers.
MAX_TAGS = 50
DEFAULT_TAGS = 8
MAX_TEXT_BYTES = 8 * 1024 * 1024
MAX_TITLE = 500
MAX_DESCRIPTION = 2_000
MAX_EXCLUSIONS = 5_000
MAX_TERMS = 100_000
MAX_LABEL = 200
MAX_INSTRUCTIONS = 2_000
MAX_EXISTING = 500
MAX_EXAMPLES = 5
MAX_EXAMPLE = 2_000
MAX_EXAMPLE_TAGS = 30
MAX_ARCHIVE_WORDS = 5_000
MAX_FEEDBACK = 2_000
# Fewer letters and digits than this cannot hold a tag. The contract's limit of 50 characters is held by jobs, which
# counts as the contract does: blanks and signs too.
MIN_CHARACTERS = 10

# Notes that code acts on; the others are for readers only.
NOTE_LOW_CONFIDENCE = "low_ocr_confidence"
NOTE_INSTRUCTIONS = "instructions_in_document"


class TaggerKind(StrEnum):
    """Who writes the tags."""

    AUTO = "auto"
    LLM = "llm"
    LOCAL = "local"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Page:
    """One page's text; `confidence` is the mean word confidence 0 to 100, None for a text layer."""

    number: int
    text: str
    confidence: float | None = None
    # As its reader found them by the size of the print; empty where that is unknown.
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be tagged. `language` is a BCP 47 code, empty to detect it."""

    pages: tuple[Page, ...]
    title: str = ""
    description: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One allowed tag: its label, other words for it, and its label in other languages."""

    label: str
    aliases: tuple[str, ...] = ()
    language: str = ""
    parent: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    # The concept's URI, empty for a list without.
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One version of a named list of allowed tags."""

    name: str
    version: int
    terms: tuple[Term, ...]

    @property
    def identity(self) -> str:
        """Name the list and its version, as results record it: `name@version`."""
        return f"{self.name}@{self.version}" if self.name else ""


@dataclass(frozen=True, slots=True)
class TagExample:
    """A document, or the part of it that matters, with the tags that a person gave it."""

    text: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagFeedback:
    """In how many documents a tag that the machine gave was kept or removed, and in how many people added it."""

    tag: str
    kept: int = 0
    removed: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """What is known of the archive that a document comes into: common words, and what people did with tags.

    `words` gives in how many of `documents` documents a folded word stands; a missing one stands in few or none. `tags`
    tell of `corrected` documents.
    """

    documents: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    tags: tuple[TagFeedback, ...] = ()
    corrected: int = 0


@dataclass(frozen=True, slots=True)
class TagOptions:
    """What a caller wants of the tags. `max_cost_micros` is in millionths of a dollar, 0 for the service's own cap."""

    tagger: TaggerKind = TaggerKind.AUTO
    num_tags: int = DEFAULT_TAGS
    exclusion_words: tuple[str, ...] = ()
    allowed_tags: tuple[str, ...] = ()
    strict: bool = False
    tag_language: str = ""
    model_name: str = ""
    fallback_models: tuple[str, ...] = ()
    max_cost_micros: int = 0
    allow_degraded: bool = False
    instructions: str = ""
    existing_tags: tuple[str, ...] = ()
    examples: tuple[TagExample, ...] = ()
    # Spent on the document before; counts towards the caps.
    spent_micros: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag. `score` is 0 to 1 and comparable within one document; `page` is 0 where no evidence was found."""

    text: str
    score: float
    source: str
    kind: str = ""
    page: int = 0
    evidence: str = ""
    grounded: bool = False
    # Of the vocabulary's concept that it names, empty for none.
    uri: str = ""


class FacetKind(StrEnum):
    """What a facet names. A date is ISO 8601, to the day, month or year, or a financial year ("2023-24")."""

    DOCUMENT_TYPE = "document_type"
    DATE = "date"
    YEAR = "year"
    REFERENCE = "reference"
    ORGANISATION = "organisation"
    PERSON = "person"
    PLACE = "place"
    LAW_OR_SCHEME = "law_or_scheme"


@dataclass(frozen=True, slots=True)
class Facet:
    """One typed tag: `value` as readers see it, `score` 0 to 1, `source` "local", "llm" or "both".

    `page` is 0 and `evidence` empty where the value stands nowhere in the text.
    """

    kind: FacetKind
    value: str
    score: float
    source: str
    page: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one document cost at the provider; an unknown cost is None, never a guess."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cost_micros: int | None = None
    calls: int = 0
    generation_id: str = ""
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something did not go as wished: an error code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tags of one document and how they came about."""

    tags: tuple[Tag, ...]
    tagger: str
    language: str
    tagger_version: str
    degraded_because: Reason | None = None
    model_name: str = ""
    usage: Usage | None = None
    raw_response: str = ""
    notes: tuple[str, ...] = ()
    vocabulary: str = ""
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of the provider; prices are millionths of a dollar per million tokens, None when unknown."""

    id: str
    name: str = ""
    context_length: int = 0
    prompt_price_micros: int | None = None
    completion_price_micros: int | None = None
    parameters: frozenset[str] = frozenset()

    @property
    def structured_outputs(self) -> bool:
        """Tell whether the model keeps to a JSON schema."""
        return bool({"structured_outputs", "response_format_json_schema"} & self.parameters)


@dataclass(frozen=True, slots=True)
class KeyState:
    """Whether a provider key is good and what is left on it in millionths of a dollar (None: unknown)."""

    valid: bool
    problem: Reason | None = None
    remaining_micros: int | None = None


@dataclass(frozen=True, slots=True)
class TaggerInfo:
    """One tagger of this node, for the list of taggers."""

    name: str
    version: str
    healthy: bool
    detail: str = ""
    provider_host: str = ""
    default_model: str = ""
    has_default_key: bool = False
    vision_model: str = ""
