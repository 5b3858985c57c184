"""Health, models, engines, vocabularies."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import FailFast, Field, SecretStr, StringConstraints

from metatag_gateway.schemas.common import Body, Payload, at_most
from metatag_gateway.schemas.config import Plain


class RootView(Payload):
    """The name of the API."""

    bare: ClassVar[bool] = True

    message: str
    version: str


class DependencyView(Payload):
    """How something the system stands on is doing."""

    name: str
    healthy: bool
    detail: str
    latency_ms: int


class HealthView(Payload):
    """Health: the v1 API's three fields, and each dependency."""

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str
    message: str
    dependencies: list[DependencyView]


class StatusView(Payload):
    """That this service runs."""

    status: Literal["ok"]
    service: str


class LiveView(Payload):
    """Liveness or readiness, for orchestrators."""

    bare: ClassVar[bool] = True

    status: Literal["ok", "not ready"]
    detail: str | None = None


class EngineView(Payload):
    """One way of reading pages."""

    name: str
    version: str
    healthy: bool
    detail: str
    languages: list[str]


class TaggerView(Payload):
    """One way of writing tags."""

    name: str
    version: str
    healthy: bool
    detail: str
    default_model: str
    has_default_key: bool


class EnginesView(Payload):
    """What this system can read and write with, and the bounds a form should offer."""

    engines: list[EngineView]
    taggers: list[TaggerView]
    max_pages: int
    max_upload_bytes: int


class ModelView(Payload):
    """One model; prices are US dollars per million tokens, null means unknown."""

    id: str
    name: str
    context_length: int
    prompt_price_usd: float | None
    completion_price_usd: float | None
    structured_outputs: bool


class ModelsView(Payload):
    """The provider's models."""

    models: list[ModelView]
    total: int


class KeyCheckBody(Body):
    """A provider key to check."""

    api_key: SecretStr = Field(min_length=1, max_length=500)


class KeyCheckView(Payload):
    """What the provider says; `remaining_usd` null means unlimited or unknown."""

    valid: bool
    error: str | None
    remaining_usd: float | None


class TermBody(Body):
    """One allowed tag and the words by which it is recognised."""

    label: Annotated[Plain, Field(min_length=1)]
    aliases: list[Plain] = Field(default_factory=list, max_length=100)
    language: str = Field("", max_length=35, pattern=r"^[A-Za-z0-9-]*$")
    parent: Plain = ""
    labels: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{2,35}$")], Plain] = Field(
        default_factory=dict, max_length=50, json_schema_extra={"additionalProperties": False}
    )
    uri: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x20<>\"{}|\\^`]*$")] = ""


MAX_TERMS = 50_000


class VocabularyBody(Body):
    """All terms of a vocabulary."""

    terms: Annotated[list[TermBody], FailFast(), at_most(MAX_TERMS)] = Field(min_length=1, max_length=MAX_TERMS)


class TermView(Payload):
    """One allowed tag."""

    label: str
    aliases: list[str]
    language: str
    parent: str
    labels: dict[str, str]
    uri: str = ""


class VocabularySummary(Payload):
    """A vocabulary without its terms."""

    name: str
    version: int
    term_count: int


class StoredVocabulary(VocabularySummary):
    """A vocabulary that was stored."""

    warnings: list[str] = Field([], description="What of its table is in doubt, a sentence each.")


class VocabularyView(VocabularySummary):
    """A vocabulary."""

    terms: list[TermView]


class VocabulariesView(Payload):
    """The caller's vocabularies."""

    vocabularies: list[VocabularySummary]


# Kept for the annotation of path parameters.
VocabularyName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00/]+$")]
