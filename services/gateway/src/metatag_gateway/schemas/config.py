"""The tag_options of a caller: how documents are read and tagged."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, SecretStr, StringConstraints, model_validator

from metatag_gateway.exclusions import merge
from metatag_gateway.model.documents import Options
from metatag_gateway.schemas.common import Body, at_most
from metatag_runtime.errors import ErrorCode, MetatagError

DEFAULT_MODEL = "openai/gpt-4o-mini"
MICROS = 1_000_000
# What the v1 API kept of a config, always; additions are kept where they were sent.
_ALWAYS = ("model_name", "num_pages", "num_tags")

_AROUND_A_KEY = " \t\r\n\"'\u00a0\u200b\u200c\u200d\u2060\ufeff\u2018\u2019\u201c\u201d"
UNFIT_KEY = (
    "The API key holds characters that no key has (a blank, a line break, a hidden or a typographic character); "
    "copy it again from the provider."
)

# Unknown fields that are told of.
_MAX_UNKNOWN = 20

# Of a profile, as in its address.
PROFILE_NAME = r"^[^\x00-\x1f\x7f/]+$"

Plain = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


Language = Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z_]{3,20}$")]


class ExampleBody(Body):
    """A document, or the part of it that matters, with the tags that a person gave it."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
    tags: list[Plain] = Field(min_length=1, max_length=30)


class TaggingConfig(Body):
    """How documents are read and tagged. Everything has a default."""

    _unknown: tuple[str, ...] = PrivateAttr(())

    api_key: SecretStr | None = Field(
        None, max_length=500, description="Your provider key; left out: the server's own key, or the offline tagger."
    )
    model_name: Annotated[Plain, Field(min_length=1)] = Field(DEFAULT_MODEL, examples=[DEFAULT_MODEL])
    profile: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PROFILE_NAME)] | None = Field(
        None, description="Name of a stored profile: its settings hold where the request sets nothing itself."
    )
    num_pages: int = Field(
        3,
        ge=1,
        le=10_000,
        description="Pages read from the front; later ones are read too where the file itself holds their text.",
    )
    num_tags: int = Field(8, ge=3, le=15, description="Tags wanted; fewer is a success.")
    exclusion_words: Annotated[list[Plain], at_most(10_000)] | None = Field(
        None, max_length=10_000, description="Terms that no tag may be.", examples=[["confidential", "draft"]]
    )
    tagger: Literal["auto", "llm", "local", "both"] = Field(
        "auto", description="auto: the LLM when there is a key and it answers, else the offline tagger."
    )
    allowed_tags: Annotated[list[Plain], at_most(5_000)] | None = Field(
        None, max_length=5_000, description="Tags that are preferred."
    )
    strict: bool = Field(False, description="Only allowed tags may come out.")
    vocabulary: Plain | None = Field(None, description="Name of a stored list of allowed tags.")
    tag_language: Annotated[str, StringConstraints(pattern=r"^(document|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$")] | None = (
        Field(None, max_length=35, description="`en`, `document`, or a language code.")
    )
    ocr: Literal["auto", "force", "skip"] = Field("auto", description="When a page is recognised instead of read.")
    languages: Annotated[list[Language], at_most(4)] | None = Field(
        None, max_length=4, description="Tesseract's names; left out: detected.", examples=[["eng", "hin"]]
    )
    vision: Literal["off", "auto", "force"] = Field(
        "off",
        description="Which pages a vision model reads again from their pictures, paid like tags: `auto` those that "
        "need a review, `force` every page with text.",
    )
    vision_model: Plain | None = Field(
        None,
        description="A model that reads pictures, as the provider names it; left out: the server's own.",
        examples=["openai/gpt-4o-mini"],
    )
    instructions: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="What the model is told about the tags of your archive."
    )
    existing_tags: list[Plain] | None = Field(
        None, max_length=500, description="Tags that your archive has; the model uses them where they fit."
    )
    examples: list[ExampleBody] | None = Field(
        None, max_length=5, description="Documents with the tags that a person gave them, shown to the model."
    )
    use_existing_tags: bool = Field(
        False, description="The model is told of the most frequent tags of your archive, beside `existing_tags`."
    )
    use_examples: bool = Field(
        False, description="The model is shown your latest corrected documents, beside `examples`, five in all."
    )
    fallback_models: Annotated[list[Plain], at_most(5)] | None = Field(None, max_length=5)
    folder_tags: bool = Field(
        False, description="Names of the folders in which a document lay become tags; not with `strict`."
    )
    allow_degraded: bool = Field(True, description="Offline tags may stand in for an LLM that does not answer.")
    max_cost_usd: float = Field(0.0, ge=0, le=1000, description="Most one document may cost; 0: the server's bound.")
    budget_usd: float = Field(0.0, ge=0, le=100_000, description="Most a batch may cost; it pauses there. 0: no bound.")

    def options(self, more_exclusions: list[str] | None = None) -> Options:
        """Return the options in the model's words; words of an exclusion file are added to the config's."""
        return Options(
            num_pages=self.num_pages,
            num_tags=self.num_tags,
            ocr=self.ocr,
            languages=tuple(self.languages or ()),
            vision=self.vision,
            vision_model=(self.vision_model or "").strip(),
            tagger=self.tagger,
            model_name=self.model_name.strip(),
            fallback_models=tuple(self.fallback_models or ()),
            exclusion_words=merge(self.exclusion_words or (), more_exclusions or ()),
            allowed_tags=tuple(self.allowed_tags or ()),
            strict=self.strict,
            tag_language=self.tag_language or "",
            instructions=self.instructions or "",
            existing_tags=tuple(self.existing_tags or ()),
            examples=tuple((example.text, tuple(example.tags)) for example in self.examples or ()),
            use_existing_tags=self.use_existing_tags,
            use_examples=self.use_examples,
            vocabulary=self.vocabulary or "",
            folder_tags=self.folder_tags,
            allow_degraded=self.allow_degraded,
            max_cost_micros=round(self.max_cost_usd * MICROS),
            budget_micros=round(self.budget_usd * MICROS),
        )

    def unknown_fields(self) -> list[str]:
        """Return a sentence for each field that is not known, with the nearest name."""
        return [_unknown(name) for name in self._unknown]

    @model_validator(mode="wrap")
    @classmethod
    def _note_unknown(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(value)
        if isinstance(value, dict):
            names = (str(name) for name in value if name not in cls.model_fields)
            made._unknown = tuple(islice(names, _MAX_UNKNOWN))
        return made

    def provider_key(self) -> str:
        """Return the user's key, empty when there is none; raises MetatagError for one that no provider can take."""
        return provider_key(self.api_key.get_secret_value()) if self.api_key else ""

    def public(self) -> dict[str, Any]:
        """Give what history shows of it: never the key."""
        sent = self.model_dump(mode="json", exclude={"api_key"}, exclude_unset=True, exclude_none=True)
        return {name: getattr(self, name) for name in _ALWAYS} | sent


def provider_key(text: str) -> str:
    """Return a key without what was copied around it: blanks, hidden characters, quotation marks, "Bearer".

    Raises MetatagError (provider_auth) for a key that fits no header, and so can be none.
    """
    key = text.strip(_AROUND_A_KEY).removeprefix("Bearer ").strip(_AROUND_A_KEY)
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise MetatagError(UNFIT_KEY, code=ErrorCode.PROVIDER_AUTH)
    return key


def _unknown(name: str) -> str:
    names = {_bare(field): field for field in TaggingConfig.model_fields}
    near = difflib.get_close_matches(_bare(name), names, n=1, cutoff=0.6)
    hint = f"; did you mean {names[near[0]]}?" if near else "."
    return f"config.{name[:50]} is not known{hint}"


def _bare(name: str) -> str:
    """Return a name without case and marks: numTags, num-tags and num_tags are one."""
    return "".join(char for char in name[:100].lower() if char.isalnum())
