"""The nouns of learning. Plain data; field names of what the tagger is sent are those of the wire contract."""

from __future__ import annotations

from dataclasses import dataclass, field

# Latest corrected or reviewed documents that are learnt from, and latest documents in the statistics of words.
MAX_DOCUMENTS = 1_000
MAX_SAMPLE = 100
# What is sent to the tagger: words that stand in at least LEAST_COUNT documents, and tags.
MAX_WORDS = 3_000
LEAST_COUNT = 3
MAX_TAGS = 1_000
MAX_TAG_CHARS = 200
# Characters of a document's beginning that are kept to show a model, and documents shown.
MAX_EXCERPT = 1_500
MAX_EXAMPLES = 5
MAX_EXAMPLE_TAGS = 30
# Tags of the archive that a model is told of, and documents in which they are counted.
MAX_EXISTING = 300
MAX_COUNTED = 500


@dataclass(frozen=True)
class Feedback:
    """What people made of the machine's tags of one document: both lists in their order, the best tag first."""

    machine: list[str] = field(default_factory=list)
    final: list[str] = field(default_factory=list)
    # Kinds of the facets that it has.
    facet_kinds: list[str] = field(default_factory=list)
    reviewed: bool = False


@dataclass(frozen=True)
class TagFeedback:
    """In how many documents a tag that the machine gave was kept or removed, and in how many people added it."""

    tag: str = ""
    kept: int = 0
    removed: int = 0
    added: int = 0


@dataclass(frozen=True)
class Archive:
    """A summary of one user's archive, as the tagger is sent it."""

    documents: int = 0
    words: dict[str, int] = field(default_factory=dict)
    tags: list[TagFeedback] = field(default_factory=list)
    # Corrected or reviewed documents of which the tags tell.
    corrected: int = 0


@dataclass(frozen=True)
class Collected:
    """Feedback on the latest documents, and when the latest was given (seconds since 1970; None for none)."""

    feedback: list[Feedback] = field(default_factory=list)
    latest_at: float | None = None


@dataclass(frozen=True)
class Learning:
    """What a user is told of it."""

    enabled: bool = True
    documents: int = 0
    latest_at: float | None = None
    kept: int = 0
    removed: int = 0
    added: int = 0
    tags: list[TagFeedback] = field(default_factory=list)
