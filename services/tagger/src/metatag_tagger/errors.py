"""The one table of what can go wrong at a provider: category, code, sentence and whether to try again.

`docs/tagging.md` prints the same table; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metatag_runtime.errors import ErrorCode, MetatagError


class Category(StrEnum):
    """What went wrong at the provider, as metrics count it."""

    INVALID_REQUEST = "invalid_request"
    CONTEXT_LENGTH = "context_length"
    AUTH = "auth"
    CREDITS = "credits"
    BUDGET_WAIT = "budget_wait"
    FORBIDDEN = "forbidden"
    MODERATION = "moderation"
    KEY_LIMIT = "key_limit"
    MODEL_NOT_FOUND = "model_not_found"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    PROVIDER = "provider"
    NO_PROVIDER = "no_provider"
    EMPTY_OUTPUT = "empty_output"
    INVALID_OUTPUT = "invalid_output"
    NETWORK = "network"
    REDIRECT = "redirect"
    TOO_LARGE = "too_large"
    PRICE_CAP = "price_cap"
    ADDRESS = "address"
    DATA_POLICY = "data_policy"
    PARAMETERS = "parameters"
    REGION = "region"


class Retry(StrEnum):
    """What to do next: nothing, again inside the same call, later from the queue, or the next model."""

    NEVER = "never"
    ONCE = "once"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Failure:
    """One row of the table."""

    code: ErrorCode
    retry: Retry
    sentence: str


FAILURES: dict[Category, Failure] = {
    Category.INVALID_REQUEST: Failure(
        ErrorCode.PROVIDER_REFUSED, Retry.NEVER, "The provider refused the request as invalid; choose another model."
    ),
    Category.CONTEXT_LENGTH: Failure(
        ErrorCode.PROVIDER_REFUSED, Retry.ONCE, "The document is longer than the model can read; choose another model."
    ),
    Category.AUTH: Failure(
        ErrorCode.PROVIDER_AUTH, Retry.NEVER, "Invalid API key. Please check your OpenRouter API key."
    ),
    Category.CREDITS: Failure(
        ErrorCode.PROVIDER_CREDITS, Retry.NEVER, "The key has no credit left; add credit at the provider and try again."
    ),
    Category.BUDGET_WAIT: Failure(
        ErrorCode.PROVIDER_RATE_LIMITED,
        Retry.LATER,
        "The key's budget is held by calls still running; the call may be repeated later.",
    ),
    Category.FORBIDDEN: Failure(
        ErrorCode.PROVIDER_REFUSED,
        Retry.NEVER,
        "The key may not use this model; check its permissions at the provider.",
    ),
    Category.MODERATION: Failure(
        ErrorCode.PROVIDER_REFUSED, Retry.NEVER, "The provider's moderation refused this document."
    ),
    Category.KEY_LIMIT: Failure(
        ErrorCode.BUDGET_EXHAUSTED, Retry.LATER, "The key's spending limit is reached; raise it or wait for its reset."
    ),
    Category.MODEL_NOT_FOUND: Failure(ErrorCode.MODEL_NOT_FOUND, Retry.NEVER, "The provider does not know this model."),
    Category.TIMEOUT: Failure(ErrorCode.PROVIDER_UNAVAILABLE, Retry.LATER, "The provider did not answer in time."),
    Category.RATE_LIMITED: Failure(
        ErrorCode.PROVIDER_RATE_LIMITED, Retry.LATER, "RATE_LIMITED: the provider takes no more calls just now."
    ),
    Category.PROVIDER: Failure(ErrorCode.PROVIDER_UNAVAILABLE, Retry.LATER, "The provider failed; try again later."),
    Category.NO_PROVIDER: Failure(
        ErrorCode.PROVIDER_UNAVAILABLE, Retry.LATER, "No host of this model is available just now."
    ),
    Category.EMPTY_OUTPUT: Failure(ErrorCode.PROVIDER_INVALID, Retry.ONCE, "The model gave an empty answer."),
    Category.INVALID_OUTPUT: Failure(
        ErrorCode.PROVIDER_INVALID, Retry.ONCE, "The model's answer could not be read as tags."
    ),
    Category.NETWORK: Failure(ErrorCode.PROVIDER_UNAVAILABLE, Retry.LATER, "The provider cannot be reached."),
    Category.REDIRECT: Failure(
        ErrorCode.PROVIDER_UNAVAILABLE,
        Retry.NEVER,
        "The provider answered with a redirect, which is not followed; check METATAG_TAGGER_LLM_BASE_URL.",
    ),
    Category.TOO_LARGE: Failure(ErrorCode.PROVIDER_INVALID, Retry.NEVER, "The provider's answer was too large."),
    Category.PRICE_CAP: Failure(
        ErrorCode.BUDGET_EXHAUSTED, Retry.NEVER, "Tagging this document would cost more than its price cap."
    ),
    Category.ADDRESS: Failure(
        ErrorCode.PROVIDER_REFUSED,
        Retry.NEVER,
        "The provider has no such address; check METATAG_TAGGER_LLM_BASE_URL.",
    ),
    Category.DATA_POLICY: Failure(
        ErrorCode.PROVIDER_REFUSED,
        Retry.NEVER,
        "No host of this model keeps to the data policy; choose another model, change the privacy settings at the "
        "provider, or set METATAG_TAGGER_LLM_DATA_COLLECTION=allow.",
    ),
    Category.PARAMETERS: Failure(
        ErrorCode.PROVIDER_REFUSED,
        Retry.NEVER,
        "No host of this model takes the parameters of the request; choose another model.",
    ),
    Category.REGION: Failure(
        ErrorCode.PROVIDER_REFUSED,
        Retry.NEVER,
        "The provider does not serve the country or region that the request comes from.",
    ),
}


class ProviderError(MetatagError):
    """A failure at the provider; `category` chooses code, sentence and retry from the table.

    `parameter` names the part of the request that was refused. `detail` is the provider's own text: it may quote the
    document, so it decides what to try next and goes to no log and no caller.
    """

    def __init__(
        self,
        category: Category,
        message: str = "",
        *,
        retry_after: float | None = None,
        parameter: str = "",
        detail: str = "",
    ) -> None:
        row = FAILURES[category]
        super().__init__(message or row.sentence, code=row.code, retry_after=retry_after)
        self.category = category
        self.parameter = parameter
        self.detail = detail

    @property
    def retry(self) -> Retry:
        """Tell what may be done next."""
        return FAILURES[self.category].retry


class NoPlace(ProviderError):
    """Our own limits had no place for a call within the longest wait: nothing was sent, and its time was waited."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(Category.RATE_LIMITED, retry_after=retry_after)


class InsufficientText(MetatagError):
    """The document holds too little text to be tagged."""

    code = ErrorCode.INSUFFICIENT_TEXT

    def __init__(self) -> None:
        super().__init__("Insufficient text content for tag generation")


class NoProviderKey(MetatagError):
    """The LLM was asked for, but neither the request nor the tagger has a key."""

    code = ErrorCode.PROVIDER_AUTH

    def __init__(self) -> None:
        super().__init__("No API key was given and the server has none; give api_key, or choose tagger 'local'.")


class AnalystFailed(MetatagError):
    """The offline tagger's process failed on this document; it was restarted."""

    code = ErrorCode.UNAVAILABLE
