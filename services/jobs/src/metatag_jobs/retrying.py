"""What to do with a document whose stage failed: again, later, or never. Pure.

A try is used up by a real failure only: an absent service, a full node or a rate limit makes the document wait.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from metatag_jobs.errors import FileMissing, SourceUnavailable
from metatag_jobs.results import Problem
from metatag_jobs.work import Claim, Release
from metatag_runtime.errors import ErrorCode, MetatagError

# Exponential back-off with full jitter, in seconds.
FIRST_BACKOFF = 1.0
MAX_BACKOFF = 300.0
# Short: a document goes on soon after the end of what it waits for.
MAX_WAIT_BACKOFF = 10.0
# A fault inside a service may be that of one machine: time to find another, or to be started anew.
INTERNAL_BACKOFF = 4.0
# An object that a row names and the store does not find is looked for this often.
MISSING_WAITS = 12

# A document sent alone has somebody waiting for it.
INTERACTIVE_WAITS = 8
INTERACTIVE_TRIES = 2
INTERACTIVE_BACKOFF = 3.0

# A peer that stops cancels its calls: that is its absence, not the document's failure. Our own cancelling is no error.
WAITING = frozenset(
    {
        ErrorCode.BUSY,
        ErrorCode.STORAGE_FULL,
        ErrorCode.UNAVAILABLE,
        ErrorCode.CANCELLED,
        ErrorCode.PROVIDER_RATE_LIMITED,
        ErrorCode.QUOTA_EXCEEDED,
    }
)
TRYING = frozenset(
    {ErrorCode.SOURCE_UNAVAILABLE, ErrorCode.PROVIDER_UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.INTERNAL}
)
# Failures of the account, not of the document: the job waits for its user.
PAUSING = frozenset({ErrorCode.PROVIDER_CREDITS})
# Failures that hold for everybody who uses the same provider key.
SHARED = frozenset({ErrorCode.PROVIDER_RATE_LIMITED, ErrorCode.QUOTA_EXCEEDED})


@dataclass(frozen=True)
class Limits:
    """How often a document is tried, and how often it waits for a service."""

    max_tries: int
    max_waits: int


def decide(error: MetatagError, claim: Claim, limits: Limits, *, interactive: bool) -> Release | Problem:
    """Give the way back into the queue, or the problem with which the document fails."""
    problem = Problem(str(error.code), error.message)
    if error.code in PAUSING and not interactive:
        return Release(claim.document_id, claim.attempt, waited=True, problem=problem)
    if error.code in WAITING or isinstance(error, FileMissing):
        return _wait_for_service(error, claim, limits, problem, interactive=interactive) or problem
    if error.code in TRYING and _again(error):
        return _try_again(error, claim, limits, problem, interactive=interactive) or problem
    return problem


def _wait_for_service(
    error: MetatagError, claim: Claim, limits: Limits, problem: Problem, *, interactive: bool
) -> Release | None:
    allowed = INTERACTIVE_WAITS if interactive else limits.max_waits
    if isinstance(error, FileMissing):
        allowed = min(allowed, MISSING_WAITS)
    if claim.waits + 1 >= allowed:
        return None
    wait = _wait(error, claim.waits, INTERACTIVE_BACKOFF if interactive else MAX_WAIT_BACKOFF)
    return Release(claim.document_id, claim.attempt, wait, waited=True, problem=problem)


def _try_again(
    error: MetatagError, claim: Claim, limits: Limits, problem: Problem, *, interactive: bool
) -> Release | None:
    allowed = min(INTERACTIVE_TRIES, limits.max_tries) if interactive else limits.max_tries
    if claim.tries + 1 >= allowed:
        return None
    slow = INTERNAL_BACKOFF ** (claim.tries + 1) if error.code is ErrorCode.INTERNAL and not interactive else 1.0
    wait = slow * _wait(error, claim.tries, INTERACTIVE_BACKOFF if interactive else MAX_BACKOFF)
    return Release(claim.document_id, claim.attempt, wait, used_try=True, problem=problem)


def _again(error: MetatagError) -> bool:
    return error.again if isinstance(error, SourceUnavailable) else True


def _wait(error: MetatagError, before: int, most: float) -> float:
    backoff = random.uniform(0, min(most, FIRST_BACKOFF * 2.0 ** min(before, 10)))  # noqa: S311  jitter, no secret
    # Nobody comes before the time that the peer named; and not all at the same moment after it. A disk that is full is
    # one machine's: another has room now, and this one takes no tickets for a while.
    named = 0.0 if error.code is ErrorCode.STORAGE_FULL else error.retry_after or 0.0
    return named + backoff
