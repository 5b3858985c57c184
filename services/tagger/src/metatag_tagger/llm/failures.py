"""Turn what a provider answers into one category of errors.py: by its words first, by status last, inside 200 too."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm import error_body
from metatag_tagger.llm.error_body import Said

# A provider may ask for any wait; longer than a day is of no use to a queue.
MAX_WAIT = 86_400.0
# The parameter named when no host can keep to all that was asked (OpenRouter's require_parameters).
REQUIRE_PARAMETERS = "require_parameters"

# Codes and types that say by themselves what went wrong, compared without case and signs.
_WORDS: dict[Category, tuple[str, ...]] = {
    Category.CREDITS: (
        "insufficientquota", "insufficientcredits", "insufficientbalance", "insufficientuserquota",
        "billinghardlimitreached", "billingnotactive", "exceededcurrentquotaerror", "arrearage",
        "creditbalancetoolow", "paymentrequired",
    ),
    Category.AUTH: (
        "invalidapikey", "incorrectapikey", "apikeyinvalid", "authenticationerror", "invalidauthentication",
        "invalidauthenticationerror", "unauthenticated", "unauthorized", "missingapikey", "accountdeactivated",
        "expiredapikey", "tokenexpired", "autherror", "tokennotfoundindb",
    ),
    Category.CONTEXT_LENGTH: (
        "contextlengthexceeded", "contextwindowexceeded", "contextwindowexceedederror", "stringabovemaxlength",
        "exceedcontextsizeerror", "requesttoolarge", "tokenslimitreached", "contextlengthexceedederror",
    ),
    Category.KEY_LIMIT: ("budgetexceeded", "exceededbudget", "spendlimitreached", "keylimitexceeded"),
    Category.MODERATION: (
        "contentfilter", "contentpolicyviolation", "datainspectionfailed", "responsibleaipolicyviolation",
        "moderationblocked", "contentpolicyviolationerror", "prohibitedcontent",
    ),
    Category.MODEL_NOT_FOUND: (
        "modelnotfound", "modelnotexist", "deploymentnotfound", "notfounderror", "modelnotavailable",
        "invalidmodel", "unknownmodel", "modelnotfounderror", "modelterminated", "modeldecommissioned",
    ),
    Category.REGION: ("unsupportedcountryregionterritory", "unsupportedregion"),
    Category.RATE_LIMITED: (
        "ratelimitexceeded", "ratelimiterror", "resourceexhausted", "requestlimitexceeded", "throttling",
        "toomanyrequests", "ratelimitreachederror",
    ),
}  # fmt: skip
_BY_WORD = {word: category for category, words in _WORDS.items() for word in words}

# Sentences, for providers whose codes say nothing; the first that matches decides.
_SENTENCES: tuple[tuple[Category, str], ...] = (
    (Category.DATA_POLICY, r"data policy|privacy settings|zero data retention|no endpoints.{0,60}(privacy|retention)"),
    (Category.PARAMETERS, r"no endpoints found that (can handle|support)"),
    (
        Category.KEY_LIMIT,
        r"key limit|spending limit|spend limit|budget (has been )?exceeded|monthly limit|weekly limit",
    ),
    (
        Category.CREDITS,
        r"insufficient (quota|credit|balance|fund)|(requires? more|never purchased|out of|no|add) credits?\b"
        r"|credit balance is too low|check your plan and billing(?!.{0,400}(retry in|free_tier|quota metric))"
        r"|payment required|billing (hard )?limit|account (is )?(in arrears|overdue)|余额不足",
    ),
    (
        Category.CONTEXT_LENGTH,
        r"context.{0,20}(length|window|size)|maximum (context|input|prompt|sequence)|too many (input )?tokens"
        r"|prompt is too long|(input|prompt|request|messages?).{0,60}(too (long|large)|exceeds?)"
        r"|reduce the length|less than \d+ tokens"
        r"|tokens?.{0,20} exceeded"
        r"|inputs. tokens|input token count|max_total_tokens|max_model_len|maximum number of tokens",
    ),
    (Category.REGION, r"(country|region|territory|location).{0,40}not (supported|available)"),
    (
        Category.AUTH,
        r"api key.{0,40}(not valid|invalid|incorrect|expired|missing|not found|revoked)"
        r"|(invalid|incorrect|expired|missing|no|wrong) (x-)?(api|auth)[- _]?(key|token|credentials)"
        r"|invalid (bearer|token\b(?! (count|id|limit))|credentials)|no auth credentials"
        r"|authentication (error|failed)|unauthori[sz]ed"
        r"|(api.?key|account|consumer).{0,60}(suspended|deactivated|disabled)"
        r"|user not found|invalid proxy server token",
    ),
    (
        Category.MODEL_NOT_FOUND,
        r"not a valid model|(model|deployment).{0,80}(not found|not exist|does not exist|n[o']t available|decommission"
        r"|is not supported|deprecated and|no longer)|unknown model|no such model|no endpoints found for"
        r"|invalid model|try pulling it|no models? (is |are )?loaded",
    ),
    (Category.MODERATION, r"moderation|content (policy|filter|management)|flagged|safety system|inappropriate content"),
    (Category.NO_PROVIDER, r"no (allowed |available )?providers?|providers have been ignored"),
    (Category.RATE_LIMITED, r"rate.?limit|too many requests|quota|requests per (minute|day)|try again in \d"),
)
_PATTERNS = tuple((category, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for category, pattern in _SENTENCES)
_CONTEXT = next(pattern for category, pattern in _PATTERNS if category is Category.CONTEXT_LENGTH)
_TOO_LARGE = re.compile(r"request too large|tokens must be reduced", re.IGNORECASE)
# The parameters of a request that it can do without, or that have another name or form elsewhere.
_PARAMETERS = ("max_completion_tokens", "max_tokens", "temperature", "seed", "response_format", "provider", "models")
_NAMED = re.compile(rf"(?<![/\w])({'|'.join(_PARAMETERS)}|json_schema|json_object|stream)\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"not? (be )?(support|permit|allow|accept|recogni|compatib)|(un|not )supported|unknown|unrecogni[sz]ed|unexpected"
    r"|invalid|extra (inputs|fields)|cannot find field|deprecated|does not support|doesn't support|too (large|high)"
    r"|only (the default|supports?)|must be|at most|use ['\"`]?max_completion|cannot both|not available"
    r"|additional prop",
    re.IGNORECASE,
)
# The model could not keep to the form that was asked for (Groq).
_NO_FORMAT = frozenset({"jsonvalidatefailed"})
_STREAM = re.compile(r"only supports? stream|enable the stream|stream.{0,20}(required|must be (true|set))", re.I)
# What a sentence may mean depends on the status it came with.
_TELLING: dict[int, frozenset[Category]] = {
    400: frozenset({category for category, _ in _SENTENCES} - {Category.RATE_LIMITED, Category.NO_PROVIDER}),
    401: frozenset({Category.AUTH, Category.CREDITS, Category.REGION, Category.KEY_LIMIT}),
    402: frozenset(),
    403: frozenset(
        {
            Category.KEY_LIMIT, Category.CREDITS, Category.REGION, Category.MODERATION, Category.DATA_POLICY,
            Category.AUTH, Category.MODEL_NOT_FOUND,
        }
    ),
    404: frozenset(
        {
            Category.DATA_POLICY, Category.PARAMETERS, Category.MODEL_NOT_FOUND, Category.NO_PROVIDER, Category.AUTH,
            Category.REGION,
        }
    ),
    413: frozenset({Category.RATE_LIMITED}),
    429: frozenset({Category.CREDITS, Category.KEY_LIMIT}),
    500: frozenset({Category.CONTEXT_LENGTH, Category.MODEL_NOT_FOUND, Category.AUTH}),
    503: frozenset({Category.MODEL_NOT_FOUND, Category.PARAMETERS}),
}  # fmt: skip
_BY_STATUS = {
    401: Category.AUTH,
    402: Category.CREDITS,
    403: Category.FORBIDDEN,
    408: Category.TIMEOUT,
    413: Category.CONTEXT_LENGTH,
    429: Category.RATE_LIMITED,
    500: Category.PROVIDER,
    502: Category.PROVIDER,
    503: Category.NO_PROVIDER,
    504: Category.PROVIDER,
}


def failure(status: int, headers: Mapping[str, str], body: Any) -> ProviderError | None:
    """Return the error that an answer stands for, None for a good one.

    `body` is decoded JSON, or the text of a body that is none.
    """
    inside = error_body.error_of(body) if status == 200 else None
    if status == 200 and inside is None:
        return None if isinstance(body, dict) else ProviderError(Category.PROVIDER, _NOT_JSON)
    if 300 <= status < 400:
        return ProviderError(Category.REDIRECT)
    if status in (403, 404, 405) and isinstance(body, str) and _HTML.match(body):
        # No provider answers so: a firewall, a proxy or a web site does, to every call alike.
        return ProviderError(Category.ADDRESS, _NOT_JSON)
    said = error_body.read(body if inside is None else inside)
    code = status if status != 200 else said.number or 400
    if code == 404 and not said.words and _is_no_address(said.message):
        return ProviderError(Category.ADDRESS)
    category = _category(code, said, headers)
    if status == 200 and said.number is None and category is Category.INVALID_REQUEST:
        # An error that says nothing known, inside a success: the provider's own.
        category = Category.PROVIDER
    return ProviderError(
        category, retry_after=_wait(category, headers, said), parameter=_parameter(category, said), detail=said.message
    )


_NOT_JSON = (
    "The provider's address answered with something that is not JSON; check METATAG_TAGGER_LLM_BASE_URL or a proxy."
)
_HTML = re.compile(r"\s*(?:<!doctype html|<html|<head)", re.IGNORECASE)
# What web frameworks and proxies say of a path that they do not have.
_NO_ADDRESS = re.compile(
    r"\W*(404\W*)?(page |url |path |route )?not found\W*|.{0,20}no (route|such (path|route)).*", re.I
)


def _is_no_address(message: str) -> bool:
    return not message or _NO_ADDRESS.fullmatch(message) is not None


def _category(code: int, said: Said, headers: Mapping[str, str]) -> Category:
    known = _by_form(code, said, headers) or _by_word(said) or _by_sentence(code, said)
    if known is not None:
        return known
    if code == 404:
        return Category.MODEL_NOT_FOUND
    return _BY_STATUS.get(code, Category.PROVIDER if code >= 500 else Category.INVALID_REQUEST)


def _by_form(code: int, said: Said, headers: Mapping[str, str]) -> Category | None:
    """Return what a status means beside a header or metadata, None when they say nothing."""
    if code == 402:
        waits = "retry-after" in headers or said.metadata.get("limit_source") == "openrouter_in_flight_budget"
        return Category.BUDGET_WAIT if waits else Category.CREDITS
    if code == 403:
        return _forbidden(said.metadata)
    if code in (400, 422) and said.parameter == "model":
        return Category.MODEL_NOT_FOUND
    if code == 413 or (code == 429 and _TOO_LARGE.search(said.message)):
        # More than the tokens of a minute in one request: waiting does not help, a shorter text does.
        return Category.CONTEXT_LENGTH
    return None


def _by_word(said: Said) -> Category | None:
    found = {_BY_WORD[word] for word in said.words if word in _BY_WORD}
    for category in _WORDS:
        # The order of the table: "no credit" beside "too many requests" is no credit.
        if category in found:
            return category
    return None


def _by_sentence(code: int, said: Said) -> Category | None:
    if code in (400, 422) and not _CONTEXT.search(said.message) and refused_parameter(said):
        return Category.INVALID_REQUEST
    telling = _TELLING.get(400 if code == 422 else code, frozenset())
    return next(
        (category for category, pattern in _PATTERNS if category in telling and pattern.search(said.message)), None
    )


def _forbidden(metadata: Mapping[str, Any]) -> Category | None:
    if "limit_source" in metadata or "limit_usd" in metadata:
        return Category.KEY_LIMIT
    return Category.MODERATION if "reasons" in metadata or "flagged_input" in metadata else None


def refused_parameter(said: Said) -> str:
    """Return the parameter that an error refuses, by its name in the request; empty when it names none."""
    if _STREAM.search(said.message):
        return "stream"
    if _NO_FORMAT.intersection(said.words):
        return "response_format"
    root = re.split(r"[.\[]", said.parameter)[0].lower()
    if root in _PARAMETERS:
        return root
    named = _NAMED.search(said.message)
    if named is None or not _REFUSED.search(said.message):
        return ""
    found = named.group(1).lower()
    return "response_format" if found.startswith("json_") else found


def _parameter(category: Category, said: Said) -> str:
    if category is Category.PARAMETERS:
        return REQUIRE_PARAMETERS
    return refused_parameter(said) if category is Category.INVALID_REQUEST else ""


def _wait(category: Category, headers: Mapping[str, str], said: Said) -> float | None:
    """Return the seconds to wait, as the provider wrote them: a header, a budget's reset, a delay in the body."""
    seconds = retry_after(headers.get("retry-after"))
    if seconds is None:
        seconds = _milliseconds(headers.get("retry-after-ms"))
    if seconds is None:
        limits = said.metadata.get("headers")
        reset = headers.get("x-ratelimit-reset") or (
            limits.get("X-RateLimit-Reset") if isinstance(limits, dict) else None
        )
        seconds = _until(reset)
    if seconds is None:
        seconds = said.retry_seconds
    if seconds is None and category is Category.KEY_LIMIT:
        seconds = _until_date(said.metadata.get("resets_at"))
    return None if seconds is None else min(MAX_WAIT, max(0.0, seconds))


def retry_after(value: str | None) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date; None when absent or unreadable."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _milliseconds(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value) / 1000)
    except ValueError:
        return None


def _until(value: Any) -> float | None:
    """Read X-RateLimit-Reset: a moment in milliseconds (OpenRouter) or seconds since 1970, or seconds from now."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if number > 1e11:
        number /= 1000
    return number - time.time() if number > 1e8 else number


def _until_date(value: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
